"""What may have run while a module was imported, told by the syntax and by what its names hold.

Used where nothing was recorded: after a late start, and where no tool id was free. Every function
that a statement mentions counts as called, and so does what those mention in turn. That is more
than really ran, so that more runs again than had to, never less; only what a function does by
names that are built as text is not seen.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import is_function

from . import importers
from .attributes import derives_from, held_in, instance_dict, is_a, wrapped_by
from .recorder import Ran
from .registrations import told
from .revision import Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Uses

    from .recorder import Recorder
    from .revision import LiveScope, LiveStatement, Record

_NOTHING: Any = object()


def link(records: Iterable[Record], late: list[Record], recorder: Recorder) -> None:
    """Note for each statement of the late modules what may have run there.

    Args:
        records: All managed modules.
        late: Those of which nothing was recorded, in the order in which their imports ended.
        recorder: Where to note it.
    """
    reach = _Reach(list(records))
    for record in late:
        for live in record.lives:
            site = Site(record, live.statement.first)
            site.live = live
            live.sites = [site]
            record.sites[live.statement.first] = site
            for scope in reach.from_statement(live):
                recorder.runners.setdefault(id(scope.code), Ran(scope.code, {})).add(site)
            recorder.registered.extend(told(live, site))
    importers.find(late, reach.by_name)


class _Reach:
    """Follows names from a statement to the functions that it may call."""

    def __init__(self, records: list[Record]) -> None:
        self.by_namespace = {id(record.namespace): record for record in records}
        self.by_name = {record.name: record for record in records}
        self.by_code: dict[int, LiveScope] = {}
        self.methods: dict[str, list[LiveScope]] = {}
        for record in records:
            for live in record.lives:
                for path, scope in live.scopes.items():
                    self.by_code[id(scope.code)] = scope
                    if len(path) > 1 and live.statement.is_class:
                        self.methods.setdefault(path[-1][0], []).append(scope)

    def from_statement(self, live: LiveStatement) -> list[LiveScope]:
        """Return the scopes that executing a statement may run."""
        found: dict[int, LiveScope] = {}
        if not live.statement.is_function:
            for path, scope in live.scopes.items():
                if len(path) == 1 or not live.statement.is_class:
                    found[id(scope.code)] = scope
        waiting = list(found.values())
        waiting.extend(self._mentioned(live.record, live.uses))
        while waiting:
            scope = waiting.pop()
            if id(scope.code) in found and scope.live is not live:
                continue
            found[id(scope.code)] = scope
            mentioned = self._mentioned(scope.live.record, scope.uses)
            waiting.extend(other for other in mentioned if id(other.code) not in found)
            if not is_function(scope.code):
                continue  # a class body does not run its methods
            depth = len(scope.path)
            for path, inner in scope.live.scopes.items():
                is_below = len(path) == depth + 1 and path[:depth] == scope.path
                if is_below and id(inner.code) not in found:
                    waiting.append(inner)
        return list(found.values())

    def _mentioned(self, home: Record, uses: Uses) -> Iterator[LiveScope]:
        for name in uses.reads:
            yield from self._behind(home.namespace.get(name, _NOTHING))
        for chain in uses.chains:
            yield from self._along(home, chain)
        for attribute in uses.attributes:
            yield from self.methods.get(attribute, ())

    def _along(self, home: Record, chain: Chain) -> Iterator[LiveScope]:
        value = home.namespace.get(chain[0], _NOTHING)
        for tail in chain[1:]:
            if not is_a(value, types.ModuleType):
                return
            value = value.__dict__.get(tail, _NOTHING)
            yield from self._behind(value)

    def _behind(self, value: Any, depth: int = 4) -> Iterator[LiveScope]:
        """Yield what may run when a value is called or used with an operator."""
        if value is _NOTHING or not depth:
            return
        if is_a(value, types.FunctionType):
            scope = self.by_code.get(id(value.__code__))
            if scope is not None:
                yield scope
            for cell in value.__closure__ or ():
                for held in held_in(cell):
                    yield from self._behind(held, depth - 1)
            return
        if is_a(value, types.MethodType):
            yield from self._behind(value.__func__, depth - 1)
            return
        cls = value if is_a(value, type) else type(value)
        if getattr(cls, "__module__", None) in self.by_name:
            yield from self._special_methods(cls)
        wrapped = (instance_dict(value) or {}).get("__wrapped__")
        inner = wrapped_by(value) if cls.__module__ == "functools" else value
        for part in (wrapped, inner):
            if part is not None and part is not value:
                yield from self._behind(part, depth - 1)

    def _special_methods(self, cls: type) -> Iterator[LiveScope]:
        metaclass: type = type(cls)
        for owner in (*cls.__mro__, *metaclass.__mro__):
            for name, member in list(owner.__dict__.items()):
                if name[:2] == "__" or derives_from(metaclass, owner):
                    function = wrapped_by(member)
                    is_function = type(function) is types.FunctionType
                    scope = self.by_code.get(id(function.__code__)) if is_function else None
                    if scope is not None:
                        yield scope
