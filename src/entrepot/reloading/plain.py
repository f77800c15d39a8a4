"""Statements that call nothing: what they do is to bind names.

After any other statement all objects that it could get at are compared with what they were. For a
definition, an import of what is loaded, a constant that is not worth anything: none of them can
change an object that was there before.
"""

from __future__ import annotations

import ast
import builtins
import sys
from types import BuiltinFunctionType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, attribute, is_a
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .revision import LiveStatement
    from .world import World

#: Decorators that only wrap what they get.
_WRAPPERS = (property, staticmethod, classmethod)
_IN_C = (BuiltinFunctionType, WrapperDescriptorType)
_VALUES = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.List, ast.Dict, ast.Set,
           ast.Subscript, ast.Lambda, ast.expr_context, ast.operator, ast.unaryop,
           ast.arguments, ast.arg, ast.Slice)  # fmt: skip


def is_plain(world: World, live: LiveStatement) -> bool:
    """Return whether executing a statement calls nothing of the program."""
    return _is_plain(world, live, live.statement.node)


def only_makes(live: LiveStatement) -> bool:
    """Return whether a statement makes an object of constants and binds it, and does no more.

    The class makes it in C: ``LEVEL = ContextVar("LEVEL", default=1)``, ``SEEN = set()``. No code
    of anybody runs that could keep it.
    """
    node = live.statement.node
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    call = getattr(node, "value", None)
    if not isinstance(call, ast.Call) or not all(isinstance(name, ast.Name) for name in targets):
        return False
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return _makes_in_c(_value_of(live, call.func)) and all(_is_constant(live, v) for v in values)


def _makes_in_c(cls: Any) -> bool:
    """Return whether calling a class runs no code in Python."""
    if type(cls) is not type:
        return False
    makers = (attribute(cls, "__new__"), attribute(cls, "__init__"))
    return all(type(maker) in _IN_C for maker in makers)


def _is_constant(live: LiveStatement, node: ast.expr) -> bool:
    """Return whether an expression is made of constants, by text or by name."""
    if isinstance(node, ast.Name | ast.Attribute):
        value = _value_of(live, node)
        return is_atom(value) or _makes_in_c(value)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_constant(live, item) for item in node.elts)
    if isinstance(node, ast.Dict):
        return all(item and _is_constant(live, item) for item in (*node.keys, *node.values))
    return _are_constants(node)


def is_reference(live: LiveStatement) -> bool:
    """Return whether a statement only gives a name to what is there: an import, an alias."""
    node = live.statement.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    value = getattr(node, "value", None)
    while isinstance(value, ast.Attribute | ast.Subscript):
        if isinstance(value, ast.Subscript) and _is_generic(_value_of(live, value.value)):
            return False  # ``list[C]`` is made, an item of a table is there
        value = value.value
    return isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(value, ast.Name)


def _is_generic(value: Any) -> bool:
    """Return whether an item of a value is a type made of it; an enum's is a member."""
    if is_a(value, type):
        return not hasattr(type(value), "__getitem__")
    return type(value).__module__ == "typing"


def _is_plain(world: World, live: LiveStatement, node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _is_loaded(world, live, node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return (
            all(_is_wrapper(live, decorator) for decorator in node.decorator_list)
            and _are_values([*node.args.defaults, *filter(None, node.args.kw_defaults)])
            and _are_values(argument.annotation for argument in _arguments(node.args))
            and _are_values([node.returns])
        )
    if isinstance(node, ast.ClassDef):
        return (
            not node.decorator_list
            and not node.keywords
            and all(_is_plain_base(live, base) for base in node.bases)
            and all(_is_plain(world, live, statement) for statement in node.body)
        )
    if isinstance(node, ast.Assign):
        return all(isinstance(t, ast.Name) for t in node.targets) and _are_values([node.value])
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and _are_values([node.value, node.annotation])
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    from entrepot.source.nodes import arguments_of

    return arguments_of(arguments)


def _are_values(nodes: Iterable[ast.expr | None]) -> bool:
    """Return whether expressions only take hold of what is there; a lambda's body does not run."""
    waiting: list[ast.AST] = [node for node in nodes if node is not None]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _VALUES):
            return isinstance(node, ast.BinOp | ast.UnaryOp) and _are_constants(node)
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return True


def _are_constants(node: ast.AST) -> bool:
    kinds = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
    return all(isinstance(part, kinds) for part in ast.walk(node))


def _is_wrapper(live: LiveStatement, node: ast.expr) -> bool:
    name = getattr(node, "id", "")
    found = live.record.namespace.get(name, getattr(builtins, name, None))
    return any(found is wrapper for wrapper in _WRAPPERS)


def _is_plain_base(live: LiveStatement, node: ast.expr) -> bool:
    """Return whether deriving from a class runs no code of anybody."""
    value = _value_of(live, node)
    return type(value) is type and not any(
        "__init_subclass__" in cls.__dict__ for cls in value.__mro__[:-1]
    )


def _value_of(live: LiveStatement, node: ast.expr) -> Any:
    """Return what a name with attributes leads to now, without running anybody's code."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    name = getattr(node, "id", "")
    value: Any = live.record.namespace.get(name, getattr(builtins, name, NOTHING))
    for tail in reversed(names):
        value = attribute(value, tail)
    return value


def _is_loaded(world: World, live: LiveStatement, node: ast.Import | ast.ImportFrom) -> bool:
    """Return whether all that is imported is there: a module's ``__getattr__`` is not asked."""
    if isinstance(node, ast.Import):
        return all(alias.name in sys.modules for alias in node.names)
    module = world.module_named(live.record, node.module or "", node.level)
    namespace = getattr(module, "__dict__", {})
    return all(alias.name in namespace or alias.name == "*" for alias in node.names)
