"""Defaults of functions that functions make: a live closure gets those of its new text.

A definition at the top of a module runs again when its defaults were edited. One inside a function
does not: the function that would make it anew ended long ago. What the new text says is put into
the live closure where it can be told: constants, and names of the module.

What calls have put into a default, as in ``def log(x, seen=[])``, is state of the program.
"""

from __future__ import annotations

import ast
import builtins
import dis
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import is_function

from .attributes import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, FunctionType

    from .journal import Journal
    from .revision import LiveScope, Record
    from .world import World

_Node = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def has_other_defaults(old: LiveScope, new: LiveScope) -> bool:
    """Return whether the text of a function says other defaults now."""
    nodes = old.live.node_of(old), new.live.node_of(new)
    if not all(isinstance(node, _Node) for node in nodes):
        return False
    before, after = (defaults_of(node.args) for node in nodes)
    return list(before) != list(after) or any(
        ast.dump(before[name]) != ast.dump(after[name]) for name in after
    )


def redefault(
    journal: Journal, function: FunctionType, old: LiveScope, new: LiveScope
) -> list[str]:
    """Give a live closure the defaults of its new text; return the parameters that have none."""
    nodes = old.live.node_of(old), new.live.node_of(new)
    before, after = (defaults_of(node.args) for node in nodes)
    live = _values(function, nodes[0].args)
    if live is None:
        return []  # the program gave it others
    local = _local_names(new)
    missing = []
    values: dict[str, Any] = {}
    for name, node in after.items():
        if name in before and name in live and ast.dump(before[name]) == ast.dump(node):
            values[name] = live[name]
        else:
            values[name] = _value(node, function.__globals__, local)
        if values[name] is NOTHING:
            missing.append(name)
    if not missing:
        _set(journal, function, nodes[1].args, values)
    return missing


def said_as_before(world: World, code: CodeType, name: str) -> tuple[Record, ast.expr] | None:
    """Return a default whose content is the program's, as its text, with the module.

    The text is as before, and no statement of an import has called the function: else that fills
    it once more.

    Args:
        world: The program.
        code: Of the function that the new text has made.
        name: The parameter.
    """
    scope = world.scope_of(code)
    before = None if scope is None else world.before(scope.live)
    if scope is None or before is None or is_made_by_a_function(scope):
        return None
    old = next((x for x in before.scopes.values() if scope.live.after(x) is scope), None)
    if old is None or id(old.code) in world.recorder.runners:
        return None
    nodes = before.node_of(old), scope.live.node_of(scope)
    if not all(isinstance(node, _Node) for node in nodes):
        return None
    was, said = (defaults_of(node.args).get(name) for node in nodes)
    if was is None or said is None or ast.dump(was) != ast.dump(said):
        return None
    if not _names_in(said).isdisjoint(_local_names(scope)):
        return None
    return scope.live.record, said


def _names_in(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def is_literal(node: ast.expr) -> bool:
    """Return whether a text says a value without any name, as ``[]`` or ``set()`` do."""
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def is_made_by_a_function(scope: LiveScope) -> bool:
    """Return whether a function makes the function of a scope, and not the module itself."""
    outer = [scope.live.scopes.get(scope.path[:n]) for n in range(1, len(scope.path))]
    return any(found is not None and is_function(found.code) for found in outer)


def defaults_of(arguments: ast.arguments) -> dict[str, ast.expr]:
    """Return the defaults in a definition, by parameter."""
    positional = [*arguments.posonlyargs, *arguments.args]
    count = len(arguments.defaults)
    found = {
        a.arg: node
        for a, node in zip(positional[len(positional) - count :], arguments.defaults, strict=True)
    }
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return found | {a.arg: node for a, node in named if node is not None}


def _values(function: FunctionType, arguments: ast.arguments) -> dict[str, Any] | None:
    """Return the defaults that a function has, ``None`` if they are not those of its text."""
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    held, named = function.__defaults__ or (), function.__kwdefaults__ or {}
    wanted = {a.arg for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d}
    if len(held) != len(arguments.defaults) or named.keys() != wanted:
        return None
    return dict(zip(positional[len(positional) - len(held) :], held, strict=True)) | named


def _value(node: ast.expr, namespace: Mapping[str, Any], local: set[str]) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        pass
    if not isinstance(node, ast.Name) or node.id in local:
        return NOTHING
    return namespace.get(node.id, getattr(builtins, node.id, NOTHING))


def _local_names(scope: LiveScope) -> set[str]:
    names: set[str] = set()
    for count in range(1, len(scope.path)):
        outer = scope.live.scopes.get(scope.path[:count])
        if outer is not None:
            code = outer.code
            names |= {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
            if not is_function(code):
                stores = (x for x in dis.get_instructions(code) if x.opname == "STORE_NAME")
                names.update(x.argval for x in stores)
    return names


def _set(
    journal: Journal, function: FunctionType, arguments: ast.arguments, values: dict[str, Any]
) -> None:
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    named = {a.arg: values[a.arg] for a in arguments.kwonlyargs if a.arg in values}
    journal.set_attribute(
        function, "__defaults__", tuple(values[n] for n in positional if n in values) or None
    )
    journal.set_attribute(function, "__kwdefaults__", named or None)
