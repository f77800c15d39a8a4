"""The import-time *base*: what values held when the import was over.

Three versions meet in a merge: the *base* (what the old text made), the *live* content (what the
program made of it since), and the *new* content (what the new text makes). State is what differs
between base and live; it is kept unless base and new differ at the same place.

A base goes from the values of a namespace into built-in containers, instances that have a plain
``__dict__``, cells of closures and classes of managed modules, to a bounded depth and size. What
is not in it counts as never changed by the program.
"""

from __future__ import annotations

import abc
import sys
from _collections import deque  # type: ignore[import-not-found]  # collections loads nine more
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]  # less to load
from _weakref import ref
from abc import ABCMeta
from types import CellType, FunctionType, MethodType, ModuleType

from .attributes import state_of
from .journal import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from .journal import Journal

_get_dump: Any = vars(abc)["_get_dump"]  # what ``ABCMeta._dump_registry`` prints
MAX_DEPTH = 8
MAX_ITEMS = 20_000
EMPTY: Any = type("EMPTY", (), {"__repr__": lambda _self: "EMPTY", "__slots__": ()})()
_ATOMS = frozenset(
    {int, float, complex, str, bytes, bool, type(None), type(...), ModuleType, range, type(len)}
)


class Content:
    """What one object held.

    Attributes:
        owner: The object.
        held: Its content: a list, a dict or a set, as ``content_of`` or ``state_of`` gives it.
    """

    __slots__ = ("held", "owner")

    def __init__(self, owner: Any, held: Any) -> None:
        self.owner = owner
        self.held = held


class Base:
    """Contents by the identity of their owners, for all managed modules.

    Attributes:
        contents: Such as ``{140…: Content(owner=[1, 2], held=[1, 2])}``.
        registered: The virtual subclasses of abstract classes, by the class's identity.
    """

    __slots__ = ("_caches", "contents", "is_managed_class", "registered")

    def __init__(self, is_managed_class: Callable[[type], bool]) -> None:
        self.contents: dict[int, Content] = {}
        self.registered: dict[int, frozenset[type]] = {}
        self._caches: dict[int, ref[Any]] = {}
        self.is_managed_class = is_managed_class

    def take(self, values: Iterable[object]) -> list[int]:
        """Note what values hold now, unless they were noted before; return the new keys."""
        added: list[int] = []
        room = MAX_ITEMS
        level: list[Any] = list(values)
        for _ in range(MAX_DEPTH):
            below: list[Any] = []
            for value in level:
                kind = type(value)
                if kind in _ATOMS or id(value) in self.contents:
                    continue
                held = self._held(value, kind)
                if held is None:
                    if kind is tuple:
                        below.extend(value)
                    elif kind is FunctionType:
                        below.extend(value.__closure__ or ())
                        if value.__dict__:
                            below.append(value.__dict__)
                    elif kind is property:
                        below.extend((value.fget, value.fset, value.fdel))
                    elif kind in {staticmethod, classmethod, MethodType}:
                        below.append(value.__func__)
                    elif kind is _lru_cache_wrapper and type(value.__wrapped__) is FunctionType:
                        self._caches[id(value)] = ref(value)
                    continue
                room -= len(held) if hasattr(held, "__len__") else 1
                if room < 0:
                    return added
                self.contents[id(value)] = Content(value, held)
                added.append(id(value))
                if isinstance(value, ABCMeta):
                    self.registered[id(value)] = registered_with(value)
                below.extend(held.values() if type(held) is dict else held)
            if not below:
                return added
            level = below
        return added

    def caches(self) -> Iterator[Any]:
        """Yield what ``functools.lru_cache`` made of functions, as far as it was met."""
        for key, reference in list(self._caches.items()):
            cache = reference()
            if cache is None:
                del self._caches[key]
            else:
                yield cache

    def _held(self, value: Any, kind: type) -> Any:
        """Return the content of a value that has one, else ``None``."""
        if issubclass(kind, dict | list | set | bytearray):
            return content_of(value)
        if kind is CellType:
            try:
                return [value.cell_contents]
            except ValueError:
                return []
        if isinstance(value, type):
            return data_of(value) if self.is_managed_class(value) else None
        if self.is_managed_class(kind):
            return state_of(value)
        if kind.__name__ == "deque" and hasattr(value, "rotate"):
            return list(value)
        if kind.__module__ in {"functools", "types"} and kind.__name__ in {
            "SimpleNamespace",
            "partial",
        }:
            return dict(value.__dict__)
        return None

    def forget(self, cls: type) -> None:
        """Forget a class that is gone, and what its methods know of it."""
        self.contents.pop(id(cls), None)
        self.registered.pop(id(cls), None)
        for value in data_of(cls).values():
            for cell in getattr(value, "__closure__", None) or ():
                self.contents.pop(id(cell), None)

    @staticmethod
    def hold(journal: Journal, content: Content, held: Any) -> None:
        """Let the base of an object be another."""
        before = content.held
        journal.note(lambda: setattr(content, "held", before), before)
        content.held = held

    def of(self, owner: object) -> Any:
        """Return what an object held, ``EMPTY`` if it was not noted."""
        content = self.contents.get(id(owner))
        if content is None or content.owner is not owner:
            return EMPTY
        return content.held


def registered_with(cls: ABCMeta) -> frozenset[type]:
    """Return the classes that were registered with an abstract class and are alive.

    Example:
        >>> from collections.abc import Sequence
        >>> range in registered_with(Sequence)
        True
    """
    references = _get_dump(cls)[0]
    return frozenset(found for found in (ref() for ref in references) if found is not None)


def data_of(cls: type) -> dict[str, Any]:
    """Return a class's own attributes."""
    return {
        sys.intern(name): value
        for name, value in type.__getattribute__(cls, "__dict__").items()
        if name not in {"__dict__", "__weakref__"}
    }


def held_by(value: Any) -> Any:
    """Return what an object holds now, in the form that the base notes it."""
    if isinstance(value, dict | list | set | bytearray | deque):
        return content_of(value)
    if type(value) is CellType:
        try:
            return [value.cell_contents]
        except ValueError:
            return []
    return state_of(value)
