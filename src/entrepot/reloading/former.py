"""What statements had changed by a name that leads to another object now.

``CURRENT = first`` becomes ``CURRENT = second``. A statement of any module that does
``shop.CURRENT.append(1)`` runs again and changes the second one; what it had done to the first one
is undone by making that anew.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from .makers import creators
from .touches import touch_objects
from .values import is_atom

if TYPE_CHECKING:
    from entrepot.source.uses import Uses

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
    module = types.ModuleType(record.name)
    module.__dict__.update({**record.namespace, name: former})
    found: dict[int, LiveStatement] = {}
    for home, uses, live, scope in world.touching.texts(name):
        was: Any = _AsItWas(home, record, module)
        if not _touches(world, was, uses, former) or _touches(world, home, uses, former):
            continue
        if live is not None:
            found[id(live)] = live
        if scope is not None:
            world.add_runners(scope, found)
    return list(found.values())


def _touches(world: World, home: Record, uses: Uses, value: Any) -> bool:
    return any(item is value for each in uses.touches for item in touch_objects(world, home, each))


class _AsItWas:
    """What is known of a module, with names that lead where they led before.

    The module itself is not touched: other threads go on with it.
    """

    def __init__(self, home: Record, record: Record, module: types.ModuleType) -> None:
        """Let a module name another one as it was.

        Args:
            home: The module that names it, or that one.
            record: The one that has changed.
            module: A stand-in for it, as it was.
        """
        self._home = home
        self.namespace = {
            name: module if value is record.module else value
            for name, value in home.namespace.items()
        }
        if home is record:
            self.namespace = module.__dict__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._home, name)
