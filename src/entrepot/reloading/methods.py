"""Methods that somebody got by an instance, when its class has another one by that name now.

Who holds ``cart.total`` holds a function of some class above, and the cart. When an edit takes
that class away, or defines the method nearer, ``cart.total`` means another function: who holds the
method is led to one of that. A method of ``super()`` is looked for from where it was found.

A method can *turn* into one of another kind: a class method, a static one, a property. Who holds
it is led to what the same instance, or the class, gives by its name now. Where that cannot be
told, the reload is refused: a class method may have been got by an instance that nobody knows.
"""

from __future__ import annotations

import gc
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

from .attributes import NOTHING, attribute, is_a, wrapped_by
from .base import data_of
from .holders import holders_of
from .instances import in_use
from .succession import lead_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .adopt import Adopter

_KINDS = frozenset({FunctionType, staticmethod, classmethod, property})


class Passed(NamedTuple):
    """A function that a class had by a name, and has no more.

    Attributes:
        cls: The class.
        name: The name.
        function: The function: of that class, or of one above.
        has_turned: Whether the class has a method of another kind by that name.
    """

    cls: type
    name: str
    function: Any
    has_turned: bool = False


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


def note_passed(adopter: Adopter, before: Iterable[Passed], heir: type | None = None) -> None:
    """Note which of the methods that a class had it, or the class in its place, has no more."""
    for passed in before:
        cls = passed.cls if heir is None else heir
        if _function(attribute(cls, passed.name)) is not passed.function:
            adopter.passed.append(passed._replace(cls=cls))


def is_of_another_kind(old: Any, new: Any) -> bool:
    """Return whether a member of a class turns into a method of another kind.

    Example:
        >>> is_of_another_kind(len, classmethod(len)), is_of_another_kind(gc, gc)
        (False, False)
        >>> is_of_another_kind(is_of_another_kind, staticmethod(len))
        True
    """
    return type(old) is not type(new) and {type(old), type(new)} <= _KINDS


def turned(adopter: Adopter, cls: type, name: str, old: Any, new: Any) -> Any:
    """Return what a class is to have instead of a method of another kind, and note who is led.

    A static method is the function that it was as a method. Of a class method everybody gets one
    that is bound, so the function cannot stay for those who hold it.
    """
    function, fresh = _bare(old), _bare(new)
    if type(function) is not FunctionType or adopter.is_anothers(function):
        return new
    adopter.passed.append(Passed(cls, name, function, has_turned=True))
    if type(fresh) is not FunctionType or type(new) is property:
        return new
    if type(new) is classmethod:
        lead_on(adopter, function, MethodType(fresh, cls))
        return new
    if type(old) is classmethod:
        return new  # nobody has got the function itself
    made: Any = adopter.adopt(function, fresh)
    if made is not fresh and type(new) is staticmethod:
        made = staticmethod(made)
        adopter.twins[id(new)] = (new, made)
    return new if made is fresh else made


def _bare(member: Any) -> Any:
    return member.fget if type(member) is property else wrapped_by(member)


def led_methods(
    adopter: Adopter, is_own: Callable[[Any], bool], orphan: Callable[[str], object]
) -> list[tuple[MethodType, Any]]:
    """Return the methods that are held, and mean another function now, each with one of that.

    Args:
        adopter: Knows which functions classes have no more.
        is_own: Returns whether an object holds others for our bookkeeping only.
        orphan: Is told of what is held and cannot be led on.
    """
    led = {id(old) for old, _ in (*adopter.forwards, *adopter.replaced)}  # others follow already
    passed = [one for one in adopter.passed if one.has_turned or id(one.function) not in led]
    adopter.passed.clear()  # who is held by nobody else is gone
    found: list[tuple[MethodType, Any]] = []
    left: list[tuple[ref[MethodType], str]] = []
    heirs = {id(old): new for old, new in adopter.replaced}
    for holder in holders_of([one.function for one in passed]) if passed else ():
        ways = [one for one in passed if type(holder) is MethodType
                and holder.__func__ is one.function]  # fmt: skip
        for one in ways:
            made = _method_now(holder, one, heirs)
            if made is NOTHING:
                what = f"{one.cls.__module__}.{one.cls.__qualname__}.{one.name}"
                left.append((ref(holder), f"a method {what} is held, and is of another kind now"))
            elif made is not None:
                found.append((holder, made))
                break
    holder = None  # it may be garbage
    if left:
        gc.collect()
    for reference, what in left:
        if _is_held(adopter, reference(), is_own):
            orphan(what)
    return found


def _is_held(adopter: Adopter, method: Any, is_own: Callable[[Any], bool]) -> bool:
    """Return whether somebody holds a method who is not one of us."""
    if method is None:
        return False
    noted = (*adopter.before.values(), *adopter.lost)  # an owner, and what it held
    ours = adopter.journal.own | {id(content) for _, *rest in noted for content in rest}
    holders = [h for h in gc.get_referrers(method) if id(h) not in ours and not is_own(h)]
    return bool(holders) or id(method) in in_use()


def _method_now(method: MethodType, passed: Passed, heirs: dict[int, Any]) -> Any:
    """Return what a method is by its name now; ``heirs`` take the places of classes.

    ``None`` if that is as it was, or not known; ``NOTHING`` if nothing can take its place.
    """
    owner = method.__self__
    kind: Any = owner if is_a(owner, type) else type(owner)
    kind = heirs.get(id(kind), kind)
    above = list(kind.__mro__)
    while above and above[0] is not passed.cls:
        above.pop(0)
    members = (vars(cls)[passed.name] for cls in above if passed.name in vars(cls))
    member = next(members, NOTHING)
    if not passed.has_turned:
        function = _function(member)
        if function in {None, passed.function} or is_a(member, classmethod) != is_a(owner, type):
            return None
    for cls in above:
        for name, value in data_of(cls).items():
            is_there = name != passed.name and _function(value) is passed.function
            if is_there and attribute(kind, name) is value:
                return None  # it may have been got by that name
    return _bound(member, owner, kind) if above else None


def _bound(member: Any, owner: Any, kind: type) -> Any:
    """Return what an instance or a class has of a member, ``NOTHING`` if that is not known."""
    if is_a(member, staticmethod):
        return member.__func__
    if is_a(member, classmethod):
        return MethodType(member.__func__, kind)
    if type(member) is not FunctionType or is_a(owner, type):
        return NOTHING
    return MethodType(member, owner)
