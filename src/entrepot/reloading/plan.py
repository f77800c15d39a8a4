"""Which statements run again, and why: the diff, closed under the rules.

One rule decides: *a top-level statement runs again if and only if code that ran while it was
executed has changed, or a value which that code read at import has changed.* What "a value has
changed" means where names are bound more than once and objects are changed after they were made
is told by the closure rules in ``rules.py``. Values that turn out equal cut the closure off; that
is seen only while it runs, so the executor asks the plan to grow.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

from . import rules
from .closures import kept_by_closures
from .gone import deleted, readers_of_deleted
from .marks import KEEP, mark_of
from .module_cache import asked_in_another_order
from .module_rules import (
    bound_by_text_before,
    changed_in_another_order_elsewhere,
    changers_of_made_module,
    definition_reached_elsewhere,
    imported_in_another_order,
    read_in_another_order,
)
from .readers import readers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .changes import ModuleChange
    from .revision import LiveStatement
    from .rules import Due
    from .world import World


FEW = 10


class Reason:
    """Why a statement runs: a rule, and the statement that made it apply."""

    __slots__ = ("because", "rule", "what")

    def __init__(self, rule: str, what: str, because: LiveStatement | None = None) -> None:
        self.rule = rule
        self.what = what
        self.because = because

    def __str__(self) -> str:
        return f"{self.what} ({self.rule})"


class Plan:
    """What a reload will do.

    Attributes:
        world: The program as it will be.
        dirty: Statements to run, with their first reason, by identity.
        deletions: Bindings that no statement makes any more, as (module, name).
        kept: What ``__entrepot_keep__`` keeps from running: ``{"shop.POOL": None}``, in order.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.dirty: dict[int, tuple[LiveStatement, Reason]] = {}
        self.deletions: list[tuple[str, str]] = []
        self.kept: dict[str, None] = {}
        self._open: list[LiveStatement] = []
        self._sorted: list[LiveStatement] = []
        self._unsorted: list[LiveStatement] = []  # the set only grows
        self._looked_again: set[int] = set()

    def add(self, dues: Iterable[Due], because: LiveStatement | None = None) -> None:
        """Add statements that are due to run, and close under the rules."""
        with self.world.touching.unchanged():
            for live, rule, what in dues:
                self._add_one(live, Reason(rule, what, because))
            self._close()

    def look_again(self, live: LiveStatement) -> None:
        """Close under the rules again for a statement of which more is known now."""
        self._open.append(live)
        with self.world.touching.unchanged():
            self._close()

    def next_due(self, executed: list[LiveStatement]) -> LiveStatement | None:
        """Return the first statement that was not executed yet, ``None`` at the end.

        What a new text names may be bound since the plan was made, by an import that is new too:
        so just before it runs it is closed under the rules again.
        """
        while True:
            live = self._first_left(executed)
            if live is None or id(live) in self._looked_again:
                return live
            self._looked_again.add(id(live))
            if self.dirty[id(live)][1].rule in rules.OF_ITS_OWN:
                self.look_again(live)

    def _first_left(self, executed: list[LiveStatement]) -> LiveStatement | None:
        due, done = self.in_order(), len(executed)
        if done and due[done - 1] is not executed[-1]:  # one that comes before it is due now
            return next(live for live, was in zip(due, executed, strict=False) if live is not was)
        return due[done] if done < len(due) else None

    def _close(self) -> None:
        while self._open:
            live = self._open.pop()
            for rule_function in (*rules.CLOSURE, changers_of_made_module):
                for due, rule, what in rule_function(self.world, live):
                    self._add_one(due, Reason(rule, what, live))

    def _add_one(self, live: LiveStatement, reason: Reason) -> None:
        if id(live) in self.dirty or rules.never_runs(live):
            return
        name = live.record.name
        if name in self.world.gone or self.world.records.get(name) is not live.record:
            return  # its file is gone now, or went with an earlier edit
        if rules.is_kept(self.world, live, reason.rule):
            names = ", ".join(sorted(self.world.binds(live)))
            self.kept[f"{live.record.name}.{names}"] = None
            return
        self.dirty[id(live)] = (live, reason)
        self._open.append(live)
        self._unsorted.append(live)

    def possible(self) -> list[tuple[LiveStatement, str]]:
        """Return the statements that run if values turn out to differ, and what each reads."""
        found: dict[int, tuple[LiveStatement, str]] = {}
        waiting = [(live, name) for live in self.in_order() for name in self.world.binds(live)]
        while waiting:
            live, name = waiting.pop(0)
            for reader in readers(self.world, live.record, name):
                known = id(reader) in found or id(reader) in self.dirty
                if known or rules.never_runs(reader) or mark_of(reader) == KEEP:
                    continue
                found[id(reader)] = (reader, f"if {live.record.name}.{name} changes")
                waiting += [(reader, other) for other in self.world.binds(reader)]
        return sorted(found.values(), key=lambda item: self.world.position(item[0]))

    def __str__(self) -> str:
        return told(self)

    def in_order(self) -> list[LiveStatement]:
        """Return the statements to run in the order in which an import would execute them."""
        new, self._unsorted = self._unsorted, []
        if len(new) > len(self._sorted) // FEW:
            self._sorted = sorted([*self._sorted, *new], key=self.world.position)
        else:
            for live in new:
                insort(self._sorted, live, key=self.world.position)
        return self._sorted

    def reasons(self, live: LiveStatement) -> list[str]:
        """Return the chain of reasons for a statement, its own first."""
        chain: list[str] = []
        current: LiveStatement | None = live
        while current is not None and id(current) in self.dirty and len(chain) < 20:
            _, reason = self.dirty[id(current)]
            chain.append(str(reason))
            current = reason.because
        return chain


def told(plan: Plan) -> str:
    """Return a plan as text: what will be patched, deleted and run, with the chain of reasons."""
    lines = [
        f"patch   {scope.live.record.name}:{scope.name}"
        for change in plan.world.changes.values()
        for scope in change.bodies
    ]
    lines += [f"delete  {module}.{name}" for module, name in plan.deletions]
    lines += [
        f"run     {live.where}  {' <- '.join(plan.reasons(live))}" for live in plan.in_order()
    ]
    lines += [f"may run {live.where}  {what}" for live, what in plan.possible()]
    lines += [f"keep    {name}" for name in plan.kept]
    return "\n".join(lines)


def plan_of(world: World, changes: Iterable[ModuleChange]) -> Plan:
    """Return the plan for changed modules."""
    plan = Plan(world)
    with world.touching.unchanged():
        for change in changes:
            _add_changed(plan, change)
        plan.add(imported_in_another_order(world))
        plan.add(changed_in_another_order_elsewhere(world))
        plan.add(asked_in_another_order(world))
        for module, name in plan.deletions:
            plan.add(readers_of_deleted(world, world.records[module], name))
    return plan


def _add_changed(plan: Plan, change: ModuleChange) -> None:
    """Add what is due as one module has changed."""
    world = plan.world
    for rule_function in rules.INITIAL:
        plan.add(rule_function(world, change))
    plan.add(bound_by_text_before(world, change))
    plan.add(definition_reached_elsewhere(world, change))
    plan.add(read_in_another_order(world, change))
    plan.add(kept_by_closures(world, change))
    names = deleted(world, change)
    plan.deletions += [found for found in names if found[0] not in world.gone]
