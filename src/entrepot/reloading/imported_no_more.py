"""Modules that are imported no more: what they did to others stays, and that is told.

A restart would not execute them. Whether somebody else imported one meanwhile is not known: an
import that is found in the module cache is not seen. So they stay loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .makers import creators
from .order import DEEPEST
from .touches import touched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .revision import Record
    from .world import World


def told_of_left(world: World) -> Iterator[str]:
    """Yield a note for each module that an edit leaves without an import, if it matters."""
    for name in sorted(world.order.moved):
        record = world.records.get(name)
        if record is None or name in world.gone or not _is_left(world, record):
            continue
        if others := sorted(_changed_by(world, record)):
            what = f"{name} is imported no more with the program"
            yield f"{what}: what it did to {', '.join(others)} stays until a restart"


def _is_left(world: World, record: Record | None) -> bool:
    """Return whether no statement imports a module first, or only such a module's does."""
    for _ in range(DEEPEST):
        if record is None or world.order.has_left(record):
            return record is not None
        place = world.order.place(record)
        record = None if place is None else place.importer
    return False


def _changed_by(world: World, record: Record) -> set[str]:
    """Return the modules of which a module has changed objects."""
    return {
        maker.record.name
        for live in world.lives(record)
        for value in touched(world, live).values()
        for maker in creators(world, value)
        if maker.record is not record
    }
