"""What statements had changed by a name that leads to another object now.

``CURRENT = first`` becomes ``CURRENT = second``. A statement of any module that does
``shop.CURRENT.append(1)`` runs again and changes the second one; what it had done to the first one
is undone by making that anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .makers import creators
from .touches import uses_touch
from .values import is_atom

if TYPE_CHECKING:
    from .revision import LiveStatement, Record
    from .rules import Due
    from .world import World


def makers_of_former(
    world: World, live: LiveStatement, record: Record, name: str, former: Any
) -> list[Due]:
    """(6f) What a name led to is made anew if a statement had changed it by that name.

    Args:
        world: The program.
        live: The statement that has bound the name to another object.
        record: The module.
        name: The name.
        former: What it was bound to.
    """
    makers = [] if is_atom(former) else [m for m in creators(world, former) if m is not live]
    touchers = _changed_by(world, record, name, former) if makers else []
    return [
        (maker, "6f", f"{toucher.where} changed it as {name} before the edit")
        for toucher in touchers
        for maker in makers
        if maker is not toucher
    ]


def _changed_by(world: World, record: Record, name: str, former: Any) -> list[LiveStatement]:
    """Return the statements that change an object only as long as a name leads to it."""
    texts = world.touching.texts(name)
    now = record.namespace[name]
    record.namespace[name] = former
    try:
        before = [text for text in texts if uses_touch(world, *text[:2], former)]
    finally:
        record.namespace[name] = now
    found: dict[int, LiveStatement] = {}
    for home, uses, live, scope in before:
        if not uses_touch(world, home, uses, former):
            if live is not None:
                found[id(live)] = live
            if scope is not None:
                world.add_runners(scope, found)
    return list(found.values())
