"""Questions about the program as it will be: who reads what, who binds it, who touches it.

The world looks at live namespaces to tell what a name leads to, and changes nothing. A
*location* is a binding: a module's name and a name in it, such as ``("settings", "RATE")``.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any, TypeAlias

from .attributes import NOTHING
from .order import Order, Position, absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Uses

    from .changes import ModuleChange
    from .recorder import Recorder
    from .revision import LiveScope, LiveStatement, Record

Location: TypeAlias = tuple[str, str]


class World:
    """The managed modules as they will be after the edit.

    Attributes:
        records: By name.
        changes: The changed modules by name.
        extra_binds: Names that statements were seen to bind, by the statement's identity.
        effects: Objects that statements were seen to change, by the statement's identity.
    """

    def __init__(
        self,
        records: dict[str, Record],
        changes: dict[str, ModuleChange],
        recorder: Recorder,
    ) -> None:
        self.records = records
        self.changes = changes
        self.recorder = recorder
        self.by_namespace = {id(record.namespace): record for record in records.values()}
        self._binders: dict[str, dict[str, list[LiveStatement]]] = {}
        self._old_binders: dict[str, dict[str, list[LiveStatement]]] = {}
        self._ran: dict[int, list[types.CodeType]] | None = None
        self._scopes: dict[int, LiveScope] = {}
        self._new_of: dict[int, LiveStatement] = {}
        for change in changes.values():
            for live in change.lives:
                if live.old is not None:
                    self._new_of[id(live.old)] = live
        self._order: Order | None = None
        self._old_order: Order | None = None
        self.extra_binds: dict[int, set[str]] = {}
        self.effects: dict[int, tuple[LiveStatement, dict[int, Any]]] = {}

    # the program

    def lives(self, record: Record) -> list[LiveStatement]:
        """Return a module's statements as they will be."""
        change = self.changes.get(record.name)
        return record.lives if change is None else change.lives

    def now(self, live: LiveStatement) -> LiveStatement | None:
        """Return the statement that takes a live one's place, ``None`` if it is removed."""
        if live.record.name not in self.changes:
            return live
        return self._new_of.get(id(live))

    def before(self, live: LiveStatement) -> LiveStatement | None:
        """Return the statement that runs now, of one as it will be; ``None`` for a new one."""
        return live.old if live.record.name in self.changes else live

    def runners(self, scope: LiveScope) -> list[LiveStatement]:
        """Return the statements (old ones) during which a scope ran."""
        entry = self.recorder.runners.get(id(scope.code))
        if entry is None:
            return []
        found = []
        for site in entry[1]:
            live = self.live_of(site)
            if live is not None:
                found.append(live)
        return found

    @staticmethod
    def live_of(site: Any) -> LiveStatement | None:
        """Return the statement at a recorded site."""
        if site.live is None and not site.record.is_parsed:
            site.record.lives  # noqa: B018 (pairs sites with statements)
        return site.live  # type: ignore[no-any-return]

    def ran(self, live: LiveStatement) -> list[LiveScope]:
        """Return the scopes that ran when a statement was executed last (its old version)."""
        if self._ran is None:
            self._ran = {}
            for code, sites in list(self.recorder.runners.values()):
                for site in sites:
                    self._ran.setdefault(id(site), []).append(code)
        old = live if live.old is None else live.old
        found: list[LiveScope] = []
        for site in old.sites:
            for code in self._ran.get(id(site), ()):
                scope = self.scope_of(code)
                if (scope is not None and scope.live is not old) or scope is not None:
                    found.append(scope)
        return found

    def scope_of(self, code: types.CodeType) -> LiveScope | None:
        """Return the live scope that runs a code object."""
        if id(code) not in self._scopes:
            for record in self.records.values():
                if record.file == code.co_filename:
                    for live in record.lives:
                        for scope in live.scopes.values():
                            self._scopes[id(scope.code)] = scope
        return self._scopes.get(id(code))

    def parts(self, live: LiveStatement) -> Iterator[tuple[Record, Uses]]:
        """Yield the uses of a statement and of what ran during it, each with its module."""
        yield live.record, live.uses
        for scope in self.ran(live):
            if scope.live.record is live.record and _is_immediate(scope, live):
                continue
            yield scope.live.record, self.current_uses(scope)

    def current_uses(self, scope: LiveScope) -> Uses:
        """Return the uses that a scope will have after the edit."""
        now = self.now(scope.live)
        if now is None or now is scope.live:
            return scope.uses
        current = now.scopes.get(scope.path)
        return scope.uses if current is None else current.uses

    # where statements stand

    @property
    def order(self) -> Order:
        """The order of statements after the edit."""
        if self._order is None:
            self._order = Order(self, is_old=False)
        return self._order

    @property
    def old_order(self) -> Order:
        """The order of statements before it."""
        if self._old_order is None:
            self._old_order = Order(self, is_old=True)
        return self._old_order

    def position(self, live: LiveStatement) -> Position:
        """Return a key that sorts statements in the order in which an import executes them."""
        return self.order.position(live)

    def home_of(self, value: Any) -> Record | None:
        """Return the managed module that a value is, or was made in; ``None`` for others."""
        if isinstance(value, types.ModuleType):
            return self.by_namespace.get(id(value.__dict__))
        if isinstance(value, types.FunctionType):
            return self.by_namespace.get(id(value.__globals__))
        name: Any = (value if isinstance(value, type) else type(value)).__module__
        return self.records.get(name) if isinstance(name, str) else None

    # bindings

    def binders(self, record: Record, name: str) -> list[LiveStatement]:
        """Return the statements that bind a name of a module, in order."""
        table = self._binders.get(record.name)
        if table is None:
            table = self._binders[record.name] = self._bound(self.lives(record))
        return table.get(name, [])

    def old_binders(self, record: Record, name: str) -> list[LiveStatement]:
        """Return the statements that bound a name before the edit, in order."""
        if record.name not in self.changes:
            return self.binders(record, name)
        table = self._old_binders.get(record.name)
        if table is None:
            table = self._old_binders[record.name] = self._bound(record.lives, old=True)
        return table.get(name, [])

    def names_bound(self, record: Record, *, old: bool = False) -> set[str]:
        """Return every name that some statement binds."""
        (self.old_binders if old else self.binders)(record, "")
        tables = self._old_binders if old and record.name in self.changes else self._binders
        return set(tables[record.name])

    def _bound(
        self, lives: list[LiveStatement], *, old: bool = False
    ) -> dict[str, list[LiveStatement]]:
        table: dict[str, list[LiveStatement]] = {}
        for live in lives:
            for name in self.binds(live, old=old):
                table.setdefault(name, []).append(live)
        return table

    def binds(self, live: LiveStatement, *, old: bool = False) -> set[str]:
        """Return the names of its module that a statement binds, by what ran too."""
        names = set(live.uses.binds)
        names |= self.extra_binds.get(id(live), set())
        for module, level in live.uses.stars:
            names |= set(star_names(self.module_named(live.record, module, level)))
        for scope in self.ran(live):
            if scope.live.record is live.record:
                uses = scope.uses if old else self.current_uses(scope)
                if not _is_immediate(scope, live):
                    names |= uses.binds
        return names

    def binds_by_text(self, live: LiveStatement) -> bool:
        """Return whether a statement may bind names that its syntax does not tell."""
        return any(uses.by_text for home, uses in self.parts(live) if home is live.record)

    def unexplained(self, record: Record) -> list[str]:
        """Return the names that the import bound although no statement says so."""
        told = self.names_bound(record) | self.names_bound(record, old=True)
        found = []
        for name in record.base:
            value = record.namespace.get(name, NOTHING)
            if name in told or value is NOTHING or name[:2] == "__":
                continue
            if isinstance(value, types.ModuleType) and value is sys.modules.get(
                f"{record.name}.{name}"
            ):
                continue
            found.append(name)
        return found

    def may_bind(self, live: LiveStatement, name: str) -> bool:
        """Return whether some way through a statement leaves a name unbound."""
        return name in live.uses.may_bind or name not in live.uses.binds

    @staticmethod
    def module_named(record: Record, name: str, level: int) -> Any:
        """Return the loaded module that an import in ``record`` means, or ``None``."""
        name = absolute(record, name, level)
        return sys.modules.get(name)

    # reading

    def reads(self, live: LiveStatement, record: Record, name: str) -> bool:
        """Return whether executing a statement reads a location."""
        return any(self.uses_read(home, uses, record, name) for home, uses in self.parts(live))

    def locations_read(self, live: LiveStatement) -> Iterator[tuple[Record, str]]:
        """Yield the locations that executing a statement reads, those of managed modules."""
        found: dict[Location, Record] = {}
        for home, uses in self.parts(live):
            names = set(uses.reads)
            if uses.is_dynamic and not uses.stars:
                names |= self.names_bound(home)
            found.update({(home.name, name): home for name in names})
            for module, level, name in uses.imports:
                record = self.home_of(self.module_named(home, module, level))
                if record is not None:
                    found[record.name, name] = record
            for module, level in uses.stars:
                source = self.module_named(home, module, level)
                record = self.home_of(source)
                if record is not None:
                    found.update({(record.name, name): record for name in star_names(source)})
            for chain in uses.chains:
                record = self.home_of(home.namespace.get(chain[0]))
                if record is not None and isinstance(home.namespace[chain[0]], types.ModuleType):
                    found[record.name, chain[1]] = record
        for (_, name), record in found.items():
            yield record, name

    def uses_read(self, home: Record, uses: Uses, record: Record, name: str) -> bool:
        """Return whether uses in module ``home`` read the location ``record.name``."""
        if home is record:
            if name in uses.reads:
                return True
            if uses.is_dynamic and not uses.stars:
                return True
        for module, level, wanted in uses.imports:
            if wanted == name and self._is(self.module_named(home, module, level), record):
                return True
        for module, level in uses.stars:
            if self._is(self.module_named(home, module, level), record) and (
                name == "__all__" or name in star_names(record.module) or name[:1] != "_"
            ):
                return True
        for chain in uses.chains:
            if name in chain[1:] and self._chain_reads(home, chain, record, name):
                return True
        return any(self._is(home.namespace.get(whole), record) for whole in uses.whole)

    def _chain_reads(self, home: Record, chain: Chain, record: Record, name: str) -> bool:
        value: Any = home.namespace.get(chain[0])
        for tail in chain[1:]:
            if not isinstance(value, types.ModuleType):
                return False
            if tail == name and self._is(value, record):
                return True
            value = value.__dict__.get(tail)
        return False

    @staticmethod
    def _is(value: Any, record: Record) -> bool:
        return value is record.module or (
            isinstance(value, types.ModuleType) and value.__dict__ is record.namespace
        )

    def readers(self, record: Record, name: str) -> list[LiveStatement]:
        """Return every statement (as it will be) whose execution reads a location."""
        found: dict[int, LiveStatement] = {}
        for other in self.records.values():
            if (
                other is not record
                and name not in other.mentions()
                and not self._stars(other, record)
            ):
                continue
            for live in self.lives(other):
                if self.uses_read(other, live.uses, record, name):
                    found[id(live)] = live
            self._running_readers(other, record, name, found)
        return list(found.values())

    def _running_readers(
        self, home: Record, record: Record, name: str, found: dict[int, LiveStatement]
    ) -> None:
        for old in home.lives:
            for scope in old.scopes.values():
                if id(scope.code) in self.recorder.runners and self.uses_read(
                    home, self.current_uses(scope), record, name
                ):
                    self.add_runners(scope, found)

    def _stars(self, home: Record, record: Record) -> bool:
        return record.name.rpartition(".")[2] in home.mentions() and any(
            live.uses.stars for live in self.lives(home)
        )

    def add_runners(self, scope: LiveScope, found: dict[int, LiveStatement]) -> None:
        """Add the statements during which a scope ran, as they will be."""
        for runner in self.runners(scope):
            now = self.now(runner)
            if now is not None:
                found[id(now)] = now


def is_reference(live: LiveStatement) -> bool:
    """Return whether a statement only gives a name to what is there: an import, an alias."""
    from entrepot.standard import ast

    node = live.statement.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    value = getattr(node, "value", None)
    return isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
        value, ast.Name | ast.Attribute | ast.Subscript
    )


def star_names(module: Any) -> list[str]:
    """Return the names that ``from module import *`` binds."""
    if module is None:
        return []
    return star_names_of(getattr(module, "__dict__", {}))


def star_names_of(namespace: dict[str, Any]) -> list[str]:
    """Return the names that a star import copies from a namespace."""
    listed = namespace.get("__all__")
    if listed is not None:
        return [name for name in listed if isinstance(name, str)]
    return [name for name in namespace if not name.startswith("_")]


def _is_immediate(scope: LiveScope, live: LiveStatement) -> bool:
    """Return whether a scope's uses are in the statement's own already: a class body."""
    from entrepot.source.scopes import is_function

    old = live if live.old is None else live.old
    return scope.live is old and (
        not is_function(scope.code)
        or scope.path[-1][0] in {"<listcomp>", "<setcomp>", "<dictcomp>"}
    )
