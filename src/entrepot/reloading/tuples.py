"""Tuples, which cannot change: where an item is another object, another tuple takes the place.

A tuple of a class of its own, such as a named tuple, is what others hold as well. So for each new
one there is one that takes its place, wherever it is met.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, Generic

from .attributes import instance_dict, is_a, is_python_class
from .base import data_of
from .content import Content
from .outcomes import Refused
from .revision import LiveStatement
from .values import is_atom

if TYPE_CHECKING:
    from .adopt import Adopter


def adopt_tuple(adopter: Adopter, old: Any, new: Any) -> Any:
    """Return the tuple that takes the place of two: the old one, the new one, or a third."""
    if type(new) is tuple:
        if len(old) != len(new):
            return new
        if not _is_constant(old) and adopter.is_anothers(old):
            return (
                new  # that stays with the other statement; of constants there may be one for both
            )
    else:
        if not adopter.is_new(new):
            return new
        known = adopter.equals.get(id(new))
        if known is not None and known[0] is new:
            return known[1]
        place = _place_led(adopter, old)
        if place is not None:
            made = adopt_tuple(adopter, adopter.replaced[place][1], new)
            adopter.replaced[place] = (old, made)
            return made
    if len(old) != len(new):
        made = tuple_like(old, adopter.mapped(list(new)))
    else:
        items = [adopter.adopt(a, b) for a, b in zip(old, new, strict=True)]
        is_kept = all(a is b for a, b in zip(old, items, strict=True))
        is_new = type(old) is type(new) and all(a is b for a, b in zip(new, items, strict=True))
        made = old if is_kept else new if is_new else tuple_like(old, items)
    if made is not old and type(new) is tuple:
        adopter.thirds[id(new)] = (new, made)  # what is noted of its holder has it too
        return made
    adopter.kept(made, made)  # whoever gets it later gets no other
    return adopter.kept(made, new)


def _is_constant(value: Any, depth: int = 4) -> bool:
    """Return whether a value may be a constant of a module's code."""
    if is_atom(value) or not depth:
        return True
    return type(value) is tuple and all(_is_constant(item, depth - 1) for item in value)


def _place_led(adopter: Adopter, old: Any) -> int | None:
    """Return where it is noted that a tuple is led on, whose class has its fields otherwise now.

    The one that it is led to has the old values by the names of the fields. A statement that makes
    it anew says what they are now, by their order.
    """
    if id(old) not in adopter.taken:
        return None
    return next((n for n, (was, _) in enumerate(adopter.replaced) if was is old), None)


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


def fields_of(cls: type) -> tuple[str, ...]:
    """Return the names of the items of a class's tuples, ``()`` if these have none.

    Example:
        >>> import collections
        >>> fields_of(collections.namedtuple("Spot", "x y")), fields_of(tuple)
        (('x', 'y'), ())
    """
    found = data_of(cls).get("_fields") if any(base is tuple for base in cls.__mro__) else None
    return found if type(found) is tuple else ()


def lead_records(adopter: Adopter, cls: type, before: tuple[str, ...]) -> None:
    """Let tuples that have names for their items be such as their class makes them now.

    Raises:
        Refused: One is held, and a field has no value for it.
    """
    fields = fields_of(cls)
    defaults: dict[str, Any] = data_of(cls).get("_field_defaults") or {}
    kinds: list[Any] = [cls]
    for kind in kinds:
        kinds += [sub for sub in type.__subclasses__(kind) if "_fields" not in data_of(sub)]
    ours = set(map(id, kinds))
    found = [
        record
        for record in gc.get_referrers(*kinds)
        if id(type(record)) in ours and tuple.__len__(record) == len(before)
    ]
    for record in found:
        values = {**defaults, **dict(zip(before, tuple.__iter__(record), strict=True))}
        missing = [name for name in fields if name not in values]
        if not missing:
            adopter.replace(record, tuple_like(record, [values[name] for name in fields]))
        elif not _is_made_anew(record, found):
            raise Refused(
                f"a {cls.__qualname__} is held that has no {missing[0]!r}, and that has no "
                f"default: restart, or give it one"
            )


def _is_made_anew(value: Any, *ours: Any) -> bool:
    """Return whether a statement of the import makes a value again.

    Nothing holds it but names of modules, and what is noted of these; or it is one of those that
    the import had put into a container.
    """
    is_only_named = True
    for holder in gc.get_referrers(value):  # an inner function would hold it, too
        is_namespace = type(holder) is dict and "__name__" in holder
        is_ours = id(holder) in set(map(id, ours)) or is_a(holder, Content)
        if is_ours or is_namespace or _is_noted(holder, value):
            continue
        is_only_named = False
        if any(is_a(c, Content) and c.holds(holder) for c in gc.get_referrers(holder)):
            return True
    return is_only_named


def _is_noted(holder: Any, value: Any) -> bool:
    """Return whether a tuple is a note of ours: a value, and the statements that change it."""
    if type(holder) is not tuple or len(holder) != 2 or holder[0] is not value:
        return False
    return type(holder[1]) is list and all(type(item) is LiveStatement for item in holder[1])
