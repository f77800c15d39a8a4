"""What is left of a class whose place another one has taken.

What leads to it was led to the new one, and its instances got the new class, or were made anew.
Those for which that cannot be go on with the old layout and the new members, as long as both are
laid out by Python; members of an enumeration were led on by their names. An instance that has no
room for what a ``list`` holds cannot go on as one of a class that is a list now: that is refused.
"""

from __future__ import annotations

import enum
import types
from typing import TYPE_CHECKING, Any

from .attributes import attribute, is_a, is_native, is_python_class
from .base import data_of
from .native import derived_left, held_instance, left_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .adopt import Adopter
    from .journal import Journal

_OF_LAYOUT = frozenset({
    types.MemberDescriptorType, types.WrapperDescriptorType, types.MethodDescriptorType,
    types.GetSetDescriptorType,
})  # fmt: skip


def retire(
    adopter: Adopter, is_own: Callable[[Any], bool], old: type, new: type, stuck: list[str] | None
) -> str | None:
    """See to what is left of a class whose place another one has taken.

    Returns:
        What cannot go on with the new one.
    """
    if is_native(old):
        left = left_of(adopter.journal, old, adopter.replaced, is_own)
        return left or (stuck and f"{stuck[0]} holds the old {old.__qualname__}") or None
    if _is_laid_out_by_another(old, new) and not is_a(old, enum.EnumMeta):
        if held_instance(adopter.journal, old, is_own):
            return f"an instance has the old layout of {old.__qualname__}"
        return derived_left(old, adopter.replaced)
    if stuck:
        stand_in(adopter.journal, old, new)
    return None


def _is_laid_out_by_another(old: type, new: type) -> bool:
    """Return whether one class derives from what is made in C, such as list, and the other not.

    Of exceptions the interpreter alone asks for more than their attributes.
    """
    made_in_c = [
        {id(c) for c in cls.__mro__ if not is_python_class(c) and not _is_exception(c)}
        for cls in (old, new)
    ]
    return made_in_c[0] != made_in_c[1]


def _is_exception(cls: type) -> bool:
    """Return whether a class is one of exceptions.

    Example:
        >>> _is_exception(KeyError), _is_exception(dict)
        (True, False)
    """
    return any(base is BaseException for base in cls.__mro__)


def stand_in(journal: Journal, old: type, new: type) -> None:
    """Instances of a class that could not change go on as if they were of the new one.

    They keep their layout. They find the new members, those of bases that the old class has not,
    too, and ``isinstance`` asks ``__class__``, which says the new class.
    """
    others = [cls for cls in new.__mro__ if not any(cls is known for known in old.__mro__)]
    for name in {name: None for cls in others for name in data_of(cls)}:
        value = attribute(new, name)
        if type(value) in _OF_LAYOUT or name in {"__slots__", "__new__"}:
            continue  # an instance of another layout would not be taken by it
        if callable(value) or hasattr(type(value), "__get__") or name[:2] != "__":
            journal.set_attribute(old, name, value)
    journal.set_attribute(old, "__class__", property(lambda _self: new))
    journal.set_attribute(old, "__doc__", new.__doc__)
