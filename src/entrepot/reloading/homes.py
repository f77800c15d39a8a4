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

    __slots__ = ("_asked", "_held", "_modules", "_stale", "records")

    def __init__(self, records: dict[str, Record]) -> None:
        self.records = records
        self._asked = 0
        self._held: dict[str, set[int]] = {}  # what the names of a module lead to
        self._modules: dict[int, set[str]] | None = None  # the other way round
        self._stale: set[str] = set()

    def of(self, value: object) -> list[tuple[str, str]]:
        """Return the names that lead to an object: ``[("shop.cart", "ITEMS")]``."""
        found = []
        for name in self._having(id(value)):
            items = list(self.records[name].namespace.items())
            found += [(name, bound) for bound, held in items if held is value]
        return found

    def changed(self, name: str) -> None:
        """The namespace of a module has changed."""
        self._stale.add(name)

    def _having(self, key: int) -> list[str]:
        """Return the modules that have a name which leads to an object, in their order."""
        self._asked += 1
        if self._modules is None and self._asked <= FEW:
            return [name for name in self.records if key in self._of_module(name)]
        if self._modules is None:
            self._modules = {}
            for name in self.records:
                for held in self._of_module(name):
                    self._modules.setdefault(held, set()).add(name)
        for name in self._stale:
            self._renew(name, self._modules)
        self._stale.clear()
        found = self._modules.get(key, ())
        return list(found) if len(found) < 2 else sorted(found, key=self._rank)

    def _rank(self, name: str) -> int:
        return self.records[name].order

    def _of_module(self, name: str) -> set[int]:
        held = self._held.get(name)
        if held is None or name in self._stale:
            held = self._held[name] = set(map(id, list(self.records[name].namespace.values())))
            self._stale.discard(name)
        return held

    def _renew(self, name: str, modules: dict[int, set[str]]) -> None:
        if name not in self.records:
            return
        before = self._held.get(name, set())
        after = self._held[name] = set(map(id, list(self.records[name].namespace.values())))
        for key in before - after:
            modules[key].discard(name)
        for key in after - before:
            modules.setdefault(key, set()).add(name)
