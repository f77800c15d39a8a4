"""The reload itself: edit, diff, plan, patch, report."""

from __future__ import annotations

import linecache
from typing import TYPE_CHECKING, Any

from entrepot.source.text import Text

from .changes import change_of
from .execute import Execution, Refused
from .files import forget, found_again, move
from .journal import Journal
from .plan import plan_of
from .report import FAILED, NEEDS_RESTART, Report
from .rules import readers_of_module
from .world import World

if TYPE_CHECKING:
    from .changes import ModuleChange
    from .edit import Edit
    from .plan import Plan
    from .revision import Record
    from .session import Live


class Prepared:
    """An edit, read and planned.

    Attributes:
        edit: The edit.
        plan: What it will do; ``None`` if it cannot be done.
        report: The outcome so far: ``failed`` for a syntax error.
    """

    __slots__ = ("changes", "edit", "gone", "moved", "plan", "report", "world")

    def __init__(self, edit: Edit) -> None:
        self.edit = edit
        self.plan: Plan | None = None
        self.world: World | None = None
        self.changes: dict[str, ModuleChange] = {}
        self.report = Report()
        self.gone: list[Record] = []
        self.moved: list[tuple[Record, Any]] = []


def prepare(session: Live, edit: Edit) -> Prepared:
    """Parse, compile, match and plan; change nothing."""
    prepared = Prepared(edit)
    try:
        for record in list(session.records.values()):
            content = edit.contents.get(record.file, record.text.content)
            file = record.file
            if content is None:
                again = found_again(record, edit)
                if again is None:
                    prepared.gone.append(record)
                    prepared.report.files.append(record.file)
                    continue
                spec, content = again
                prepared.moved.append((record, spec))
                file = spec.origin
            elif content == record.text.content:
                continue
            change = change_of(record, Text(file, content))
            prepared.changes[record.name] = change
            prepared.report.files.append(record.file)
    except SyntaxError as error:
        prepared.report.status = FAILED
        prepared.report.error = error
        return prepared
    world = World(session.records, prepared.changes, session.recorder)
    prepared.world = world
    prepared.plan = plan_of(world, prepared.changes.values())
    for record in prepared.gone:
        prepared.plan.add(readers_of_module(world, record))
    return prepared


def commit(session: Live, prepared: Prepared) -> Report:
    """Carry a plan out, or change nothing."""
    report = prepared.report
    if prepared.plan is None or prepared.world is None:
        return report
    journal = Journal()
    execution = Execution(prepared.plan, journal, session.base, session.recorder, report)
    try:
        for record, spec in prepared.moved:
            move(journal, record, spec)
        for record in prepared.gone:
            forget(journal, session.records, record)
        execution.patch()
        execution.run()
        execution.finish()
        _settle(session, prepared, execution)
        for cache in execution.caches:
            cache.cache_clear()
        for client in session.clients:
            report.rebound.extend(client.rebind(journal))
    except Refused as refusal:
        journal.roll_back()
        report.status = NEEDS_RESTART
        report.reasons.extend(refusal.reasons)
    except BaseException as error:
        journal.roll_back()
        report.status = FAILED
        report.error = error
        if isinstance(error, KeyboardInterrupt):
            raise
    else:
        journal.commit()
    return report


def _settle(session: Live, prepared: Prepared, execution: Execution) -> None:
    """The new text is what runs: make it the record."""
    world = prepared.world
    assert world is not None
    runners = session.recorder.runners
    for change in prepared.changes.values():
        record = change.record
        for scope, code in change.patches:
            entry = runners.pop(id(scope.code), None)
            if entry is not None:
                runners[id(code)] = (code, entry[1])
        for live in change.lives:
            if live.old is not None and live.old is not live:
                live.sites = live.old.sites
                for site in live.sites:
                    site.live = live
            live.old = None
        record.lives = change.lives
        record.text = change.text
        record.flags = change.flags
        record.revision += 1
        linecache.checkcache(record.file)
        linecache.cache.pop(record.file, None)
        _set_docstring(execution.journal, change)
    for executed in execution.executed:
        _rerecord(session, executed, execution)
    for record in {id(e.record): e.record for e in execution.executed}.values():
        start = execution.start[record.name]
        for name, value in record.namespace.items():
            was = start.get(name, None)
            if name not in record.base or value is not was or name not in start:
                record.base[name] = value
        for name in list(record.base):
            if name not in record.namespace:
                del record.base[name]
        session.base.take(record.namespace.values())
    execution.report.ran.extend(
        f"{live.where}  {' <- '.join(prepared.plan.reasons(live)) if prepared.plan else ''}"
        for live in execution.executed
    )


def _rerecord(session: Live, live: Any, execution: Execution) -> None:
    from .revision import Site

    for site in live.sites:
        site.live = None
    site = Site(live.record, live.statement.first)
    site.live = live
    live.sites = [site]
    runners = session.recorder.runners
    for key in execution.ran.get(id(live), ()):
        code = execution.ran_codes[key]
        runners.setdefault(key, (code, {}))[1][site] = None


def _set_docstring(journal: Journal, change: ModuleChange) -> None:
    import ast

    doc = None
    if change.lives:
        node = change.lives[0].statement.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            doc = node.value.value if isinstance(node.value.value, str) else None
    namespace = change.record.namespace
    if namespace.get("__doc__") != doc and "__doc__" not in {
        name for live in change.lives for name in live.uses.binds
    }:
        journal.set_item(namespace, "__doc__", doc)
