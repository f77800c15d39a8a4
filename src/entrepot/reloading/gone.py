"""The rules about names that no statement binds any more: they go, and who reads them is due."""

from __future__ import annotations

import ast
import dis
import sys
from typing import TYPE_CHECKING

from .bindings import names_elsewhere
from .passing import passed_by
from .readers import readers
from .rules import names_in_play

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from entrepot.source.nodes import Chain

    from .changes import ModuleChange
    from .revision import LiveStatement, Record
    from .rules import Due
    from .world import Location, World


_ACCESS = frozenset({"LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL"})


def deleted(world: World, change: ModuleChange) -> list[Location]:
    """Return the bindings that no statement makes any more, those in other modules too."""
    return [*_deleted_here(world, change), *_deleted_elsewhere(world, change)]


def _deleted_here(world: World, change: ModuleChange) -> Iterator[Location]:
    record = change.record
    gone = _unbound(world, change)
    if any(world.binds_by_text(live) for live in _left(change)):
        names = world.unexplained(record)
        gone |= {name for name in names if not world.told_binders(record, name)}  # by others
    for name in sorted(gone):
        if name in record.namespace and not _is_submodule(world, record, name):
            yield record.name, name


def _unbound(world: World, change: ModuleChange) -> set[str]:
    record = change.record
    return {
        name
        for name in names_in_play(world, change)
        if all(_only_goes_on(world, live, record, name) for live in world.binders(record, name))
    }


def _only_goes_on(world: World, live: LiveStatement, record: Record, name: str) -> bool:
    """Return whether a statement binds a name by functions only that need it to be bound before.

    As ``count += 1`` does: it is no statement that an import could begin with.
    """
    if live.record is record and name in live.uses.binds:
        return False
    scopes = [scope for scope in world.ran(live) if scope.live.record is record]
    binding = [scope for scope in scopes if name in world.current_uses(scope).binds]
    return bool(binding) and all(_is_read_first(scope.code, name) for scope in binding)


def _is_read_first(code: CodeType, name: str) -> bool:
    for instruction in dis.get_instructions(code):
        if instruction.argval == name and instruction.opname in _ACCESS:
            return instruction.opname == "LOAD_GLOBAL"
    return False


def _left(change: ModuleChange) -> list[LiveStatement]:
    """Return the statements that do not run any more, or were edited, as they ran."""
    return [*change.removed, *(live.old for live in change.signed if live.old is not None)]


def _deleted_elsewhere(world: World, change: ModuleChange) -> Iterator[Location]:
    """Yield what a statement had set in other modules: ``settings.LEVEL = 2``."""
    found = names_elsewhere(world, change)
    for location, home in found.items():
        name = location[1]
        if name in home.namespace and name[:2] != "__" and not world.binders(home, name):
            yield location


def _is_submodule(world: World, record: Record, name: str) -> bool:
    """A package has its loaded submodules as attributes, whoever imports them."""
    found = world.records.get(f"{record.name}.{name}")
    return found is not None and record.namespace[name] is found.module


def names_in_cache(world: World) -> list[str]:
    """Return the names under which edited statements had put managed modules into the cache."""
    found = []
    for change in world.changes.values():
        for live in _left(change):
            for touch in live.uses.touches:
                if touch.how == "store" and touch.word and _is_cache(change.record, touch.chain):
                    name = ast.literal_eval(touch.word)
                    module = sys.modules.get(name) if isinstance(name, str) else None
                    if name not in world.records and world.home_of(module) is not None:
                        found.append(name)
    return found


def _is_cache(record: Record, chain: Chain) -> bool:
    return any(value is sys.modules for value in list(passed_by(record, chain))[-1:])


def readers_of_deleted(world: World, record: Record, name: str) -> Iterator[Due]:
    """What reads a deleted name runs again, and fails as it would in a fresh process."""
    for live in readers(world, record, name):
        yield live, "deleted", f"{name} is gone from {record.name}"
