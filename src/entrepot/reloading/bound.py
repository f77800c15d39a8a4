"""Bound methods that have a name of their own: ``subscribe = bus.subscribe``.

Who calls one changes what it is bound to, and does not say so: ``subscribe(handler)`` names no
``bus``. Which names lead to methods of an object is told from the statements that mention the
object. A ``functools.partial`` of one is called like it, and changes what it was given as well.
So does a closure with what it keeps: ``add = adder(items)``.
"""

from __future__ import annotations

import functools
from types import BuiltinMethodType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, attribute, held_in, is_a, is_exactly
from .called import name_called
from .looking import changed_of_free, changes_argument, is_builtin_container, only_looks
from .plain import is_reference
from .purity import PURE_METHODS
from .readers import ran_that_mention
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.uses import Uses

    from .revision import LiveStatement, Record
    from .world import World

_BOUND = frozenset({MethodType, BuiltinMethodType})


def changed_by_name(world: World, home: Record, uses: Uses) -> Iterator[Any]:
    """Yield what code may change by calling bound methods by names of their own."""
    for name in uses.reads:
        yield from _owner(world, home.namespace.get(name))
    for chain in uses.chains:
        module = home.namespace.get(chain[0], NOTHING)
        for tail in chain[1:-1]:
            module = attribute(module, tail) if is_a(module, ModuleType) else NOTHING
        if is_a(module, ModuleType):
            yield from _owner(world, module.__dict__.get(chain[-1]))


def callers(world: World, value: Any, names: list[str]) -> dict[int, LiveStatement]:
    """Return the statements that may change an object by a method with a name of its own.

    Args:
        world: The program.
        value: The object.
        names: The names that lead to it.
    """
    found: dict[int, LiveStatement] = {}
    if not _is_one(value):
        return found
    for name in _names_of_methods(world, value, names):
        for record in world.mentioning((name,)):
            for live in world.view(record).naming((name,)):
                if not is_reference(live) and _changes(world, record, live.uses, value):
                    found[id(live)] = live
            for scope in ran_that_mention(world, record, {name}):
                if _changes(world, record, world.current_uses(scope), value):
                    world.add_runners(scope, found)
    return found


def _changes(world: World, home: Record, uses: Uses, value: Any) -> bool:
    return any(owner is value for owner in changed_by_name(world, home, uses))


def _names_of_methods(world: World, value: Any, names: list[str]) -> list[str]:
    """Return the names of bound methods of an object, whoever has them."""
    methods: dict[int, Any] = {}
    for name in names:
        for live in world.touching.references(name):
            for bound in world.binds(live):
                method = live.record.namespace.get(bound)
                if any(owner is value for owner in _owner(world, method)):
                    methods[id(method)] = method
    return [name for method in methods.values() for name in world.names_of(method)]


def _owner(world: World, method: Any) -> Iterator[Any]:
    """Yield what a bound method may change: the object that it is bound to."""
    while type(method) is functools.partial:
        for position, value in enumerate(method.args):
            if _is_one(value) and changes_argument(world, method.func, position):
                yield value
        method = method.func
    if type(method) is FunctionType and method.__closure__:
        yield from _kept(world, method)
    if not is_exactly(method, _BOUND):
        return
    owner, word = method.__self__, name_called(method)
    if is_atom(owner) or is_a(owner, ModuleType | type):
        return
    if word in PURE_METHODS and is_builtin_container(owner):
        return
    if not only_looks(world, owner, word):
        yield owner


def _kept(world: World, function: FunctionType) -> Iterator[Any]:
    """Yield what a closure changes of what it keeps."""
    scope = world.scope_of(function.__code__)
    changed = set() if scope is None else changed_of_free(scope)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from filter(_is_one, held_in(cell) if name in changed else ())


def _is_one(value: Any) -> bool:
    """Return whether a value is an object of its own that can change."""
    return not (is_atom(value) or is_a(value, ModuleType | FunctionType | type))
