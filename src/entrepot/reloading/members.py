"""Members of enumerations: those that could not become what their class has now by their names.

A member that is a number or a text cannot take another value. Who holds it got it by its name, and
is led to the member of that name; the class would not know the old one any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import data_of
from .classes import adopt_class

if TYPE_CHECKING:
    from .adopt import Adopter


def adopt_class_and_members(adopter: Adopter, old: type, new: type) -> type:
    """Make ``old`` what ``new`` is, or return ``new``; members of an enumeration are led on."""
    before = members_of(old) if adopter.base.is_managed_class(old) else {}
    made = adopt_class(adopter, old, new)
    if before:
        _lead(adopter, before, made)
    return made


def members_of(cls: type) -> dict[str, Any]:
    """Return the members of an enumeration by their names, ``{}`` of another class.

    Example:
        >>> import enum
        >>> class Size(enum.IntEnum):
        ...     SMALL = 1
        >>> members_of(Size), members_of(int)
        ({'SMALL': <Size.SMALL: 1>}, {})
    """
    found = data_of(cls).get("_member_map_")
    return dict(found) if type(found) is dict else {}


def _lead(adopter: Adopter, before: dict[str, Any], cls: type) -> None:
    """Lead on the members that a class had, where it has others by their names."""
    now = members_of(cls)
    left = set(map(id, now.values()))
    for name, member in before.items():
        if name in now and id(member) not in left:
            adopter.replace(member, now[name])
