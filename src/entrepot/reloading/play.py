"""Which modules are in play while a statement runs: those it can get at, those it brings along."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from .arriving import Arriving
from .attributes import cached_by, wrapped_by
from .order import imported, may_import
from .plain import is_plain

if TYPE_CHECKING:
    from typing import Any

    from .effects import Effects
    from .journal import Journal
    from .plan import Plan
    from .revision import LiveStatement, Record
    from .world import World

DEPTH = 2
MOST = 100


def in_play(world: World, live: LiveStatement) -> list[Record]:
    """Return the modules whose objects a statement can get at."""
    found = {live.record.name: live.record}
    if is_plain(world, live):
        return [live.record]
    for scope in world.ran(live):
        found[scope.live.record.name] = scope.live.record
    if may_import(live):  # a module that comes along may change those that it imports
        arriving = Arriving(world.records)
        brought = imported(world.records, live.record, live, arriving)
        found.update((home.name, home) for home in brought)
    for _ in range(DEPTH):
        for record in list(found.values())[:MOST]:
            found.update((home.name, home) for home in _named_in(world, record))
    return list(found.values())[:MOST]


def _named_in(world: World, record: Record) -> list[Record]:
    """Return the modules whose objects have names in a module, as long as the names are the same.

    That is asked for each statement that runs, and most of them bind one name.
    """
    values = list(record.namespace.values())
    names = list(map(id, values))
    known = world.named_in.get(record.name)
    if known is None or known[0] != names:
        made_of = map(world.home_of, map(_made_of, values))
        homes = {id(home): home for home in made_of if home is not None}
        known = world.named_in[record.name] = (names, list(homes.values()))
    return known[1]


def _made_of(value: Any) -> Any:
    """Return the function of a cache or a partial: where it comes from, nothing else tells."""
    inner = wrapped_by(value) if type(value) is partial else value
    return cached_by(inner) or inner


class Watching:
    """Lets objects be noted that statements may change, as soon as one is due that may.

    Most edits are of definitions, which change nothing: for these nothing need be looked through.
    """

    def __init__(self, plan: Plan, effects: Effects) -> None:
        self._plan = plan
        self._world: World = plan.world
        self._effects = effects
        self._is_on = False
        self._asked = 0  # so many were due

    def begin(self, journal: Journal) -> None:
        """A pass begins."""
        self._is_on, self._asked = False, 0
        self._effects.begin(journal)
        self._look_on(journal)

    def watch(self, records: list[Record], journal: Journal) -> None:
        """A statement is about to run that can get at some modules."""
        self._look_on(journal)
        if self._is_on:
            self._effects.watch(records, journal)

    def _look_on(self, journal: Journal) -> None:
        """Note what all that is due can get at, if one of them may change it."""
        due = self._plan.in_order()
        if self._is_on or len(due) == self._asked:
            return
        self._asked = len(due)
        self._is_on = not all(is_plain(self._world, live) for live in due)
        if self._is_on:
            played = (in_play(self._world, live) for live in due)
            self._effects.watch((record for records in played for record in records), journal)
        else:
            self._effects.take_attributes((live.record for live in due), journal)


def note_modules(journal: Journal, managed: dict[str, Record]) -> None:
    """Note which modules there are, and of which class they are.

    What is imported from now on goes when that is undone.

    A statement that imports a module for the first time, and runs again from the start, is to
    import it anew: found in the module cache it would not be executed, nor bound in its package.
    """
    known = dict(managed)
    classes = [(record.module, type(record.module)) for record in managed.values()]

    def undo() -> None:
        for module, cls in classes:
            if type(module) is not cls:
                object.__setattr__(module, "__class__", cls)
        for name, record in list(managed.items()):
            if known.get(name) is record:
                continue
            del managed[name]
            if sys.modules.get(name) is record.module:
                del sys.modules[name]
            parent, _, tail = name.rpartition(".")
            package = sys.modules.get(parent)
            if package is not None and vars(package).get(tail) is record.module:
                del vars(package)[tail]
        managed.update(known)

    journal.note(undo, known, classes)
