"""What can be decided only when all statements have run: conflicts with state, and its order.

A table that is made anew is empty first, and a count begins anew; what statements put there comes
later. So whether the program's value stays is decided in the end, and what the program has added
to a table stands last.
"""

from __future__ import annotations

from collections import deque
from itertools import count as steps
from types import CellType
from typing import TYPE_CHECKING, Any, NamedTuple

from .attributes import held_in, instance_dict, is_a, set_state, state_of
from .base import EMPTY, data_of, held_by
from .journal import content_of, same_items
from .passing import is_inert
from .values import holds_only_attributes, is_atom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .adopt import Adopter
    from .effects import Note
    from .journal import Journal


class Conflict(NamedTuple):
    """A place in what was made anew, whose value the program had changed.

    Attributes:
        owner: A table, the cell of a closure, a class, or an instance that has slots.
        key: The key, or the attribute.
        base: What the import had put there.
        live: What the program had there.
        place: Where that is, in words.
    """

    owner: Any
    key: Any
    base: Any
    live: Any
    place: str


def decide(journal: Journal, adopter: Adopter, homes: Callable[[object], object]) -> None:
    """Let the program's values stay where the edit has changed nothing.

    Args:
        journal: Of the reload.
        adopter: Knows what is to be decided.
        homes: Tells which names lead to an object.
    """
    for owner, key, base, live, place in adopter.undecided:
        now = _held(owner, key)
        if now is not EMPTY and adopter.alike(base, now):
            _put(journal, owner, key, live)
        elif now is not live or is_atom(live):  # that the edit says the same is by chance
            adopter.dropped.append(place)
    for owner, base, live, place in adopter.lost:
        if type(owner) is steps:
            _decide_count(adopter, owner, base, live, place)
            continue
        now = content_of(owner)
        if adopter._as_before(base, now):  # noqa: SLF001  # only how it is written was edited
            journal.refill(owner, live)
            content = adopter.base.contents.get(id(owner))
            if content is not None:  # it holds the items of before again, not equal new ones
                adopter.base.hold(journal, content, base)
        else:
            adopter.dropped.append(place)
    for owner, name, count, place in adopter.emptied:
        if _size_of(state_of(owner).get(name)) < count and place not in adopter.dropped:
            adopter.dropped.append(place)
    for item, place in adopter.gone:
        is_known = id(item) in adopter.taken or place in adopter.dropped
        if not is_known and not homes(item):
            adopter.dropped.append(place)


def _decide_count(adopter: Adopter, new: Any, base: Any, live: Any, place: str) -> None:
    """Let a count go on if the statements have brought a new one to where it was after them."""
    if held_by(new) == base:
        pairs = adopter.replaced
        pairs[:] = [(new, live) if a is live and b is new else (a, b) for a, b in pairs]
    elif held_by(live) != base:
        adopter.dropped.append(place)


def note_lost(adopter: Adopter, old: Any, new: Any) -> None:
    """An object of an installed class is made anew: tell what it had got by then.

    Nobody knows what it held at the import. One made in C may hold anything; of others what counts
    is whether their containers hold less in the end than they did.
    """
    if type(old) is steps and adopter.base.of(old) is not EMPTY:
        adopter.lost.append((new, adopter.base.of(old), old, adopter.place))
    is_known = adopter.base.of(old) is not EMPTY or adopter.base.is_managed_class(type(old))
    if is_known or is_inert(old):
        return
    if not holds_only_attributes(type(old)):
        adopter.dropped.append(adopter.place)
        return
    for name, value in state_of(old).items():
        if _size_of(value):
            adopter.emptied.append((old, name, _size_of(value), adopter.place))


def _size_of(value: Any) -> int:
    return len(value) if is_a(value, dict | list | set | deque) else 0


def spot_of(instance: Any, name: str) -> tuple[Any, str]:
    """Return where an instance holds an attribute: in its ``__dict__``, or itself."""
    namespace = instance_dict(instance)
    return (instance, name) if namespace is None or name not in namespace else (namespace, name)


