"""Names that a module's own ``__getattr__`` has put into it, fetched again when they differ.

``globals()[name] = value`` in ``__getattr__`` is a cache of the module: it is emptied of what the
function would give otherwise now, as the caches of functions are. The program may have put names
there by itself, too: only what the function can tell by its text, by a table, or as a definition
of another module is taken for its own.
"""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, is_a
from .generated import bound_globals
from .reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .journal import Journal
    from .merging import Merger
    from .revision import Record
    from .world import World

HOOK = "__getattr__"
_PUTTING = frozenset({"globals", "setattr", "__dict__", "vars", "__setattr__"})
_TABLES = (dict, list, tuple, set, frozenset)


class Fetched:
    """Drops such names, for one reload."""

    def __init__(self, merger: Merger, journal: Journal) -> None:
        self._merger = merger
        self._world: World = merger.world
        self._journal = journal
        self._known: dict[tuple[str, str], Record] = {}
        self._dropped: list[str] = []
        self._has_more = False

    def begin(self) -> None:
        """A pass begins: what one before has found to be stale is not there."""
        for (_, name), record in self._known.items():
            self._delete(record, name)
        self._merger.adopter.dropped += self._dropped

    def drop(self) -> None:
        """Drop what would be fetched otherwise now; who reads it is due."""
        plan = self._merger.plan
        for record in self._hooked():
            function = record.namespace[HOOK]
            if type(function) is not FunctionType or HOOK not in self._start(record):
                continue  # one that was not there has put nothing
            names = list(self._candidates(record))
            if not names or not self._differs(record, function):
                continue
            reach = Reach(self._world, function, ())
            told = self._told(record, reach)
            for name in names:
                value = record.namespace[name]
                if name not in told and not self._is_of_others(record, name, value):
                    continue
                is_definition = is_a(value, FunctionType | type | ModuleType)
                if not is_definition and name not in record.base:
                    self._dropped.append(f"{record.name}.{name}")
                    self._merger.adopter.dropped.append(self._dropped[-1])
                self._has_more |= (record.name, name) not in self._known
                self._known[record.name, name] = record
                self._delete(record, name)
                lives = plan.in_order()
                if lives:
                    self._merger.deleted(record, name, lives[-1])

    def _hooked(self) -> list[Record]:
        """Return the modules that have such a function, in the order of their imports."""
        found = map(self._world.records.get, self._merger.adopter.base.hooked)
        hooked = [record for record in found if record is not None and HOOK in record.namespace]
        return sorted(hooked, key=lambda record: record.order)

    def _start(self, record: Record) -> dict[str, Any]:
        """Return the names that a module had before the reload."""
        return self._merger.start.get(record.name, record.namespace)

    def has_found_more(self) -> bool:
        """Return, once, whether statements may have read what was dropped after they ran."""
        found, self._has_more = self._has_more, False
        return found

    def _candidates(self, record: Record) -> Iterator[str]:
        """Yield the names that no statement binds."""
        told = self._world.names_bound(record)
        for name, value in list(record.namespace.items()):
            if name in told or name[:2] == "__" or is_a(value, ModuleType):
                continue
            yield name

    def _differs(self, record: Record, function: FunctionType) -> bool:
        """Return whether the function may give something else now."""
        caches = self._merger.caches
        return record.name in caches.moved.get(HOOK, ()) or caches.may_differ_now(function)

    def _told(self, record: Record, reach: Reach) -> set[str]:
        """Return the names that the function's code may put: those it mentions, or in tables."""
        if reach.names.isdisjoint(_PUTTING):  # it may declare them ``global``
            return {name for code in reach.codes.values() for name in bound_globals(code)}
        found = set(reach.names)
        for code in reach.codes.values():
            found.update(const for const in code.co_consts if type(const) is str)
        for name in reach.names:
            value = record.namespace.get(name, NOTHING)
            if is_a(value, _TABLES):
                found.update(item for item in value if type(item) is str)
        return found

    def _is_of_others(self, record: Record, name: str, value: Any) -> bool:
        """Return whether a value is what another module of the program has defined by the name."""
        if not is_a(value, FunctionType | type) or value.__name__ != name:
            return False
        home = self._world.home_of(value)
        is_known = home is not None or value.__module__ in self._world.gone
        return is_known and home is not record

    def _delete(self, record: Record, name: str) -> None:
        for names in (record.namespace, record.base):
            if name in names:
                self._journal.delete_item(names, name)
        self._world.changed(record)
