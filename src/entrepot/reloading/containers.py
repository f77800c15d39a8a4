"""The three-way merge of a container: base, live, new.

What the program added since the import is added to the new content, what it removed is removed
from it, what it changed wins unless the edit changed the same place.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any

from .alignment import adopt_at, adopt_instances, has_state, matches
from .attributes import held_in, is_a
from .base import EMPTY
from .deciding import Conflict, list_in_order
from .instances import is_of_replaced, takes_class
from .journal import STEADY, same_items
from .values import holds_only_attributes, is_atom, same

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import CellType

    from .adopt import Adopter


def merged(adopter: Adopter, base: Any, live: Any, new: Any, owner: Any) -> Any:
    """Return the content for a live container.

    Args:
        adopter: Merges the items.
        base: The import-time content, or ``EMPTY``.
        live: What the container holds now.
        new: What the new text made.
        owner: The live container.
    """
    live = rehashed(adopter, live)
    base = live if base is EMPTY or type(base) is not type(live) else rehashed(adopter, base)
    if is_a(new, dict):
        return _merged_dict(adopter, base, live, new, owner)
    if is_a(new, set):
        return _merged_set(adopter, base, live, new)
    if is_a(new, list):
        return _merged_list(adopter, base, live, new)
    if new == base:
        return live
    if live != base and live != new:
        adopter.dropped.append(adopter.place)
    return new


def rehashed(adopter: Adopter, content: Any) -> Any:
    """Return content in which keys are found by the hashes that they have now.

    A key that adopted another one may tell another hash: a frozen dataclass with another default.
    One that could not is another object now.
    """
    is_dict = type(content) is dict
    is_keyed = is_dict or type(content) is set
    if not is_keyed or all(type(key) in STEADY for key in content):
        return content
    heirs = {id(old): new for old, new in adopter.replaced}
    try:  # it is the program's code that is asked
        keys = [heirs.get(id(key), key) for key in content]
        return dict(zip(keys, content.values(), strict=True)) if is_dict else set(keys)
    except Exception:  # noqa: BLE001  # then nobody finds it by its hash
        return content


def is_filled(owner: Any, live: Any, content: Any) -> bool:
    """Return whether a container that holds ``live`` has its content, with the hashes of now.

    Sets that are made of them have the hashes that are noted in these: nobody is asked. What an
    ``OrderedDict`` has noted, nothing shows: a key may be found by chance where it lies.
    """
    if not same_items(live, content):
        return False
    if is_a(owner, OrderedDict):
        return all(type(key) in STEADY for key in content)
    return not isinstance(live, dict | set) or set(live) <= set(content)


def cannot_hold(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether a container cannot become a new one: a deque with another room for items.

    Nor can bytes get another length as long as something has a view of them.
    """
    if not is_a(old, bytearray):
        return _room(old) != _room(new)
    if len(old) == len(new) or new == adopter.base.of(old):
        return False
    try:
        old.append(0)
    except BufferError:
        return True
    old.pop()
    return False


def _room(value: Any) -> int | None:
    """Return how many items a deque keeps; what else has such an attribute is not asked."""
    room: int | None = deque.maxlen.__get__(value) if is_a(value, deque) else None
    return room


def adopt_cell(adopter: Adopter, old: CellType, new: CellType) -> CellType:
    """Let a closure's variable have what a new closure has there."""
    adopter.pair(old, new)
    if not held_in(new):
        return old
    [value] = held_in(new)
    if not held_in(old):
        adopter.journal.set_cell(old, value)
        return old
    [live] = held_in(old)
    held = adopter.base.of(old)
    base = held[0] if held is not EMPTY and held else EMPTY
    merged = adopter.merge(base, live, value, f"{adopter.place} (closure)", (old, None))
    if merged is not live:
        adopter.journal.set_cell(old, merged)
    if merged is not live or adopter.is_changed(merged):
        adopter.change(old)
    adopter.note_base(old, [value])
    return old


def succeed(adopter: Adopter, old: Any, new: Any) -> Any:
    """Let a list, a dict or an instance that moved to another module stay the old object."""
    kind = type(old)
    is_plain = issubclass(kind, dict | list | set) or holds_only_attributes(kind)
    if not is_plain or {id(old), id(new)} & adopter.taken.keys():
        return new
    is_led = is_of_replaced(adopter, old, new) and takes_class(adopter.journal, old, type(new))
    return adopter.take_over(old, new) if is_led or kind is type(new) else new


