"""Statements that look a module up in the module cache by its name, and do not import it.

``"shop" in sys.modules``, ``sys.modules.get("shop")``: what that gives depends on whether the
import of the module has begun by then. So such a statement runs again when an edit of imports puts
the module before it or after it. What is there already cannot be hidden from it, since other
threads would import it once more: then a restart is needed.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from entrepot.source.by_name import is_module_cache, said_text

from .outcomes import Refused
from .readers import ran_that_mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .order import Order
    from .revision import LiveScope, LiveStatement
    from .rules import Due
    from .world import World

WORD = "modules"


def asked_in_another_order(world: World) -> Iterator[Due]:
    """A statement runs again when a module that it looks up is imported before or after it now."""
    moved = world.order.moved
    for record in world.records.values() if moved else ():
        found = {id(live): live for live in world.view(record).naming((WORD,))}
        for scope in ran_that_mention(world, record, {WORD}):
            world.add_runners(scope, found)
        for live in found.values():
            old = world.before(live)
            if old is None:
                continue
            for name in sorted(_asked(world, live) & moved):
                had_begun = _has_begun(world, world.old_order, old, name)
                if had_begun != _has_begun(world, world.order, live, name):
                    yield live, "order", f"{name} is imported before or after it now"


def check_asked(world: World, live: LiveStatement) -> None:
    """Raise what ends the reload if a statement would find a module that a restart has not yet.

    Raises:
        Refused: It looks up a module that is imported after it only, and is there.
    """
    for name in sorted(_asked(world, live)):
        if name in sys.modules and not _has_begun(world, world.order, live, name):
            raise Refused(
                f"{live.where} runs again and looks {name!r} up in sys.modules, where a restart "
                f"has not imported it yet"
            )


def _has_begun(world: World, order: Order, live: LiveStatement, name: str) -> bool:
    """Return whether the import of a managed module has begun where a statement stands.

    The program's start is there before all that it imports.
    """
    record = world.records.get(name)
    return record is None or name == "__main__" or order.prefix(record) <= order.position(live)


def _asked(world: World, live: LiveStatement) -> set[str]:
    """Return the modules that a statement looks up by their names, it or what runs with it."""
    found: set[str] = set()
    if live.statement.mentions(WORD) and not live.statement.is_function:
        found |= _said(live.statement.node, skip_functions=True)
    for scope in world.ran(live):
        if WORD in scope.code.co_names:
            found |= _said_in(world, scope)
    return found & world.records.keys()


def _said_in(world: World, scope: LiveScope) -> set[str]:
    now = world.now(scope.live)
    current = scope if now is None or now is scope.live else now.after(scope)
    if current is None:
        return set()
    known = current.uses.asked
    if "modules" not in known:  # each statement that ran it asks
        node = current.live.node_of(current)
        known["modules"] = set() if node is None else _said(node, skip_functions=False)
    return set(known["modules"])


def _said(node: ast.AST, *, skip_functions: bool) -> set[str]:
    """Return the names that code looks up in the module cache.

    Example:
        >>> tree = ast.parse("'a' in sys.modules or sys.modules.get('b')")
        >>> sorted(_said(tree, skip_functions=True))
        ['a', 'b']
    """
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        if skip_functions and isinstance(
            part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        ):
            continue
        waiting += ast.iter_child_nodes(part)
        text: str | None = None
        if isinstance(part, ast.Compare):
            text = said_text(part.left) if is_module_cache(part.comparators[0]) else None
        elif isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load):
            text = said_text(part.slice) if is_module_cache(part.value) else None
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.args:
            is_asked = part.func.attr == "get" and is_module_cache(part.func.value)
            text = said_text(part.args[0]) if is_asked else None
        if text is not None:
            found.add(text)
    return found
