"""In which order an import executes the statements of all modules.

A module's statements are executed where it is imported first: in the midst of its first
importer's. Which statement that was is recorded for each module. An edit of import statements can
make another one the first; so when they change, the imports are gone through as a fresh process
would: every module is executed at the first statement that imports it.

A *position* is a key that sorts statements in that order: for each importer on the way the number
of its statement, and the statement's own number.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from entrepot.source.by_name import LOADING, loaded_modules
from entrepot.source.imports import is_type_checking

from .arriving import Arriving, named
from .calling import calls_of, changed_by_call
from .revision import absolute
from .view import imports_made

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.source.imports import ImportFact

    from .changes import ModuleChange
    from .revision import LiveStatement, Record
    from .world import World

Position: TypeAlias = tuple[int, ...]
DEEPEST = 200
AFTER_ALL = 1 << 40  # more than there are modules


class Place:
    """Where a module is executed: in a statement of its importer, as which of several."""

    __slots__ = ("importer", "line", "live", "turn")

    def __init__(
        self, importer: Record, live: LiveStatement | None, turn: int, line: int = 0
    ) -> None:
        self.importer = importer
        self.live = live
        self.turn = turn
        self.line = line  # of the statement, if the importer was never parsed


class Order:
    """Positions before an edit, or after it."""

    def __init__(self, world: World, *, is_old: bool) -> None:
        self.world = world
        self.is_old = is_old
        self.moved: set[str] = set()
        self._places: dict[str, Place | None] = {}
        self._prefixes: dict[str, Position] = {}
        self._left: set[str] = set()  # what imported them first does so no more
        self._numbers: dict[str, dict[int, int]] = {}
        self._lines: dict[str, int] = {}
        if not is_old:
            affected = _affected(world)
            if affected is not None:
                _Rehearsal(self, affected).run()

    def position(self, live: LiveStatement) -> Position:
        """Return the position of a statement."""
        return (*self.prefix(live.record), self._number(live), 1, live.statement.column)

    def _number(self, live: LiveStatement) -> int:
        """Return a number that sorts the statements of a module: its line, if none has moved."""
        record = live.record
        if record.name not in self.world.changes:
            return live.statement.last
        numbers = self._numbers.get(record.name)
        if numbers is None:
            lives = record.lives if self.is_old else self.world.lives(record)
            numbers = {id(other): number for number, other in enumerate(lives)}
            self._numbers[record.name] = numbers
        return numbers.get(id(live), -1)

    def prefix(self, record: Record, depth: int = 0) -> Position:
        """Return the position that a module's execution begins at."""
        known = self._prefixes.get(record.name)
        if known is not None:
            return known
        place = self.place(record)
        if place is None or depth > DEEPEST or place.importer.name not in self.world.records:
            found: Position = (record.order + AFTER_ALL * (record.name in self._left),)
        else:
            number = place.line if place.live is None else self._number(place.live)
            found = (*self.prefix(place.importer, depth + 1), number, 0, place.turn)
        self._prefixes[record.name] = found
        return found

    def place(self, record: Record) -> Place | None:
        """Return where a module is executed; ``None`` if no managed module imports it first."""
        if record.name not in self._places:
            parent = record.parent
            if parent is None:
                self._places[record.name] = None
            elif not parent.record.is_parsed and parent.record.name not in self.world.changes:
                line = self._line_of_import(record)
                self._places[record.name] = Place(parent.record, None, record.order, line)
            else:
                live = self.world.live_of(parent)
                if live is not None and not self.is_old:
                    live = self.world.now(live) or self._in_place_of(live, record)
                self._places[record.name] = Place(parent.record, live, record.order)
        return self._places[record.name]

    def _in_place_of(self, old: LiveStatement, record: Record) -> LiveStatement | None:
        """Return the statement that imports a module now, where the one that did is gone.

        An import that was put under a ``try`` is another statement. Where the text does not say
        what it imports, it is the one that stands there now.
        """
        home = old.record
        for live in self.world.lives(home):
            if may_import(live) and record in imported(self.world.records, home, live):
                return live
        before = home.lives[: home.lives.index(old)]
        above = next(filter(None, map(self.world.now, reversed(before))), None)
        lives = self.world.lives(home)
        at = 0 if above is None else lives.index(above) + 1
        return lives[at] if at < len(lives) and self.world.before(lives[at]) is None else None

    def _line_of_import(self, record: Record) -> int:
        """Return the line at which a module was imported, of an importer that was never parsed.

        The lines of a loop come again, those of statements do not: a line that lies before that of
        an earlier import is a line of the same statement.
        """
        if not self._lines:
            last: dict[str, int] = {}
            for other in sorted(self.world.records.values(), key=lambda other: other.order):
                if other.parent is not None:
                    importer = other.parent.record.name
                    last[importer] = max(last.get(importer, 0), other.parent.line)
                    self._lines[other.name] = last[importer]
        return self._lines[record.name]

    def has_left(self, record: Record) -> bool:
        """Return whether no statement is the first to import a module any more."""
        return record.name in self._left

    def put(self, record: Record, place: Place | None) -> None:
        """Let a module be executed at another place.

        Of one that no statement imports any more, it is not known who does. It was imported
        beside, or its importers are functions: that is later than what is known.
        """
        self._places[record.name] = place
        if place is None and record.parent is not None:
            self._left.add(record.name)