def _merged_dict(
    adopter: Adopter, base: dict[Any, Any], live: dict[Any, Any], new: dict[Any, Any], owner: Any
) -> dict[Any, Any]:
    adopt_instances(adopter, base, new, in_order=True)
    out: dict[Any, Any] = {}
    names: Any = adopter.mapped(new)
    for key, value in zip(names, new.values(), strict=True):
        place = f"{adopter.place}[{key!r}]" if is_a(key, str | int) else adopter.place
        if key in live:
            out[key] = adopter.merge(base.get(key, EMPTY), live[key], value, place, (owner, key))
        elif key in base and adopter.alike(base[key], value):
            continue  # the program removed it
        else:
            out[key] = adopter.mapped([value])[0]
    for key, value in live.items():
        if key in out:
            continue
        if key not in base:
            out[key] = value
        elif value is not base[key]:
            place = f"{adopter.place}[{key!r}]"
            adopter.undecided.append(Conflict(owner, key, base[key], value, place))
        else:
            _note_gone(adopter, {key: value})
    if same_keys(base, names) and not same_keys(live, base):  # the program changed the order
        return {key: out[key] for key in (*live, *out) if key in out}
    return out


def same_keys(keys: Collection[Any], others: Collection[Any]) -> bool:
    """Return whether the same keys stand in the same order; those of the program are not asked."""
    return len(keys) == len(others) and all(map(same, keys, others))


def _merged_set(adopter: Adopter, base: set[Any], live: set[Any], new: set[Any]) -> set[Any]:
    left = adopt_instances(adopter, base, new, in_order=False)
    adopter.gone += [(item, adopter.place) for item in left if has_state(adopter, item)]
    fresh: set[Any] = set(adopter.mapped(list(new)))
    kept = {item for item in live if item in fresh}
    return (
        kept
        | {item for item in fresh if item not in kept and item not in (base - live)}
        | (live - base)
    )


def _merged_list(adopter: Adopter, base: list[Any], live: list[Any], new: list[Any]) -> list[Any]:
    pairs = matches(adopter, base, new)
    is_as_before = len(base) == len(new) and all(
        pairs.get(n) == n and adopter.alike(base[n], item) for n, item in enumerate(new)
    )
    items = [
        adopt_at(adopter, f"{adopter.place}[{position}]", base[pairs[position]], item)
        if position in pairs
        else item
        for position, item in enumerate(adopter.mapped(new))
    ]
    left = set(range(len(base))) - set(pairs.values())
    _note_gone(adopter, {position: base[position] for position in sorted(left)})
    if is_as_before:  # what another statement has made is alike, and yet another one
        others = {id(a): b for a, b in zip(base, items, strict=True) if a is not b}
        return [others.get(id(item), item) for item in live] if others else live
    if len(live) == len(base) and all(a is b for a, b in zip(live, base, strict=True)):
        return items
    before = _counts(base)
    present = _counts(live)
    removed = [item for item in base if present.get(id(item), 0) < before[id(item)]]
    out = []
    for item in items:
        gone = next((old for old in removed if adopter.alike(old, item)), EMPTY)
        if gone is EMPTY:
            out.append(item)
        else:
            del removed[_place(removed, gone)]
    added = []
    for item in live:
        if before.get(id(item), 0):
            before[id(item)] -= 1
        else:
            added.append(item)
    return list_in_order(base, live, out + added)


def _place(items: list[Any], wanted: Any) -> int:
    """Return where an object lies in a list, others not asked whether they equal it."""
    return next(position for position, item in enumerate(items) if item is wanted)


def _note_gone(adopter: Adopter, items: dict[Any, Any]) -> None:
    """Note items that nothing new continues, so far, and that have state."""
    adopter.gone += [
        (item, f"{adopter.place}[{key!r}]")
        for key, item in items.items()
        if not is_atom(item) and has_state(adopter, item)
    ]


def _counts(items: list[Any]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for item in items:
        counts[id(item)] = counts.get(id(item), 0) + 1
    return counts
