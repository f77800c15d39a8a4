"""The reload itself: edit, diff, plan, patch, report."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

from entrepot.source.text import Text

from .caches import clear, is_cache
from .changes import change_of
from .depth import reason_of
from .execute import Execution
from .files import forget, found_again, move, without_links
from .gone import names_in_cache
from .imported_no_more import told_of_left
from .journal import Journal
from .late import learn
from .module_rules import importers_of_appeared, readers_of_module, readers_of_moved
from .outcomes import ProgramError, Refused
from .plan import plan_of
from .report import FAILED, NEEDS_RESTART, Report
from .settle import settle
from .world import World

if TYPE_CHECKING:
    from .changes import ModuleChange
    from .depth import Deep
    from .edit import Edit
    from .plan import Plan
    from .revision import Record
    from .rules import Due
    from .session import Live


class Prepared:
    """An edit, read and planned.

    Attributes:
        edit: The edit.
        plan: What it will do; ``None`` if it cannot be done.
        refusals: Why a restart is needed, as far as the plan tells.
        report: The outcome so far: ``failed`` for a syntax error.
        revision: The session's when the edit was planned: a plan is good for no other.
        journal: How to undo it, once it is committed.
        is_committed: Whether it was carried out, and not rolled back.
    """

    __slots__ = (
        "changes",
        "edit",
        "gone",
        "is_committed",
        "journal",
        "moved",
        "plan",
        "refusals",
        "report",
        "revision",
        "world",
    )

    def __init__(self, edit: Edit, revision: int = 0) -> None:
        self.edit = edit
        self.revision = revision
        self.journal = Journal()
        self.is_committed = False
        self.refusals: list[str] = []
        self.plan: Plan | None = None
        self.world: World | None = None
        self.changes: dict[str, ModuleChange] = {}
        self.report = Report()
        self.gone: list[Record] = []
        self.moved: list[tuple[Record, Any]] = []

    def is_idle(self) -> bool:
        """Return whether there is nothing to do."""
        is_planned = self.plan is not None and (self.plan.dirty or self.plan.deletions)
        return not (self.changes or self.gone or self.moved or self.refusals or is_planned)

    def let_go(self) -> None:
        """Forget what was planned: nobody asks for it any more, and it refers to itself."""
        for change in self.changes.values():
            change.let_go()
        for record in self.gone:
            self.changes.pop(record.name, None)
        self.gone.clear()
        if self.world is not None:
            self.world.let_go()
        self.world = self.plan = None


def prepare(session: Live, edit: Edit) -> Prepared:
    """Parse, compile, match and plan; change nothing."""
    edit, refusals = without_links(session, edit)
    prepared = Prepared(edit, session.revision)
    prepared.refusals += refusals
    contents = edit.contents
    concerned = session.records_of(contents.keys())
    learn(session)
    try:
        for record in concerned:
            content = contents[record.file]
            file = record.file
            if content is None:
                again = found_again(record, edit)
                if again is None:
                    prepared.gone.append(record)
                    prepared.report.files.append(record.file)
                    if record.doubt is None and record.text.known() is not None:
                        # its statements are removed: what they did elsewhere is undone
                        prepared.changes[record.name] = change_of(record, Text(file, b""))
                    continue
                spec, content = again
                prepared.moved.append((record, spec))
                file = spec.origin
            elif content == record.text.known():
                continue
            if _is_lost(record):
                prepared.refusals.append(str(record.doubt))
                prepared.report.files.append(file)
                continue
            if record.doubt is not None:
                prepared.refusals.append(record.doubt)
            change = change_of(record, Text(file, content))
            prepared.changes[record.name] = change
            prepared.report.files.append(record.file)
    except SyntaxError as error:
        prepared.report.status = FAILED
        prepared.report.error = error
        return prepared
    new, session.to_look_into = session.to_look_into, []
    appeared = list(session.absent.appeared(session.records, new))
    world, listed = _program(session, prepared, new, is_more=bool(appeared))
    prepared.world = world
    prepared.plan = plan_of(world, prepared.changes.values())
    prepared.plan.add(listed)
    _add_files(session, prepared, prepared.plan, appeared, new)
    return prepared


def _program(
    session: Live, prepared: Prepared, new: list[Record], *, is_more: bool
) -> tuple[World, list[Due]]:
    """Return the program as the edit finds it, and what lists folders that look otherwise.

    What runs may import modules: where something is to be done, the table of them is a copy. So
    it is when nothing but files came, which are imported now.
    """
    gone = {record.name for record in prepared.gone}
    records = session.records
    if prepared.changes or gone or is_more:
        records = dict(records)
    world = World(records, prepared.changes, session.recorder, gone)
    listed = list(session.listings.due(world, new))
    if listed and records is session.records:
        world = World(dict(records), prepared.changes, session.recorder, gone)
    return world, listed


def beyond_limits(edit: Edit, revision: int, limit: MemoryError | RecursionError) -> Prepared:
    """Return an edit that met a limit of this process while it was prepared.

    A text that is too deep for Python itself fails as it does in a fresh process.
    """
    prepared = Prepared(edit, revision)
    report = prepared.report
    report.files.extend(edit.contents)
    report.status = NEEDS_RESTART
    try:
        for file, content in edit.contents.items():
            compile(content or b"", file, "exec", dont_inherit=True)
    except (SyntaxError, MemoryError, RecursionError) as error:
        report.status, report.error = FAILED, error
    else:
        report.reasons.append(reason_of(limit))
    return prepared


def _add_files(
    session: Live,
    prepared: Prepared,
    plan: Plan,
    appeared: list[tuple[Record, list[str]]],
    new: list[Record],
) -> None:
    """Add what is due since files came, went or stand elsewhere, and what cannot be taken."""
    world = plan.world
    prepared.refusals += session.absent.folders.with_files(new)
    for record in prepared.gone:
        plan.add(readers_of_module(world, record))
    for record, _ in prepared.moved:
        plan.add(readers_of_moved(world, record))
    for record, names in appeared:
        plan.add(importers_of_appeared(world, record, names))
    prepared.report.notes += told_of_left(world)


def _begin(session: Live, prepared: Prepared, world: World) -> None:
    """Let modules be those of other files, or of none."""
    journal = prepared.journal
    for record, spec in prepared.moved:
        move(journal, record, spec)
        session.note_record(record)
        world.moved(record)
    for record in prepared.gone:
        forget(journal, session.records, record)
    for name in names_in_cache(world):
        journal.delete_item(sys.modules, name)


def _collect_young() -> None:
    """Let go what statements made in vain: else it is gone through by each edit.

    A class that another one has adopted is no subclass of a third any more.
    """
    gc.collect(1)


def _is_lost(record: Record) -> bool:
    """Return whether the text that a module runs cannot be had any more; note why."""
    if record.text.known() is None:
        record.doubt = (
            f"{record.file}:1 the text of {record.name} that runs is not known: the program has "
            f"closed the descriptor of the file that held it"
        )
        return True
    return False


def _rebind_clients(session: Live, prepared: Prepared) -> None:
    for client in session.clients:
        prepared.report.rebound += client.rebind(prepared.journal)


def _is_over(session: Live, prepared: Prepared) -> bool:
    """Return whether there is nothing to do; then it is done."""
    if prepared.is_idle():
        session.listings.taken(prepared.journal)
        _rebind_clients(session, prepared)
        prepared.let_go()
        prepared.is_committed = True
    return prepared.is_committed


def _forget(execution: Execution, journal: Journal) -> None:
    """Let caches forget what the program must not see after the edit."""
    caches = execution.merger.caches
    stale = caches.stale_at_last(execution.patcher.caches)
    for cache in {*execution.adopter.stale, *stale}:
        if is_cache(cache):  # else it was led on to what took its place
            clear(journal, cache)


def commit(session: Live, prepared: Prepared, deep: Deep) -> None:
    """Carry a plan out, or change nothing."""
    report = prepared.report
    if prepared.plan is None or prepared.world is None or _is_over(session, prepared):
        return
    journal = prepared.journal
    execution = Execution(prepared.plan, journal, session.base, session.recorder, report)
    execution.allow_partial, execution.deep = session.allow_partial, deep
    session.base.journal = journal
    execution.managed = session.records
    try:
        if prepared.refusals:
            raise Refused(*prepared.refusals)
        _begin(session, prepared, prepared.world)
        execution.patcher.patch()
        execution.run()
        execution.merger.caches.forget_given_away(journal)  # before these are led on
        execution.finish()
        settle(session, prepared, execution)
        report.kept.extend(name for name in prepared.plan.kept if name not in report.kept)
        _rebind_clients(session, prepared)
        _forget(execution, journal)
        prepared.let_go()
        execution.let_go()
        if report.ran:
            journal.when_committed.insert(0, _collect_young)  # as the last, when nobody holds it
    except Refused as refusal:
        journal.roll_back()
        report.status = NEEDS_RESTART
        report.reasons.extend(refusal.reasons)
    except (MemoryError, RecursionError) as limit:
        journal.roll_back()
        report.status = NEEDS_RESTART
        report.reasons.append(reason_of(limit))
    except ProgramError as failure:
        journal.roll_back()
        report.status = FAILED
        report.error = failure.error
        if isinstance(failure.error, KeyboardInterrupt):
            raise failure.error from None
    except BaseException:
        journal.roll_back()
        raise
    else:
        prepared.is_committed = True
    finally:
        session.base.journal = None  # by no function of ours: what is committed must not fail
        session.base.arrived.clear()
