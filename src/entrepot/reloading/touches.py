"""Objects that statements may change: which ones, who else may change them, and who made them."""

from __future__ import annotations

import abc
import re
import types
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, attribute
from .purity import PURE_BUILTINS, PURE_METHODS
from .values import is_atom
from .world import is_reference

if TYPE_CHECKING:
    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Touch, Uses

    from .revision import LiveScope, LiveStatement, Record
    from .world import Location, World


def objects(world: World, home: Record, chain: Chain) -> list[Any]:
    """Return the objects that a chain passes, modules and immutable values left out."""
    found = []
    value = home.namespace.get(chain[0], NOTHING)
    for position in range(len(chain)):
        if value is NOTHING:
            break
        if not _is_inert(value):
            found.append(value)
        if position + 1 < len(chain):
            value = attribute(value, chain[position + 1])
    return found


def touched(world: World, live: LiveStatement) -> dict[int, Any]:
    """Return the objects that executing a statement may change, by identity."""
    found: dict[int, Any] = {}
    for home, uses in world.parts(live):
        for touch in uses.touches:
            for value in touch_objects(world, home, touch):
                found[id(value)] = value
    for scope in world.ran(live):
        for value in _class_touched(scope):
            found[id(value)] = value
    if id(live) in world.effects:
        found.update(world.effects[id(live)][1])
    return found


def _class_touched(scope: LiveScope) -> list[Any]:
    """Return the class that one of its methods may change as ``cls``."""
    is_method = len(scope.path) > 1 and scope.live.statement.is_class
    if not is_method or not any(_changes_class(touch) for touch in scope.uses.local_touches):
        return []
    owner = scope.live.record.namespace.get(scope.path[0][0])
    return [owner] if isinstance(owner, type) else []


def _changes_class(touch: Touch) -> bool:
    if touch.chain[0] != "cls":
        return False
    if touch.how == "method":
        return len(touch.chain) > 1 and touch.word not in PURE_METHODS
    return touch.how in {"store", "augmented"}


def touch_objects(world: World, home: Record, touch: Touch) -> list[Any]:
    """Return the objects that one touch may change."""
    values = objects(world, home, touch.chain)
    if not values:
        return values
    last = values[-1]
    if touch.how == "method" and touch.word in PURE_METHODS and _is_builtin_container(last):
        return values[:-1]
    if touch.how == "method" and type(last) is types.FunctionType:
        return values
    if touch.how == "method" and isinstance(last, type):
        is_registry = touch.word == "register" and isinstance(last, abc.ABCMeta)
        return [last] if is_registry else []
    if touch.how == "argument":
        if isinstance(last, type | types.FunctionType):
            return []
        return values if _callee_touches(world, home, touch) else []
    return values


def _callee_touches(world: World, home: Record, touch: Touch) -> bool:
    """Return whether a call may change what it gets as an argument."""
    if not touch.callee:
        return True
    callee = home.namespace.get(touch.callee[0], NOTHING)
    if callee is NOTHING:
        return touch.callee[0] not in PURE_BUILTINS
    for tail in touch.callee[1:]:
        callee = attribute(callee, tail)
    if isinstance(callee, types.FunctionType):
        is_managed = id(callee.__globals__) in world.by_namespace
        scope = world.scope_of(callee.__code__) if is_managed else None
        if scope is not None:
            return _parameter_touched(scope, touch.position)
    return True


def homes(world: World, value: Any) -> list[Location]:
    """Return the locations that an object is bound to."""
    return [
        (record.name, name)
        for record in world.records.values()
        for name, held in list(record.namespace.items())
        if held is value
    ]


def touchers(world: World, value: Any) -> list[LiveStatement]:
    """Return the statements whose execution may change an object."""
    found: dict[int, LiveStatement] = {}
    names = {name for _, name in homes(world, value)}
    for record in world.records.values():
        if not names & record.mentions():
            continue
        for live in world.lives(record):
            if _uses_touch(world, record, live.uses, value):
                found[id(live)] = live
        for old in record.lives:
            for scope in old.scopes.values():
                if (
                    id(scope.code) in world.recorder.runners
                    and _uses_touch(world, record, world.current_uses(scope), value)
                ) or (isinstance(value, type) and any(c is value for c in _class_touched(scope))):
                    world.add_runners(scope, found)
    for live, effects in world.effects.values():
        if id(value) in effects:
            found[id(live)] = live
    return list(found.values())


def _uses_touch(world: World, home: Record, uses: Uses, value: Any) -> bool:
    return any(
        any(item is value for item in touch_objects(world, home, touch)) for touch in uses.touches
    )


def creators(world: World, value: Any) -> list[LiveStatement]:
    """Return the statements that made an object: bind it and do not only refer to it."""
    last = [
        live
        for module, name in homes(world, value)
        for live in world.binders(world.records[module], name)[-1:]
    ]
    return [live for live in last if not is_reference(live)]


#: Objects of these types are never another than they were: what they are made of is fixed.
_FIXED = (
    types.ModuleType, types.BuiltinFunctionType, types.MappingProxyType, types.GenericAlias,
    types.UnionType, types.CodeType, re.Pattern,
)  # fmt: skip


def _is_inert(value: Any) -> bool:
    return is_atom(value) or isinstance(value, _FIXED) or type(value) is frozenset


def _is_builtin_container(value: Any) -> bool:
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
