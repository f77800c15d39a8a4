"""After the changes: the new text is what runs, so make it the record.

Everything here is journalled like the program's own objects, so that a committed edit can still be
rolled back (a cluster commits on all workers or on none).
"""

from __future__ import annotations

import gc
import linecache
from itertools import count
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import is_a, module_of
from .base import held_by, registered_with
from .bindings import bound_elsewhere
from .class_lines import tell_lines
from .holding import holding
from .index import hide
from .journal import same_items
from .later import put_in
from .leaving import Leaving
from .order import Place
from .recorder import Ran
from .revision import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from .changes import ModuleChange
    from .execute import Execution
    from .journal import Journal
    from .reload import Prepared
    from .revision import LiveStatement, Record
    from .session import Live
    from .world import World


def settle(session: Live, prepared: Prepared, execution: Execution) -> None:
    """Make the new text, its statements and its values what the session knows."""
    journal = execution.journal
    places = _places(execution)
    tell_lines(session.base, journal, prepared.changes.values())
    for change in prepared.changes.values():
        _take_text(session, journal, change)
    moved = _moved(execution)
    for live in execution.executed:
        _record_run(session, execution, live, moved)
    execution.registrations.settle(execution.executed)
    for record, place in places:
        _set_importer(journal, record, place)
        if place is None and execution.world.order.has_left(record):
            session.put_last(journal, record)
    execution.merger.caches.computed.settle()
    execution.noted.settle(session.base, journal)
    for record in _bound_in(execution):
        _take_base(session, execution, record)
        session.absent.tried(record)
    _take_arrived(session, execution)
    session.listings.taken(journal)
    for cls, kept in execution.adopter.registered:
        made = registered_with(cls) - kept
        journal.set_item(session.base.registered, id(cls), (cls, made))
    for new, _ in execution.adopter.twins.values():
        if type(new) is FunctionType:
            hide(session.recorder, new)  # until the next collection, at the latest
    plan = prepared.plan
    _let_go(session, prepared, execution, [] if plan is None else plan.deletions)
    for live in execution.executed:
        reasons = " <- ".join(plan.reasons(live)) if plan else ""
        execution.report.ran.append(f"{live.where}  {reasons}")


def _bound_in(execution: Execution) -> list[Record]:
    """Return the modules in which statements have bound names: their own, and others'."""
    found = {live.record.name: live.record for live in execution.executed}
    for live in execution.executed:
        for record, name in bound_elsewhere(execution.world, live):
            start = execution.merger.start[record.name]
            if name in record.namespace and record.namespace[name] is not start.get(name, start):
                found[record.name] = record
    return list(found.values())


def _take_text(session: Live, journal: Journal, change: ModuleChange) -> None:
    record = change.record
    runners = session.recorder.runners
    for scope, code in change.patches:
        entry = runners.get(id(scope.code))
        if entry is not None:
            journal.delete_item(runners, id(scope.code))
            journal.set_item(runners, id(code), Ran(code, entry.sites))
    was = (record.lives, record.text, record.flags, record.revision)
    olds = [(live, live.old) for live in change.lives]

    def undo() -> None:
        record.lives, record.text, record.flags, record.revision = was
        session.to_look_into.append(record)
        for live, old in olds:
            live.old = old
        _forget_lines(record.file)

    journal.note(undo)

    for live in change.removed:  # what ran during it is nobody's any more
        for site in live.sites:
            if site.live is live:
                journal.set_attribute(site, "live", None)
                _forget_seen(session, journal, site)
    for live in change.lives:
        if live.old is not None and live.old is not live:
            _set_sites(journal, live, live.old.sites)
        live.old = None
    session.to_look_into.append(record)
    record.lives, record.text, record.flags = change.lives, change.text, change.flags
    record.revision += 1
    _forget_lines(record.file)


def _forget_lines(file: str) -> None:
    linecache.checkcache(file)
    linecache.cache.pop(file, None)


