"""What an instance holds itself, in ``__dict__`` and in slots; its own code is not asked."""

from __future__ import annotations

from _functools import (  # type: ignore[import-not-found]  # less to load than functools
    _lru_cache_wrapper,
    partial,
)
from _thread import _local
from types import (
    CellType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from itertools import count
    from typing import Any

    from .journal import Journal

names_of_class: Any = type.__dict__["__dict__"].__get__  # as ``type.__getattribute__``, sooner
HEAP_TYPE = 1 << 9
IMMUTABLE_TYPE = 1 << 8
POINTER = tuple.__itemsize__
LRU = _lru_cache_wrapper
_OF_PYTHON = (GetSetDescriptorType, MemberDescriptorType)
_SETTING = frozenset({"__setattr__", "__delattr__", "__setitem__", "__delitem__"})
#: Variables that functions of a class close over: the class, and (in annotations) its dict itself.
OF_CLASS = frozenset({"__class__", "__classdict__"})
NOTHING: Any = type("NOTHING", (), {"__slots__": ()})()


def is_a(value: Any, kinds: Any) -> bool:
    """Return whether an object is of a class, or of one of several, asking its type alone.

    ``isinstance`` asks the object for its ``__class__`` as well: that may run code of the program,
    which may fail, as a proxy's does that stands for nothing at the moment.

    Example:
        >>> is_a([], list), is_a([], dict | set)
        (True, False)
    """
    return issubclass(type(value), kinds)


def is_exactly(value: Any, kinds: frozenset[Any]) -> bool:
    """Return whether an object's type is one of several of Python's own.

    Example:
        >>> is_exactly([], frozenset({list})), is_exactly(True, frozenset({int}))
        (True, False)
    """
    return is_among(type(value), kinds)


def is_among(kind: type, kinds: frozenset[Any]) -> bool:
    """Return whether a class is one of several of Python's own.

    One that has a metaclass is asked neither for its hash nor whether it equals another: its code
    would run, and it may have no hash.
    """
    return type(kind) is type and kind in kinds


def native_setters(kind: type) -> tuple[Any, Any]:
    """Return what sets and deletes attributes of a class's instances, the program's code aside.

    Code made in C may have methods of its own for that, and lets nobody pass them by: a
    ``threading.local`` has them, and so have metaclasses of ``ctypes``.

    Example:
        >>> import ctypes, enum
        >>> native_setters(enum.EnumType)[0] is type.__setattr__
        True
        >>> native_setters(type(ctypes.Structure))[0] is type.__setattr__
        False
    """
    for cls in kind.__mro__:
        namespace = type.__getattribute__(cls, "__dict__")
        setter, deleter = namespace.get("__setattr__"), namespace.get("__delattr__")
        if type(setter) is type(deleter) is WrapperDescriptorType:
            return setter, deleter
    return object.__setattr__, object.__delattr__


def derives_from(kind: Any, cls: type) -> bool:
    """Return whether a class derives from another, asking neither of them.

    Example:
        >>> from collections.abc import Iterable
        >>> derives_from(bool, int), derives_from(list, Iterable)
        (True, False)
    """
    return type.__subclasscheck__(cls, kind)


def is_python_class(cls: type) -> bool:
    """Return whether all that instances of a class hold is in attributes that Python can set.

    A class made in C has room for more than its slots, its ``__dict__`` and its weak references.

    Example:
        >>> import argparse, operator
        >>> is_python_class(argparse.Action), is_python_class(operator.itemgetter)
        (True, False)
    """
    if cls is object:
        return True
    namespace = type.__getattribute__(cls, "__dict__")
    if not cls.__flags__ & HEAP_TYPE or cls.__flags__ & IMMUTABLE_TYPE or cls.__base__ is None:
        return False
    slots = list(map(type, namespace.values())).count(MemberDescriptorType)
    if slots and "__slots__" not in namespace:
        return False
    room = cls.__basicsize__ - cls.__base__.__basicsize__
    return room <= POINTER * (slots + ("__dict__" in namespace) + ("__weakref__" in namespace))


def is_native(cls: type) -> bool:
    """Return whether a metaclass made in C may know more of a class than its attributes.

    Example:
        >>> import abc, ctypes
        >>> is_native(abc.ABC), is_native(ctypes.Structure)
        (False, True)
    """
    kind: Any = type(cls)
    if kind is type:
        return False
    return native_setters(kind)[0] is not type.__setattr__ or not all(
        is_python_class(base) for base in kind.__mro__ if base is not type
    )


def state_of(instance: Any) -> dict[str, Any]:
    """Return the attributes that an instance holds itself, in ``__dict__`` or slots.

    Example:
        >>> class Spot:
        ...     __slots__ = ("x", "y")
        >>> spot = Spot(); spot.x = 1
        >>> state_of(spot)
        {'x': 1}
    """
    found: dict[str, Any] = state_reader(type(instance))(instance)
    return found


def state_reader(kind: type) -> Callable[[Any], dict[str, Any]]:
    """Return what tells the state of a class's instances: which slots there are, is found once."""
    slots: list[tuple[str, Any]] = []
    for cls in kind.__mro__:
        if not cls.__flags__ & HEAP_TYPE or "__slots__" not in cls.__dict__:
            continue
        for name, member in cls.__dict__.items():
            if type(member) is MemberDescriptorType and member.__objclass__ is cls:
                slots.append((name, member.__get__))
    own = dict_reader(kind)

    def state(instance: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, get in slots:
            if name not in found:
                try:
                    found[name] = get(instance)
                except AttributeError:
                    continue
        namespace = own(instance)
        if namespace:
            found.update(namespace)
        return found

    return state


def instance_dict(instance: Any) -> dict[str, Any] | None:
    """Return an instance's ``__dict__``, ``None`` if it has none, or if its class hides it.

    The ``__dict__`` that a proxy defines is that of what it stands for: asking for it runs code of
    the program. Of a ``threading.local`` it is that of this thread.

    Example:
        >>> class Proxy:
        ...     __dict__ = property(lambda self: 1 / 0)
        >>> class Spot: ...
        >>> spot = Spot(); spot.x = 1
        >>> instance_dict(Proxy()), instance_dict(spot), instance_dict(1)
        (None, {'x': 1}, None)
    """
    return dict_reader(type(instance))(instance)


def dict_reader(kind: type) -> Callable[[Any], dict[str, Any] | None]:
    """Return what tells the ``__dict__`` of a class's instances: where it lies, is found once."""
    if issubclass(kind, _local):
        return _dict_of_this_thread
    for cls in kind.__mro__:
        names = names_of_class(cls)
        if "__dict__" in names and type(names["__dict__"]) in _OF_PYTHON:
            return _reader(names["__dict__"].__get__)
    return _no_dict


def _reader(get: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any] | None]:
    def read(instance: Any) -> dict[str, Any] | None:
        found = get(instance)
        return found if type(found) is dict else None

    return read


def _dict_of_this_thread(instance: Any) -> dict[str, Any]:
    here: dict[str, Any] = _local.__getattribute__(instance, "__dict__")
    return here


def _no_dict(_instance: Any) -> None:
    return None


def attribute(value: Any, name: str) -> Any:
    """Return an attribute without running code, ``NOTHING`` where that cannot be."""
    if is_a(value, ModuleType):
        return value.__dict__.get(name, NOTHING)
    if is_a(value, type):
        for cls in value.__mro__:
            if name in cls.__dict__:
                return cls.__dict__[name]
        return NOTHING
    namespace = instance_dict(value)
    if namespace is not None and name in namespace:
        return namespace[name]
    for cls in type(value).__mro__:
        if name in cls.__dict__:
            found = cls.__dict__[name]
            return NOTHING if hasattr(type(found), "__get__") else found
    return NOTHING


def is_set_by_code(owner: Any, names: Iterable[str]) -> bool:
    """Return whether code of a class runs when attributes of an object are set.

    What it does is not undone when the attribute is set again, or is no more.

    Example:
        >>> class Shelf:
        ...     label = property(lambda self: "", lambda self, value: None)
        >>> is_set_by_code(Shelf(), ["label"]), is_set_by_code(Shelf(), ["other"])
        (True, False)
    """
    for cls in type(owner).__mro__:
        if any(sets_by_code(cls.__dict__.get(name)) for name in names):
            return True
        if not _SETTING.isdisjoint(cls.__dict__) and is_python_class(cls) and cls is not object:
            return True
    return False


def sets_by_code(member: Any) -> bool:
    """Return whether what a class holds runs when the attribute of an instance is set."""
    kind = type(member)
    return kind is not MemberDescriptorType and hasattr(kind, "__set__")


def member_of(cls: type, name: str) -> Any:
    """Return what instances of a class find by a name in it and its bases, as it lies there.

    ``NOTHING`` if there is nothing; the code of a metaclass or a descriptor is not asked.

    Example:
        >>> member_of(bool, "real") is int.__dict__["real"], member_of(bool, "x") is NOTHING
        (True, True)
    """
    for kind in type.__getattribute__(cls, "__mro__"):
        names = names_of_class(kind)
        if name in names:
            return names[name]
    return NOTHING


def position_of(steps: count[int]) -> bytes:
    """Return where a count stands, as what it held is compared with what it holds.

    Example:
        >>> from itertools import count
        >>> position_of(count(3))
        b'count(3)'
    """
    return repr(steps).encode()


def module_of(cls: type) -> Any:
    """Return the module that a class says it is of, ``None`` if it says none; no code is asked.

    Example:
        >>> module_of(eval("type('Quiet', (), {})", {})) is None
        True
    """
    return names_of_class(cls).get("__module__")


def held_in(cell: CellType) -> list[Any]:
    """Return what a closure's cell holds, as a list: of an empty one an empty list.

    Example:
        >>> held_in(CellType(5)), held_in(CellType())
        ([5], [])
    """
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def functions_of(member: Any) -> list[Any]:
    """Return what a class's member is made of: a property's three functions, else what it wraps.

    Example:
        >>> functions_of(staticmethod(len)), functions_of(property(len))
        ([<built-in function len>], [<built-in function len>, None, None])
    """
    if is_a(member, property):
        return [member.fget, member.fset, member.fdel]
    return [wrapped_by(member)]


def wrapped_by(value: Any) -> Any:
    """Return what a method, a partial or a property that remembers was made of, else the value.

    Example:
        >>> wrapped_by(staticmethod(len)) is wrapped_by(partial(len, "a")) is len
        True
    """
    if type(value) is FunctionType:
        return value  # asked for an attribute, it would make the dict that most do without
    if is_a(value, (staticmethod, classmethod, MethodType)):
        return value.__func__
    inner = value.func if is_a(value, partial) else attribute(value, "func")
    return value if inner is NOTHING or inner is None else inner


def cached_by(value: Any) -> Any:
    """Return the function whose results ``functools.lru_cache`` remembers, below other caches.

    Of what is no cache, and of a cache of what is no function, ``None``.

    Example:
        >>> from functools import cache
        >>> def twice(x): return 2 * x
        >>> cached_by(cache(cache(twice))) is twice, cached_by(twice), cached_by(cache(len))
        (True, None, None)
    """
    inner = value
    while type(inner) is LRU:
        inner = inner.__wrapped__
    return inner if inner is not value and type(inner) is FunctionType else None


def set_state(journal: Journal, owner: Any, name: str, value: Any) -> None:
    """Set an attribute where an instance holds it: in its ``__dict__`` or in a slot."""
    namespace = instance_dict(owner)
    if namespace is not None and (name in namespace or not _has_slot(owner, name)):
        journal.set_item(namespace, name, value)
    else:
        journal.set_attribute(owner, name, value)


def delete_state(journal: Journal, owner: Any, name: str) -> None:
    """Delete an attribute where an instance holds it."""
    namespace = instance_dict(owner)
    if namespace is not None and name in namespace:
        journal.delete_item(namespace, name)
    else:
        journal.delete_attribute(owner, name)


def _has_slot(owner: Any, name: str) -> bool:
    return any(type(cls.__dict__.get(name)) is MemberDescriptorType for cls in type(owner).__mro__)
