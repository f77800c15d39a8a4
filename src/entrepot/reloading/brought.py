"""What modules use while they are imported that an edit brings along, before they are.

A fresh process executes them in the midst of the statement that brings them: what they read there
is as it was then, not as later statements have left it.
"""

from __future__ import annotations

import ast
from types import ModuleType
from typing import TYPE_CHECKING

from entrepot.source.text import Text

from .arriving import Arriving
from .attributes import NOTHING
from .order import imported, may_import
from .readers import said_locations
from .revision import Record
from .roots import root_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.uses import Uses

    from .revision import LiveStatement
    from .world import World


def parts_brought(world: World, live: LiveStatement) -> list[tuple[Record, Uses]]:
    """Return the uses of the statements that a statement brings along, each with its module.

    The module is one that stands in for what is not there yet: its names lead to what is imported
    of modules that are.
    """
    if not may_import(live):
        return []
    known = world.brought.get(id(live))
    if known is None:
        arriving = Arriving(world.records)
        for _ in imported(world.records, live.record, live, arriving):
            continue  # it reads what it comes by
        records = [_stand_in(*read) for read in arriving.read]
        parts = [(record, own.uses) for record in records for own in record.lives]
        known = world.brought[id(live)] = (live, parts)
    return known[1]


def named_by(world: World, live: LiveStatement) -> Iterator[tuple[Record, str, bool]]:
    """Yield the locations that a statement names; whether a function does so that it runs."""
    parts = world.parts(live)
    for home, uses in parts:
        yield from ((home, name, uses is not live.uses) for name in uses.reads)
    for home, uses in (*parts, *parts_brought(world, live)):
        named = said_locations(world, home, uses).items() if uses.chains or uses.imports else ()
        yield from ((record, name, uses is not live.uses) for (_, name), record in named)


def _stand_in(name: str, package: str, file: str, content: bytes) -> Record:
    module = ModuleType(name)
    module.__package__ = package
    code = compile(ast.parse(content), file, "exec", dont_inherit=True)
    record = Record(module, name, Text(file, content), code, 0)
    for alias in record.view.imports:
        value = root_value(record, alias)
        if value is not NOTHING:
            record.namespace[alias] = value
    return record
