"""Classes that functions made at run time: they get the methods that an edit adds to their text.

The function that would make such a class anew ended long ago, and its methods have their new code
by now. What that code calls has to be there: a method that is new in the text is given to the live
class, with the variables that its neighbours keep. A method that is gone goes. What else a class
body says is what the function made of it at run time, and stays.
"""

from __future__ import annotations

import ast
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.source.scopes import is_function

from .attributes import module_of
from .classes import classes_below, functions_in
from .journal import names_of

if TYPE_CHECKING:
    from types import CodeType
    from typing import TypeAlias

    from .journal import Journal
    from .report import Report
    from .revision import LiveScope
    from .world import World

    Methods: TypeAlias = dict[str, tuple[CodeType, tuple[Any, ...], dict[str, Any]]]

_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef
_HELD = frozenset({"__eq__", "__hash__", "__init_subclass__", "__class_getitem__", "__new__"})


class Local(NamedTuple):
    """A live class that a function made, before it is patched.

    Attributes:
        cls: The class.
        cells: What its methods keep, by the names of the variables.
        namespace: Of the module.
        old: The methods in the text that made it.
        new: The methods in the new text.
    """

    cls: type
    cells: dict[str, CellType]
    namespace: dict[str, Any]
    old: Methods
    new: Methods


def local_classes(world: World, report: Report) -> list[Local]:
    """Return the live classes in whose texts methods come or go."""
    wanted = []
    for change in world.changes.values():
        for scope, _ in change.edited:
            after = _after(world, scope) if _is_local_class(scope) else None
            if after is None:
                continue
            before, now = _methods(scope), _methods(after)
            # what is decorated on one side is no plain method there, and neither comes nor goes
            old = {n: m for n, m in before.items() if n in now or n not in after.code.co_names}
            new = {n: m for n, m in now.items() if n in before or n not in scope.code.co_names}
            if old.keys() != new.keys():
                wanted.append((scope, old, new))
                name = f"{scope.live.record.name}:{after.name}"
                report.patched += [f"{name}.{added}" for added in sorted(new.keys() - old.keys())]
    live = classes_below(object) if wanted else []
    return [
        Local(cls, _cells(cls), scope.live.record.namespace, old, new)
        for scope, old, new in wanted
        for cls in live
        if _place_of(cls) == (scope.live.record.name, scope.code.co_qualname)
        and _is_made_of(cls, old)
    ]


def add_methods(journal: Journal, found: list[Local]) -> None:
    """Give the classes the methods that are new in their texts, and take others."""
    for cls, cells, namespace, old, new in found:
        names = names_of(cls)
        for name in new.keys() - old.keys():
            code, defaults, named = new[name]
            if name in names or not cells.keys() >= set(code.co_freevars):
                continue
            closure = tuple(cells[variable] for variable in code.co_freevars)
            made = FunctionType(code, namespace, name, defaults or None, closure or None)
            made.__kwdefaults__ = named or None
            journal.set_attribute(cls, name, made)
        for name in old.keys() - new.keys():
            value = names.get(name)
            place = old[name][0].co_qualname
            if type(value) is FunctionType and value.__code__.co_qualname == place:
                journal.delete_attribute(cls, name)


def _is_local_class(scope: LiveScope) -> bool:
    """Return whether a scope is the body of a class in a function."""
    outer = (scope.live.scopes.get(scope.path[:count]) for count in range(1, len(scope.path)))
    is_inside = any(known is not None and is_function(known.code) for known in outer)
    return is_inside and not is_function(scope.code)


def _after(world: World, scope: LiveScope) -> LiveScope | None:
    now = world.now(scope.live)
    return None if now is None else now.after(scope)


def _methods(scope: LiveScope) -> Methods:
    """Return the plain methods that a class body defines: code, and defaults if constant."""
    body = getattr(scope.live.node_of(scope), "body", ())
    nodes = {node.name: node for node in body if isinstance(node, _DEFINITION)}
    found = {}
    for path, inner in scope.live.scopes.items():
        name = path[-1][0]
        node = nodes.get(name)
        if path[:-1] != scope.path or node is None or node.decorator_list or name in _HELD:
            continue
        if name[:2] == "__" != name[-2:]:
            continue  # the class has it by another name
        try:
            defaults = tuple(ast.literal_eval(value) for value in node.args.defaults)
            pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            named = {arg.arg: ast.literal_eval(value) for arg, value in pairs if value is not None}
        except ValueError:
            continue
        found[name] = inner.code, defaults, named
    return found


def _place_of(cls: type) -> tuple[Any, str]:
    """Return where a class says that it was made; no code of a metaclass is asked."""
    return module_of(cls), type.__dict__["__qualname__"].__get__(cls)


def _is_made_of(cls: type, methods: Methods) -> bool:
    """Return whether a class has a method of a text."""
    places = {(code.co_filename, code.co_qualname) for code, _, _ in methods.values()}
    return any(
        (f.__code__.co_filename, f.__code__.co_qualname) in places for f in functions_in(cls)
    )


def _cells(cls: type) -> dict[str, CellType]:
    cells = {"__class__": CellType(cls)}
    for function in functions_in(cls):
        cells.update(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return cells
