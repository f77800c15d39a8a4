"""Folders that a statement has listed: it runs again when a module comes there, or goes.

A package that imports whatever lies in its folder has read what the folder held. Which folders a
statement may have listed is told by what it reads, it and the functions that ran with it: paths,
packages and their names, texts, and the folders of the modules that it has imported. What lay
there is told by the import system, which lists a folder when it looks for a module in it; of a
folder where it has not, files count as new that were made after the session began.
"""

from __future__ import annotations

import ast
import os
import time
from types import ModuleType
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import walk

from .absent import TICK, changed_at
from .attributes import is_a
from .files import folders_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .journal import Journal
    from .revision import LiveStatement, Record
    from .rules import Due
    from .world import World

#: The words by which folders are listed.
WORDS = frozenset(
    {"contents", "glob", "iglob", "iter_modules", "iterdir", "listdir", "rglob", "scandir",
     "walk", "walk_packages"}
)  # fmt: skip
_LISTS_NOTHING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NO_NAMES = frozenset({"", ".", ".."})


class Listings:
    """What folders held when the program listed them.

    Attributes:
        known: The names in folders: ``{"/app/plugins": {"__init__.py", "gzip.py"}}``.
    """

    def __init__(self, known: dict[str, set[str]], began: int) -> None:
        self.known = known
        self._began = began
        self._listing: dict[str, Record] = {}
        self._latest: dict[str, set[str]] = {}
        self._places: set[str] = set()  # modules that list folders, or call what does
        self._stamps: dict[str, int] | None = None  # when the folders had changed last
        self._seen: dict[str, int] | None = None

    def due(self, world: World, new: Iterable[Record]) -> Iterator[Due]:
        """Yield the statements that have listed a folder where modules came or went since.

        Args:
            world: The program.
            new: Modules of which it is not known yet, or not any more, whether they list folders.
        """
        self._latest.clear()
        self._seen = None
        if self._is_as_before(world, new):
            return
        self._stamps, self._seen = None, {}
        records = [r for name, r in self._listing.items() if world.records.get(name) is r]
        self._places = {record.name for record in records}
        for live in _listers(world, records).values():
            self._places.add(live.record.name)
            if world.before(live) is None:
                continue
            found = [self._changed(world, folder) for folder in sorted(_folders(world, live))]
            names = [name for names in found for name in names]
            if names:
                yield live, "listed", f"{names[0]} came to a folder that it lists, or went"

    def _is_as_before(self, world: World, new: Iterable[Record]) -> bool:
        """Return whether the same folders are listed by the same, and look as they did."""
        is_same = self._stamps is not None and self._places.isdisjoint(world.changes)
        for record in new:
            was = self._listing.pop(record.name, None)
            if any(record.mentions(word, world.recorder.runners) for word in WORDS):
                self._listing[record.name] = record
                is_same = False
            elif was is not None:
                is_same = False
        stamps = self._stamps or {}
        return is_same and all(_stamp(folder) == stamp for folder, stamp in stamps.items())

    def taken(self, journal: Journal) -> None:
        """Note that what lists folders has run with what they hold now."""
        if self._seen is None:
            return
        self._stamps = self._seen
        journal.note(lambda: setattr(self, "_stamps", None))
        for folder, names in self._latest.items():
            journal.set_item(self.known, folder, names)

    def _changed(self, world: World, folder: str) -> list[str]:
        """Return the names of modules that came to a folder, or went."""
        now = self._latest.get(folder)
        if now is None:
            if self._seen is not None:
                self._seen[folder] = _stamp(folder)
            try:
                now = self._latest[folder] = set(os.listdir(folder))  # noqa: PTH208 (as pathlib)
            except OSError:
                now = self._latest[folder] = set()
        before = self.known.get(folder)
        if before is None:
            files = [(name, os.path.join(folder, name)) for name in now]  # noqa: PTH118
            return sorted(
                name
                for name, file in files
                if _is_module(file) and not world.records_of(file) and self._is_new(file)
            )
        came = [n for n in now - before if _is_module(os.path.join(folder, n))]  # noqa: PTH118
        return sorted([*came, *(name for name in before - now if name.endswith(".py"))])

    def _is_new(self, file: str) -> bool:
        try:
            return os.stat(file).st_ctime_ns > self._began  # noqa: PTH116
        except OSError:
            return False


