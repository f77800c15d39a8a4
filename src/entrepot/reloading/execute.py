"""Running a plan: patch, run, adopt, each through the journal.

    patch     functions get their new code, wherever they are held
    delete    names that nothing binds any more go
    run       due statements run in import order; after each, old objects adopt what it made
    relink    what took hold of a twin is led to the old object

A statement that becomes due although its turn has passed sends the run back to its start, with
the larger set; the set only grows, so this ends.
"""

from __future__ import annotations

import gc
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import nested

from .adopt import Adopter
from .annotations import Annotations
from .attributes import is_a
from .bookkeeping import Bookkeeping
from .brought import note_brought
from .changes import FUTURES, beside, compile_in_place
from .closures import called_no_more
from .deciding import decide, put_in_order
from .depth import AsDeepAsBefore, Deep
from .effects import Effects
from .exits import Exits
from .following import follow
from .functions import forward
from .generated import fill_copies
from .items import merge_items
from .merging import Merger
from .methods import led_methods
from .outcomes import Again, ProgramError, Refused
from .patching import Patcher
from .plain import is_plain
from .play import Watching, in_play, note_modules
from .recorder import Listener
from .registered import REGISTER
from .registrations import Registrations
from .relink import relink
from .retiring import collect_derived, retire
from .revision import Site
from .runnable import Noted, marked, raised_by, take_codes, with_adoption, with_codes
from .succession import lead_to_strangers
from .surroundings import Guard, does_again, may_start, note
from .texts import forget_texts
from .touches import touched
from .twins import Twins
from .unbinding import Unbinder
from .young import Young

if TYPE_CHECKING:
    import ast
    from types import CodeType

    from .base import Base
    from .effects import Change
    from .journal import Journal
    from .plan import Plan
    from .recorder import Recorder
    from .report import Report
    from .revision import LiveStatement, Record
    from .world import World

MAX_PASSES = 25


