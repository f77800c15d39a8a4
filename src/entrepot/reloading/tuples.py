"""Tuples, which cannot change: where an item is another object, another tuple takes the place.

A tuple of a class of its own, such as a named tuple, is what others hold as well. So for each new
one there is one that takes its place, wherever it is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from .attributes import instance_dict, is_a, is_python_class

if TYPE_CHECKING:
    from .adopt import Adopter


def adopt_tuple(adopter: Adopter, old: Any, new: Any) -> Any:
    """Return the tuple that takes the place of two: the old one, the new one, or a third."""
    if type(new) is tuple:
        if len(old) != len(new):
            return new
    else:
        if not adopter.is_new(new):
            return new
        known = adopter.equals.get(id(new))
        if known is not None and known[0] is new:
            return known[1]
    if len(old) != len(new):
        made = tuple_like(old, adopter.mapped(list(new)))
    else:
        items = [adopter.adopt(a, b) for a, b in zip(old, new, strict=True)]
        is_kept = all(a is b for a, b in zip(old, items, strict=True))
        is_new = not is_kept and all(a is b for a, b in zip(new, items, strict=True))
        made = old if is_kept else new if is_new else tuple_like(old, items)
    if made is not old and type(new) is tuple:
        adopter.thirds[id(new)] = (new, made)  # what is noted of its holder has it too
        return made
    adopter.kept(made, made)  # whoever gets it later gets no other
    return adopter.kept(made, new)


def is_bare_tuple(value: Any) -> bool:
    """Return whether a value is a tuple that holds nothing but its items, of any class.

    Example:
        >>> import collections, time
        >>> Spot = collections.namedtuple("Spot", "x y")
        >>> is_bare_tuple((1,)), is_bare_tuple(Spot(1, 2)), is_bare_tuple(time.gmtime())
        (True, True, False)
    """
    if type(value) is tuple:
        return True
    if not is_a(value, tuple) or instance_dict(value):
        return False
    return all(
        cls is tuple or cls is Generic or is_python_class(cls) for cls in type(value).__mro__
    )


def tuple_like(value: Any, items: list[Any]) -> Any:
    """Return a bare tuple of a value's class with other items.

    Example:
        >>> tuple_like((1, 2), [3, 4])
        (3, 4)
    """
    return tuple(items) if type(value) is tuple else tuple.__new__(type(value), items)
