"""What can be decided only when all statements have run: conflicts with state, and its order.

A table that is made anew is empty first; what statements put into it comes later. So whether the
program's value of a key stays is decided in the end, and what the program has added stands last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .base import EMPTY
from .journal import content_of, same_items

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .adopt import Adopter
    from .effects import Note
    from .journal import Journal


class Conflict(NamedTuple):
    """A key of a table that was made anew, whose value the program had changed.

    Attributes:
        owner: The table.
        key: The key.
        base: What the import had put there.
        live: What the program had there.
        place: Where that is, in words.
    """

    owner: Any
    key: Any
    base: Any
    live: Any
    place: str


def decide(journal: Journal, adopter: Adopter) -> None:
    """Let the program's values stay where the edit has changed nothing."""
    for owner, key, base, live, place in adopter.undecided:
        now = dict.get(owner, key, EMPTY)
        if now is not EMPTY and adopter.alike(base, now):
            journal.set_item(owner, key, live)
        elif now is not live:
            adopter.dropped.append(place)
    for owner, base, live, place in adopter.lost:
        now = content_of(owner)
        if adopter._as_before(base, now):  # noqa: SLF001  # only how it is written was edited
            journal.refill(owner, live)
            content = adopter.base.contents.get(id(owner))
            if content is not None:  # it holds the items of before again, not equal new ones
                adopter.base.hold(journal, content, base)
        else:
            adopter.dropped.append(place)


def put_in_order(journal: Journal, notes: Iterable[Note]) -> None:
    """Let what the program has added to lists and dicts stand behind what the import makes."""
    for note in notes:
        content = note.owner
        if type(content) is dict and isinstance(note.base, dict):
            wanted: Any = _dict_in_order(note.base, note.start, content)
        elif type(content) is list and isinstance(note.base, list):
            wanted = _list_in_order(note.base, note.start, content)
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


def _list_in_order(base: list[Any], start: list[Any], now: list[Any]) -> list[Any]:
    """Return a list with the items last that the program has added.

    Example:
        >>> _list_in_order([1], [1, 9], [1, 9, 2])
        [1, 2, 9]
        >>> _list_in_order([1], [1, 9], [9, 1, 2])   # it was made anew, and had what is state
        [1, 2, 9]
    """
    count = len(base)
    added = start[count:]
    if not added or not same_items(start[:count], base):
        return now
    for at in range(len(now) - len(added) + 1):
        if same_items(now[at : at + len(added)], added):
            return [*now[:at], *now[at + len(added) :], *added]
    return now