class Execution:
    """One plan being carried out."""

    def __init__(
        self, plan: Plan, journal: Journal, base: Base, recorder: Recorder, report: Report
    ) -> None:
        self.plan = plan
        self.world: World = plan.world
        self.journal, self.base = journal, base
        self.recorder, self.report = recorder, report
        self.ran: dict[int, set[int]] = {}
        self.ran_codes: dict[int, CodeType] = {}
        self.executed: list[LiveStatement] = []
        self.sites: dict[int, Site] = {}  # of the statements that run, by their identity
        self.managed: dict[str, Record] = {}
        self.deep: Deep  # set by who carries it out
        self.allow_partial, self.noted = False, Noted()
        self.young = Young()
        self._wrapped_now: set[int] = set()  # statements whose function is inside another one now
        self._fault: Exception | None = None  # of our own, below code of the program
        self.adopter = Adopter(journal, base, self.is_new)
        self.patcher = Patcher(self.world, journal, self.adopter, recorder, report)
        self.merger = Merger(plan, journal, self.adopter, report)
        self.registrations = Registrations(journal, self.adopter, self.merger, recorder)
        self.exits, self.effects = Exits(self.adopter), Effects(base)
        self.annotations = Annotations(journal, plan.world)
        self.watching = Watching(plan, self.effects)
        self.own = Bookkeeping(self.adopter, self.effects)
        self.own.known |= {id(self.__dict__), id(base.contents)}
        self.twins = Twins(journal, self.adopter, self.own)
        self.unbinder = Unbinder(plan, journal, self.merger.start, base.departed)

    def let_go(self) -> None:
        """Forget everything: else what ran would be held until the collector comes by."""
        vars(self).clear()

    # running

    def run(self) -> None:
        """Run what is due, again from the start when the set grows backwards."""
        is_less = self.unbinder.classes_left() or self.registrations.are_gone()
        if not (self.plan.dirty or self.plan.deletions or is_less):
            return self.registrations.forget_stale()
        for record in self.world.records.values():
            self.merger.start[record.name] = dict(record.namespace)
        self.own.known.update(map(id, self.merger.start.values()))
        note(self.journal)
        was_enabled = gc.isenabled()
        gc.collect(1)  # what the plan is made of is not looked through for who holds what is made
        gc.disable()
        mark, state = len(self.journal), (dict(self.adopter.changes), len(self.adopter.forwards))
        try:
            for _ in range(MAX_PASSES):
                try:
                    return self._pass()
                except Again:
                    self.journal.roll_back_to(mark)
                    self._forget(state)
                gc.collect(1)  # else functions of that pass seem to be somebody's
            raise Refused(*(f"{live.where} keeps changing what it depends on" for live in
                            self.plan.in_order()[:3]))  # fmt: skip
        finally:
            if was_enabled:
                gc.enable()

    def _forget(self, state: tuple[dict[int, set[str]], int]) -> None:
        self.adopter.changes = dict(state[0])
        for known in (*self.adopter.of_pass(), self.executed, self.ran):
            known.clear()
        del self.adopter.forwards[state[1] :]
        self.merger.forget()
        self.exits.again.clear()
        self.twins.forget()

    def _pass(self) -> None:
        self.unbinder.begin(self.report)
        self._note_what_is()
        self.registrations.begin()
        while True:
            live = self.plan.next_due(self.executed)
            if live is None and self._is_more_due():
                continue
            if live is None:
                self.unbinder.midway.check()
                decide(self.journal, self.adopter, self.world.homes)
                put_in_order(self.journal, self.effects.altered())
                return
            position = self.world.position
            if self.executed and position(live) < position(self.executed[-1]):
                raise Again
            self.executed.append(live)
            self._run_one(live)

    def _note_what_is(self) -> None:
        """Note known objects, to restore what statements change if this pass comes to nothing."""
        note_modules(self.journal, self.managed)
        self.watching.begin(self.journal)
        self.journal.note(self.merger.caches.take_back)

    def _is_more_due(self) -> bool:
        """Do what can be done when all statements have run; return whether more is due by that."""
        before = len(self.plan.dirty)
        gone = partial(self.unbinder.delete_stores, self.merger, self.report)
        for step in (gone, self._tell_readers, self.registrations.tell, self.merger.merge_left):
            step()
            if len(self.plan.dirty) > before:
                return True
        if self.registrations.fetched.has_found_more():
            raise Again
        return False

    def _tell_readers(self) -> None:
        """(6e) Who reads an object that was changed and not made anew is due."""
        for seen in self.effects.altered():
            if names := self.effects.differing(seen, self.adopter):
                self.adopter.change(seen.owner, *names)
                self.merger.tell_readers(seen)

    def _run_one(self, live: LiveStatement) -> None:
        namespace = live.record.namespace
        before = dict(namespace)
        records = in_play(self.world, live)
        self.watching.watch(records, self.journal)  # then hide
        hidden = self.unbinder.hide(live)
        self.unbinder.clear_uncertain(live)
        self.unbinder.drop_starred(live)
        self.annotations.before(live)
        code = self._runnable(live)
        ran: dict[int, CodeType] = {}

        def tell(code: CodeType) -> None:
            if self.world.records_of(code.co_filename) or self.recorder.has_begun(code):
                ran[id(code)] = code
            elif code is REGISTER:
                self.registrations.saw(sys._getframe(2))  # noqa: SLF001

        calls_nothing = is_plain(self.world, live)
        self._about_to_run(live, records)
        ended = [self.journal.note_run(other.namespace) for other in records]
        guard = Guard(self.journal, self.world.records_of, may_start=may_start(self.world, live))
        error: BaseException | None = None
        self.young.begin()
        self.recorder.importer = self._site_of(live)
        try:
            with Listener(tell), guard, AsDeepAsBefore(self.deep):
                error = raised_by(code, namespace)
        finally:
            self.recorder.importer = None
            earlier = {other.name: end() for other, end in zip(records, ended, strict=True)}
            self.annotations.after(live)
            self.young.forget()
            self.unbinder.show(live, hidden, earlier)
            changes = [] if calls_nothing else self.effects.changed(records)
        ran.pop(id(code), None)
        ran.update(self.merger.caches.codes_of_hits())
        if error is not None and self._note_touched(live, changes, ran):
            raise Again  # it read what comes later: that was not seen before it ran
        self._stop_if_hindered(live, guard, error)
        self._see_wrapped(live)
        self.ran[id(live)] = set(ran)
        self.ran_codes.update(ran)
        self._note_touched(live, changes, ran)
        self.plan.add(called_no_more(self.world, live, ran.values()), live)
        self.registrations.outside.ran(live, before, ran.values())
        if self.merger.merge_names(live, before):
            raise Again
        self.merger.merge_elsewhere(live, earlier)
        self._after(changes, live)

    def _site_of(self, live: LiveStatement) -> Site:
        return self.sites.setdefault(id(live), Site(live.record, live.statement.first))

    def _about_to_run(self, live: LiveStatement, records: list[Record]) -> None:
        """Get ready what a statement must find, in the modules in play."""
        self.young.forget()
        start = self.merger.start[live.record.name]
        forget_texts(self.journal, map(start.get, self.world.binds(live, old=True)))
        if not is_plain(self.world, live):
            self.effects.look(records)
        self.merger.about_to_run(live, records)
        self.registrations.about_to_run(live)

    def _after(self, changes: list[Change], live: LiveStatement) -> None:
        """Bring in order what a statement has left besides its names."""
        merge_items(self.merger, live, self.effects, changes)
        self.registrations.ran(live)
        self.merger.tell_users(live)
        self.twins.lead([change.note.owner for change in changes])
        fill_copies(self.journal, self.adopter.copies)
        self.effects.carry_over(self.journal, changes)
        notes = [change.note for change in changes]
        self.merger.caches.note_moved(n for n in notes if self.effects.differing(n, self.adopter))
        self.young.note()

    def _note_touched(
        self, live: LiveStatement, changes: list[Change], ran: dict[int, CodeType]
    ) -> bool:
        """Note what a statement changed, and what ran then may; return whether more is due."""
        due = len(self.plan.dirty)
        if self.world.note_ran(live, ran.values()):
            self.plan.look_again(live)
            if self.unbinder.has_seen_more(live):
                raise Again
        if note_brought(self.world, live, self.managed, ran.values()):
            self.plan.look_again(live)
        for change in changes:
            change.note.by = live
        seen = {id(root): root for change in changes for root in change.note.roots}
        if seen.keys() - touched(self.world, live, apart=self.world.binds(live)).keys():
            known = self.world.effects.get(id(live), (live, {}))[1]
            self.world.touchers.clear()
            self.world.effects[id(live)] = (live, {**known, **seen})
            self.plan.look_again(live)
        return len(self.plan.dirty) > due

    def _runnable(self, live: LiveStatement) -> CodeType:
        """Return the statement's code; a function is adopted before its decorators see it."""
        change = self.world.changes.get(live.record.name)
        flags = live.record.flags if change is None else change.flags
        old = None if id(live) in self._wrapped_now else self.patcher.made_by(live)
        imported = self.world.imported(live.record)

        def nodes(node: ast.stmt) -> list[ast.stmt]:
            own = node if old is None else marked(node)
            return [own, *beside(live.statement, imported, node)]

        file, known = live.record.file, None
        if change is not None and change.text.file == file and old is None:
            known = change.codes.get(id(live))
        code = known or compile_in_place(live.statement, nodes, file, flags & FUTURES)
        if nested(code) == live.codes:
            code = with_codes(code, live.codes)
        else:
            take_codes(self.journal, live, nested(code))
        if old is not None:

            def adopt(new: Any) -> Any:
                self.young.only = new
                try:
                    with Deep():
                        return self.noted.adopted(self.adopter.adopt(old, new))
                except Exception as error:
                    self._fault = error  # the program may swallow it
                    raise

            code = with_adoption(code, adopt)
        return code

    def _stop_if_hindered(
        self, live: LiveStatement, guard: Guard, error: BaseException | None
    ) -> None:
        """Raise what ends the reload after a statement has run."""
        if self._fault is not None:
            raise self._fault
        if guard.seen:  # whether the program swallowed it or not
            raise Refused(does_again(live.where, guard.seen[0]))
        if error is not None:
            raise ProgramError(error) from error
        self.exits.again += [(live, function) for function in guard.exits]

    def _see_wrapped(self, live: LiveStatement) -> None:
        """A function that its decorators gave back before, and wrap now, takes over the wrapper.

        Who holds it calls what the name is bound to. So it cannot be what is inside as well: the
        statement runs again and makes that anew.
        """
        self.noted.ran()
        old = None if id(live) in self._wrapped_now else self.patcher.made_by(live)
        name = live.statement.name or ""
        if old is None or self.merger.start[live.record.name].get(name) is not old:
            return
        if (new := live.record.namespace.get(name)) is not old and callable(new):
            self._wrapped_now.add(id(live))
            raise Again

    def is_new(self, value: Any) -> bool:
        """Return whether an object was made by the statements that run now."""
        if id(value) in self.base.contents and self.base.contents[id(value)].owner is value:
            return False
        if not gc.is_tracked(value):
            return not is_a(value, type) and self.adopter.remade.may_make(value)  # no class of C's
        return self.young.holds(value)

    # the end

    def finish(self) -> None:
        """Lead on what was replaced; refuse what would be left old."""
        follow(self.patcher)
        lead_to_strangers(self.adopter, self.world.homes)
        self.adopter.replaced += led_methods(self.adopter, self.own.has, self._orphan)
        led = [*self.adopter.forwards, *self.adopter.replaced, *self.adopter.led]
        collect_derived(self.adopter.replaced)
        stuck = relink(self.journal, led, self.own.has) if led else {}
        for old, new in self.adopter.forwards:
            forward(self.journal, old, new)  # for who holds it where nobody sees: a frame, C
        for old, new in (*self.adopter.replaced, *self.adopter.led):
            if is_a(old, type) and is_a(new, type):
                self.report.replaced.append(f"{old.__module__}.{old.__qualname__}")
                if left := retire(self.adopter, self.own.has, old, new, stuck.get(id(old))):
                    self._orphan(left)
            elif stuck.get(id(old)):
                kind, holder = type(old).__qualname__, stuck[id(old)][0]
                self._orphan(f"a {kind} was made anew, and {holder} holds the old one")
        self.annotations.finish()
        self.exits.finish()
        self.registrations.below.finish()
        self.registrations.outside.finish(self.executed, self.report, self._orphan)
        for what in self.patcher.left_old(self.own.has):
            self._orphan(what)
        self.report.state_dropped.extend(self.adopter.dropped)

    def _orphan(self, what: str) -> None:
        """Something would be left old: refuse, or note it where the user has allowed that."""
        if not self.allow_partial:
            raise Refused(what)
        self.report.notes.append(f"left old: {what}")
