"""Statements that store into an object: ``app.debug = True``, ``TABLE["a"] = 1``.

Such a statement that runs again puts the import-time value back. Where the program has changed
that place at run time, and the edit has not, the program's value is put there again after it.
"""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import is_a, state_of
from .base import EMPTY
from .journal import content_of
from .touches import passed_by

if TYPE_CHECKING:
    from .adopt import Adopter
    from .journal import Journal
    from .revision import LiveStatement
    from .world import World


class Store:
    """One place that a statement stores into, as it was before.

    Attributes:
        owner: The object.
        key: The attribute's name, or the item's key.
        live: What the program had there, ``EMPTY`` for nothing.
        base: What the import had put there.
    """

    __slots__ = ("base", "is_item", "key", "live", "owner")

    def __init__(self, owner: Any, key: Any, *, is_item: bool) -> None:
        self.owner = owner
        self.key = key
        self.is_item = is_item
        self.live: Any = EMPTY
        self.base: Any = EMPTY


def stores_of(world: World, adopter: Adopter, live: LiveStatement) -> list[Store]:
    """Return the places that a statement stores into by a constant name or key."""
    found = []
    for touch in live.uses.touches:
        if touch.how != "store" or not touch.word:
            continue
        passed = list(passed_by(live.record, touch.chain))
        if len(passed) != len(touch.chain):
            continue
        store = _store(passed[-1], touch.word)
        if store is None:
            continue
        known = adopter.before.get(id(store.owner))
        if known is not None and known[0] is store.owner:
            base, content = known[1], known[2]
        else:
            base, content = adopter.base.of(store.owner), _content(store.owner)
        if is_a(base, dict):
            store.base = base.get(store.key, EMPTY)
        store.live = content.get(store.key, EMPTY)
        found.append(store)
    return found


def _store(owner: Any, word: str) -> Store | None:
    if is_a(owner, dict):
        try:
            return Store(owner, ast.literal_eval(word), is_item=True)
        except (ValueError, SyntaxError):
            return None
    if type(owner) is FunctionType:
        return Store(owner.__dict__, word, is_item=True)
    if is_a(owner, type | list):
        return None
    return Store(owner, word, is_item=False)


def _content(owner: Any) -> dict[Any, Any]:
    content: dict[Any, Any] = content_of(owner) if is_a(owner, dict) else state_of(owner)
    return content


def put_back(journal: Journal, adopter: Adopter, stores: list[Store], place: str) -> None:
    """Put back what the program had where a statement stored what the import had."""
    for store in stores:
        if store.live is EMPTY or store.base is EMPTY or store.live is store.base:
            continue
        new = _content(store.owner).get(store.key, EMPTY)
        if new is EMPTY or new is store.live:
            continue
        if adopter.alike(store.base, new):
            if store.is_item:
                journal.set_item(store.owner, store.key, store.live)
            else:
                journal.set_attribute(store.owner, store.key, store.live)
            adopter.dropped[:] = [w for w in adopter.dropped if not w.endswith(f"[{store.key!r}]")]
        else:
            adopter.dropped.append(f"{place}: {store.key}")
