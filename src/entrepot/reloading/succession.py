"""What somebody holds to call it gives its place to an object of another kind.

A function becomes a class, a class a function, an object that is called either: who holds the old
one is led to the new one. So is who holds an instance that gives its place to one of another
class, or a list that becomes a set, a *stranger*: but in the end only, when no other place goes on
with the old one. When a later edit brings a function or a class back, the one of before
takes its place again: a frame may hold it still, and instances are of it.
"""

from __future__ import annotations

import functools
import types
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from .alignment import has_state_within
from .attributes import is_a, is_exactly
from .base import EMPTY, data_of
from .caches import is_cache
from .containers import succeed
from .content import Content
from .deciding import Conflict
from .functions import own_dict, stop_forwarding
from .values import is_atom, is_led_on, is_shared, is_view, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from .adopt import Adopter

#: They show what they call, and cannot call another.
_LED = (functools.partial, MethodType)
_TABLES = frozenset({list, dict, set})


def lead_on(adopter: Adopter, old: Any, new: Any) -> Any:
    """Let who holds what is called call what takes its place.

    Returns:
        What takes its place: what stood there before an earlier edit, if that is of its kind.
    """
    final = _again(adopter, old, new)
    if type(old) in _LED or is_cache(old):
        adopter.replace(old, final)
    elif id(old) not in adopter.taken:
        adopter.base.departed.add(adopter.journal, adopter.place, old)
        adopter.taken[id(old)] = old
        if type(old) is FunctionType:
            adopter.forwards.append((old, final))
            carry_attributes(adopter, old, final)
        else:
            adopter.led.append((old, final))
    return final


def is_same_view(adopter: Adopter, start: Any, new: Any) -> bool:
    """Return whether a value shows what another one does, when twins count as one."""
    kind = type(start)
    if kind is not type(new) or not is_view(start):
        return False
    if kind is MethodType:
        parts = adopter.mapped([new.__self__, new.__func__])
        return parts[0] is start.__self__ and parts[1] is start.__func__
    if kind is types.BuiltinMethodType and start.__name__ == new.__name__:
        return adopter.mapped([new.__self__])[0] is start.__self__
    return same(start, new)


def is_method_of_heir(adopter: Adopter, start: Any, new: Any) -> bool:
    """Return whether a method is that of an object which has taken its owner's place."""
    if not (type(start) is type(new) is MethodType and start.__func__ is new.__func__):
        return False
    owner = adopter.mapped([new.__self__])[0]
    return any(old is start.__self__ and heir is owner for old, heir in adopter.replaced)


def stand_in(adopter: Adopter, old: Any, new: Any) -> Any:
    """An object of another type takes the place: what holds the old callable is led on."""
    is_free = callable(new) and adopter.is_new(new) and not adopter.is_anothers(old)
    is_called = type(old) is FunctionType or type(old) in _LED or is_cache(old)
    if is_free and (is_called or changes_kind(adopter, old, new)):
        return lead_on(adopter, old, new)
    if _is_stranger(adopter, old, new):
        adopter.strangers.append((old, new))
        if has_state_within(adopter, old):
            adopter.gone.append((old, adopter.place))
    return new


def _is_stranger(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether an object of another class takes the place: ``store = InMemory()``.

    Not where it is a value, which others took for what it was equal to. An item of a list may
    continue another one.
    """
    if callable(old) or is_a(old, types.ModuleType) or is_view(old) or is_shared(old):
        return False
    if adopter.place.endswith("]") or not is_led_on(type(old)):
        return False
    return adopter.is_new(new) and not adopter.is_anothers(old)


def lead_to_strangers(adopter: Adopter, homes: Callable[[object], object]) -> None:
    """Lead who holds what is nowhere in the program any more to what took its one place.

    Args:
        adopter: Knows what took the place of what.
        homes: Tells which names lead to an object.
    """
    heirs: dict[int, set[int]] = {}
    for old, new in adopter.strangers:
        heirs.setdefault(id(old), set()).add(id(new))
    for old, new in adopter.strangers:
        is_free = id(old) not in adopter.taken and not homes(old)
        if is_free and len(heirs[id(old)]) == 1:
            adopter.replace(old, adopter.mapped([new])[0])


def _again(adopter: Adopter, old: Any, new: Any) -> Any:
    """Return what an earlier edit had led on from a place, made into what is new there."""
    back = adopter.base.departed.at(adopter.place)
    if back is None or back is old or is_a(back, type) != is_a(new, type):
        return new
    if type(back) is FunctionType and type(new) is FunctionType:
        stop_forwarding(adopter.journal, back)
    return adopter.adopt(back, new)


def changes_kind(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether a class or an object that is called gives its place to another kind."""
    if not callable(old) or not callable(new) or not adopter.is_new(new):
        return False
    if is_a(old, type):
        return not is_a(new, type) and adopter.base.is_managed_class(old)
    return type(old) is not type(new) and adopter.base.is_managed_class(type(old))


def carry_attributes(adopter: Adopter, old: FunctionType, new: Any) -> None:
    """Let what takes a function's place have the attributes that the program gave the function."""
    own = own_dict(old)
    base = EMPTY if own is None else adopter.base.of(own)
    if own is None or not isinstance(base, dict):
        return
    if type(new) is not type(old):
        lost = [name for name, value in own.items() if base.get(name, EMPTY) is not value]
        adopter.dropped += [f"{adopter.place}.{name}" for name in lost]
        return
    made = dict(own_dict(new) or {})
    if adopter.base.of(new.__dict__) is EMPTY:  # what it is given is no part of what it was made
        content = Content(new.__dict__, adopter.mapped(made))
        adopter.journal.set_item(adopter.base.contents, id(new.__dict__), content)
    for name, value in own.items():
        was, now = base.get(name, EMPTY), made.get(name, EMPTY)
        if was is value:
            continue  # the import's own
        if now is was or (was is not EMPTY and now is not EMPTY and adopter.alike(was, now)):
            adopter.journal.set_item(new.__dict__, name, value)
        else:
            adopter.dropped.append(f"{adopter.place}.{name}")


def carry_members(adopter: Adopter, old: type, new: type) -> None:
    """Let a class that takes the place of another one have what the program made of that.

    It moved to another module: a count in it (``Job.total += 1``) and its tables go on.
    """
    base, live, fresh = adopter.base.of(old), data_of(old), data_of(new)
    place = adopter.place
    for name, value in live.items() if isinstance(base, dict) else ():
        was, now = base.get(name, EMPTY), fresh.get(name, EMPTY)
        if name[:2] == "__" or hasattr(type(value), "__get__"):
            continue
        adopter.place = f"{place}.{name}"
        if value is was:
            if is_exactly(value, _TABLES) and type(now) is type(value):
                adopter.journal.set_attribute(new, name, succeed(adopter, value, now))
        elif now is EMPTY and was is not EMPTY:
            adopter.dropped.append(adopter.place)
        elif now is EMPTY:
            adopter.journal.set_attribute(new, name, value)
        elif is_atom(was) and is_atom(now):  # statements to come may bring it there
            adopter.undecided.append(Conflict(new, name, was, value, adopter.place))
        elif adopter.alike(was, now):
            adopter.journal.set_attribute(new, name, value)
        else:
            adopter.dropped.append(adopter.place)
    adopter.place = place
