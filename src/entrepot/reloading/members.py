"""Members of enumerations: those that could not become what their class has now by their names.

A member that is a number or a text cannot take another value. Who holds it got it by its name, and
is led to the member of that name; the class would not know the old one any more. A combination of
flags that the program made is led to that of the members with the same names.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

from .base import data_of
from .classes import adopt_class, lead_methods
from .succession import carry_members
from .values import holds_only_attributes, same_plain

if TYPE_CHECKING:
    from .adopt import Adopter
    from .journal import Journal

_BY_VALUE = "_value2member_map_"


def adopt_class_and_members(adopter: Adopter, old: type, new: type) -> type:
    """Make ``old`` what ``new`` is, or return ``new``; members of an enumeration are led on."""
    before = members_of(old) if adopter.base.is_managed_class(old) else {}
    if not before:
        return adopt_class(adopter, old, new)
    combined, fresh = _Combined(old, before), dict(data_of(new).get(_BY_VALUE, {}))
    _lead_values(adopter, before, members_of(new))
    made = adopt_class(adopter, old, new)
    _lead(adopter, before, made)
    _forget_inverted(adopter.journal, made)
    combined.lead(adopter, made, fresh)
    return made


def replace_class(adopter: Adopter, old: type, new: type) -> None:
    """Let another class take the place of one, with its methods and members."""
    adopter.replace(old, new)
    lead_methods(adopter, old, new)
    before = members_of(old)
    if before:
        _lead(adopter, before, new)
        _Combined(old, before).lead(adopter, new, data_of(new).get(_BY_VALUE, {}))
    elif adopter.is_new(new) or id(new) in adopter.base.arrived:
        carry_members(adopter, old, new)


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


def _lead_values(adopter: Adopter, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Lead on members that are numbers or texts, before another one is taken for them.

    A class knows its members by their values too, and there the next one has the value of this.
    """
    for name, member in before.items():
        other = now.get(name)
        if other is None or not (member.name == name == other.name):
            continue
        if not holds_only_attributes(type(other)) and not same_plain(member, other):
            adopter.replace(member, other)


def _lead(adopter: Adopter, before: dict[str, Any], cls: type) -> None:
    """Lead on the members that a class had, where it has others by their names."""
    now = members_of(cls)
    left = set(map(id, now.values()))
    for name, member in before.items():
        if name in now and id(member) not in left:
            adopter.replace(member, now[name])


def _forget_inverted(journal: Journal, cls: type) -> None:
    """Let flags tell anew what they are without: each remembers the first answer."""
    for member in data_of(cls).get(_BY_VALUE, {}).values():
        if getattr(member, "_inverted_", None) is not None:
            journal.set_attribute(member, "_inverted_", None)


class _Combined:
    """The combinations of flags that a class knew besides its members."""

    def __init__(self, cls: type, members: dict[str, Any]) -> None:
        self._cls = cls
        known = data_of(cls).get(_BY_VALUE, {}) if "_flag_mask_" in data_of(cls) else {}
        named = {id(member) for member in members.values()}
        self._values = {
            name: member.value for name, member in members.items() if member.name == name
        }
        self._found = {
            id(value): (value, value.value) for value in known.values() if id(value) not in named
        }

    def lead(self, adopter: Adopter, cls: type, fresh: dict[Any, Any]) -> None:
        """Let who holds one have that of the members with the same names.

        Args:
            adopter: Leads on.
            cls: The class as it is now.
            fresh: What the new class knew, by its values.
        """
        now: Any = data_of(cls).get(_BY_VALUE)
        if not self._found or "_flag_mask_" not in data_of(cls):
            return
        adopter.journal.refill(now, adopter.mapped(fresh))
        for combined, value in self._found.values():
            wanted = self._now(value, members_of(cls))
            if wanted is None:
                continue
            if wanted == value and cls is self._cls and wanted not in now:
                adopter.journal.set_item(now, wanted, combined)
            other = _of_value(cls, wanted)
            if other is not combined and other is not None:
                adopter.replace(combined, other)

    def _now(self, value: int, members: dict[str, Any]) -> int | None:
        """Return the value that the members of a combination have together now."""
        parts = {
            name: part for name, part in self._values.items() if part and part & value == part
        }
        if not all(name in members for name in parts):
            return None
        rest = value & ~functools.reduce(operator.or_, parts.values(), 0)
        return functools.reduce(operator.or_, (members[name].value for name in parts), rest)


def _of_value(cls: Any, value: int) -> Any:
    """Return the combination of a value, made if the class has not been asked for it yet."""
    try:
        return cls(value)
    except ValueError:
        return None