def _stamp(folder: str) -> int:
    """Return when a folder changed last; nothing that compares while it may change twice."""
    changed = changed_at(folder)
    return changed if time.time_ns() - changed > TICK else -time.time_ns()


def _is_module(file: str) -> bool:
    return file.endswith(".py") or os.path.isfile(os.path.join(file, "__init__.py"))  # noqa: PTH113, PTH118


def _listers(world: World, records: list[Record]) -> dict[int, LiveStatement]:
    """Return the statements that list folders, or ran functions that do."""
    found: dict[int, LiveStatement] = {}
    for record in records:
        for live in world.view(record).naming(WORDS):
            if not isinstance(
                live.statement.node,
                ast.Import
                | ast.ImportFrom
                | ast.FunctionDef
                | ast.AsyncFunctionDef
                | ast.ClassDef,
            ):
                found[id(live)] = live
            for scope in live.scopes.values():
                if not WORDS.isdisjoint(scope.code.co_names):
                    world.add_runners(scope, found)
    return found


def _folders(world: World, live: LiveStatement) -> set[str]:
    """Return the folders that a statement may have listed."""
    found: set[str] = set()
    for home, uses in world.parts(live):
        for name in uses.reads:
            found.update(_folders_of(world, home.namespace.get(name)))
    known = live.uses.asked
    if "texts" not in known:
        known["texts"] = frozenset(_texts(live.statement.node))
    texts = known["texts"] - _NO_NAMES
    found = _with_below(found, texts)
    for text in texts:
        found.update(_folders_of(world, text))
    before = world.before(live)
    for record in world.records.values():
        site = record.parent
        if site is not None and site.record is live.record and world.live_of(site) is before:
            found.add(record.file.rpartition(os.sep)[0])
            if record.file.endswith(os.sep + "__init__.py"):
                found.add(os.path.dirname(record.file.rpartition(os.sep)[0]))  # noqa: PTH120
    return {os.path.realpath(folder) for folder in found if os.path.isdir(folder)}  # noqa: PTH112


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts that code says."""
    for part in walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _with_below(folders: set[str], texts: set[str]) -> set[str]:
    """Return folders, those beside and below them that texts name, and those below these.

    Only what is there is gone on with: of all joins of the texts of a long class, most of which
    name no folder, there are more than memory holds.
    """
    names = [text for text in texts if "\n" not in text and "\0" not in text]
    around = {*folders, *(os.path.dirname(folder) for folder in folders)}  # noqa: PTH120
    found, ahead = set(folders), {folder for folder in around if os.path.isdir(folder)}  # noqa: PTH112
    seen = set(ahead)
    while ahead:
        base = ahead.pop()
        joined = [os.path.join(base, name) for name in names]  # noqa: PTH118
        there = filter(os.path.isdir, joined)  # most are not, and links are a look at each part
        below = set(map(os.path.realpath, there)) - seen
        seen |= below
        found |= below
        ahead |= below
    return found


def _folders_of(world: World, value: Any) -> list[str]:
    """Return the folders that a value means: a path's, a file's, a package's."""
    if is_a(value, list | tuple) or type(value).__name__ == "_NamespacePath":
        return [folder for folder in folders_in(value) if folder not in _NO_NAMES]
    if type(value).__module__.partition(".")[0] == "pathlib":
        value = str(value)
    if type(value) is not str:
        record = world.by_namespace.get(id(value.__dict__)) if is_a(value, ModuleType) else None
        return [] if record is None else folders_in(record.namespace.get("__path__", ()))
    if value in world.records:
        return folders_in(world.records[value].namespace.get("__path__", ()))
    if value in _NO_NAMES or "\0" in value:
        return []
    return [os.path.dirname(value) if value.endswith(".py") else value]  # noqa: PTH120