def imported(
    records: Mapping[str, Record],
    home: Record,
    live: LiveStatement,
    arriving: Arriving | None = None,
) -> Iterator[Record]:
    """Yield the managed modules that executing a statement imports, in order, also by their names.

    Args:
        records: The managed modules.
        home: The module of the statement.
        live: The statement.
        arriving: If given, those count too that come by way of modules that are not there yet.
    """
    if live.statement.is_function:
        return
    for fact in imports_made(live):
        yield from _meant(records, home, fact, arriving)
    if any(map(live.statement.mentions, LOADING)):
        for name, level in loaded_modules(live.statement.node):
            for found in named(absolute(home, name, level), None):
                if found in records:
                    yield records[found]
                elif arriving is not None:
                    yield from arriving.brought_by(found)


def _meant(
    records: Mapping[str, Record], home: Record, fact: ImportFact, arriving: Arriving | None
) -> Iterator[Record]:
    """Yield the managed modules that one import may execute."""
    for found in named(absolute(home, fact.module, fact.level), fact.name):
        if found in records:
            yield records[found]
        elif arriving is not None:
            yield from arriving.brought_by(found)


def _affected(world: World) -> set[str] | None:
    """Return the modules whose first import may be another now; ``None`` if nothing moved."""
    found: set[str] = set()
    is_moved = False
    for change in world.changes.values():
        for home, fact in changed_by_call(world, change):
            found |= {record.name for record in _meant(world.records, home, fact, None)}
            is_moved = True
        edited = [*change.added, *change.removed, *change.signed]
        edited += [live.old for live in change.signed if live.old is not None]
        if not change.is_rearranged and not any(map(may_import, edited)):
            continue
        arriving = Arriving(world.records)
        old = [_targets(world, change, live) for live in change.record.lives]
        new = [_targets(world, change, live, arriving) for live in change.lives]
        if _firsts(old, _going_on(change)) != _firsts(new, [live.old for live in change.lives]):
            found |= {name for names in (*old, *new) for name in names}
            is_moved = True
        elif change.is_rearranged:
            is_moved = True
            found |= {name for names in new for name in names}
    return found if is_moved else None


def _firsts(
    targets: list[tuple[str, ...]], paired: Sequence[object]
) -> list[tuple[int, bool, list[str]]]:
    """Return which modules each statement is the first to import, of those that import any.

    Beside them stands where it is: below how many statements that go on through the edit, and
    whether it goes on itself. The module of one that goes on lower down, while a new line above
    it imports the same, would be executed at the lower one.

    Args:
        targets: What each statement imports.
        paired: For each statement what it is on the other side of the edit, ``None`` if nothing.

    Example:
        >>> _firsts([("a", "a"), (), ("b", "a"), ("b",)], ["line 1", "line 3", None, None])
        [(0, True, ['a']), (2, False, ['b'])]
    """
    seen: set[str] = set()
    found: list[tuple[int, bool, list[str]]] = []
    above = 0
    for names, other in zip(targets, paired, strict=True):
        new = [name for name in dict.fromkeys(names) if name not in seen]
        seen.update(new)
        if new:
            found.append((above, other is not None, new))
        above += other is not None
    return found


def _going_on(change: ModuleChange) -> list[LiveStatement | None]:
    """Return for each old statement the one that continues it."""
    now = {id(live.old): live for live in change.lives if live.old is not None}
    return [now.get(id(old)) for old in change.record.lives]


