"""What functions change that no name in them says: their class, what it holds, their defaults."""

from __future__ import annotations

import ast
from types import FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import walk

from .attributes import NOTHING, is_a, member_of
from .base import data_of
from .defaults import defaults_of
from .looking import is_builtin_container
from .purity import PURE_METHODS

if TYPE_CHECKING:
    from entrepot.source.uses import Touch

    from .revision import LiveScope
    from .world import World


def class_touched(scope: LiveScope) -> list[Any]:
    """Return what a function may change that no name in it says: its class, by ``cls``; itself.

    ``def f(x, seen=[]): seen.append(x)`` changes its own default. ``self.made.append(x)`` changes
    what the class holds, or one that it derives from.
    """
    if not changes_owner(scope):
        return []
    owner = scope.live.record.namespace.get(scope.path[0][0])
    is_method = len(scope.path) > 1 and scope.live.statement.is_class
    if owner is None or (is_method and not is_a(owner, type)):
        return []
    names = _changed_by_first(scope) if is_method else set()
    found = [kind for name in names for kind in _holding(owner, name)]
    return [owner, *found] if not names or _changes_it(scope) else found


def changes_owner(scope: LiveScope) -> bool:
    """Return whether the text of a function may change its class, or its own defaults."""
    if scope.changes_owner is None:
        is_method = len(scope.path) > 1 and scope.live.statement.is_class
        by_first = is_method and bool(_changed_by_first(scope))
        scope.changes_owner = by_first or _changes_it(scope)
    return scope.changes_owner


def changes_derived(world: World, cls: type, word: str) -> bool:
    """Return whether a class method changes the class that it is called on, by ``cls``.

    ``Full.add(...)`` of a base that copies a table for each class changes ``Full``, not the base.
    """
    method = member_of(cls, word)
    function = method.__func__ if type(method) is classmethod else None
    if type(function) is not FunctionType or id(function.__globals__) not in world.by_namespace:
        return False
    scope = world.scope_of(function.__code__)
    return scope is not None and _changes_it(scope)


def _changes_it(scope: LiveScope) -> bool:
    """Return whether a function changes its class by ``cls``, or its own defaults."""
    known = scope.uses.asked.get("changes it")
    if known is None:
        known = scope.uses.asked["changes it"] = _is_changing(scope)
    return bool(known)


def _is_changing(scope: LiveScope) -> bool:
    local = scope.uses.local_touches
    is_method = len(scope.path) > 1 and scope.live.statement.is_class
    by_class = is_method and any(_changes_class(touch) for touch in local) and _is_own(scope)
    by_class = by_class or changes_type(scope)
    return by_class or (len(scope.path) <= 1 + is_method and _changes_default(scope, local))


def _is_own(scope: LiveScope) -> bool:
    """Return whether what a method calls ``cls`` may be its class: not what it got elsewhere.

    That is a parameter of it or of a function around it, or what it asks for by ``type(self)``, or
    by name.
    """
    code = scope.code
    given = {*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], *code.co_freevars}
    asked = {"type", "__class__", scope.path[0][0]}
    return "cls" in given or not asked.isdisjoint({*code.co_names, *code.co_freevars})


def changes_type(scope: LiveScope) -> bool:
    """Return whether a method changes something of ``type(self)``, its class or a derived one."""
    known = scope.uses.asked.get("changes type")
    if known is None:
        is_method = len(scope.path) > 1 and scope.live.statement.is_class
        known = scope.uses.asked["changes type"] = is_method and _changes_type(scope)
    return bool(known)


def _changes_type(scope: LiveScope) -> bool:
    code = scope.code
    if not code.co_argcount or not {"type", "__class__"}.intersection(code.co_names):
        return False
    node = scope.live.node_of(scope)
    parts = walk(node) if node is not None else []
    kinds = [part for part in parts if _is_type_of(part, code.co_varnames[0])]
    held = {
        id(part.value): part for part in parts if isinstance(part, ast.Attribute | ast.Subscript)
    }
    for kind in kinds:
        part = held.get(id(kind))
        while part is not None and id(part) in held and isinstance(part.ctx, ast.Load):
            part = held[id(part)]
        if part is None:
            continue
        if not isinstance(part.ctx, ast.Load):
            return True
        is_called = any(isinstance(call, ast.Call) and call.func is part for call in parts)
        word = part.attr if isinstance(part, ast.Attribute) else ""
        is_direct = part.value is kind  # a method of its class says itself what it changes
        if is_called and not is_direct and word not in PURE_METHODS:
            return True
    return False


def _is_type_of(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__" and _is_name(node.value, name)
    if not isinstance(node, ast.Call) or not _is_name(node.func, "type"):
        return False
    return len(node.args) == 1 and _is_name(node.args[0], name)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _changed_by_first(scope: LiveScope) -> set[str]:
    """Return the attributes of its first parameter in which a method changes something.

    Not those that it sets: then an instance has them itself.
    """
    code = scope.code
    if not scope.uses.local_touches or not code.co_argcount or code.co_varnames[0] == "cls":
        return set()
    found: set[str] = set()
    for touch in scope.uses.local_touches:
        chain = touch.chain[:1] + touch.chain[1 + (touch.chain[1:2] == ("__class__",)) :]
        if chain[0] == code.co_varnames[0] and len(chain) == 2:  # noqa: PLR2004
            is_call = touch.how == "method" and touch.word not in PURE_METHODS
            if is_call or touch.how in {"store", "augmented"}:
                found.add(chain[1])
    own = {t.word for t in scope.uses.local_touches if t.chain == code.co_varnames[:1]}
    return found - own


def _holding(owner: type, name: str) -> list[type]:
    """Return the class, of one and its bases, that has an attribute which is a container."""
    for kind in type.__getattribute__(owner, "__mro__"):
        value = data_of(kind).get(name, NOTHING)
        if value is not NOTHING:
            is_own = is_a(value, MemberDescriptorType)  # a slot: each instance has its own
            return [kind] if is_builtin_container(value) and not is_own else []
    return []


def _changes_default(scope: LiveScope, local: set[Touch]) -> bool:
    code = scope.code
    names = {t.chain[0] for t in local if t.how in {"store", "augmented", "method"}
             and t.word not in PURE_METHODS}  # fmt: skip
    names &= set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    node = scope.live.node_of(scope) if names else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return any(
        name in names and isinstance(default, ast.List | ast.Dict | ast.Set | ast.Call)
        for name, default in defaults_of(node.args).items()
    )


def _changes_class(touch: Touch) -> bool:
    if touch.chain[0] != "cls":
        return False
    if touch.how == "method":
        return len(touch.chain) > 1 and touch.word not in PURE_METHODS
    return touch.how in {"store", "augmented"}
