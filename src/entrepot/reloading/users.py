"""Who sees that an attribute of a class has changed, without a word of the class itself.

A derived class has the attribute too, and an instance, wherever it is held: in a list, by a bound
method, in a closure. So what mentions the attribute while it runs, and can get at such an object,
is due. Of attributes that Python itself looks up (``__len__``, ``__call__``) no code has the name:
there, who reads a name of an instance or a derived class is due.
"""

from __future__ import annotations

import collections
from types import CellType
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ATTRIBUTE

from .attributes import derives_from, held_in, is_exactly, state_of
from .holding import parts_inside
from .passing import passed_by
from .plain import is_reference
from .readers import ASKING, readers, that_mention
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .revision import LiveStatement
    from .world import World

#: So many objects are looked at; and so many lists, tables and the like, which may be long.
MOST, MOST_TABLES = 300, 6000
#: Attributes that only those see who ask for them by name.
_TOLD = frozenset(
    {"__doc__", "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__",
     "__module__", "__qualname__", "__firstlineno__", "__static_attributes__", "__weakref__",
     "__dict__", "__orig_bases__", "__parameters__", "__type_params__"}
)  # fmt: skip
_CONTAINERS = frozenset({list, tuple, set, frozenset, collections.deque})
#: Attributes that matter when a class is called or derived from, not to an instance that is there.
_OF_CLASSES = frozenset(
    {"__init__", "__new__", "__init_subclass__", "__set_name__", "__post_init__", "__slots__",
     "__class_getitem__", "__match_args__", "__dataclass_fields__", "__dataclass_params__",
     "__abstractmethods__"}
)  # fmt: skip


def users(world: World, cls: type, names: set[str]) -> Iterator[LiveStatement]:
    """Yield the statements that see changed attributes of a class by what leads to it."""
    looked_up = {name for name in names if _is_dunder(name) or name == "*"}
    found: dict[int, LiveStatement] = {}
    for name in names - looked_up:
        found.update(that_mention(world, frozenset({name, _plain(cls, name)})))
    ran = _during_which(world, cls, names)
    yield from ran.values()
    aside: dict[int, Any] = {}
    for key, live in found.items():
        if key in ran:
            continue
        if any(leads_to(value, cls, aside) for value in reached(world, live)) or _asks_above(
            world, live, cls
        ):
            yield live
    asking = that_mention(world, ASKING, frozenset({ANY_ATTRIBUTE})) if names - looked_up else {}
    flatly: dict[int, Any] = {}
    for live in asking.values():
        if id(live) not in found and (
            any(leads_to(value, cls, flatly, is_deep=False) for value in reached(world, live))
            or _asks_above(world, live, cls)
        ):
            yield live
    if looked_up - _TOLD:
        yield from _readers_of_kin(world, cls, of_classes=looked_up <= _TOLD | _OF_CLASSES)


def _during_which(world: World, cls: type, names: set[str]) -> dict[int, LiveStatement]:
    """Return the statements during which a method ran that the class has otherwise now.

    They may have come by it without its name: ``methodcaller(which)``, a loop over ``vars(cls)``.
    """
    found: dict[int, LiveStatement] = {}
    home = world.home_of(cls)
    lives = () if home is None else world.view(home, old=True).naming((cls.__name__,))
    for live in lives:
        for scope in live.scopes.values() if live.statement.is_class else ():
            path = [part[0] for part in scope.path]
            if len(path) == 2 and path[0] == cls.__qualname__ and path[1] in names:
                world.add_runners(scope, found)
    return found


def _is_dunder(name: str) -> bool:
    return name[:2] == name[-2:] == "__"


def _plain(cls: type, name: str) -> str:
    """Return a private name as it stands in the text of the class."""
    prefix = f"_{cls.__name__.lstrip('_')}__"
    return name[len(prefix) - 2 :] if name.startswith(prefix) else name


def reached(world: World, live: LiveStatement) -> Iterator[Any]:
    """Yield what the names lead to that a statement reads, or what runs during it."""
    for home, uses in world.parts(live):
        for chain in (*uses.chains, *((name,) for name in uses.reads)):
            yield from passed_by(home, chain)


def _asks_above(world: World, live: LiveStatement, cls: type) -> bool:
    """Return whether a statement gets at a class by asking one that it derives from."""
    if not any("__subclasses__" in uses.attributes for _, uses in world.parts(live)):
        return False
    return any(value is base for value in reached(world, live) for base in cls.__mro__[1:])


def leads_to(
    value: Any, cls: type, aside: dict[int, Any] | None = None, *, is_deep: bool = True
) -> bool:
    """Return whether an object is of a class, or derived from it, or holds such an object.

    Args:
        value: The object.
        cls: The class.
        aside: Objects that are known not to, by their identity; more are added.
        is_deep: Whether to look into instances, too, and not only into lists and the like.

    Example:
        >>> class A: pass
        >>> class B(A): pass
        >>> leads_to({"b": [B()]}, A), leads_to([B], A), leads_to([A()], B)
        (True, True, False)
    """
    known = {} if aside is None else aside
    seen: dict[int, Any] = {}
    tables = 0
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if id(current) in seen or id(current) in known or is_atom(current):
            continue
        if derives_from(type(current), cls) or _is_derived(current, cls):
            return True
        seen[id(current)] = current
        tables += is_exactly(current, _CONTAINERS) or issubclass(type(current), dict)
        if len(seen) - tables > MOST or tables > MOST_TABLES:
            return True  # it is not known, and to run is never wrong
        waiting += _inside(current) if is_deep else _items(current)
    known.update(seen)
    return False


def holds(value: Any, wanted: object) -> bool:
    """Return whether an object holds another one, in lists, tables and the like.

    Example:
        >>> holds({"len": [len]}, len), holds(len, len)
        (True, False)
    """
    seen: set[int] = set()
    waiting = _items(value)
    while waiting and len(seen) <= MOST_TABLES:
        current = waiting.pop()
        if current is wanted:
            return True
        if id(current) not in seen:
            seen.add(id(current))
            waiting += _items(current)
    return bool(waiting)  # then it is not known, and to run is never wrong


def _is_derived(value: Any, cls: type) -> bool:
    return issubclass(type(value), type) and derives_from(value, cls)


def _items(value: Any) -> list[Any]:
    kind = type(value)  # a proxy is not asked what it stands for
    if issubclass(kind, dict):
        return list(dict.values(value))
    return list(value) if is_exactly(value, _CONTAINERS) else []


def _inside(value: Any) -> list[Any]:
    items = _items(value)
    if items:
        return items
    if type(value) is CellType:
        return held_in(value)
    return [*parts_inside(value), *_state(value)]


def _state(value: Any) -> list[Any]:
    if issubclass(type(value), type) or type(value).__module__ in {"builtins", "typing"}:
        return []
    return list(state_of(value).values())


def _readers_of_kin(world: World, cls: type, *, of_classes: bool) -> Iterator[LiveStatement]:
    """Yield who reads a name of a derived class, or of an instance."""
    for record in world.records.values():
        for name, value in list(record.namespace.items()):
            if value is cls or not (
                _is_derived(value, cls) or (not of_classes and derives_from(type(value), cls))
            ):
                continue
            for live in readers(world, record, name):
                if not is_reference(live):
                    yield live
