"""Whether a call may change what it is given, or what it is a method of, by its text."""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import children, walk

from .attributes import NOTHING, attribute, is_a, member_of
from .purity import PURE_BUILTINS, PURE_METHODS
from .roots import root_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.uses import Touch

    from .revision import LiveScope, Record
    from .world import World

_CHANGING = frozenset({"store", "augmented", "method"})
#: What changes even a class or a function that it gets as an argument.
_STORING = frozenset({("setattr",), ("delattr",)})


def only_looks(world: World, value: Any, word: str) -> bool:
    """Return whether a method of an instance changes nothing of it, by its text."""
    method = member_of(type(value), word)
    if not _is_managed(world, method):
        return False
    scope = world.scope_of(method.__code__)
    return scope is not None and not _parameter_touched(scope, 0)


def changes_when_called(world: World, value: Any) -> bool:
    """Return whether a value is an instance that may change when it is called: ``@route``."""
    is_ours = _is_managed(world, member_of(type(value), "__call__"))
    return is_ours and not is_a(value, type) and not only_looks(world, value, "__call__")


def changes_argument(world: World, function: Any, position: int) -> bool:
    """Return whether a function of the program changes, or keeps, what it gets at a position."""
    is_method = type(function) is types.MethodType
    function = function.__func__ if is_method else function
    scope = world.scope_of(function.__code__) if _is_managed(world, function) else None
    name = None if scope is None else _parameter(scope, position + is_method)
    return scope is not None and name is not None and _parameter_touched(scope, name)


def changed_of_free(scope: LiveScope) -> set[str]:
    """Return the free variables of a function whose values it may change."""
    return {
        touch.chain[0]
        for touch in scope.uses.local_touches
        if touch.chain[0] in scope.code.co_freevars
        and touch.how in _CHANGING
        and not (touch.how == "method" and touch.word in PURE_METHODS)
    }


def _is_managed(world: World, function: Any) -> bool:
    """Return whether a value is a function of a managed module."""
    return type(function) is types.FunctionType and id(function.__globals__) in world.by_namespace


def callee_touches(world: World, home: Record, touch: Touch) -> bool:
    """Return whether a call may change what it gets as an argument."""
    if not touch.callee:
        return True
    if root_value(home, touch.callee[0]) is NOTHING:
        return touch.callee[0] not in PURE_BUILTINS
    scope = _scope_of_callee(world, home, touch)
    return scope is None or _parameter_touched(scope, touch.position)


def _scope_of_callee(world: World, home: Record, touch: Touch) -> LiveScope | None:
    """Return the scope of the managed function that is called, if it is one."""
    callee = root_value(home, touch.callee[0]) if touch.callee else NOTHING
    for tail in touch.callee[1:]:
        callee = NOTHING if callee is NOTHING else attribute(callee, tail)
    return world.scope_of(callee.__code__) if _is_managed(world, callee) else None


def stores_into(world: World, home: Record, touch: Touch) -> bool:
    """Return whether a call sets attributes of the class or function that it gets.

    What the called function defines may do so, too: ``@extends(Node)`` sets what it decorates.
    """
    scope = _scope_of_callee(world, home, touch)
    if scope is None:
        return touch.callee[-1:] in _STORING
    name = _parameter(scope, touch.position)
    inner = [s for path, s in scope.live.scopes.items() if path[: len(scope.path)] == scope.path]
    return any(
        found.chain[0] == name and (found.how == "store" or found.callee[-1:] in _STORING)
        for part in inner
        for found in part.uses.local_touches
    )


def is_builtin_container(value: Any) -> bool:
    """Return whether a value is of a built-in class, or a container of the standard library."""
    return type(value).__module__ in {"builtins", "collections"}


def _parameter_touched(scope: LiveScope, position: int | str) -> bool:
    """Return whether a function may change (or keep) one of its arguments."""
    name = _parameter(scope, position)
    if name is None:
        return True
    is_touched = any(touch.chain[0] == name for touch in scope.uses.local_touches)
    return is_touched or (name in scope.code.co_cellvars and _is_given_on(scope, name))


def _is_given_on(scope: LiveScope, name: str) -> bool:
    """Return whether functions inside may do more with a variable than call or compare it."""
    key = f"given on {name}"
    known = scope.uses.asked.get(key)
    if known is None:
        node = scope.live.node_of(scope)
        known = scope.uses.asked[key] = node is None or not all(_asking_only(node, name))
    return bool(known)


def _asking_only(node: ast.AST, name: str) -> Iterator[bool]:
    """Yield of each place where a name stands in a function whether it is called or compared."""
    for parent in walk(node):
        for child in children(parent):
            if isinstance(child, ast.Name) and child.id == name:
                is_called = isinstance(parent, ast.Call) and parent.func is child
                yield is_called or isinstance(parent, ast.Compare)


def _parameter(scope: LiveScope, position: int | str) -> str | None:
    """Return the name of a parameter, ``None`` for one of ``*args``."""
    if isinstance(position, str):
        return position
    return scope.code.co_varnames[position] if position < scope.code.co_argcount else None
