"""Whether a statement can see the difference in an object that has changed and stayed the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ATTRIBUTE

from .adopt import EVERYTHING
from .attributes import is_a
from .plain import is_reference
from .values import is_shared

if TYPE_CHECKING:
    from collections.abc import Collection

    from .revision import LiveStatement
    from .world import World

#: Facts of a class that only those see who ask for them, not those who call it or derive from it.
_SEEN_BY_NAME = frozenset({"__doc__", "__annotations__"})
#: Methods of a logger that tell what it was set to.
_ASKING = frozenset({"getEffectiveLevel", "hasHandlers", "isEnabledFor"})


def depends(
    world: World, reader: LiveStatement, adopted: Any, name: str, names: Collection[str]
) -> bool:
    """Return whether a reader of a name can see the difference in an adopted object.

    Args:
        world: The program.
        reader: The statement.
        adopted: The object that the name leads to.
        name: The name.
        names: What differs: attributes, or ``"*"`` for anything.
    """
    if is_a(adopted, type) and not _is_used(world, reader, name):
        return False
    is_same = is_alias(world, reader, adopted)
    if EVERYTHING in names:
        return not is_same or any(uses.stars for _, uses in world.parts(reader))
    if is_same:
        return False
    attributes: set[str] = set()
    is_whole = False
    for _, uses in world.parts(reader):
        attributes |= uses.attributes
        is_whole = is_whole or name in uses.whole
    if not attributes.isdisjoint(names) or ANY_ATTRIBUTE in attributes:
        return True
    if is_shared(adopted):  # to whom it is handed, it is the same one
        return not attributes.isdisjoint(_ASKING)
    structural = {item for item in names if item[:1] == "_"}
    return bool(structural if is_whole else structural - _SEEN_BY_NAME)


def is_alias(world: World, reader: LiveStatement, value: Any) -> bool:
    """Return whether a statement only gives a name to an object itself, not to a part of it."""
    namespace = reader.record.namespace
    return is_reference(reader) and any(
        namespace.get(name) is value for name in world.binds(reader)
    )


def _is_used(world: World, reader: LiveStatement, name: str) -> bool:
    """Return whether a name stands elsewhere than in the annotations of plain functions."""
    return any(
        name in uses.used
        or uses.is_dynamic
        or any(name == wanted for _, _, wanted in uses.imports)
        for _, uses in world.parts(reader)
    )


def led_by(root: Any, owner: Any) -> list[str]:
    """Return the attributes that lead to what has changed, of what the process has for a name."""
    if not is_shared(root):
        return []
    return [name for name, value in vars(root).items() if value is owner] or ["__dict__"]
