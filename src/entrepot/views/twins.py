"""One file that was loaded as two modules: which import did it, and how to have one again.

The file's *own* name is the one that it has by the packages around it: ``shop.cart`` of
``shop/cart.py``, where ``shop`` has an ``__init__.py``. A path entry inside the package, or a
link, gives it another one; imports by that are written by its own.

A program is ``__main__``, and somebody imports it again by its own name. What they take from it
moves into a module that both import.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from entrepot.source.deferring import short
from entrepot.source.extracting import moved_out
from entrepot.source.remedy import Remedy
from entrepot.source.search import Search, differences
from entrepot.source.uniting import imports_of_module, renamed, taken_from, with_names_from

from .finding import Finding
from .whereabouts import own_name, read_source, users_modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.source.missing import Missing
    from entrepot.source.outline import ModuleSource
    from entrepot.source.rehearsal import Rehearsal
    from entrepot.source.remedy import Change

    #: Where each module was asked for first: ``{"cart": ("/main.py", 5)}``.
    Asked = Mapping[str, tuple[str, int]]


class _Loaded:
    """The texts of the user's modules that are loaded, by their names."""

    def __init__(self, modules: Mapping[str, Any]) -> None:
        self.sources: dict[str, ModuleSource] = {}
        for name, module in users_modules(modules).items():
            source = read_source(name, os.path.abspath(str(module.__file__)))
            if source is not None:
                self.sources[name] = source

    def __call__(self, name: str) -> ModuleSource | None:
        return self.sources.get(name)

    def importers_of(self, name: str) -> Iterator[tuple[ModuleSource, int]]:
        """Yield the texts that import a module, each file once, with the line of the first."""
        seen = set()
        for source in self.sources.values():
            lines = [getattr(node, "lineno", 0) for node in imports_of_module(source, name)]
            if lines and source.file not in seen:
                seen.add(source.file)
                yield source, min(lines)


def duplicates(modules: Mapping[str, Any], asked: Asked) -> Iterator[Finding]:
    """Yield the files that are loaded as two modules, a finding for each name too many."""
    names_by_file: dict[str, list[str]] = {}
    for name, module in users_modules(modules).items():
        file = os.path.realpath(str(module.__file__))
        others = names_by_file.setdefault(file, [])
        if all(modules[other] is not module for other in others):
            others.append(name)
    loaded = _Loaded(modules) if any(len(n) > 1 for n in names_by_file.values()) else None
    for file, names in names_by_file.items():
        if loaded is not None and len(names) > 1:
            kept = _kept(file, names)
            for wrong in names:
                if wrong != kept:
                    yield _twin(loaded, file, kept, wrong, asked)


def _kept(file: str, names: list[str]) -> str:
    """Return the name that a file is to be imported by."""
    own = own_name(file)
    if "__main__" in names:
        return "__main__"
    return own if own in names else max(names, key=lambda name: (name.count("."), name))


def _twin(loaded: _Loaded, file: str, kept: str, wrong: str, asked: Asked) -> Finding:
    importers = list(loaded.importers_of(wrong))
    place = asked.get(wrong, ("", 0))
    if importers and place not in [(source.file, line) for source, line in importers]:
        place = importers[0][0].file, importers[0][1]
    remedy = _out_of_main(loaded, wrong) if kept == "__main__" else None
    if kept != "__main__":
        remedy = _under_one_name(loaded, kept, wrong)
    if remedy is not None:
        what = remedy.says
    elif kept == "__main__":
        what = f"move what others import from {wrong!r} to a module that is not run"
    elif importers:
        what = f"import it as {kept!r} everywhere, and take its folder off sys.path"
    else:
        what = f"import it as {kept!r}, and do not load the file by hand"
    says = (
        f"loads {short(file)} as {wrong!r}, which is loaded as {kept!r} too: its code ran twice, "
        f"its classes and state are two; {what}"
    )
    return Finding("duplicate", says, place[0] or file, place[1], (kept, wrong), remedy)


def _under_one_name(loaded: _Loaded, kept: str, wrong: str) -> Remedy | None:
    """Return the remedy that has everybody import a module by the name that is kept."""
    changes: list[Change] = []
    places = []
    for source, line in loaded.importers_of(wrong):
        new = renamed(source, wrong, kept)
        changes += differences(source.file, source.text.source, new)
        places.append(f"{short(source.file)}:{line}")
    if not changes:
        return None
    says = f"import it as {kept!r} ({', '.join(places)})"
    return _tried(loaded, Remedy("name", says, changes, 1), {})


def _out_of_main(loaded: _Loaded, wrong: str) -> Remedy | None:
    """Return the remedy that moves what others take from the program to a module of its own."""
    owner = loaded(wrong)
    importers = [source for source, _ in loaded.importers_of(wrong)]
    names: list[str] = []
    for source in importers:
        taken = taken_from(source, wrong)
        if taken is None or (owner is not None and source.file == owner.file):
            return None
        names += [name for name in taken if name not in names]
    if owner is None or not names:
        return None
    has_package = bool(getattr(sys.modules.get("__main__"), "__package__", None))
    moved = moved_out(loaded, owner, names, is_relative=has_package)
    if moved is None:
        return None
    changes = list(moved.changes)
    for source in importers:
        new = with_names_from(source, wrong, moved.module)
        if new is None:
            return None
        changes += differences(source.file, source.text.source, new)
    listed = " and ".join(map(repr, names))
    says = f"move {listed} from {short(owner.file)} to {short(moved.file)}, which both import"
    return _tried(loaded, Remedy("move", says, changes, 8), {moved.module: moved.file})


def _tried(loaded: _Loaded, remedy: Remedy, new: dict[str, str]) -> Remedy | None:
    """Return a remedy, with what else it takes, if a rehearsal of the program gets to its end."""
    main = loaded("__main__")
    if main is None:
        return remedy
    search = Search(loaded, lambda rehearsal: _run(rehearsal, main), main)
    return search.completed(remedy, new)


def _run(rehearsal: Rehearsal, main: ModuleSource) -> Missing | None:
    return rehearsal.start_main(rehearsal.provider("__main__") or main)
