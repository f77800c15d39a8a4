"""A place in a module that is not managed: what is there, and setting it.

A place is an owner (a namespace, a class, a table, an object) and a key, or an attribute's name.
"""

from __future__ import annotations

import sys
from _collections_abc import MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, attribute, derives_from, is_a
from .journal import names_of
from .ownership import namespace_of
from .values import is_atom, same

if TYPE_CHECKING:
    from .deeds import Deed
    from .journal import Journal


def home_of(owner: Any) -> dict[str, Any]:
    """Return the namespace of the module that an object belongs to."""
    if type(owner) is dict and "__name__" in owner:
        return owner
    kind = owner if is_a(owner, type) else type(owner)
    return namespace_of(sys.modules.get(kind.__module__)) or {}


def is_key(key: Any) -> bool:
    """Return whether something can be looked for without running code of the program."""
    return is_atom(key)


def at(deed: Deed) -> Any:
    """Return what is at the place that a deed sets."""
    owner = deed.owner
    if is_a(owner, dict):
        return dict.get(owner, deed.key, NOTHING) if is_key(deed.key) else NOTHING
    if derives_from(type(owner), MutableMapping):
        return owner.get(deed.key, NOTHING)
    return attribute(owner, deed.key) if type(deed.key) is str else NOTHING


def held_at(owner: Any, key: Any) -> Any:
    """Return what an object holds itself at a place."""
    if is_a(owner, dict):
        return dict.get(owner, key, NOTHING)
    if derives_from(type(owner), MutableMapping):
        return owner.get(key, NOTHING)
    return names_of(owner).get(key, NOTHING)


def is_there(deed: Deed) -> bool:
    """Return whether what a deed has set is what is there now."""
    now = at(deed)
    return now is not NOTHING and (deed.value is NOTHING or same(now, deed.value))


def put(journal: Journal, owner: Any, key: Any, value: Any) -> None:
    """Let something be at a place, or nothing."""
    if is_a(owner, dict):
        if value is NOTHING:
            journal.delete_item(owner, key)
        else:
            journal.set_item(owner, key, value)
    elif derives_from(type(owner), MutableMapping):
        journal.note(partial(_set_key, owner, key, owner.get(key, NOTHING)))
        _set_key(owner, key, value)
    elif value is NOTHING:
        journal.delete_attribute(owner, key)
    else:
        journal.set_attribute(owner, key, value)


def _set_key(owner: Any, key: Any, value: Any) -> None:
    if value is NOTHING:
        owner.pop(key, None)
    else:
        owner[key] = value
