"""Statements and functions that change objects at all, by the names in their text.

Who changes one object is asked again and again while statements run, since it depends on what
names lead to. Which texts come into question does not: that is looked up once for each name.
"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from .plain import is_reference
from .readers import ran_that_mention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from entrepot.source.uses import Touch, Uses

    from .revision import LiveScope, LiveStatement, Record
    from .world import World

#: A text that changes something: its module, what it uses, the statement or the function.
Candidate: TypeAlias = "tuple[Record, Uses, LiveStatement | None, LiveScope | None]"


class Touching:
    """What may change an object that has a name, for one world.

    Attributes:
        kept: By module and text what that touches, as long as nothing changes; else ``None``.
        unnamed: By class its methods that Python calls itself and that change it: ``unnamed.py``.
    """

    __slots__ = ("_methods", "_references", "_texts", "_world", "kept", "unnamed")

    def __init__(self, world: World) -> None:
        self._world = world
        self.kept: dict[tuple[str, int], tuple[Uses, list[tuple[Touch, list[Any]]]]] | None = None
        self.unnamed: dict[int, tuple[type, list[LiveScope]]] = {}
        self._texts: dict[str, list[Candidate]] = {}
        self._references: dict[str, list[LiveStatement]] = {}
        self._methods: dict[str, list[LiveScope]] = {}

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Let what a text touches be looked up once: rules are asked, which change nothing."""
        was = self.kept
        self.kept = {} if was is None else was
        try:
            yield
        finally:
            self.kept = was

    def texts(self, name: str) -> list[Candidate]:
        """Return what changes anything and mentions a name: statements, functions that ran."""
        found = self._texts.get(name)
        if found is None:
            found = self._texts[name] = []
            for record in self._world.mentioning((name,)):
                for live in self._world.view(record).naming((name,)):
                    if live.uses.touches:
                        found.append((record, live.uses, live, None))
                for scope in ran_that_mention(self._world, record, {name}):
                    uses = self._world.current_uses(scope)
                    if uses.touches:
                        found.append((record, uses, None, scope))
        return found

    def references(self, name: str) -> list[LiveStatement]:
        """Return the statements that mention a name, and only give another name to something.

        Or to what a call made of it: ``add = functools.partial(registry.register, "k")``.
        """
        found = self._references.get(name)
        if found is None:
            found = self._references[name] = [
                live
                for record in self._world.mentioning((name,))
                for live in self._world.view(record).naming((name,))
                if is_reference(live) or _names_results(live)
            ]
        return found

    def methods(self, name: str, changes_owner: Callable[[LiveScope], bool]) -> list[LiveScope]:
        """Return functions that ran, near a name, and may change their class, or themselves."""
        found = self._methods.get(name)
        if found is None:
            found = self._methods[name] = [
                scope
                for record in self._world.mentioning((name,))
                for old in self._world.view(record, old=True).naming((name,))
                if old.statement.name is not None
                for scope in old.scopes.values()
                if id(scope.code) in self._world.recorder.runners and changes_owner(scope)
            ]
        return found


def _names_results(live: LiveStatement) -> bool:
    node = live.statement.node
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Call | ast.Tuple)
