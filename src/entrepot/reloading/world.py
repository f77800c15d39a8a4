"""Questions about the program as it will be: who reads what, who binds it, who touches it.

The world looks at live namespaces to tell what a name leads to, and changes nothing. A
*location* is a binding: a module's name and a name in it, such as ``("settings", "RATE")``.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any, TypeAlias

from .attributes import NOTHING, is_a
from .bindings import OF_IMPORT, binders_by_text, bound_elsewhere, foreign_binders
from .homes import Homes
from .lookers import Lookers
from .mentions import Mentions
from .order import Order, Position
from .revision import absolute
from .runs import Runs
from .setters import Setters
from .sources import Sources
from .stars import copied_by
from .touching import Touching
from .view import View

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .bindings import Storing
    from .changes import ModuleChange
    from .recorder import Recorder
    from .revision import LiveScope, LiveStatement, Record

Location: TypeAlias = tuple[str, str]


class World(Runs):
    """The managed modules as they will be after the edit.

    Attributes:
        records: By name.
        changes: The changed modules by name.
        gone: The names of those whose files are gone: none of their statements runs again.
        effects: Objects that statements were seen to change, by the statement's identity.
        sources: Who may read a name from which module.
        touching: Which texts may change an object that has a name.
        lookers: Who may ask a module for any of its names.
        setters: Who sets names of modules that are computed.
        set_by_code: Attributes that a property set before the class was edited, by the class.
        by_attribute: The statements that mention an attribute, as far as that was asked.
    """

    def __init__(
        self,
        records: dict[str, Record],
        changes: dict[str, ModuleChange],
        recorder: Recorder,
        gone: Collection[str] = (),
    ) -> None:
        super().__init__(recorder)
        self.gone = gone
        self.records = records
        self.changes = changes
        self._binders: dict[tuple[str, str, bool], list[LiveStatement]] = {}
        self._odd: dict[tuple[str, bool], list[LiveStatement]] = {}
        self._imported: dict[str, frozenset[str]] = {}
        self._views: dict[tuple[str, bool], View] = {}
        self._files: dict[str, list[Record]] | None = None
        self._own_binders: dict[tuple[str, str, bool], list[LiveStatement]] = {}
        self._by_namespace: dict[int, Record] | None = None
        self._homes = Homes(records)
        self.sources = Sources(self)
        self.touching = Touching(self)
        self.lookers = Lookers(self)
        self.setters = Setters(self)
        self.by_attribute: dict[frozenset[str], dict[int, LiveStatement]] = {}
        self.storing: dict[tuple[str, bool], list[Storing]] = {}  # see ``bindings.py``
        self.touchers: dict[int, tuple[Any, list[LiveStatement]]] = {}  # see ``touches.py``
        self.named_in: dict[str, tuple[list[int], list[Record]]] = {}  # see ``play.py``
        self._scopes: dict[int, LiveScope] = {}
        self._scoped: set[str] = set()
        self._new_of: dict[int, LiveStatement] = {}
        for change in changes.values():
            for live in change.lives:
                if live.old is not None:
                    self._new_of[id(live.old)] = live
        self._order: Order | None = None
        self._old_order: Order | None = None
        self.set_by_code: dict[int, set[str]] = {}
        self.effects: dict[int, tuple[LiveStatement, dict[int, Any]]] = {}
        self._mentions = Mentions(records, changes, recorder.runners)
        self.brought: dict[int, tuple[LiveStatement, Any]] = {}  # see ``brought.py``
        self.arrived: set[str] = set()
        self.naming_alone: dict[Any, tuple[list[LiveStatement], list[LiveScope]]] = {}
        self.ran_mentioning: dict[tuple[str, frozenset[str]], list[LiveScope]] = {}

    def let_go(self) -> None:
        """Forget everything: what was looked up refers to what refers to it."""
        vars(self).clear()

    # the program

    def lives(self, record: Record) -> list[LiveStatement]:
        """Return a module's statements as they will be."""
        change = self.changes.get(record.name)
        return record.lives if change is None else change.lives

    def imported(self, record: Record) -> frozenset[str]:
        """Return the names that a module's text imports at its top."""
        found = self._imported.get(record.name)
        if found is None:
            from .changes import imported_names  # with the parser, needed to run statements only

            found = imported_names(live.statement for live in self.lives(record))
            self._imported[record.name] = found
        return found

    def view(self, record: Record, *, old: bool = False) -> View:
        """Return a module's statements as they will be, or as they are, to look them up."""
        key = (record.name, old and record.name in self.changes)
        view = self._views.get(key)
        if view is None:
            is_as_it_runs = key[1] or record.name not in self.changes
            view = record.view if is_as_it_runs else View(self.lives(record))
            self._views[key] = view
        return view

    def records_of(self, file: str) -> list[Record]:
        """Return the modules that were loaded from a file."""
        if self._files is None:
            self._files = {}
            for record in self.records.values():
                self._files.setdefault(record.file, []).append(record)
        return self._files.get(file, [])

    def moved(self, record: Record) -> None:
        """A module is loaded from another file now: code of it runs from there.

        A package's relative imports mean other modules, so the order of the imports is another.
        """
        self.recorder.add_file(record.file)
        self._order = None
        if self._files is not None:
            self._files.setdefault(record.file, []).append(record)

    @property
    def by_namespace(self) -> dict[int, Record]:
        """The modules by the identity of their namespace."""
        if self._by_namespace is None:
            records = self.records.values()
            self._by_namespace = {id(record.namespace): record for record in records}
        return self._by_namespace

    def now(self, live: LiveStatement) -> LiveStatement | None:
        """Return the statement that takes a live one's place, ``None`` if it is removed."""
        if live.record.name not in self.changes:
            return live
        return self._new_of.get(id(live))

    def before(self, live: LiveStatement) -> LiveStatement | None:
        """Return the statement that runs now, of one as it will be; ``None`` for a new one."""
        return live.old if live.record.name in self.changes else live

    def homes(self, value: object) -> list[Location]:
        """Return the locations that an object is bound to."""
        return self._homes.of(value)

    def names_of(self, value: object) -> list[str]:
        """Return the names that lead to an object, each once."""
        return self._homes.names(value)

    def homes_in(self, record: Record, value: object) -> list[Location]:
        """Return the locations in one module that an object is bound to."""
        return self._homes.of_one(record.name, value)

    def changed(self, record: Record) -> None:
        """Forget where objects were bound in a module: its namespace has changed."""
        self._homes.changed(record.name)
        self.named_in.pop(record.name, None)
        self.sources.changed(record.name)
        self.touchers.clear()

    def runners(self, scope: LiveScope) -> list[LiveStatement]:
        """Return the statements (old ones) during which a scope ran."""
        entry = self.recorder.runners.get(id(scope.code))
        if entry is None:
            return []
        found = []
        for site in entry.each():
            if self.records.get(site.record.name) is not site.record:
                continue  # of a module that the reload itself has imported
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

    def scope_of(self, code: types.CodeType) -> LiveScope | None:
        """Return the live scope that runs a code object."""
        if id(code) not in self._scopes and code.co_filename not in self._scoped:
            self._scoped.add(code.co_filename)
            for record in self.records_of(code.co_filename):
                for live in (*self.lives(record), *record.lives):
                    for scope in live.scopes.values():
                        self._scopes[id(scope.code)] = scope
        return self._scopes.get(id(code))

    def add_runners(self, scope: LiveScope, found: dict[int, LiveStatement]) -> None:
        """Add the statements during which a scope ran, as they will be."""
        for runner in self.runners(scope):
            now = self.now(runner)
            if now is not None:
                found[id(now)] = now

    def was_set_by_code(self, owner: object, names: set[str]) -> bool:
        """Return whether a property set attributes of an object before its class was edited."""
        kinds = type(owner).__mro__ if self.set_by_code else ()
        return any(not names.isdisjoint(self.set_by_code.get(id(kind), ())) for kind in kinds)

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

    def is_over(self, record: Record, here: Position) -> bool:
        """Return whether a module's import had ended when it came to a position."""
        began = self.order.prefix(record)
        return began < here and here[: len(began)] != began

    def home_of(self, value: Any) -> Record | None:
        """Return the managed module that a value is, or was made in; ``None`` for others."""
        if is_a(value, types.ModuleType):
            return self.by_namespace.get(id(value.__dict__))
        if is_a(value, types.FunctionType):
            return self.by_namespace.get(id(value.__globals__))
        cls = value if is_a(value, type) else type(value)
        name = getattr(cls, "__module__", None)
        return self.records.get(name) if isinstance(name, str) else None

    # bindings

    def binders(self, record: Record, name: str, *, old: bool = False) -> list[LiveStatement]:
        """Return the statements that bind a name of a module, in order; before the edit if old.

        Of a name that the import bound and no statement says, those that bind names by text.
        """
        found = self.told_binders(record, name, old=old)
        if found or name not in record.base or name[:2] == "__":
            return found
        return binders_by_text(self, record, name, old=old)

    def told_binders(self, record: Record, name: str, *, old: bool = False) -> list[LiveStatement]:
        """Return the statements that bind a name as their syntax tells, or what ran."""
        is_old = old and bool(self.changes)
        found = self._binders.get((record.name, name, is_old))
        if found is None:
            found = self.own_binders(record, name, old=old)
            foreign = foreign_binders(self, record, name, old=is_old)
            if foreign:
                order = self.old_order if is_old else self.order
                found = sorted([*found, *foreign], key=order.position)
            self._binders[record.name, name, is_old] = found
        return found

    def own_binders(self, record: Record, name: str, *, old: bool = False) -> list[LiveStatement]:
        """Return those of them that stand in the module itself."""
        old = old and record.name in self.changes
        found = self._own_binders.get((record.name, name, old))
        if found is None:
            view = self.view(record, old=old)
            candidates = {id(live): live for live in view.naming((name,))}
            candidates.update((id(live), live) for live in self._odd_binders(record, old=old))
            found = self._own_binders[record.name, name, old] = [
                live
                for live in sorted(candidates.values(), key=view.number)
                if self._is_bound_by(live, name, old=old)
            ]
        return found

    def old_binders(self, record: Record, name: str) -> list[LiveStatement]:
        """Return the statements that bound a name before the edit, in order."""
        return self.binders(record, name, old=True)

    def names_bound(self, record: Record, *, old: bool = False) -> set[str]:
        """Return every name that some statement binds."""
        lives = self.view(record, old=old).lives
        return {name for live in lives for name in self.binds(live, old=old)}

    def _odd_binders(self, record: Record, *, old: bool) -> list[LiveStatement]:
        """Return the statements that bind names which do not stand in their text."""
        found = self._odd.get((record.name, old))
        if found is None:
            view = self.view(record, old=old)
            odd = {id(live): live for live in view.dynamic}
            if view.naming(("global", "modules")):
                for live in view.lives:
                    if self.bound_by_calls(live, old=old):
                        odd[id(live)] = live
            found = self._odd[record.name, old] = list(odd.values())
        return [*found, *(live for live in self._extra if live.record is record and not old)]

    def binds(self, live: LiveStatement, *, old: bool = False) -> set[str]:
        """Return the names of its module that a statement binds, by what ran too."""
        names = self._binds_as_told(live) | self.extra_binds.get(id(live), set())
        return names | copied_by(live) | self.bound_by_calls(live, old=old)

    def _is_bound_by(self, live: LiveStatement, name: str, *, old: bool) -> bool:
        """Return whether a name is among those that a statement binds."""
        return (
            name in self._binds_as_told(live)
            or name in self.extra_binds.get(id(live), ())
            or name in self.bound_by_calls(live, old=old)
            or name in copied_by(live)
        )

    @staticmethod
    def _binds_as_told(live: LiveStatement) -> set[str]:
        is_known = live.statement.binds_its_name  # then it need not be parsed
        return {str(live.statement.name)} if is_known else live.uses.binds

    def mentions(self, record: Record, word: str) -> bool:
        """Return whether code of a module that an import runs may mention a name."""
        return self._mentions.by(record, word)

    def mentioning(self, words: Iterable[str]) -> list[Record]:
        """Return the modules whose code may mention one of some names."""
        found: dict[str, Record] = {}
        for word in words:
            found.update(self._mentions.of(word))
        return list(found.values())

    def mentioning_one(self, word: str) -> dict[str, Record]:
        """Return the modules whose code may mention a name, by their names."""
        return self._mentions.of(word)

    def also_binds(self, live: LiveStatement, record: Record, names: Iterable[str]) -> None:
        """Note what a statement was seen to bind in a module although no text tells."""
        self.saw_binding(live, record, names)
        for name in names:
            self._binders.pop((record.name, name, False), None)
            self._own_binders.pop((record.name, name, False), None)

    def bound_by(self, live: LiveStatement) -> list[tuple[Record, str]]:
        """Return the names that a statement binds, those of other modules too."""
        own = [(live.record, name) for name in sorted(self.binds(live))]
        return [*own, *bound_elsewhere(self, live)]

    def binds_by_text(self, live: LiveStatement) -> bool:
        """Return whether a statement may bind names that its syntax does not tell."""
        own = (scope for scope in self.ran(live) if scope.live.record is live.record)
        texts = [live, *(self.now(scope.live) or scope.live for scope in own)]
        if not any(text.statement.may_bind_by_text for text in texts):
            return False
        return any(uses.by_text for home, uses in self.parts(live) if home is live.record)

    def unexplained(self, record: Record) -> list[str]:
        """Return the names that the import bound although no statement says so."""
        told = self.names_bound(record) | self.names_bound(record, old=True)
        found = []
        for name in record.base:
            value = record.namespace.get(name, NOTHING)
            if name in told or value is NOTHING or name in OF_IMPORT:
                continue
            if is_a(value, types.ModuleType) and value is sys.modules.get(f"{record.name}.{name}"):
                continue
            found.append(name)
        return found

    def may_bind(self, live: LiveStatement, name: str) -> bool:
        """Return whether some way through a statement leaves a name unbound."""
        return name in live.uses.may_bind or name not in live.uses.binds

    @staticmethod
    def module_named(record: Record, name: str, level: int) -> Any:
        """Return the loaded module that an import in ``record`` means, or ``None``."""
        return sys.modules.get(absolute(record, name, level))
