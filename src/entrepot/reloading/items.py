"""Items and attributes that statements set take over what stood there before.

``TABLE["a"] = Route("/a")`` is matched by its key. Lists are harder: ``ROUTES = []`` has run
again, and so its items are gone; then ``ROUTES.append(Route("/a"))`` makes them anew. After each
such statement what it has put there is matched with what stood there at import, and that nothing
new continues so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .alignment import adopt_at, matches
from .attributes import is_a, set_state
from .base import EMPTY
from .overridden import note_overridden
from .values import is_atom

if TYPE_CHECKING:
    from .adopt import Adopter
    from .effects import Change, Effects
    from .journal import Journal
    from .merging import Merger
    from .revision import LiveStatement


def merge_items(
    merger: Merger, live: LiveStatement, effects: Effects, changes: list[Change]
) -> None:
    """Objects that a statement put into others take over what stood there before.

    Where the program had put something else, and the statement what the import had, it stays.
    The names of a module, which a function may hold as ``globals()``, have a base of their own.
    """
    old = merger.world.before(live)
    modules = merger.world.by_namespace
    for change in changes:
        if id(change.note.owner) in modules:
            continue
        if old is not None:
            _merge_change(merger, live, change, effects.held(change.note))
        note_overridden(merger, live, change, effects.held(change.note))


def _merge_change(merger: Merger, live: LiveStatement, change: Change, now: Any) -> None:
    """Let what a statement put into one object take over what stood there."""
    old = merger.world.before(live)
    owner, start, base = change.note.owner, change.note.start, change.note.base
    if is_a(start, list | set) and is_a(owner, list | set):
        _merge_list(merger, live, change, now)
    if not is_a(start, dict):
        return
    for key, new in now.items():
        was = start.get(key, EMPTY)
        if was is EMPTY or was is new:
            continue
        known = base.get(key, EMPTY) if is_a(base, dict) else EMPTY
        if known is not EMPTY and known is not was and merger.adopter.alike(known, new):
            _put(merger.journal, owner, key, was)
            change.stored[key] = new
            continue
        if is_atom(new) or (is_a(owner, type) and _is_of_class(new)):
            continue
        if old is None or not merger.ownership.made(old, was):
            continue
        final = merger.adopter.adopt(was, new)
        if final is not new:
            _put(merger.journal, owner, key, final)


def _is_of_class(value: Any) -> bool:
    """Return whether a value is adopted with the class that has it, as methods are."""
    return is_a(value, type) or hasattr(type(value), "__get__")


def _put(journal: Journal, owner: Any, key: Any, value: Any) -> None:
    if is_a(owner, dict):
        journal.set_item(owner, key, value)
    elif is_a(owner, type):
        journal.set_attribute(owner, key, value)
    else:
        set_state(journal, owner, key, value)


def _merge_list(merger: Merger, live: LiveStatement, change: Change, now: Any) -> None:
    """Let what a statement has put into a list, or a set, take over what stood there."""
    owner = change.note.owner
    names = merger.world.homes(owner)
    place = ".".join(names[0]) if names else live.where
    in_places = not merger.going() and not merger.is_edited(live)
    final = _appended(merger.adopter, change, list(now), place, in_places=in_places)
    if final is not None:
        merger.journal.refill(owner, set(final) if is_a(owner, set) else final)


def _appended(
    adopter: Adopter, change: Change, now: list[Any], place: str, *, in_places: bool
) -> list[Any] | None:
    """Return what a list or a set is to hold, ``None`` if nothing in it takes another's place.

    Args:
        adopter: Merges the items.
        change: What the list held at import, and before the statement.
        now: What it holds.
        place: Where it is, in words.
        in_places: Whether each item may stand where it stood, if nothing else tells: no statement
            has gone, and this one is as it was.
    """
    base = change.note.start if change.note.base is EMPTY else change.note.base
    if not is_a(base, list | set):
        return None
    in_order, base = is_a(base, list), list(base)
    known = set(map(id, change.before)) | set(map(id, base))
    added = [n for n, item in enumerate(now) if id(item) not in known and not is_atom(item)]
    present = set(map(id, now))
    left = [
        n
        for n, item in enumerate(base)
        if id(item) not in adopter.taken and id(item) not in present and not is_atom(item)
    ]
    if not added or not left:
        return None
    olds, news = [base[n] for n in left], [now[n] for n in added]
    found = matches(adopter, olds, news, in_order=in_order)
    pairs = {added[new]: left[old] for new, old in found.items()}
    if in_order and in_places and len(now) <= len(base):
        free = set(left) - set(pairs.values())
        pairs |= {n: n for n in added if n not in pairs and n in free}
    out = list(now)
    for position, old in sorted(pairs.items()):
        out[position] = adopt_at(adopter, f"{place}[{position}]", base[old], now[position])
    return out if any(a is not b for a, b in zip(out, now, strict=True)) else None
