"""Statements that call nothing: what they do is to bind names.

After any other statement all objects that it could get at are compared with what they were. For a
definition, an import of what is loaded, a constant that is not worth anything: none of them can
change an object that was there before.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import sys
from types import (
    BuiltinFunctionType,
    GenericAlias,
    NoneType,
    UnionType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from entrepot.source.outline import names_bound_by

from .attributes import NOTHING, attribute, is_a, names_of_class
from .unnamed import changes_unnamed
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard

    from .revision import LiveStatement
    from .world import World

#: Decorators that only wrap what they get.
_WRAPPERS = (property, staticmethod, classmethod)
_ANNOTATIONS = __future__.annotations.compiler_flag
_OF_PROPERTY = frozenset({"getter", "setter", "deleter"})
_TYPES = (type, NoneType, UnionType, GenericAlias)
_NAMED = (ast.Constant, ast.Name, ast.Attribute)
_IN_C = (BuiltinFunctionType, WrapperDescriptorType)
_VALUES = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.List, ast.Dict, ast.Set,
           ast.Subscript, ast.Lambda, ast.expr_context, ast.operator, ast.unaryop,
           ast.arguments, ast.arg, ast.Slice)  # fmt: skip


def is_plain(world: World, live: LiveStatement) -> bool:
    """Return whether executing a statement calls nothing of the program that changes anything."""
    is_told = _Asking(world, live).is_plain(live.statement.node)
    return is_told and not any(map(changes_unnamed, world.ran(live)))  # ``conf.data`` may be code


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


class _Asking:
    """Tells whether statements are plain, below one statement of a module.

    Attributes:
        hidden: Names that the body of a class binds: what the module calls so is not meant there.
        properties: Those of them that are properties, of which there are ``name.setter``.
    """

    def __init__(self, world: World, live: LiveStatement) -> None:
        self.world = world
        self.live = live
        self.hidden: set[str] = set()
        self.properties: set[str] = set()
        change = world.changes.get(live.record.name)
        flags = live.record.flags if change is None else change.flags
        self.has_annotations = not (flags & _ANNOTATIONS or sys.version_info >= (3, 14))

    def is_plain(self, node: ast.stmt) -> bool:
        """Return whether executing a statement calls nothing of the program."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            return _is_loaded(self.world, self.live, node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return self._is_plain_function(node)
        if isinstance(node, ast.ClassDef):
            return self._is_plain_class(node)
        if isinstance(node, ast.Assign):
            names = all(isinstance(target, ast.Name) for target in node.targets)
            return names and self._are_values([node.value])
        if isinstance(node, ast.AnnAssign):
            is_plain = isinstance(node.target, ast.Name) and self._are_values([node.value])
            return is_plain and self._are_annotations([node.annotation])
        if isinstance(node, ast.If):  # whichever way is taken
            is_atomic = isinstance(node.test, _NAMED) and is_atom(self._value_of(node.test))
            return is_atomic and all(map(self.is_plain, (*node.body, *node.orelse)))
        return isinstance(node, ast.Pass) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )

    def _is_plain_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        return (
            all(self._is_wrapper(decorator) for decorator in node.decorator_list)
            and self._are_values([*node.args.defaults, *filter(None, node.args.kw_defaults)])
            and self._are_annotations(argument.annotation for argument in _arguments(node.args))
            and self._are_annotations([node.returns])
        )

    def _is_plain_class(self, node: ast.ClassDef) -> bool:
        if node.decorator_list or node.keywords or not all(map(self._is_plain_base, node.bases)):
            return False
        inside = _Asking(self.world, self.live)
        inside.hidden |= self.hidden
        for statement in node.body:
            if not inside.is_plain(statement) or inside.gives_name(statement):
                return False
            inside.hidden |= _names_bound(statement)
            if inside.is_property(statement):
                inside.properties.add(statement.name)
        return True

    def gives_name(self, node: ast.stmt) -> bool:
        """Return whether what a class's body binds may be told its name: ``__set_name__``."""
        value = getattr(node, "value", None)
        if not isinstance(value, ast.Name | ast.Attribute):
            return False
        return hasattr(type(self._value_of(value)), "__set_name__")

    def is_property(self, node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
        """Return whether a statement makes a property."""
        return isinstance(node, ast.FunctionDef) and any(
            isinstance(decorator, ast.Attribute) or self._value_of(decorator) is property
            for decorator in node.decorator_list
        )

    def _are_annotations(self, nodes: Iterable[ast.expr | None]) -> bool:
        """Return whether annotations call nothing: where they are not evaluated, none does."""
        return not self.has_annotations or self._are_values(nodes)

    def _are_values(self, nodes: Iterable[ast.expr | None]) -> bool:
        """Return whether expressions only take hold of what is there: a lambda is not called."""
        waiting: list[ast.AST] = [node for node in nodes if node is not None]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.BinOp | ast.UnaryOp):
                if not (_are_constants(node) or self._is_union(node)):
                    return False
            elif not isinstance(node, _VALUES):
                return False
            elif not isinstance(node, ast.Lambda):
                waiting.extend(ast.iter_child_nodes(node))
        return True

    def _is_union(self, node: ast.AST) -> bool:
        """Return whether an expression is a union of types, ``int | None``, made in C."""
        if isinstance(node, ast.BinOp):
            sides = self._is_union(node.left) and self._is_union(node.right)
            return sides and isinstance(node.op, ast.BitOr)
        if isinstance(node, ast.Subscript):  # ``list[int] | None``
            return self._is_union(node.value) and self._are_values([node.slice])
        if not isinstance(node, _NAMED):
            return False
        kind = type(self._value_of(node))
        return any(kind is known for known in _TYPES) or kind.__module__ == "typing"

    def _is_wrapper(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Attribute):  # ``@name.setter``
            return getattr(node.value, "id", "") in self.properties and node.attr in _OF_PROPERTY
        found = self._value_of(node)
        return any(found is wrapper for wrapper in _WRAPPERS)

    def _is_plain_base(self, node: ast.expr) -> bool:
        """Return whether deriving from a class runs no code of anybody."""
        value = self._value_of(node)
        return type(value) is type and not any(
            "__init_subclass__" in names_of_class(cls) for cls in value.__mro__[:-1]
        )

    def _value_of(self, node: ast.expr) -> Any:
        """Return what an expression means now, ``NOTHING`` where the body of a class binds it."""
        if isinstance(node, ast.Constant):
            return node.value
        inner = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        return NOTHING if getattr(inner, "id", "") in self.hidden else _value_of(self.live, node)


def _names_bound(node: ast.stmt) -> set[str]:
    """Return the names that a plain statement binds, in whichever branch."""
    inner = (*node.body, *node.orelse) if isinstance(node, ast.If) else ()
    return {*names_bound_by(node), *(name for part in inner for name in _names_bound(part))}


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    from entrepot.source.nodes import arguments_of

    return arguments_of(arguments)


def _are_constants(node: ast.AST) -> bool:
    kinds = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
    return all(isinstance(part, kinds) for part in ast.walk(node))


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
