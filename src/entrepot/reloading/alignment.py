"""Which old item of a list, a set or among the keys of a dict each new one continues.

Items that are alike come first: what the import had made of the old one is what the new one is.
Then those with a *mark* in common that no other item has: a path, a name, a number among its
attributes. What is left goes by position, if as many items are there as before; else nobody can
tell which one is new, and which is gone. In a set no position tells: there it is the one that is
left, if there is but one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .base import EMPTY, held_by
from .journal import same_items
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .adopt import Adopter

MOST = 200  # items of a list that are compared with each other
_WORDS = (str, bytes)
_NUMBERS = (int, float)


def matches(
    adopter: Adopter, base: list[Any], new: list[Any], *, in_order: bool = True
) -> dict[int, int]:
    """Return the position in the old list by that in the new one.

    Args:
        adopter: Knows what the items were at import.
        base: The old items.
        new: The new ones.
        in_order: Whether positions tell something.
    """
    pairs: dict[int, int] = {}
    used: set[int] = set()
    is_long, are_as_many = len(base) > MOST or len(new) > MOST, len(base) == len(new)
    if is_long and are_as_many and in_order:
        return {i: i for i in range(len(base))}
    for position, item in enumerate([] if is_long else new):
        for old, value in enumerate(base):
            if old not in used and adopter.alike(value, item):
                pairs[position] = old
                used.add(old)
                break
    if len(pairs) == len(new):
        return pairs
    by_words = are_as_many and in_order  # numbers often move by one
    kinds = _WORDS if by_words else (*_WORDS, *_NUMBERS)
    for position, old in _by_marks(adopter, base, new, kinds):
        if position not in pairs and old not in used:
            pairs[position] = old
            used.add(old)
    rest = [i for i in range(len(new)) if i not in pairs] if are_as_many else []
    if in_order:
        return pairs | {position: position for position in rest if position not in used}
    left = [i for i in range(len(base)) if i not in used]
    return pairs | (dict(zip(rest, left, strict=True)) if len(rest) == len(left) == 1 else {})


def adopt_instances(adopter: Adopter, base: Any, new: Any, *, in_order: bool) -> list[Any]:
    """Let instances in a set, or among a dict's keys, take over what the new ones are.

    What tells its hash by what it holds is found by that: it would be lost if that changed.

    Returns:
        Those that nothing new continues.
    """
    is_managed, taken = adopter.base.is_managed_class, adopter.taken

    def is_ours(item: Any) -> bool:
        kind: Any = type(item)
        return is_managed(kind) and kind.__hash__ is object.__hash__

    olds = [item for item in base if not is_atom(item) and is_ours(item)]
    if not olds:
        return []
    known = set(map(id, olds))
    mapped = adopter.mapped(list(new))
    present = set(map(id, mapped))
    news = [one for one in mapped if not is_atom(one) and id(one) not in known and is_ours(one)]
    olds = [item for item in olds if id(item) not in present and id(item) not in taken]
    pairs = matches(adopter, olds, news, in_order=in_order)
    for position, old in pairs.items():
        adopter.adopt(olds[old], news[position])
    return [item for n, item in enumerate(olds) if n not in set(pairs.values())]


def _by_marks(
    adopter: Adopter, base: list[Any], new: list[Any], kinds: tuple[type, ...]
) -> list[tuple[int, int]]:
    """Return pairs of positions, those that have the most marks in common first."""
    olds = _owners_of_marks([(item, adopter.base.of(item)) for item in base], kinds)
    votes: dict[tuple[int, int], int] = {}
    for mark, position in _owners_of_marks([(item, EMPTY) for item in new], kinds).items():
        old = olds.get(mark, -1)
        if old >= 0 and position >= 0:
            votes[position, old] = votes.get((position, old), 0) + 1
    return sorted(votes, key=lambda pair: -votes[pair])


def _owners_of_marks(
    items: list[tuple[Any, Any]], kinds: tuple[type, ...]
) -> dict[tuple[Any, ...], int]:
    """Return which item has a mark, by position, ``-1`` where several have it."""
    found: dict[tuple[Any, ...], int] = {}
    for position, (item, held) in enumerate(items):
        for key, value in _parts(item, held):
            if type(value) in kinds and is_atom(key):
                mark = (key, type(value), value)
                found[mark] = -1 if mark in found else position
    return found


def _parts(item: Any, held: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what an item holds, by attribute, key or position."""
    if is_atom(item) or is_a(item, type):
        return
    if held is EMPTY:
        held = list(tuple.__iter__(item)) if is_a(item, tuple) else held_by(item)
    if is_a(held, dict):
        yield from held.items()
    elif is_a(held, list):
        yield from enumerate(held)


def has_state(adopter: Adopter, value: Any) -> bool:
    """Return whether the program has changed what the import made."""
    base = adopter.base.of(value)
    return base is not EMPTY and not is_a(value, type) and not same_items(base, held_by(value))


def has_state_within(adopter: Adopter, value: Any, depth: int = 3) -> bool:
    """Return whether the program has changed what the import made, or what that holds."""
    base = adopter.base.of(value)
    if is_atom(value) or is_a(value, type) or base is EMPTY:
        return False
    parts = base.values() if is_a(base, dict) else base
    return has_state(adopter, value) or (
        depth > 0 and any(has_state_within(adopter, part, depth - 1) for part in parts)
    )


def adopt_at(adopter: Adopter, place: str, old: Any, new: Any) -> Any:
    """Let an item be adopted, and a place within it be told as one of that item."""
    before, adopter.place = adopter.place, place
    try:
        return adopter.adopt(old, new)
    finally:
        adopter.place = before
