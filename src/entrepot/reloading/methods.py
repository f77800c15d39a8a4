"""Methods that somebody got by an instance, when its class has another one by that name now.

Who holds ``cart.total`` holds a function of some class above, and the cart. When an edit takes
that class away, or defines the method nearer, ``cart.total`` means another function: who holds the
method is led to one of that. A method of ``super()`` is looked for from where it was found.
"""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from .attributes import NOTHING, attribute, is_a, wrapped_by
from .base import data_of
from .holders import holders_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .adopt import Adopter


class Passed(NamedTuple):
    """A function that a class had by a name, and has no more.

    Attributes:
        cls: The class.
        name: The name.
        function: The function: of that class, or of one above.
    """

    cls: type
    name: str
    function: Any


def methods_of(cls: type, names: Iterable[str]) -> list[Passed]:
    """Return the functions that a class has by some names, its own or those of classes above."""
    found = ((name, _function(attribute(cls, name))) for name in names)
    return [Passed(cls, name, function) for name, function in found if function is not None]


def _function(member: Any) -> FunctionType | None:
    """Return what an instance, or the class, makes a method of."""
    if not is_a(member, FunctionType | classmethod):
        return None
    function = wrapped_by(member)
    return function if type(function) is FunctionType else None


def names_in_play(old: type, new: type, *, is_derived_otherwise: bool) -> set[str]:
    """Return the names by which a class may have another method when it has adopted a new one."""
    if is_derived_otherwise:
        return {name for cls in old.__mro__ for name in data_of(cls)}
    return data_of(old).keys() ^ data_of(new).keys()


def note_passed(adopter: Adopter, before: Iterable[Passed]) -> None:
    """Note which of the methods that a class had it has no more."""
    for passed in before:
        if _function(attribute(passed.cls, passed.name)) is not passed.function:
            adopter.passed.append(passed)


def led_methods(adopter: Adopter) -> list[tuple[MethodType, Any]]:
    """Return the methods that are held, and mean another function now, each with one of that."""
    passed = [one for one in adopter.passed if id(one.function) not in adopter.taken]
    adopter.passed.clear()  # who is held by nobody else is gone
    found = []
    for holder in holders_of([one.function for one in passed]) if passed else ():
        if type(holder) is MethodType:
            ways = (_method_now(holder, one) for one in passed if holder.__func__ is one.function)
            made = next((way for way in ways if way is not None), None)
            if made is not None:
                found.append((holder, made))
    return found


def _method_now(method: MethodType, passed: Passed) -> Any:
    """Return what a method is by its name now, ``None`` if it is not known, or as it was."""
    owner = method.__self__
    kind: Any = owner if is_a(owner, type) else type(owner)
    above = list(kind.__mro__)
    while above and above[0] is not passed.cls:
        above.pop(0)
    members = (vars(cls)[passed.name] for cls in above if passed.name in vars(cls))
    member = next(members, NOTHING)
    function = _function(member)
    if function in {None, passed.function} or is_a(member, classmethod) != is_a(owner, type):
        return None
    for cls in above:
        for name, value in data_of(cls).items():
            if _function(value) is passed.function and attribute(kind, name) is value:
                return None  # it may have been got by that name
    return MethodType(function, owner)