def _set_sites(journal: Journal, live: LiveStatement, sites: list[Site]) -> None:
    before, owners = live.sites, [(site, site.live) for site in sites]

    def undo() -> None:
        live.sites = before
        for site, owner in owners:
            site.live = owner

    journal.note(undo)
    live.sites = sites
    for site in sites:
        site.live = live


def _record_run(
    session: Live,
    execution: Execution,
    live: LiveStatement,
    moved: dict[int, tuple[CodeType, CodeType]],
) -> None:
    """Note what ran while a statement was executed this time, in place of what ran before."""
    journal, runners = execution.journal, session.recorder.runners
    gone = [(site, site.live) for site in live.sites]
    left: list[tuple[int, CodeType, dict[Site, None], Site]] = []
    for site, _ in gone:
        _forget_seen(session, journal, site)
        for code in execution.world.codes_at(site):
            known = moved.get(id(code))
            found = code if known is None or known[0] is not code else known[1]
            entry = runners.get(id(found))
            if entry is not None and site in entry.sites:
                left.append((id(found), found, entry.sites, site))

    def undo() -> None:
        for site, owner in gone:
            site.live = owner
        for key, code, sites, site in left:
            sites[site] = None
            runners.setdefault(key, Ran(code, sites))

    journal.note(undo, left)
    for site, _ in gone:
        site.live = None
    for key, _, sites, site in left:
        sites.pop(site, None)
        if not sites:
            runners.pop(key, None)
    site = execution.sites[id(live)]
    _set_sites(journal, live, [site])
    if names := frozenset(_changed_itself(execution, live)):
        journal.set_item(session.recorder.seen, site, names)
    for key in execution.ran.get(id(live), ()):
        code = execution.ran_codes[key]
        if key not in runners:
            journal.set_item(runners, key, Ran(code, {}))
        journal.set_item(runners[key].sites, site, None)


def _changed_itself(execution: Execution, live: LiveStatement) -> Iterator[tuple[str, str]]:
    """Yield the names of what a statement was seen to change; not of what leads to that."""
    _, seen = execution.world.effects.get(id(live), (live, {}))
    for value in seen.values():
        noted = execution.effects.notes.get(id(value))
        if noted is not None and noted.owner is value and noted.by is live:
            yield from execution.world.homes(value)


def _forget_seen(session: Live, journal: Journal, site: Site) -> None:
    if site in session.recorder.seen:
        journal.delete_item(session.recorder.seen, site)


def _moved(execution: Execution) -> dict[int, tuple[CodeType, CodeType]]:
    """Return old and new code by the identity of what ran before the edit."""
    return {
        id(scope.code): (scope.code, new)
        for change in execution.world.changes.values()
        for scope, new in change.patches
    }


def _let_go(
    session: Live, prepared: Prepared, execution: Execution, deletions: list[tuple[str, str]]
) -> None:
    """Forget what deleted names meant; a class that is gone is no subclass of another any more.

    Nor is one that another class has taken the place of, nor one of a module whose file is gone.
    One that a name still leads to is not gone: a module that had imported it imports it no more.
    """
    journal, world = execution.journal, execution.world
    values: list[Any] = []
    for module, name in deletions:
        record = world.records[module]
        if name in record.namespace:
            continue  # a statement was seen to bind it again
        journal.delete_item(record.base, name)
        values.append(execution.merger.start[module].get(name))
    gone = list(prepared.gone)
    inside = [one for record in gone for one in _classes_of(record)]
    classes = [
        value
        for value in (*values, *inside)
        if is_a(value, type)
        and (session.is_managed_class(value) or any(value is one for one in inside))
        and not _is_named(world, value)
    ]
    replaced = [old for old, _ in execution.adopter.replaced if is_a(old, type)]
    leaving = Leaving(session.base, values, gone) if values or gone else None
    values.clear()
    inside.clear()
    if not classes and not replaced and leaving is None:
        return

    def release() -> None:  # not the execution: it holds what is to go
        is_derived = any(map(_is_listed, [*classes, *replaced]))
        while classes:
            session.base.forget(classes.pop())
        while replaced:  # its methods go on, in the class that took its place
            session.base.leave(replaced.pop())
        if leaving is not None:
            leaving.forget()
        session.to_look_into = [one for one in session.to_look_into if one not in gone]
        gone.clear()
        if is_derived:
            gc.collect()  # a class refers to itself

    journal.when_committed.append(release)


