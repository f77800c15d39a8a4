"""What modules use while they are imported that an edit brings along.

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
    from collections.abc import Iterable, Iterator, Mapping
    from types import CodeType

    from entrepot.source.uses import Uses

    from .revision import LiveStatement
    from .world import World


def parts_brought(world: World, live: LiveStatement) -> list[tuple[Record, Uses]]:
    """Return the uses of what a statement brings along, each with its module.

    Before it runs the module is one that stands in for what is not there yet: its names lead to
    what is imported of modules that are.
    """
    known = world.brought.get(id(live))
    if known is None:
        known = world.brought[id(live)] = live, _foreseen(world, live) if may_import(live) else []
    return known[1]


def _foreseen(world: World, live: LiveStatement) -> list[tuple[Record, Uses]]:
    """Return the uses of the statements that a statement brings along, as far as its text says."""
    arriving = Arriving(world.records)
    for _ in imported(world.records, live.record, live, arriving):
        continue  # it reads what it comes by
    records = [_stand_in(*read) for read in arriving.read]
    return [(record, own.uses) for record in records for own in record.lives]


def note_brought(
    world: World, live: LiveStatement, managed: Mapping[str, Record], ran: Iterable[CodeType]
) -> bool:
    """Note what a statement has brought along, or called of what came before it.

    Args:
        world: The program, as it was before.
        live: The statement, which has run.
        managed: The managed modules that there are now.
        ran: What ran during it, imports left out.

    Returns:
        Whether it did.
    """
    arrived = {name: record for name, record in managed.items() if name not in world.records}
    if not arrived:
        return False
    new = [record for name, record in arrived.items() if name not in world.arrived]
    world.arrived.update(arrived)
    names = {record.name for record in new}
    meanwhile = _ran_at(world, names) if new else []
    for scope in filter(None, map(world.scope_of, meanwhile)):  # that of a module before it
        world.also_binds(live, scope.live.record, world.current_uses(scope).binds)
    codes = {id(code) for code in (*ran, *meanwhile)}
    parts = [(record, own.uses) for record in new for own in record.lives]
    for record in arrived.values():
        scopes = [scope for own in record.lives for scope in own.scopes.values()]
        parts += [(record, scope.uses) for scope in scopes if id(scope.code) in codes]
    if parts:
        foreseen = [part for part in parts_brought(world, live) if part[0].name not in names]
        world.brought[id(live)] = live, [*foreseen, *parts]
    return bool(parts)


def _ran_at(world: World, names: set[str]) -> list[CodeType]:
    """Return the code that ran while some modules were imported."""
    entries = list(world.recorder.runners.values())
    return [e.code for e in entries if any(site.record.name in names for site in e.each())]


def locations_brought(world: World, live: LiveStatement) -> Iterator[tuple[Record, str]]:
    """Yield the locations that are read by what a statement brings along."""
    for home, uses in parts_brought(world, live):
        yield from (
            (record, name) for (_, name), record in said_locations(world, home, uses).items()
        )


def named_by(world: World, live: LiveStatement) -> Iterator[tuple[Record, str, bool]]:
    """Yield the locations that a statement names; whether a function does so that it runs."""
    parts = world.parts(live)
    for home, uses in parts:
        yield from ((home, name, uses is not live.uses) for name in uses.reads)
    for home, uses in parts:
        named = said_locations(world, home, uses).items()
        yield from ((record, name, uses is not live.uses) for (_, name), record in named)
    yield from ((record, name, True) for record, name in locations_brought(world, live))


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
