"""Where objects are bound: which names of which modules lead to an object.

The first questions look through the modules one by one; when many are asked, as by an edit that
makes many statements run, an index by object answers, of which only what has changed is renewed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .revision import Record

FEW = 16


class Homes:
    """Where objects are bound, for one world.

    Attributes:
        records: The modules by name.
    """

    __slots__ = ("_asked", "_held", "_ids", "_index", "_stale", "records")

    def __init__(self, records: dict[str, Record]) -> None:
        self.records = records
        self._asked = 0
        self._ids: dict[str, set[int]] = {}  # by module: what its names lead to
        self._held: dict[str, dict[int, list[str]]] = {}  # by module: names by what they lead to
        self._index: dict[int, dict[str, set[str]]] | None = None  # names with their modules
        self._stale: set[str] = set()

    def of(self, value: object) -> list[tuple[str, str]]:
        """Return the names that lead to an object: ``[("shop.cart", "ITEMS")]``."""
        index = self._indexed()
        if index is None:
            return [
                found
                for module in self.records
                if id(value) in self._ids_of(module)
                for found in self.of_one(module, value)
            ]
        names = index.get(id(value), {})
        modules = set().union(*names.values())
        return [
            found
            for module in sorted(modules, key=self._rank)
            for found in self.of_one(module, value)
        ]

    def names(self, value: object) -> list[str]:
        """Return the names, each once, that lead to an object in some module."""
        index = self._indexed()
        if index is None:
            return list({name: None for _, name in self.of(value)})
        return [name for name, modules in index.get(id(value), {}).items() if modules]

    def of_one(self, module: str, value: object) -> list[tuple[str, str]]:
        """Return the names of one module that lead to an object."""
        if self._index is not None:
            return [(module, name) for name in self._of_module(module).get(id(value), ())]
        items = list(self.records[module].namespace.items())
        return [(module, name) for name, held in items if held is value]

    def changed(self, module: str) -> None:
        """The namespace of a module has changed."""
        self._ids.pop(module, None)
        self._stale.add(module)

    def _rank(self, module: str) -> int:
        return self.records[module].order

    def _indexed(self) -> dict[int, dict[str, set[str]]] | None:
        """Return the index, ``None`` as long as little has been asked."""
        if self._index is None:
            self._asked += 1
            if self._asked <= FEW:
                return None
            held = {module: self._of_module(module) for module in self.records}
            self._index = {}
            for module, found in held.items():
                self._renew(self._index, module, {}, found)
        for module in list(self._stale):
            self._of_module(module)
        return self._index

    def _ids_of(self, module: str) -> set[int]:
        found = self._ids.get(module)
        if found is None:
            values = list(self.records[module].namespace.values())
            found = self._ids[module] = set(map(id, values))
        return found

    def _of_module(self, module: str) -> dict[int, list[str]]:
        held = self._held.get(module)
        if held is None or module in self._stale:
            self._stale.discard(module)
            found: dict[int, list[str]] = {}
            for name, value in list(self.records[module].namespace.items()):
                found.setdefault(id(value), []).append(name)
            self._held[module] = found
            if self._index is not None:
                self._renew(self._index, module, held or {}, found)
            held = found
        return held

    @staticmethod
    def _renew(
        index: dict[int, dict[str, set[str]]],
        module: str,
        before: dict[int, list[str]],
        after: dict[int, list[str]],
    ) -> None:
        for key, names in before.items():
            if after.get(key) != names:
                for name in names:
                    index[key][name].discard(module)
        for key, names in after.items():
            if before.get(key) != names:
                held = index.setdefault(key, {})
                for name in names:
                    held.setdefault(name, set()).add(module)
