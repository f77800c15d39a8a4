"""The rules about docstrings: an edited one goes into its function, and who read it is due."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ATTRIBUTE
from entrepot.source.nodes import takes
from entrepot.source.scopes import docstring

from .attributes import is_a, names_of_class
from .caches import with_outer
from .readers import gets_module, readers, that_mention, uses_read
from .users import holds, reached
from .values import is_atom

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator

    from entrepot.source.uses import Uses

    from .changes import ModuleChange
    from .revision import LiveScope, LiveStatement, Record
    from .rules import Due
    from .world import World

#: What asks for a docstring: by its name, by a function of the standard library, by any name.
_BY_NAME = frozenset({"__doc__", "getdoc"})
_DOCSTRINGS = _BY_NAME | {ANY_ATTRIBUTE}
#: What takes the docstring of a function that it gets, with no name that says so.
_COPYING = frozenset({"property", "cached_property"})


def decorated_docstring(world: World, change: ModuleChange) -> Iterator[Due]:
    """A decorator may have read the docstring: the definition runs again when it changed."""
    del world
    for scope, code in change.edited:
        if docstring(scope.code) == docstring(code):
            continue
        node = scope.live.node_of(scope)
        if getattr(node, "decorator_list", None):
            live = next((new for new in change.lives if new.old is scope.live), None)
            if live is not None:
                yield live, "docstring", f"the docstring of {scope.name} was edited"


def asked_for_docstring(world: World, change: ModuleChange) -> Iterator[Due]:
    """Who reads a function by any of its names, and asks for docstrings, has the old one."""
    asking: dict[tuple[str, str], list[LiveStatement]] = {}  # of a class, for all its methods
    for scope, code in change.edited:
        if docstring(scope.code) == docstring(code):
            continue
        for outer in list(with_outer(scope))[1:]:
            if not _COPYING.isdisjoint(outer.uses.reads | outer.uses.attributes):
                runners: dict[int, LiveStatement] = {}
                world.add_runners(outer, runners)
                for live in runners.values():
                    yield live, "docstring", f"{outer.name} copied that of {scope.name} there"
        name = scope.path[0][0]
        value = change.record.namespace.get(name)
        values = [] if is_atom(value) else [value, *_methods_at(value, scope)]
        names = {
            (change.record.name, name),
            *(home for one in values for home in world.homes(one)),
        }
        for home, other in sorted(names):
            record = world.records[home]
            takers = _Takers(world, record, other)
            if (home, other) not in asking:
                asking[home, other] = list(_asking(world, record, other))
            for live in asking[home, other]:
                if (len(scope.path) > 1 or takers.take(live)) and _is_after(world, live, scope):
                    yield live, "docstring", f"{live.where} may have read that of {scope.name}"
        for live in that_mention(world, _BY_NAME).values() if values else ():
            if _is_after(world, live, scope) and any(
                holds(root, one) for root in reached(world, live) for one in values
            ):
                yield live, "docstring", f"{live.where} may have read that of {scope.name}"


def _is_after(world: World, live: LiveStatement, scope: LiveScope) -> bool:
    """Return whether a statement runs when a function is there, before the edit or after it.

    What runs before can ask nobody for a docstring of what is made later, whatever leads there
    now: a decorator that keeps all that it was given.
    """
    old, now = world.before(live), world.now(scope.live)
    if old is None or now is None:
        return True
    order = world.old_order
    return world.position(live) >= world.position(now) or order.position(old) >= order.position(
        scope.live
    )


def _methods_at(value: Any, scope: LiveScope) -> Iterator[Any]:
    """Yield the function that a class has for a scope of its body."""
    for name, *_ in scope.path[1:]:
        value = names_of_class(value).get(name) if is_a(value, type) else None
    if len(scope.path) > 1 and value is not None:
        yield value.__func__ if is_a(value, staticmethod | classmethod) else value


def _asking(world: World, record: Record, name: str) -> Iterator[LiveStatement]:
    """Yield the statements that read a name, and ask something for its docstring."""
    for live in readers(world, record, name):
        if any(not _DOCSTRINGS.isdisjoint(uses.attributes) for _, uses in world.parts(live)):
            yield live


class _Takers:
    """Tells whether a reader of a function's name does more with it than call it."""

    def __init__(self, world: World, record: Record, name: str) -> None:
        self.world = world
        self.record = record
        self.name = name
        self.known: dict[int, tuple[bool, bool]] = {}  # by the scope that ran

    def take(self, live: LiveStatement) -> bool:
        """Return whether a statement, or what ran during it, does more."""
        parts = [self._looked_at(live.record, live.uses, lambda: live.statement.node)]
        for scope in self.world.ran(live):
            if id(scope) not in self.known:
                uses = self.world.current_uses(scope)
                tree = partial(scope.live.node_of, scope)
                self.known[id(scope)] = self._looked_at(scope.live.record, uses, tree)
            parts.append(self.known[id(scope)])
        taken = [is_read for is_read, more in parts if more]
        return any(taken) or (bool(taken) and gets_module(self.world, live, self.record))

    def _looked_at(
        self, home: Record, uses: Uses, tree: Callable[[], ast.AST | None]
    ) -> tuple[bool, bool]:
        """Return whether code reads the name, and whether it does more with such a name."""
        is_read = uses_read(self.world, home, uses, self.record, self.name)
        if not is_read and self.name not in uses.attributes:
            return False, False
        node = None if uses.is_dynamic else tree()
        more = None if node is None else takes(node, self.name, is_global=self.name in uses.reads)
        return is_read, is_read if more is None else more
