"""Who asks an object for an item or attribute, as its text says it: ``os.environ["MODE"]``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import chain_of, children, walk

from .attributes import NOTHING
from .ownership import namespace_of
from .passing import passed_by
from .purity import PURE_METHODS
from .readers import ran_that_mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.uses import Uses

    from .revision import LiveStatement, Record
    from .world import World

_BY_KEY = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__"})


def asking(
    world: World, word: str, targets: set[int], keys: set[Any] | None
) -> Iterator[LiveStatement]:
    """Yield the statements that ask an object for something, by a word that leads there.

    Args:
        world: The program.
        word: A name or attribute that such a text has.
        targets: Identities of the object, and of functions that use it.
        keys: What they ask for, one of these; ``None`` for whatever it is.
    """
    for record in world.mentioning((word,)):
        for live in world.view(record).naming((word,)):
            if _leads_there(record, live.uses, targets) and _asks(
                record, live.statement.node, targets, keys
            ):
                yield live
        for scope in ran_that_mention(world, record, {word}):
            if _leads_there(record, world.current_uses(scope), targets):
                now = world.now(scope.live)
                current = scope if now is None else now.after(scope) or scope
                node = current.live.node_of(current)
                if node is None or _asks(record, node, targets, keys):
                    runners: dict[int, LiveStatement] = {}
                    world.add_runners(scope, runners)
                    yield from runners.values()


def _leads_there(home: Record, uses: Uses, targets: set[int]) -> bool:
    chains = (*uses.chains, *((name,) for name in uses.reads))
    return any(
        id(value) in targets or id(namespace_of(value)) in targets
        for chain in chains
        for value in passed_by(home, chain)
    )


def _asks(home: Record, node: ast.AST, targets: set[int], keys: set[Any] | None) -> bool:
    """Return whether code asks an object for one of some keys, or for one that is computed."""
    around = {child: part for part in walk(node) for child in children(part)}
    for part in (node, *around):
        chain = chain_of(part)
        *_, value = (None, *passed_by(home, chain)) if chain else (None,)
        names = namespace_of(value)
        if id(value) not in targets and (names is None or id(names) not in targets):
            continue
        if len(list(passed_by(home, chain))) < len(chain):
            continue
        key = _key(part, around, is_module=names is not None)
        if key is not None and (keys is None or key is NOTHING or key in keys):
            return True
    return False


def _key(part: ast.AST, around: dict[ast.AST, ast.AST], *, is_module: bool) -> Any:
    """Return which key is asked for, ``NOTHING`` if any may be, ``None`` for none."""
    outer = around.get(part)
    if isinstance(outer, ast.Subscript) and outer.value is part:
        return _constant(outer.slice)
    if isinstance(outer, ast.Compare) and outer.comparators == [part]:
        return _constant(outer.left)  # ``"MODE" in os.environ``; nothing else compares a text
    if isinstance(outer, ast.Call) and outer.func is part and outer.args:
        return _constant(outer.args[0])
    if not isinstance(outer, ast.Attribute):
        return None if is_module else NOTHING
    call = around.get(outer)
    if is_module or not (isinstance(call, ast.Call) and call.func is outer):
        return outer.attr
    if outer.attr in _BY_KEY and call.args:
        return _constant(call.args[0])
    is_done = outer.attr not in PURE_METHODS and isinstance(around.get(call), ast.Expr)
    return None if is_done else NOTHING


def _constant(node: ast.expr) -> Any:
    return node.value if isinstance(node, ast.Constant) else NOTHING