def _classes_of(record: Record) -> list[type]:
    """Return the classes of a module that say they are its own."""
    found = record.namespace.values()
    return [one for one in found if is_a(one, type) and module_of(one) == record.name]


def _is_named(world: World, cls: type) -> bool:
    """Return whether a name of a module leads to a class."""
    spaces = [r.namespace for r in world.records.values() if r.name not in world.gone]
    return any(value is cls for space in spaces for value in list(space.values()))


def _is_listed(cls: type) -> bool:
    """Return whether somebody may ask a base of a class for its subclasses; nobody asks object.

    To let a class go at once takes as long as to look through the whole heap.
    """
    return any(base.__module__ != "builtins" for base in cls.__bases__)


def _places(execution: Execution) -> list[tuple[Record, Place | None]]:
    """Return the modules whose importing statement ran, or is another one now."""
    world = execution.world
    ran = {live.record.name for live in execution.executed}
    if not ran and not world.order.moved:
        return []
    return [
        (record, _place_of(world, record))
        for record in sorted(world.records.values(), key=lambda record: record.order)
        if record.name in world.order.moved
        or (record.parent is not None and record.parent.record.name in ran)
    ]


def _place_of(world: World, record: Record) -> Place | None:
    """Return where a module is executed, with the statement, also if only its line was asked."""
    place = world.order.place(record)
    if place is None or place.live is not None or record.parent is None:
        return place
    live = world.live_of(record.parent)
    return Place(place.importer, None if live is None else world.now(live), place.turn)


def _set_importer(journal: Journal, record: Record, place: Place | None) -> None:
    """Note which statement imports a module first."""
    if place is not None and place.live is None:
        return
    live = None if place is None else place.live
    if live is not None and record.parent in live.sites:
        return
    if live is not None and not live.sites:
        _set_sites(journal, live, [Site(live.record, live.statement.first)])
    before = record.parent
    journal.note(lambda: setattr(record, "parent", before))
    record.parent = None if live is None else live.sites[0]


def _take_base(session: Live, execution: Execution, record: Record) -> None:
    journal, base = execution.journal, record.base
    start: dict[str, Any] = execution.merger.start[record.name]
    world = execution.world
    bound = {n for live in execution.executed if live.record is record for n in world.binds(live)}
    bound -= {name for module, name in execution.merger.kept if module == record.name}
    for name, value in record.namespace.items():
        if name in bound or name not in start or value is not start[name]:
            journal.set_item(base, name, value)
    for name in list(base):
        if name not in record.namespace:
            journal.delete_item(base, name)
    session.base.note_hook(record.name, record.namespace)
    added = session.base.take(record.namespace.values())
    session.base.done()  # an edit may give a class other slots

    def undo() -> None:
        for key in added:
            session.base.contents.pop(key, None)

    journal.note(undo)


def _take_arrived(session: Live, execution: Execution) -> None:
    """Let the base of modules that came with the edit be what they are when it is over.

    Statements that ran after their import changed them too, and are the import's: no program has.
    """
    known, start = execution.world.records, execution.merger.start
    for record in reversed(session.records.values()):
        if known.get(record.name) is record and (not start or record.name in start):
            break  # what has come stands last: not each module is asked, of thousands
        record.note_base()
        session.base.note_hook(record.name, record.namespace)
    base, journal = session.base, execution.journal
    for content in [base.contents[key] for key in base.arrived if key in base.contents]:
        owner = content.owner
        now = held_by(owner) if type(owner) is count else holding(owner, base)
        if now is not None and not same_items(content.held, now):
            before = content.held
            base.hold(journal, content, now)
            base.take_imported([] if type(owner) is count else put_in(before, now))
