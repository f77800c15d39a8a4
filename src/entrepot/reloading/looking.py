"""Whether a call may change what it is given, or what it is a method of, by its text."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, attribute, is_a
from .purity import PURE_BUILTINS
from .roots import root_value

if TYPE_CHECKING:
    from entrepot.source.uses import Touch

    from .revision import LiveScope, Record
    from .world import World


def only_looks(world: World, value: Any, word: str) -> bool:
    """Return whether a method of an instance changes nothing of it, by its text."""
    kind = type(value)
    method = next((vars(cls)[word] for cls in kind.__mro__ if word in vars(cls)), None)
    if type(method) is not types.FunctionType or id(method.__globals__) not in world.by_namespace:
        return False
    scope = world.scope_of(method.__code__)
    return scope is not None and not _parameter_touched(scope, 0)


def callee_touches(world: World, home: Record, touch: Touch) -> bool:
    """Return whether a call may change what it gets as an argument."""
    if not touch.callee:
        return True
    callee = root_value(home, touch.callee[0])
    if callee is NOTHING:
        return touch.callee[0] not in PURE_BUILTINS
    for tail in touch.callee[1:]:
        callee = attribute(callee, tail)
    if is_a(callee, types.FunctionType):
        is_managed = id(callee.__globals__) in world.by_namespace
        scope = world.scope_of(callee.__code__) if is_managed else None
        if scope is not None:
            return _parameter_touched(scope, touch.position)
    return True


def is_builtin_container(value: Any) -> bool:
    """Return whether a value is of a built-in class, or a container of the standard library."""
    return type(value).__module__ in {"builtins", "collections"}


def _parameter_touched(scope: LiveScope, position: int | str) -> bool:
    """Return whether a function may change (or keep) one of its arguments."""
    code = scope.code
    if isinstance(position, str):
        name = position
    elif position < code.co_argcount:
        name = code.co_varnames[position]
    else:
        return True
    uses = scope.uses
    return any(touch.chain[0] == name for touch in uses.local_touches) or name in code.co_cellvars
