"""What methods change that Python calls without their name: operators, items, properties.

``first >> second`` lets a task know the one after it, ``settings.timeout`` may read a file and
keep what stood there. No text says that this changes ``first`` or ``settings``; that such a method
ran during a statement tells it, where its own text stores into what it is a method of.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import derives_from, is_a, member_of
from .base import data_of
from .passing import objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.source.uses import Touch

    from .revision import LiveScope, LiveStatement
    from .world import World

#: What makes an object; what only tells of one, since a hash that is kept is no change to it; and
#: what a text says by a call, ``with``, ``next`` or a store: see ``touches.py``.
_MAKING = frozenset(
    {"__init__", "__new__", "__del__", "__post_init__", "__init_subclass__", "__set_name__",
     "__class_getitem__", "__hash__", "__repr__", "__call__", "__enter__", "__exit__",
     "__next__", "__setattr__", "__setitem__", "__delattr__", "__delitem__"}
)  # fmt: skip
#: Methods of built-in containers that change them.
_FILLING = frozenset(
    {"append", "appendleft", "add", "update", "setdefault", "extend", "extendleft", "insert",
     "pop", "popleft", "popitem", "remove", "discard", "clear", "sort", "reverse", "__setitem__"}
)  # fmt: skip
_STORING = frozenset({("setattr",), ("delattr",), ("object", "__setattr__")})
#: A descriptor gets who was asked: what remembers a result often keeps it there.
_GETTING = "__get__"
#: So many methods that call each other are followed.
_DEEPEST = 4


def changed_unnamed(world: World, live: LiveStatement, scope: LiveScope) -> Iterator[Any]:
    """Yield the objects that a statement names, and that such a method may have changed.

    Args:
        world: The program.
        live: The statement.
        scope: What ran during it.
    """
    if changes_unnamed(scope):
        owner: Any = scope.live.record.namespace.get(scope.path[0][0])
        name = scope.path[-1][0]
        if is_a(owner, type) and _is_unnamed(owner, name):
            for value in _named(world, live):
                kind = type(value)
                if derives_from(kind, owner) or (name == _GETTING and _has(kind, owner)):
                    yield value


def unnamed_runners(world: World, value: Any) -> Iterator[LiveStatement]:
    """Yield the statements during which such a method may have changed an object."""
    for scope in _scopes(world, type(value)):
        found: dict[int, LiveStatement] = {}
        world.add_runners(scope, found)
        for live in found.values():
            if any(item is value for item in _named(world, live)):
                yield live


def changes_unnamed(scope: LiveScope) -> bool:
    """Return whether a method may be called without its name, and stores into what it gets."""
    if len(scope.path) != 2 or not scope.live.statement.is_class:  # noqa: PLR2004
        return False
    known = scope.uses.asked.get("changes unnamed")
    if known is None:
        name = scope.path[-1][0]
        is_wanted = name not in _MAKING and bool(scope.code.co_argcount)
        known = scope.uses.asked["changes unnamed"] = is_wanted and _stores(scope, _DEEPEST)
    return bool(known)


def _is_unnamed(owner: type, name: str) -> bool:
    """Return whether Python itself calls a method of a class: a special one, or a property's."""
    return name[:2] == "__" == name[-2:] or is_a(data_of(owner).get(name), property)


def _scopes(world: World, cls: type) -> list[LiveScope]:
    """Return such methods of a class, and of those that it derives from, if they ran."""
    known = world.touching.unnamed.get(id(cls))
    if known is None:
        kinds = [k for k in type.__getattribute__(cls, "__mro__") if world.home_of(k) is not None]
        found = [scope for kind in kinds for scope in _scopes_of(world, kind)]
        known = world.touching.unnamed[id(cls)] = (cls, found)
    return known[1]


def _has(cls: type, descriptor: type) -> bool:
    """Return whether a class has a descriptor of some class: that is given the instance."""
    return any(
        derives_from(type(member), descriptor)
        for kind in type.__getattribute__(cls, "__mro__")
        for member in data_of(kind).values()
    )


def _scopes_of(world: World, cls: type) -> Iterator[LiveScope]:
    for name, member in list(data_of(cls).items()):
        if not is_a(member, type) and world.home_of(type(member)) is not None:
            getting = member_of(type(member), _GETTING)
            scope = world.scope_of(getting.__code__) if type(getting) is FunctionType else None
            if scope is not None and changes_unnamed(scope):
                yield scope
        if is_a(member, property):
            functions = (member.fget, member.fset, member.fdel)
        elif name[:2] == "__" == name[-2:]:
            functions = (member, None, None)
        else:
            continue
        for function in functions:
            scope = world.scope_of(function.__code__) if type(function) is FunctionType else None
            if scope is not None and changes_unnamed(scope):
                yield scope


def _stores(scope: LiveScope, depth: int) -> bool:
    """Return whether a method stores into what it gets, or calls one of its own that does."""
    code = scope.code
    given = code.co_varnames[: 2 if scope.path[-1][0][:2] == "__" else 1]
    called: set[str] = set()
    for touch in scope.uses.local_touches:
        if touch.chain[0] in given:
            if _is_store(touch):
                return True
            if touch.how == "method" and touch.chain == given[:1]:
                called.add(touch.word)
    inner = _methods(scope, called) if depth else ()
    return any(_stores(method, depth - 1) for method in inner)


def _methods(scope: LiveScope, names: set[str]) -> Iterable[LiveScope]:
    cls = scope.path[:1]
    return [
        other
        for path, other in scope.live.scopes.items()
        if path[:1] == cls and len(path) == 2 and path[-1][0] in names and other is not scope  # noqa: PLR2004
    ]


def _is_store(touch: Touch) -> bool:
    if touch.how == "method":
        is_below = len(touch.chain) > 1 or touch.word[:2] == "__"
        return is_below and touch.word in _FILLING
    return touch.how in {"store", "augmented"} or touch.callee in _STORING


def _named(world: World, live: LiveStatement) -> Iterator[Any]:
    """Yield what a statement's names lead to, and what lies on the way."""
    for home, uses in world.parts(live):
        for chain in (*((name,) for name in uses.reads), *uses.chains):
            yield from objects(home, chain)