def _targets(
    world: World, change: ModuleChange, live: LiveStatement, arriving: Arriving | None = None
) -> tuple[str, ...]:
    if not may_import(live):
        return ()
    found = imported(world.records, change.record, live, arriving)
    return tuple(record.name for record in found)


def may_import(live: LiveStatement) -> bool:
    """Return whether executing a statement may import modules, as far as its text says."""
    return any(map(live.statement.mentions, ("import", *LOADING)))


def _is_for_checkers(live: LiveStatement) -> bool:
    """Return whether a statement imports for type checkers, and perhaps when it is executed.

    ``if TYPE_CHECKING or not install():`` shows checkers what is imported otherwise, as a rule.
    """
    node = live.statement.node if live.statement.mentions("TYPE_CHECKING") else None
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.BoolOp):
        return False
    return isinstance(node.test.op, ast.Or) and any(map(is_type_checking, node.test.values))


class _Rehearsal:
    """Goes through the imports as a fresh process would, without executing anything.

    What is perhaps imported for type checkers only is imported where another statement does, if
    one does.

    Only modules that import one of the affected are read; of the others it is known what they
    were the first to import.
    """

    def __init__(self, order: Order, affected: set[str]) -> None:
        self.order = order
        self.world = order.world
        self.arriving = Arriving(self.world.records)
        self.calls = calls_of(self.world)
        self._calling = {live.record.name for live, _ in self.calls.values()}
        self.first: dict[str, list[Record]] = {}
        for record in self._by_order():
            if record.parent is not None:
                self.first.setdefault(record.parent.record.name, []).append(record)
        waiting = list(affected)
        while waiting:
            name = waiting.pop()
            self.order.moved.add(name)
            below = [record.name for record in self.first.get(name, ())]
            waiting += [child for child in below if child not in self.order.moved]
        self.seen: set[str] = set()
        self._perhaps: list[tuple[Record, Place]] = []  # where it is shown to checkers

    def _by_order(self) -> list[Record]:
        return sorted(self.world.records.values(), key=lambda record: record.order)

    def _concerns(self, record: Record) -> bool:
        if record.name in self.order.moved or record.name in self._calling:
            return True
        return any(self.world.mentions(record, tail) for tail in self._tails())

    def _tails(self) -> set[str]:
        return {name.rpartition(".")[2] for name in self.order.moved}

    def _is_moved(self, record: Record, place: Place) -> bool:
        """Return whether a module is executed at another place than before the edit."""
        before = self.world.old_order.place(record)
        if before is None or before.importer is not place.importer:
            return True
        if before.live is None or place.live is None:
            return False
        return self.world.now(before.live) is not place.live

    def run(self) -> None:
        records = self._by_order()
        for record in records:
            if record.parent is None:
                self._execute(record, None)
        for record, place in self._perhaps:  # grows meanwhile
            self._execute(record, place)
        for record in records:
            self._execute(record, None)

    def _execute(self, record: Record, place: Place | None) -> None:
        if record.name in self.seen:
            return
        self.seen.add(record.name)
        if place is not None and self._is_moved(record, place):
            self.order.moved.add(record.name)  # and so may be what it imports
        if place is not None or record.parent is None or record.name in self.order.moved:
            self.order.put(record, place)
        first = self.first.get(record.name, [])
        if record.name not in self.world.changes and not self._concerns(record):
            for child in sorted(first, key=lambda child: child.order):
                self._execute(child, self.order.place(child))
            return
        turn = 0
        for live in self.world.lives(record):
            old = self.world.before(live)
            dynamic = [
                child
                for child in first
                if old is not None and child.parent is not None
                and self.world.live_of(child.parent) is old
            ]  # fmt: skip
            brought = imported(self.world.records, record, live, self.arriving)
            is_known = not _is_for_checkers(live)
            for child in (*brought, *self._called(live), *dynamic):
                turn += 1
                if is_known or child in dynamic:
                    self._execute(child, Place(record, live, turn))
                else:
                    self._perhaps.append((child, Place(record, live, turn)))

    def _called(self, live: LiveStatement) -> Iterator[Record]:
        """Yield the modules that functions import which a statement calls, in order."""
        for home, fact in self.calls.get(id(live), (live, ()))[1]:
            yield from _meant(self.world.records, home, fact, self.arriving)
