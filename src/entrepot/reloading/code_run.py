"""The syntax of a statement, and of the functions that ran with it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .revision import LiveScope, LiveStatement, Record
    from .world import World


class Code(NamedTuple):
    """Code that runs with a statement.

    Attributes:
        home: The module that it belongs to.
        live: The statement that it is, or that its function stands in.
        scope: The scope of the function, if it is one's.
        reads: The global names that it reads.
    """

    home: Record
    live: LiveStatement
    scope: LiveScope | None
    reads: set[str]

    @property
    def owner(self) -> LiveStatement | LiveScope:
        """Return what has the text: it stays the same as long as the text does."""
        return self.scope or self.live

    def node(self) -> ast.AST | None:
        """Return its syntax: of a function that of the body; ``None`` for a class, a lambda."""
        if self.scope is None:
            return self.live.statement.node
        node = self.live.node_of(self.scope)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return ast.Module(node.body, [])
        return None

    def once(self, what: str, read: Callable[[Code], Any]) -> Any:
        """Return what is read from the text, which stays the same as long as that does."""
        known = self.owner.uses.asked
        if what not in known:
            known[what] = read(self)
        return known[what]


def code_of(
    world: World, live: LiveStatement, words: frozenset[str] | None = None, *, now: bool = True
) -> Iterator[Code]:
    """Yield the code of a statement, and of what ran with it.

    Args:
        world: The program.
        live: The statement.
        words: Only code that says one of these, if any are given.
        now: Whether functions count as they are now, and not as they were before the reload.
    """
    if words is None or any(live.statement.mentions(word) for word in words):
        yield Code(live.record, live, None, live.uses.reads)
    for scope in world.ran(live):
        later = world.now(scope.live) if now else None
        current = scope if later is None else later.after(scope) or scope
        if words is None or not words.isdisjoint(current.code.co_names):
            yield Code(scope.live.record, current.live, current, current.uses.reads)
