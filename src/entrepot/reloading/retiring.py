"""What is left of a class whose place another one has taken.

What leads to it was led to the new one, and its instances got the new class, or were made anew.
Those for which that cannot be go on with the old layout and the new members, as long as both are
laid out by Python; members of an enumeration were led on by their names. An instance that has no
room for what a ``list`` holds cannot go on as one of a class that is a list now: that is refused.
"""

from __future__ import annotations

import enum
import gc
import types
from typing import TYPE_CHECKING, Any, cast
from weakref import ref

from .attributes import NOTHING, attribute, is_a, is_native, is_python_class
from .base import data_of
from .native import derived_left, held_instance, left_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .adopt import Adopter

_OF_LAYOUT = frozenset({
    types.MemberDescriptorType, types.WrapperDescriptorType, types.MethodDescriptorType,
    types.GetSetDescriptorType,
})  # fmt: skip


def collect_derived(replaced: list[tuple[Any, Any]]) -> None:
    """Let go classes that nobody holds, if one of those that they derive from could refuse them.

    As each class refers to itself, only the collector takes it away. What leads to it is noted
    when it is led on, and so holds it from then on.
    """
    if any(is_a(old, type) and type(old) is not type(new) for old, new in replaced):
        gc.collect()


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
    _stand_in_again(adopter, old, new)
    if stuck:
        _stand_in(adopter, old, new)
    return _of_another_metaclass(adopter, old, new) or _inherited_still(adopter, old, new)


def _of_another_metaclass(adopter: Adopter, old: type, new: type) -> str | None:
    """Return which class that the program made derives from a new one and has not its metaclass.

    Python gives a class its metaclass when it makes it. One of the program's own does what its
    text says; of one from elsewhere, as ``abc.ABCMeta`` is, a derived class can do without.
    """
    if type(old) is type(new) or not any(
        adopter.base.is_managed_class(type(cls)) for cls in (old, new)
    ):
        return None
    before, now = type(old), type(new)
    for derived in cast("list[type]", type.__subclasses__(new)):
        if id(derived) in adopter.taken:
            continue  # another one takes its place, too
        others = (base for base in derived.__bases__ if base is not new)
        is_left = type(derived) is before and not any(is_a(base, before) for base in others)
        if not issubclass(type(derived), now) or (is_left and not issubclass(now, before)):
            return f"class {derived.__qualname__} has the old metaclass of {old.__qualname__}"
    return None


def _inherited_still(adopter: Adopter, old: type, new: type) -> str | None:
    """Return which class goes on below an old one with more members than the new, or less room.

    What that has itself is taken from it; what it derives from may be the base of others, too. A
    class whose place another one takes, too, does not go on. Where a slot is added, instances of
    a class that has slots of its own only have no room for it.
    """
    gone = {id(was) for was, _ in adopter.replaced}
    below = cast("list[type]", type.__subclasses__(old))
    derived = [cls for cls in below if id(cls) not in gone]
    if not derived:
        return None
    slots = {n for cls in new.__mro__ for n, member in data_of(cls).items() if _is_slot(member)}
    added = sorted(name for name in slots if attribute(old, name) is NOTHING)
    for cls in derived:
        if added and not cls.__dictoffset__ and attribute(cls, added[0]) is NOTHING:
            return (
                f"class {cls.__qualname__} derives from the old {old.__qualname__}, and has no "
                f"room for {added[0]}"
            )
    others = [cls for cls in old.__mro__[1:] if not any(cls is known for known in new.__mro__)]
    for name in sorted({name for cls in others for name in data_of(cls) if name[:1] != "_"}):
        if attribute(new, name) is NOTHING and attribute(old, name) is not NOTHING:
            return (
                f"class {derived[0].__qualname__} derives from the old {old.__qualname__}, which "
                f"has {name} from its base"
            )
    return None


def _is_slot(member: object) -> bool:
    return type(member) is types.MemberDescriptorType


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


def _is_gone(old: type, new: type, name: str) -> bool:
    """Return whether a member of a class is none of the one that has taken its place."""
    is_own = name[:2] != "__" and type(data_of(old)[name]) not in _OF_LAYOUT
    return is_own and attribute(new, name) is NOTHING


def _stand_in_again(adopter: Adopter, old: type, new: type) -> None:
    """What stands in for a class stands in for the one that has taken its place now.

    Unless it is that itself again.
    """
    departed = adopter.base.departed
    others = [entry for entry in departed.standing if entry[0]() is not new]
    adopter.journal.set_attribute(departed, "standing", others)
    for reference, current, names in others:
        cls = reference()
        if cls is not None and (current is old or current is new):  # led on already
            _stand_in(adopter, cls, new, names)


def _stand_in(
    adopter: Adopter, old: type, new: type, before: frozenset[str] = frozenset()
) -> None:
    """Instances of a class that could not change go on as if they were of the new one.

    They keep their layout. They find the new members, those of bases that the old class has not,
    too, and ``isinstance`` asks ``__class__``, which says the new class.

    Args:
        adopter: Of the reload.
        old: The class.
        new: The one that it stands in for now.
        before: The members that it has of one that it stood in for.
    """
    journal, departed, names = adopter.journal, adopter.base.departed, set()
    others = [cls for cls in new.__mro__ if not any(cls is known for known in old.__mro__)]
    for name in {name: None for cls in others for name in data_of(cls)}:
        value = attribute(new, name)
        if type(value) in _OF_LAYOUT or name in {"__slots__", "__new__"}:
            continue  # an instance of another layout would not be taken by it
        if callable(value) or hasattr(type(value), "__get__") or name[:2] != "__":
            journal.set_attribute(old, name, value)
            names.add(name)
    gone = [name for name in data_of(old) if _is_gone(old, new, name)]
    for name in (before - names) | set(gone):
        journal.delete_attribute(old, name)
    journal.set_attribute(old, "__class__", property(lambda _self: new))
    journal.set_attribute(old, "__doc__", new.__doc__)
    known = [(entry[0](), entry) for entry in departed.standing]
    standing = [entry for cls, entry in known if cls is not None and cls is not old]
    standing.append((ref(old), new, frozenset(names)))
    journal.set_attribute(departed, "standing", standing)
