"""An object like another one that leads elsewhere: what stands in for what cannot be changed."""

from __future__ import annotations

import functools
import operator
import types
from collections import OrderedDict
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .called import name_called

if TYPE_CHECKING:
    from collections.abc import Mapping

_VIEWS: Mapping[str, type] = {
    "keys": type({}.keys()), "values": type({}.values()), "items": type({}.items())
}  # fmt: skip
#: What cannot change what it holds: another one is made, and led to in its turn.
REMADE = (
    tuple, frozenset, types.MethodType, types.GenericAlias, types.UnionType,
    types.BuiltinMethodType, types.MethodWrapperType, staticmethod, classmethod, property,
    types.MappingProxyType, *_VIEWS.values(),
)  # fmt: skip


def led_anew(holder: Any, leads: dict[int, tuple[Any, Any]]) -> Any:
    """Return an object like another that leads elsewhere, ``None`` if none can be made."""

    def led(value: Any) -> Any:
        lead = leads.get(id(value))
        return value if lead is None else lead[1]

    if is_a(holder, tuple):
        return _tuple_of(led(type(holder)), [led(item) for item in holder])
    if is_a(holder, frozenset):
        return frozenset(led(item) for item in holder)
    if is_a(holder, types.MethodType):
        return _method_of(led(holder.__self__), holder, led(holder.__func__))
    if is_a(holder, types.BuiltinMethodType | types.MethodWrapperType):
        owner = led(holder.__self__)
        return None if owner is holder.__self__ else getattr(owner, holder.__name__, None)
    if is_a(holder, (types.MappingProxyType, *_VIEWS.values())):
        return _view_of(next(iter(leads.values()))[1], holder)
    if is_a(holder, property):
        parts: list[Any] = [holder.fget, holder.fset, holder.fdel, holder.__doc__]
        return property(*map(led, parts)) if type(holder) is property else None
    if is_a(holder, staticmethod | classmethod):
        return type(holder)(led(holder.__func__))
    args = holder.__args__
    args = led(args) if id(args) in leads else tuple(led(item) for item in args)
    if is_a(holder, types.UnionType):
        return functools.reduce(operator.or_, args)
    return types.GenericAlias(led(holder.__origin__), args)


def _method_of(owner: Any, like: Any, function: Any) -> Any:
    """Return the method that an owner has in the place of another one's: its own by that name.

    Example:
        >>> class Memory:
        ...     def save(self): return "memory"
        >>> class Disk:
        ...     def save(self): return "disk"
        >>> _method_of(Disk(), Memory().save, Memory.save)()
        'disk'
    """
    name = name_called(function)
    if type(owner) is not type(like.__self__) and not is_a(owner, type):
        own = getattr(type(owner), name, None)
        if getattr(type(like.__self__), name, None) is function and is_a(own, FunctionType):
            function = own
    return types.MethodType(function, owner)


def _view_of(owner: Any, like: Any) -> Any:
    """Return what shows a dict as another view shows one; the program's own code is not asked."""
    if is_a(like, types.MappingProxyType):
        return types.MappingProxyType(owner)
    name = next(name for name, kind in _VIEWS.items() if is_a(like, kind))
    kind: Any = OrderedDict if is_a(owner, OrderedDict) else dict
    return getattr(kind, name)(owner)


def _tuple_of(cls: type, items: list[Any]) -> Any:
    if cls is tuple:
        return tuple(items)
    try:
        return tuple.__new__(cls, items)
    except TypeError:
        return None
