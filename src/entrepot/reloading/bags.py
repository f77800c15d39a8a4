"""Bags: objects of installed classes that are for others to put things into.

Such as ``app.state`` and ``app.config`` of web frameworks: what lies in one is the program's. So
is what lies in a collection (``ChainMap``) and in a record (``argparse.Namespace``) that a
statement made of an installed class; inside an object of another one they are that object's own.
"""

from __future__ import annotations

import abc
from _collections_abc import MutableMapping, MutableSequence, MutableSet
from gc import get_referents
from types import FunctionType, SimpleNamespace

from .attributes import derives_from, instance_dict, names_of_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from abc import ABCMeta
    from collections.abc import Iterable
    from typing import Any

dump_of: Any = vars(abc)["_get_dump"]  # what ``ABCMeta._dump_registry`` prints

_OF_BAGS = frozenset({"__getattr__", "__setattr__", "__delattr__"})
_COLLECTIONS = (MutableMapping, MutableSequence, MutableSet)
#: By these an object does more than to hold what it was given.
_DOING = frozenset(
    {"__call__", "__enter__", "__aenter__", "__next__", "__anext__", "__await__", "__del__",
     "__get__", "__set__"}
)  # fmt: skip
#: What a property that remembers has of these: to set it is left to the instance.
_COMPUTING = frozenset({"__get__", "__set_name__"})
_OF_PROPERTIES = _COMPUTING | {"__set__", "__delete__"}


class Bags:
    """Tells what of an object is a bag; each class is asked once.

    Args:
        others: Classes whose instances are none; one with a metaclass by its identity.
    """

    __slots__ = ("_known",)

    def __init__(self, others: Iterable[type | int]) -> None:
        self._known: dict[type | int, bool] = dict.fromkeys(others, False)
        self._known[FunctionType] = True

    def of(self, value: Any) -> list[Any]:
        """Return the bags that an instance of an installed class holds, and the functions.

        Such as ``command.callback``: decorators may have noted something on it. The attributes of
        the instance are not asked for, as long as none is a dict: Python would make one of them.
        """
        found = self._among(get_referents(value))
        if found is None:
            parts = (instance_dict(value) or {}).values()
            found = [part for part in parts if self._is_one(type(part))]
        return found

    def _among(self, parts: list[Any]) -> list[Any] | None:
        """Return which of an object's parts are bags, ``None`` if a dict is among them."""
        known, found = self._known, []
        for part in parts:
            kind = type(part)
            if kind is dict:
                return None
            what = known.get(kind if type(kind) is type else id(kind))
            if what is None:
                what = self._is_one(kind)
            if what:
                found.append(part)
        return found

    def _is_one(self, kind: Any) -> bool:
        key = kind if type(kind) is type else id(kind)
        found = self._known.get(key)
        if found is None:
            found = kind is not dict and (issubclass(kind, dict | SimpleNamespace) or is_bag(kind))
            self._known[key] = found
        return found


def is_bag(kind: type) -> bool:
    """Return whether instances of a class keep whatever attributes they are given.

    Such as ``app.state`` of web frameworks: what is in there is the program's.

    Example:
        >>> class State:
        ...     def __getattr__(self, name): raise AttributeError(name)
        ...     def __setattr__(self, name, value): vars(self)[name] = value
        ...     def __delattr__(self, name): del vars(self)[name]
        >>> is_bag(State), is_bag(Exception), is_bag(type("Plain", (), {}))
        (True, False, False)
    """
    known = {name for cls in kind.__mro__[:-1] for name in _OF_BAGS & names_of_class(cls).keys()}
    return known == _OF_BAGS


def is_filled(kind: type) -> bool:
    """Return whether instances of an installed class are made to be filled.

    A collection, or a record: there is nothing to do with it but to get and set attributes.

    Example:
        >>> import argparse, collections, fractions
        >>> import weakref
        >>> is_filled(argparse.Namespace), is_filled(collections.ChainMap)
        (True, True)
        >>> is_filled(weakref.WeakSet)      # registered as one: it derives from nothing
        True
        >>> is_filled(fractions.Fraction), is_filled(argparse.ArgumentParser)
        (False, False)
    """
    if any(_is_a(kind, collection) for collection in _COLLECTIONS):
        return True
    names = {name for cls in kind.__mro__[:-1] for name in names_of_class(cls)}
    names -= set(getattr(kind, "__dataclass_fields__", ()))
    return names.isdisjoint(_DOING) and all(name[:1] == "_" for name in names)


def _is_a(kind: type, collection: ABCMeta) -> bool:
    """Return whether a class derives from a collection, or is registered as one.

    Nobody is asked: ``issubclass`` would ask each class that derives from the collection.
    """
    if derives_from(kind, collection):
        return True
    registered = [reference() for reference in dump_of(collection)[0]]
    return any(cls is found for cls in kind.__mro__ for found in registered)


def computing(cls: type) -> dict[str, FunctionType]:
    """Return the properties of a class that remember, with what computes them.

    Example:
        >>> import functools
        >>> class Page:
        ...     @functools.cached_property
        ...     def size(self): return 1
        ...     @property
        ...     def other(self): return 2
        >>> list(computing(Page))
        ['size']
    """
    found: dict[str, FunctionType] = {}
    for base in reversed(cls.__mro__[:-1]):
        for name, member in names_of_class(base).items():
            found.pop(name, None)
            function = _function_of(member)
            if function is not None:
                found[name] = function
    return found


class Computing:
    """Tells which classes may have properties that remember; each class is looked into once.

    What takes the place of such a property in a class that derives from its own is not asked for.

    Example:
        >>> import functools
        >>> class Page:
        ...     @functools.cached_property
        ...     def size(self): return 1
        >>> class Leaf(Page): ...
        >>> told = Computing()
        >>> told.is_in(Leaf), told.is_in(Exception)
        (True, False)
    """

    __slots__ = ("_classes", "_others")

    def __init__(self) -> None:
        self._classes: dict[int, bool] = {}
        self._others = {id(FunctionType)}  # kinds of members that are no such property

    def is_in(self, cls: type) -> bool:
        """Return whether a class may have one."""
        return any(map(self._is_own, cls.__mro__[:-1]))

    def _is_own(self, cls: type) -> bool:
        found = self._classes.get(id(cls))
        if found is None:
            members, others = names_of_class(cls).values(), self._others
            found = False
            if not others.issuperset(map(id, map(type, members))):
                for member in members:
                    if id(type(member)) not in others:
                        if _is_computing(type(member)):
                            found = True
                        else:
                            others.add(id(type(member)))
            self._classes[id(cls)] = found
        return found


def _is_computing(kind: type) -> bool:
    """Return whether instances of a class are properties that remember, by what it has."""
    kinds = type.__getattribute__(kind, "__mro__")
    has = {name for kind in kinds[:-1] for name in _OF_PROPERTIES & names_of_class(kind).keys()}
    return has == _COMPUTING


def _function_of(member: Any) -> FunctionType | None:
    """Return what computes a property that leaves its value to the instance's own ``__dict__``."""
    if type(member) is FunctionType or not _is_computing(type(member)):
        return None
    function = (instance_dict(member) or {}).get("func")
    return function if type(function) is FunctionType else None
