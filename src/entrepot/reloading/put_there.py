"""Functions that stand in a class and that its own statement has not put there.

``patch(registry.get("Cart"), "total")`` in a module that is imported later gives a class a method,
and no text tells which class that is. What stands in the class tells who it was: the statement
that made the function, or those that name it.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from entrepot.source.scopes import is_function

from .attributes import functions_of
from .base import data_of
from .readers import readers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .revision import LiveScope, LiveStatement
    from .world import World


def putting(world: World, cls: type) -> Iterator[LiveStatement]:
    """Yield the statements that have put functions into a class later than its own."""
    home, qualname = world.home_of(cls), cls.__qualname__
    made = None if home is None else next(iter(world.binders(home, qualname)[-1:]), None)
    if made is None:
        return
    here = world.position(made)
    seen: set[int] = set()  # functions of one text, made by the same statements
    for name, function in _functions_by_name(cls):
        code = function.__code__
        scope = world.scope_of(code) if code.co_qualname != f"{qualname}.{name}" else None
        if scope is None or id(scope) in seen or _is_said(world, made, function):
            continue
        seen.add(id(scope))
        found = list(_making(world, scope))
        if made not in found:
            yield from (live for live in found if world.position(live) > here)


def _functions_by_name(cls: type) -> Iterator[tuple[str, FunctionType]]:
    for name, member in data_of(cls).items():
        for function in functions_of(member):
            if type(function) is FunctionType:
                yield name, function


def _is_said(world: World, live: LiveStatement, function: FunctionType) -> bool:
    """Return whether what runs with a statement names a function."""
    for home, uses in world.parts(live):
        if function.__name__ in uses.attributes or function.__code__.co_name in uses.attributes:
            return True
        if any(home.namespace.get(name) is function for name in uses.reads):
            return True
    return False


def _making(world: World, scope: LiveScope) -> Iterator[LiveStatement]:
    """Yield the statements that may have put a function somewhere: that made it, or name it."""
    outer = scope.live.scopes.get(scope.path[:-1])
    if outer is not None and is_function(outer.code):
        yield from filter(None, map(world.now, world.runners(outer)))
    elif outer is None and scope.live.statement.is_function:
        name = scope.path[0][0]
        yield from (r for r in readers(world, scope.live.record, name) if r is not scope.live)
    elif outer is None:
        now = world.now(scope.live)
        yield from () if now is None else (now,)
