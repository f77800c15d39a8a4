"""What an object holds that can be changed, and what is to be looked at in one that cannot.

A reload asks that of the same objects again and again. What depends on the class of an object
alone is found once, and where that can be, a content is compared without being copied.
"""

from __future__ import annotations

import gc
import types
from _collections import deque  # type: ignore[import-not-found]  # collections loads nine more
from _functools import partial  # type: ignore[import-not-found]
from _operator import is_
from _thread import _local
from types import CellType, FunctionType, MemberDescriptorType, MethodType, ModuleType

from .attributes import (
    dict_reader,
    held_in,
    instance_dict,
    is_among,
    is_python_class,
    names_of_class,
    state_of,
    state_reader,
)
from .base import data_of
from .journal import content_of, same_items
from .values import is_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .base import Base

CONTAINERS = (dict, list, set, bytearray, deque)
_PLAIN = frozenset({types.SimpleNamespace, _local})  # C's own, with a ``__dict__`` and no more
_OTHERS = frozenset({FunctionType, ModuleType, types.CodeType, CellType})


class Holdings:
    """Tells what objects hold, for one reload.

    Attributes:
        known: What was found of classes, by their identity: one may have no hash.
    """

    def __init__(self, base: Base) -> None:
        self._base = base
        self.known: dict[int, _Kind] = {}

    def of(self, value: Any) -> Any:
        """Return what an object holds that can be changed, ``None`` if it holds nothing."""
        return self._kind(type(value)).tell(value)

    def is_still(self, owner: Any, seen: Any) -> bool:
        """Return whether it is seen at once that an object holds what it held."""
        kind = type(owner)
        known = self.known.get(id(kind))
        if known is None or known.mro is not kind.__mro__:
            known = self._kind(kind)
        now = known.show(owner)
        if now is None:
            return False
        if type(seen) is dict and type(now) is dict:
            return (
                len(seen) == len(now)
                and all(map(is_, seen.values(), now.values()))
                and all(map(is_, seen, now))
            )
        return same_items(seen, now)

    def _kind(self, kind: type) -> _Kind:
        known = self.known.get(id(kind))
        if known is None or known.mro is not kind.__mro__:  # it may have got other bases
            known = self.known[id(kind)] = _Kind(kind, self._base)
        return known


class _Kind:
    """How the content of a class's instances is told.

    Attributes:
        mro: What it was found by.
        tell: Returns a copy of what an instance holds, ``None`` if that is nothing.
        show: Returns what an instance holds, to look at: no copy, where that can be.
    """

    __slots__ = ("mro", "show", "tell")

    def __init__(self, kind: type, base: Base) -> None:
        self.mro = kind.__mro__

        def tell(value: Any) -> Any:
            return holding(value, base)

        self.tell: Callable[[Any], Any] = tell
        self.show: Callable[[Any], Any] = tell
        if kind is dict or kind is list:
            self.tell, self.show = kind.copy, _itself
        elif issubclass(kind, CONTAINERS):
            self.tell = self.show = content_of
        elif is_among(kind, _OTHERS):
            if kind is not CellType:
                self.tell = self.show = _nothing
        elif issubclass(kind, type):
            self.show = data_of
        elif not _is_plain(kind):
            self.tell = self.show = _nothing
        elif has_plain_state(kind):
            self.tell, self.show = _copy_of_dict, dict_reader(kind)
        else:
            self.tell = self.show = state_reader(kind)


def _itself(value: Any) -> Any:
    return value


def _nothing(_value: Any) -> None:
    return None


def _copy_of_dict(instance: Any) -> dict[str, Any]:
    return dict(instance_dict(instance) or ())


def holding(value: Any, base: Base) -> Any:
    """Return what an object holds that can be changed, ``None`` if it holds nothing."""
    kind = type(value)  # not by ``isinstance``, which asks what a proxy says that it is
    if issubclass(kind, CONTAINERS):
        return content_of(value)
    if kind is CellType:
        return held_in(value)
    if is_among(kind, _OTHERS):
        return None
    if issubclass(kind, type):
        return data_of(value) if base.is_managed_class(value) else None
    return state_of(value) if _is_plain(kind) else None


def _is_plain(kind: type) -> bool:
    return all(is_python_class(cls) for cls in kind.__mro__ if not is_among(cls, _PLAIN))


def holds_nothing(kind: type) -> bool:
    """Return whether a class's instances hold nothing that can be changed, whichever they are.

    Example:
        >>> holds_nothing(type(len)), holds_nothing(list), holds_nothing(types.SimpleNamespace)
        (True, False, False)
    """
    if issubclass(kind, (*CONTAINERS, type)) or kind is CellType:
        return False
    return is_among(kind, _OTHERS) or not _is_plain(kind)


def has_plain_state(kind: type) -> bool:
    """Return whether all that instances of a class hold lies in their ``__dict__``.

    Example:
        >>> has_plain_state(types.SimpleNamespace), has_plain_state(dict)
        (True, False)
    """
    if issubclass(kind, (*CONTAINERS, type)) or is_among(kind, _OTHERS):
        return False
    return all(
        is_python_class(cls) and not _has_slots(cls)
        for cls in kind.__mro__
        if not is_among(cls, _PLAIN)
    )


def _has_slots(cls: type) -> bool:
    """Return whether instances of a class have slots by itself: ``__weakref__`` alone is none."""
    names = names_of_class(cls)
    return "__slots__" in names and MemberDescriptorType in map(type, names.values())


def parts_inside(value: Any) -> list[Any]:
    """Return what is to be looked at in an object that does not change itself."""
    kind = type(value)
    if kind is tuple or kind is frozenset:
        return list(value)
    if kind is FunctionType:
        dicts = [part for part in gc.get_referents(value) if type(part) is dict]
        own = [d for d in dicts if "__builtins__" not in d and "__build_class__" not in d]
        return [*(value.__closure__ or ()), *(value.__defaults__ or ()), *own]
    if kind is property:
        return [value.fget, value.fset, value.fdel]
    if kind is staticmethod or kind is classmethod:
        return [value.__func__]
    if kind is MethodType:
        return [value.__func__, value.__self__]
    if kind is partial:
        return [value.func, value.args, value.keywords]
    if is_view(value):
        return gc.get_referents(value)
    return []
