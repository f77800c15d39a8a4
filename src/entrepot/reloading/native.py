"""Classes of which code made in C knows more than their attributes say.

A metaclass made in C (``ctypes`` has several) reads a class's declarations once, when it makes it:
fields, a length, a type. It keeps the layout that follows for itself, and the instances are blocks
of memory of that layout. Such a class can take over functions and constants, but never other
declarations: then the new class takes its place, and that only as long as nothing is left that was
laid out by the old one. To read a field that an old instance has no room for is to read memory
that is somebody else's.
"""

from __future__ import annotations

import gc
from types import FrameType, FunctionType
from typing import TYPE_CHECKING, Any, cast

from .attributes import (
    HEAP_TYPE,
    is_a,
    is_exactly,
    is_native,
    is_python_class,
    names_of_class,
)
from .instances import in_use
from .values import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from .journal import Journal

_CONTAINERS = frozenset({list, dict, tuple, set})
_OURS = __name__.partition(".")[0]
_FUNCTIONS = (FunctionType, staticmethod, classmethod, property)


def declared(cls: type) -> dict[str, Any]:
    """Return what C was told of a class, and the members that it has made of that.

    Example:
        >>> import ctypes
        >>> class Spot(ctypes.Structure):
        ...     _fields_ = [("x", ctypes.c_int)]
        ...     def twice(self): return 2 * self.x
        >>> list(declared(Spot))
        ['_fields_', 'x']
    """
    return {
        name: value
        for name, value in names_of_class(cls).items()
        if name[:2] != "__" and ((name[:1] == name[-1:] == "_") or _is_made_in_c(value))
    }


def _is_made_in_c(value: Any) -> bool:
    kind = type(value)
    is_descriptor = hasattr(kind, "__get__") and not is_a(value, _FUNCTIONS)
    return is_descriptor and not (is_python_class(kind) and kind.__flags__ & HEAP_TYPE)


def is_declared_alike(old: type, new: type) -> bool:
    """Return whether C was told the same of two classes."""
    was, now = declared(old), declared(new)
    return was.keys() == now.keys() and all(
        _is_made_in_c(value) or same(was[name], value) for name, value in now.items()
    )


def left_of(
    journal: Journal, old: type, replaced: list[tuple[Any, Any]], is_own: Callable[[Any], bool]
) -> str | None:
    """Return what is left that was laid out by a class whose place another one takes.

    Args:
        journal: What it holds, it holds to put it back.
        old: The class.
        replaced: The pairs of all that has been replaced.
        is_own: Returns whether an object is one of ours that holds others for bookkeeping.
    """
    gc.collect()  # classes refer to themselves: what nobody holds any more is there until then
    gone = [was for was, _ in replaced if is_a(was, type)]
    known = {id(cls) for cls in gone}
    known.update(id(value) for cls in gone for value in names_of_class(cls).values())
    layout = f"the old layout of {old.__qualname__}"
    holders = gc.get_referrers(old)
    holding = _Holding(journal, is_own, holders)
    for holder in holders:
        if type(holder) is old and holding.is_held(holder):
            return f"an instance has {layout}"
        if id(holder) in known:
            continue
        if is_a(holder, type) and is_native(holder):
            if any(value is old for value in declared(holder).values()):
                return f"class {holder.__qualname__} has {layout}"
        elif _is_made_in_c(holder):
            return f"a {type(holder).__qualname__} has {layout}"
    return derived_left(old, replaced)


def derived_left(old: type, replaced: list[tuple[Any, Any]]) -> str | None:
    """Return which class goes on to derive from one whose place another one takes.

    Args:
        old: The class.
        replaced: The pairs of all that has been replaced.
    """
    gone = {id(was) for was, _ in replaced}
    for derived in cast("list[type]", type.__subclasses__(old)):
        if id(derived) not in gone:
            return f"class {derived.__qualname__} has the old layout of {old.__qualname__}"
    return None


def held_instance(journal: Journal, old: type, is_own: Callable[[Any], bool]) -> bool:
    """Return whether somebody holds an instance of a class whose place another one takes.

    Args:
        journal: What it holds, it holds to put it back.
        old: The class.
        is_own: Returns whether an object is one of ours that holds others for bookkeeping.
    """
    gc.collect()
    holders = [holder for holder in gc.get_referrers(old) if type(holder) is old]
    holding = _Holding(journal, is_own, holders)
    found = False
    for holder in holders:  # not by a generator: that would be one holder more
        found = found or holding.is_held(holder)
    return found


class _Holding:
    """Tells whether somebody holds an object who is not one of us."""

    def __init__(
        self, journal: Journal, is_own: Callable[[Any], bool], holders: list[Any]
    ) -> None:
        self._own = {*journal.own, id(holders)}
        self._is_own = is_own
        self._in_use = in_use()

    def is_held(self, value: Any, depth: int = 6) -> bool:
        """Return whether an object is held: of lists and the like it is asked who holds these."""
        if id(value) in self._in_use or not depth:
            return True
        holders = gc.get_referrers(value)
        ours = id(holders)
        self._own.add(ours)
        found = False
        for holder in holders:  # not by a generator: that would be one holder more
            found = found or self._is_anothers(holder, depth)
        self._own.discard(ours)
        return found

    def _is_anothers(self, holder: Any, depth: int) -> bool:
        if id(holder) in self._own or self._is_own(holder) or is_a(holder, FrameType):
            return False  # what running functions hold is asked by itself
        if type(holder).__module__.partition(".")[0] == _OURS:
            return False
        return not is_exactly(holder, _CONTAINERS) or self.is_held(holder, depth - 1)
