"""``entrepot.why(name)``: why a module is loaded in this process, told without a trace.

Nobody recorded the imports, so they are followed in the texts of the modules that are loaded: from
the program on, statement by statement, each module once, as its import went. Where no text leads
to a module (C code imported it, or a call with its name), a statement in a function may have, and
the chain is no longer sure. A trace is, and knows what it cost:
``with entrepot.trace() as trace: ...; trace.why(name)``.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from entrepot.engine.takeover import current
from entrepot.names import tail_of
from entrepot.source.imports import imports_of
from entrepot.source.missing import absolute

from .places import Places
from .tree import Place
from .whereabouts import read_source
from .why import columns, most_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.engine.system import ImportSystem
    from entrepot.source.imports import ImportFact
    from entrepot.source.outline import ModuleSource

#: When a statement is executed while its module is imported.
_AT_IMPORT = frozenset({"import", "main"})


class WhyLoaded:
    """The answer for one module.

    Attributes:
        name: The module.
        status: ``"loaded"``, or ``"not loaded"``.
        chain: From the program to it: each statement, and the module that it brought in.
        importers: The other statements of loaded modules that name it.
        is_sure: Whether each statement of the chain is executed while its module is imported. One
            in a function may not have been; C code, or a call with the name, may have been first.
    """

    def __init__(self, name: str, modules: Mapping[str, Any]) -> None:
        self.name = name
        self.status = "loaded" if name in modules else "not loaded"
        texts = _Texts(modules)
        links = list(_Followed(texts, name).chain())[::-1]
        self.chain = [(place, module) for place, module, _is_sure in links]
        self.is_sure = all(is_sure for _place, _module, is_sure in links)
        first = self.chain[-1][0] if self.chain else None
        self.importers = [
            place
            for place, _when in texts.importers_of(name)
            if first is None or (place.file, place.line) != (first.file, first.line)
        ]
        self._places = texts.places

    def as_dict(self) -> dict[str, object]:
        """Return it as what stands for it in JSON."""
        return {
            "name": self.name,
            "status": self.status,
            "is_sure": self.is_sure,
            "chain": [{**place.as_dict(), "imported": name} for place, name in self.chain],
            "importers": [place.as_dict() for place in self.importers],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        return f"<WhyLoaded {self.name!r}: {self.status}>"

    def _lines(self) -> Iterator[str]:
        if self.status == "not loaded":
            yield f"{self.name!r} is not loaded"
            return
        if self.chain:
            yield "brought in by" if self.is_sure else "perhaps brought in by"
            yield from columns(self._places, self.chain)
        else:
            yield f"no statement of what is loaded brought {self.name!r} in"
        if self.importers:
            yield "also named by"
            rows = [(place, place.name or "") for place in self.importers]
            yield from most_of(list(columns(self._places, rows)))
        yield "told by the texts of what is loaded; a trace knows for sure, and what it cost"


class _Texts:
    """The texts of the modules that are loaded."""

    def __init__(self, modules: Mapping[str, Any]) -> None:
        self.places = Places()
        self.files_by_name: dict[str, str] = {}
        self.loaded = dict(modules)
        for name, module in self.loaded.items():
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".py"):
                self.files_by_name[name] = file
        self._sources: dict[str, ModuleSource | None] = {}

    def importers_of(self, name: str) -> list[tuple[Place, str]]:
        """Return where a module is named by an import statement, and when that is executed."""
        word = tail_of(name).encode()
        is_likely = _likely(word).search
        found = []
        for importer, file in self.files_by_name.items():
            content = self.places.content(file)
            if importer == name or word not in content or not is_likely(content):
                continue
            lines = set()
            for fact, names in self.imports_in(importer):
                if name in names and fact.line not in lines and fact.when != "typing":
                    lines.add(fact.line)
                    found.append((self.place(importer, fact), fact.when))
        return found

    def imports_in(self, name: str) -> Iterator[tuple[ImportFact, list[str]]]:
        """Yield the imports that a module states, each with the modules that it brings in."""
        if name not in self._sources:
            file = self.files_by_name.get(name)
            self._sources[name] = None if file is None else read_source(name, file)
        source = self._sources[name]
        for fact in imports_of(source.tree) if source is not None else ():
            full = absolute(fact.module, fact.level, source.package if source is not None else "")
            if full is None:
                continue
            parts = [full[:at] for at, letter in enumerate(full) if letter == "."]
            names = [*parts, full, *([f"{full}.{fact.name}"] if fact.name else [])]
            yield fact, [name for name in names if name in self.loaded]

    def place(self, importer: str, fact: ImportFact) -> Place:
        """Return where an import stands."""
        return Place(importer, self.files_by_name[importer], fact.line, self.places)


def _likely(word: bytes) -> re.Pattern[bytes]:
    """Return a pattern that is found in every text with an import statement that has a word.

    Parsing a text takes a hundred times as long as looking for this.
    """
    escaped = re.escape(word)
    return re.compile(
        rb"\b(?:from|import)\b[^\n]*\b%b\b|\bimport\s*\([^)]*\b%b\b|\\\n[^\n]*\b%b\b"
        % (escaped, escaped, escaped)
    )


class _Followed:
    """The imports of loaded modules, followed in their texts until one module is reached."""

    def __init__(self, texts: _Texts, name: str) -> None:
        self._texts = texts
        self._name = name
        self._first_by_name: dict[str, Place] = {}
        self._follow("__main__", set(), is_noted=True)
        if name in self._first_by_name or name not in texts.loaded:
            return
        # What the program's text does not lead to: imported at a prompt, by C code, in a function.
        # A module's place in the cache is that of its end, so who began it stands behind it.
        reached = {"__main__", *self._first_by_name}
        roots = [root for root in reversed(list(texts.loaded)) if self._follow(root, reached)]
        reached = {"__main__", *self._first_by_name}
        for root in reversed(roots):
            self._follow(root, reached, is_noted=True)

    def _follow(self, root: str, reached: set[str], *, is_noted: bool = False) -> bool:
        """Follow the imports of a module; return whether it was not reached before."""
        if root in reached:
            return False
        reached.add(root)
        waiting = [(root, self._at_import(root))]
        while waiting:
            importer, imports = waiting[-1]
            following = next((pair for pair in imports if pair[1] not in reached), None)
            if following is None:
                waiting.pop()
                continue
            fact, name = following
            reached.add(name)
            if is_noted:
                self._first_by_name[name] = self._texts.place(importer, fact)
                if name == self._name:
                    return True
            waiting.append((name, self._at_import(name)))
        return True

    def _at_import(self, name: str) -> Iterator[tuple[ImportFact, str]]:
        """Yield what the import of a module brings in, in order."""
        for fact, names in self._texts.imports_in(name):
            if fact.when in _AT_IMPORT:
                yield from ((fact, imported) for imported in names)

    def chain(self) -> Iterator[tuple[Place, str, bool]]:
        """Yield the links from the module back to the program, and whether each is sure."""
        name, seen = self._name, {"__main__"}
        while name not in seen and name in self._texts.loaded:
            seen.add(name)
            place = self._first_by_name.get(name)
            if place is not None:
                yield place, name, True
            else:
                others = [place for place, _when in self._texts.importers_of(name)]
                outside = [
                    place for place in others if not f"{place.name}.".startswith(f"{name}.")
                ]
                if not outside:
                    return
                place = outside[0]
                yield place, name, False
            name = place.name or ""


def why(name: str, *, system: ImportSystem | None = None) -> WhyLoaded:
    """Return why a module is loaded: by which chain of imports it came in, and who else names it.

    Nothing is imported, and nothing has to have been recorded before; see `entrepot.trace` for
    what the imports of a block cost.

    Args:
        name: The module's name.
        system: The private import system that it belongs to, in place of the process.

    Example:
        >>> import json
        >>> place, name = why("json.scanner").chain[-1]
        >>> place.name, place.statement, name
        ('json.decoder', 'from json import scanner', 'json.scanner')
        >>> print(why("there.is.nothing"))
        'there.is.nothing' is not loaded
    """
    given = system or current()
    return WhyLoaded(name, sys.modules if given is None else given.modules)
