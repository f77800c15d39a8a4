"""The rules (6b) by which a reader sees what stands there at its point of an import."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .bindings import says
from .brought import named_by
from .makers import creators
from .plain import is_reference
from .touches import changed_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .revision import LiveStatement
    from .rules import Due
    from .world import World


def binders_of_what_is_bound_again(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6b) A reader of a name that is bound again later needs the value that it saw."""
    here = world.position(live)
    for record, name, in_function in named_by(world, live):
        binders = world.binders(record, name)
        later = [other for other in binders if world.position(other) >= here]
        if len(binders) < 2 or not later or _copied_before(world, live, later):
            continue
        is_kept = in_function and (record, name) in world.bound_by(live)
        if is_kept and not all(says(other, name) for other in binders):
            continue  # what functions bind where they read it, such as a pool
        for other in binders:
            yield other, "6b", f"{live.where} reads {name} before it is bound again"


def _copied_before(world: World, live: LiveStatement, later: list[LiveStatement]) -> bool:
    """Return whether an import stood above some statements before: its copy is kept then.

    That is of its moment, see ``moments.py``.
    """
    old = world.before(live)
    if old is None or not isinstance(live.statement.node, ast.ImportFrom):
        return False
    before = [world.before(other) for other in later]
    here = world.old_order.position(old)
    return all(o is not None and world.old_order.position(o) > here for o in before)


def binders_of_what_is_gone(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6b) Who reads a name that something deleted later, or deletes it, needs it bound again."""
    here = world.position(live)
    is_deleting = isinstance(live.statement.node, ast.Delete)
    named = {(home.name, name): home for home, name, _ in named_by(world, live)}
    named.update(((r.name, n), r) for r, n in (world.bound_by(live) if is_deleting else ()))
    for (_, name), home in named.items():
        if name in home.namespace:
            continue
        before = [b for b in world.binders(home, name) if world.position(b) < here]
        if before and not world.may_bind(before[-1], name):
            yield before[-1], "6b", f"{live.where} reads {name}, which is gone"


def _computes_nothing(node: ast.stmt) -> bool:
    """Return whether a statement defines a function without decorators and defaults."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.decorator_list:
        return False
    return not node.args.defaults and not any(node.args.kw_defaults)


def creators_of_what_is_changed_later(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6b) A reader of an object that is changed later needs it as it was made."""
    if _computes_nothing(live.statement.node):
        return
    for value, other in changed_later(world, live, only_attributes=is_reference(live)):
        for creator in creators(world, value):
            if creator is not live:
                yield creator, "6b", f"{live.where} reads what {other.where} changes after it"
