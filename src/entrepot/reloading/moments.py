"""What imports copy is of its moment.

Where the import of a program binds the name of a module again later, as a function does that
counts, a copy is what the name was in between.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .rules import reaches_another
from .stars import star_names

if TYPE_CHECKING:
    from .revision import LiveStatement, Record
    from .world import World


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
    last = next(iter(world.old_binders(live.record, name)[-1:]), None)
    old = world.before(live) or last
    if old is None or old is not last or _copied_from(world, old, name) != found:
        return False  # what is there now, another statement has bound
    home, wanted = found
    if not _stands_there(world, old, live) or _finds_another(world, live, home, wanted):
        return False
    if _is_of_another(world, live, name, start):
        return False
    is_as_imported = home.base.get(wanted, world) is new
    return is_as_imported and start.get(home.name, {}).get(wanted, world) is new


def _is_of_another(
    world: World, live: LiveStatement, name: str, start: dict[str, dict[str, Any]]
) -> bool:
    """Return whether another star import had copied what a name led to.

    It may do so no more, if its module offers the name no more.
    """
    was = start.get(live.record.name, {}).get(name)
    for other in world.view(live.record).dynamic if live.record.has_star else ():
        for module, level in other.uses.stars if other is not live else ():
            home = world.home_of(world.module_named(live.record, module, level))
            if home is not None and start.get(home.name, {}).get(name, world) is was:
                return True
    return False


def _finds_another(world: World, live: LiveStatement, home: Record, name: str) -> bool:
    """Return whether an order has changed, and by it what binds a name before an import."""
    is_rearranged = any(change.is_rearranged for change in world.changes.values())
    if not is_rearranged and not world.order.moved:
        return False
    binders = world.old_binders(home, name), world.binders(home, name)
    return world.before(live) is None or reaches_another(world, live, *binders)


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