def _held(owner: Any, key: Any) -> Any:
    if type(owner) is CellType:
        return next(iter(held_in(owner)), EMPTY)
    if is_a(owner, type):
        return data_of(owner).get(key, EMPTY)
    if is_a(owner, dict) and key in owner:
        return dict.get(owner, key, EMPTY)
    return state_of(owner).get(key, EMPTY)


def _put(journal: Journal, owner: Any, key: Any, value: Any) -> None:
    if type(owner) is CellType:
        journal.set_cell(owner, value)
    elif is_a(owner, type):
        journal.set_attribute(owner, key, value)
    elif is_a(owner, dict) and key in owner:
        journal.set_item(owner, key, value)
    else:
        set_state(journal, owner, key, value)


def put_in_order(journal: Journal, notes: Iterable[Note]) -> None:
    """Let what the program has added to lists and dicts stand behind what the import makes."""
    for note in notes:
        content = note.owner
        if type(content) is dict and isinstance(note.base, dict):
            wanted: Any = _dict_in_order(note.base, note.start, content)
        elif type(content) is list and isinstance(note.base, list):
            wanted = list_in_order(note.base, note.start, content)
        else:
            continue
        if not same_items(content, wanted):
            journal.refill(content, wanted)


def _dict_in_order(
    base: dict[Any, Any], start: dict[Any, Any], now: dict[Any, Any]
) -> dict[Any, Any]:
    """Return a dict with the keys last that the program has added.

    Example:
        >>> list(_dict_in_order({"a": 1}, {"a": 1, "late": 2}, {"a": 1, "late": 2, "b": 3}))
        ['a', 'b', 'late']
    """
    added = [key for key in start if key not in base]
    if not added or list(start)[-len(added) :] != added:
        return now
    keys = [key for key in now if key not in set(added)] + [key for key in added if key in now]
    return {key: now[key] for key in keys}


def list_in_order(base: list[Any], start: list[Any], now: list[Any]) -> list[Any]:
    """Return a list with the items that the program has added where it has put them.

    Those that stood last stand last, others after what they stood after.

    Example:
        >>> list_in_order([1], [1, 9], [1, 9, 2])
        [1, 2, 9]
        >>> list_in_order([1], [1, 9], [9, 1, 2])   # it was made anew, and had what is state
        [1, 2, 9]
        >>> list_in_order([1, 2], [8, 1, 9, 2], [8, 9, 1, 2, 3])
        [8, 1, 9, 2, 3]
    """
    groups = _added(base, start, now)
    taken = _counts([item for _, _, added in groups for item in added])
    if not taken:
        return now
    rest = []
    for item in now:
        if taken.get(_key(item)):
            taken[_key(item)] -= 1
        else:
            rest.append(item)
    places = {_key(item): position for position, item in reversed(list(enumerate(rest)))}
    last = groups.pop()[2]
    at, after = -1, dict[int, list[Any]]()
    for key, position, added in groups:  # of values that are others now, as many are there
        at = places.get(key, position if len(rest) == len(base) else at)
        after.setdefault(at, []).extend(added)
    placed = [part for n, item in enumerate(rest) for part in (item, *after.get(n, ()))]
    return [*after.get(-1, ()), *placed, *last]


def _added(base: list[Any], start: list[Any], now: list[Any]) -> list[tuple[Any, int, list[Any]]]:
    """Return what the program had added after which item, with the position of that at import.

    Only what is in the list still.
    """
    there = _counts(now)
    left: dict[Any, list[int]] = {}
    for position, item in enumerate(base):
        left.setdefault(_key(item), []).append(position)
    groups: list[tuple[Any, int, list[Any]]] = [(None, -1, [])]
    for item in start:
        key = _key(item)
        if left.get(key):
            groups.append((key, left[key].pop(0), []))
        elif there.get(key):
            there[key] -= 1
            groups[-1][2].append(item)
    return groups


def _counts(items: list[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for item in items:
        counts[_key(item)] = counts.get(_key(item), 0) + 1
    return counts


def _key(item: Any) -> Any:
    """Return what two items of a list have in common that are one, or one value."""
    return (type(item), item) if is_atom(item) else id(item)
