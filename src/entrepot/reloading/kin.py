"""The classes below a class in the order in which an import makes them.

Python keeps what derives from a class in the order in which it was made. A class that an edit puts
above another one was made after it, and one that was moved was made where it stood before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .attributes import HEAP_TYPE, is_a
from .base import data_of
from .classes import classes_below, subclasses_of
from .passing import passed_by
from .readers import that_mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Uses

    from .changes import ModuleChange
    from .journal import Journal
    from .revision import LiveStatement
    from .rules import Due
    from .world import World

ASKED = "__subclasses__"
_IMMUTABLE = 1 << 8  # ``Py_TPFLAGS_IMMUTABLETYPE``: one of C's, though it was made meanwhile


def maker(world: World, cls: type) -> LiveStatement | None:
    """Return the statement that defines a class, as it will be; ``None`` for any other class."""
    own, name = data_of(cls), cls.__qualname__.partition(".")[0]
    record = world.records.get(str(own.get("__module__")))
    top = None if record is None else record.namespace.get(name, cls)  # it may be hidden
    if record is None or not is_a(top, type) or (top is not cls and cls.__qualname__ == name):
        return None
    makers = [live for live in world.binders(record, name) if live.statement.is_class]
    return makers[-1] if makers else None


def kin(world: World, bases: Iterable[type]) -> dict[int, tuple[type, LiveStatement]]:
    """Return the classes below some, each with the statement that defines it."""
    found: dict[int, tuple[type, LiveStatement]] = {}
    for base in bases:
        for cls in classes_below(base):
            live = maker(world, cls) if id(cls) not in found else None
            if live is not None:
                found[id(cls)] = cls, live
    return found


def made_by_calls(world: World, bases: Iterable[type]) -> Iterator[tuple[type, LiveStatement]]:
    """Yield the classes below some that no statement defines, each with who has put it somewhere.

    Such as ``MADE = [type("Derived", (base,), {}) for base in KINDS]``.
    """
    classes = {id(cls): cls for base in bases for cls in classes_below(base)}
    wanted = {key for key, cls in classes.items() if _is_made(cls) and maker(world, cls) is None}
    for record in world.records.values() if wanted else ():
        for name, value in list(record.namespace.items()):
            inside = value.values() if type(value) is dict else value
            held = inside if type(value) in {dict, list, tuple, set, frozenset} else (value,)
            found = wanted.intersection(map(id, held))
            binder = world.binders(record, name)[-1:] if found else []
            yield from ((classes[key], live) for key in found for live in binder)


def asked_by(world: World, live: LiveStatement) -> Iterator[type]:
    """Yield the classes that a statement can get at and ask for what derives from them."""
    for home, uses in world.parts(live):
        for chain in _chains(uses):
            for value in passed_by(home, chain):
                if is_a(value, type) and _is_made(value):
                    yield value


def surely_asked(world: World, live: LiveStatement) -> list[type]:
    """Return the classes that a statement asks for what derives from them.

    Where a function asks the class that it gets, it may be any of the program that is named, by
    the statement or what runs during it; any other only by the statement.
    """
    found: dict[int, type] = {}
    parts = world.parts(live)
    for home, uses in parts:
        for chain in [chain for chain in uses.chains if ASKED in chain]:
            owner = list(passed_by(home, chain[: chain.index(ASKED)]))[-1:]
            found.update((id(cls), cls) for cls in owner if is_a(cls, type) and _is_made(cls))
    if any(ASKED in uses.attributes and not _is_said(uses) for _, uses in parts):
        by_itself = {id(v) for chain in _chains(live.uses) for v in passed_by(live.record, chain)}
        for cls in asked_by(world, live):
            if world.home_of(cls) is not None or id(cls) in by_itself:
                found[id(cls)] = cls
    return list(found.values())


def _is_said(uses: Uses) -> bool:
    return any(ASKED in chain for chain in uses.chains)


def _chains(uses: Uses) -> list[Chain]:
    return [*uses.chains, *((name,) for name in uses.reads)]


def moved(world: World) -> list[LiveStatement]:
    """Return the class statements that are new, or may stand in another order now."""
    records = [world.records[name] for name in world.order.moved if name in world.records]
    lives = {id(live): live for record in records for live in world.lives(record)}
    for change in world.changes.values():
        classes = [live for live in change.lives if live.statement.is_class]
        number = world.view(change.record, old=True).number
        places = [number(live.old) for live in classes if live.old is not None]
        if places != sorted(places) or len(places) < len(classes):
            lives.update((id(live), live) for live in classes)
    return [live for live in lives.values() if live.statement.is_class]


def asked_in_another_order(world: World, change: ModuleChange) -> Iterator[Due]:
    """(6e) Who asks a class for those derived from it is due when these stand in another order."""
    if change is not next(iter(world.changes.values())) or not moved(world):
        return
    for live in that_mention(world, frozenset({ASKED})).values():
        makers = [made for _, made in kin(world, surely_asked(world, live)).values()]
        if has_another_order(world, live, makers):
            yield live, "6e", "the classes below another one stand in another order"


def put_in_order(journal: Journal, world: World, bases: Iterable[type]) -> None:
    """Let the classes below some stand there in the order of an import."""
    known, position = kin(world, bases), world.position
    above = {id(base): base for cls, _ in known.values() for base in cls.__bases__}
    lists = {key: subclasses_of(base) for key, base in above.items() if _is_made(base)}
    places = [[position(known[id(c)][1]) for c in one if id(c) in known] for one in lists.values()]
    if all(found == sorted(found) for found in places):
        return
    before = [cls for one in lists.values() for cls in one]
    journal.note(lambda: _append(before), before, lists, *lists.values())
    _append([cls for cls, _ in sorted(known.values(), key=lambda found: position(found[1]))])


def _append(classes: Iterable[type]) -> None:
    """Tell classes their bases anew: each stands last then among what these know."""
    for cls in classes:
        if all(map(_is_made, cls.__bases__)) and not cls.__flags__ & _IMMUTABLE:
            type.__setattr__(cls, "__bases__", (*cls.__bases__,))


def _is_made(cls: type) -> bool:
    """Return whether a class was made while the process runs, and is none of the interpreter's."""
    return bool(cls.__flags__ & HEAP_TYPE)


def has_another_order(world: World, live: LiveStatement, makers: Iterable[LiveStatement]) -> bool:
    """Return whether other statements come before one now, or these in another order."""
    old = world.before(live)
    known = [(maker, world.before(maker)) for maker in makers]
    now = [(world.position(new), id(new)) for new, was in known]
    then = [(world.old_order.position(was), id(new)) for new, was in known if was is not None]
    if old is None:
        return False
    here, there = world.position(live), world.old_order.position(old)
    return [key for place, key in sorted(now) if place < here] != [
        key for place, key in sorted(then) if place < there
    ]
