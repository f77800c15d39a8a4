"""Which names imports copy: ``from module import *`` those that the module offers.

A copy is of its moment. Where the import itself binds the name of the module again later, as a
function does that counts, the copy is what the name was in between.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from .revision import absolute

if TYPE_CHECKING:
    from .revision import LiveStatement, Record
    from .world import World


def star_names(module: Any) -> list[str]:
    """Return the names that ``from module import *`` binds."""
    if module is None:
        return []
    return star_names_of(getattr(module, "__dict__", {}))


def star_names_of(namespace: dict[str, Any]) -> list[str]:
    """Return the names that a star import copies from a namespace."""
    listed = namespace.get("__all__")
    if listed is not None:
        return [name for name in listed if isinstance(name, str)]
    return [name for name in namespace if not name.startswith("_")]


def copied_by(live: LiveStatement) -> set[str]:
    """Return the names that the star imports of a statement bind."""
    names: set[str] = set()
    for module, level in live.uses.stars if live.statement.has_star else ():
        source = sys.modules.get(absolute(live.record, module, level))
        if source is not live.record.module:  # to copy a name onto itself binds nothing
            names.update(star_names(source))
    return names


def is_of_its_moment(
    world: World, live: LiveStatement, name: str, new: Any, start: dict[str, dict[str, Any]]
) -> bool:
    """Return whether an import that runs again copies a name that no edit and no program changed.

    Then what was copied before is what a restart copies, though the name may lead to something
    else by now: a later statement of the import has bound it again.

    Args:
        world: The program.
        live: The statement.
        name: What it binds.
        new: What it has copied now.
        start: What the names of the modules were bound to before the reload.
    """
    found = _copied_from(world, live, name)
    if found is None:  # most statements are no imports
        return False
    old = world.before(live) or next(iter(world.old_binders(live.record, name)[-1:]), None)
    if old is None or _copied_from(world, old, name) != found:
        return False
    is_rearranged = any(change.is_rearranged for change in world.changes.values())
    if is_rearranged or world.order.moved or not _stands_there(world, old, live):
        return False
    home, wanted = found
    is_as_imported = home.base.get(wanted, world) is new
    return is_as_imported and start.get(home.name, {}).get(wanted, world) is new


def _stands_there(world: World, old: LiveStatement, live: LiveStatement) -> bool:
    """Return whether a statement stands between the same ones as another one before the edit."""
    if old in (live, live.old):
        return True
    change = world.changes.get(live.record.name)
    if change is None:
        return False
    number = world.view(change.record, old=True).number
    here = change.lives.index(live)
    before = [one.old for one in change.lives[:here] if one.old is not None]
    after = [one.old for one in change.lives[here + 1 :] if one.old is not None]
    follows = not before or number(before[-1]) < number(old)
    return follows and (not after or number(old) < number(after[0]))


def _copied_from(world: World, live: LiveStatement, name: str) -> tuple[Record, str] | None:
    """Return the module that a from-import copies a name from, and its name there."""
    node = live.statement.node
    if not isinstance(node, ast.ImportFrom):
        return None
    for alias in node.names:
        if alias.name != "*" and name != (alias.asname or alias.name):
            continue
        module = world.module_named(live.record, node.module or "", node.level)
        home = world.home_of(module)
        if home is not None and (alias.name != "*" or name in star_names(module)):
            return home, name if alias.name == "*" else alias.name
    return None
