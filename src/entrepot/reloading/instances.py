"""Instances of a class that could not change, made anew as instances of the new one.

CPython gives an instance another class only where both have one layout: not where a slot is
added, and not where a class that derived from nothing derives from another one. Then a new
instance takes what the old one holds, its ``__dict__`` itself where it has one, and what led to
the old one is led to it. What a running function or generator holds cannot be led on, so such an
instance is left: two that are meant as one would go separate ways.
"""

from __future__ import annotations

import gc
import sys
from types import AsyncGeneratorType, CoroutineType, GeneratorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any

from .attributes import (
    instance_dict,
    is_native,
    is_python_class,
    member_of,
    names_of_class,
    state_of,
)
from .content import Content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from .adopt import Adopter
    from .journal import Journal

_RUNNING = (GeneratorType, CoroutineType, AsyncGeneratorType)


def is_of_replaced(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether the class of a new object takes the place of that of an old one."""
    return any(type(old) is a and type(new) is b for a, b in adopter.replaced)


def takes_class(journal: Journal, instance: Any, cls: type) -> bool:
    """Give an instance another class; return whether that can be."""
    before = type(instance)
    if is_native(cls):  # it may be laid out otherwise although it could
        return False
    try:
        object.__setattr__(instance, "__class__", cls)
    except TypeError:
        return False
    journal.note(lambda: object.__setattr__(instance, "__class__", before))
    return True


def made_anew(instance: Any, cls: type) -> Any | None:
    """Return an instance of a class with another one's state, ``None`` where that cannot be.

    Example:
        >>> class Spot:
        ...     __slots__ = ("x",)
        >>> class Place:
        ...     __slots__ = ("x", "y")
        >>> spot = Spot(); spot.x = 1
        >>> made_anew(spot, Place).x
        1
    """
    if not all(is_python_class(base) for base in type(instance).__mro__):
        return None
    abstract = getattr(cls, "__abstractmethods__", None)
    try:
        if abstract:  # what was made when it was not goes on
            type.__setattr__(cls, "__abstractmethods__", frozenset())
        made: Any = object.__new__(cls)
    except TypeError:  # made by C code
        return None
    finally:
        if abstract:
            type.__setattr__(cls, "__abstractmethods__", abstract)
    state = state_of(instance)
    namespace = instance_dict(instance)
    if namespace is not None and instance_dict(made) is not None:
        if any(_is_slot(cls, name) for name in namespace):  # what has a slot now lies there
            namespace = {n: value for n, value in namespace.items() if not _is_slot(cls, n)}
        if namespace is instance_dict(instance):
            _let_go_of_values(instance, namespace)
        object.__setattr__(made, "__dict__", namespace)
        state = {name: value for name, value in state.items() if name not in namespace}
    for name, value in state.items():
        try:
            object.__setattr__(made, name, value)
        except AttributeError:  # the new layout has no room for it
            continue
    return made


def _let_go_of_values(instance: Any, namespace: dict[str, Any]) -> None:
    """Let a namespace itself hold what is in it.

    From 3.13 on it may lie within the instance, which alone tells the collector what it holds:
    who has the namespace from it would find its lists empty when the instance is gone.
    """
    object.__setattr__(instance, "__dict__", {})
    object.__setattr__(instance, "__dict__", namespace)


def _is_slot(cls: type, name: str) -> bool:
    """Return whether instances of a class hold an attribute in a slot."""
    return type(member_of(cls, name)) is MemberDescriptorType


def goes_on_anew(adopter: Adopter, old: Any, new: Any) -> Any | None:
    """Return an instance with the state of an old one that cannot be of its class as it is now.

    Its own statement has run again: what the program made of it since the import is kept.
    """
    is_free = adopter.is_new(new) and id(old) not in adopter.taken and not adopter.is_anothers(old)
    if not is_free or not is_of_replaced(adopter, old, new):
        return None
    made = made_anew(old, type(new))
    if made is None:
        return None
    adopter.merge_attributes(old, new, made)
    adopter.replace(old, made)
    adopter.twins[id(new)] = (new, made)
    content = Content(made, adopter.mapped(state_of(new)))
    adopter.journal.set_item(adopter.base.contents, id(made), content)
    return made


def is_running(value: Any) -> bool:
    """Return whether an object goes through others: a generator, an iterator over a list.

    Example:
        >>> is_running(iter([])), is_running(item for item in ()), is_running([])
        (True, True, False)
    """
    kind = type(value)
    if any(kind is running for running in _RUNNING):  # by ``in``, a metaclass would be asked
        return True
    return not is_python_class(kind) and any("__next__" in names_of_class(c) for c in kind.__mro__)


def in_use() -> set[int]:
    """Return the identities of what functions that run, or wait, hold by a name."""
    found: set[int] = set()
    for frame in _frames():
        if frame.f_code.co_flags & 2:  # a function's: other names are items of a dict
            found.update(map(id, frame.f_locals.values()))
    for value in gc.get_objects():
        if issubclass(type(value), _RUNNING):
            found.update(map(id, gc.get_referents(value)))
    return found


def _frames() -> Iterator[FrameType]:
    for current in sys._current_frames().values():  # noqa: SLF001
        frame: FrameType | None = current
        while frame is not None:
            if frame.f_globals.get("__package__") != __package__:
                yield frame
            frame = frame.f_back
