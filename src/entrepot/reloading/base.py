"""The import-time *base*: what values held when the import was over.

Three versions meet in a merge: the *base* (what the old text made), the *live* content (what the
program made of it since), and the *new* content (what the new text makes). State is what differs
between base and live; it is kept unless base and new differ at the same place.

A base goes from the values of a namespace into built-in containers, instances that have a plain
``__dict__``, cells of closures and classes of managed modules, to a bounded depth and size. Of an
instance of an installed class it has only the bags, which are for others to fill, such as
``app.state`` and ``app.config``; all if it is there to be filled (see ``bags.py``). What is
not in it counts as never changed by the program.
"""

from __future__ import annotations

from _collections import deque  # type: ignore[import-not-found]  # collections loads nine more
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]  # less to load
from _thread import _local
from _weakref import ref
from abc import ABCMeta
from gc import is_tracked
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import count
from types import CellType, FunctionType, MappingProxyType, MethodType, ModuleType

from .attributes import (
    cached_by,
    held_in,
    instance_dict,
    is_a,
    names_of_class,
    position_of,
    state_of,
    state_reader,
)
from .bags import Bags, Computing, dump_of, is_bag, is_filled
from .content import Content, Packed, inside_functions, own_dicts
from .departed import Departed
from .journal import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeGuard

    from .journal import Journal

MAX_DEPTH = 8
MAX_ITEMS = 20_000
EMPTY: Any = type("EMPTY", (), {"__repr__": lambda _self: "EMPTY", "__slots__": ()})()
_ATOMS: frozenset[type] = frozenset(
    {int, float, complex, str, bytes, bool, type(None), type(...), ModuleType, range, type(len)}
)
_CONTAINERS = (dict, list, set, bytearray)


def _attributes(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = value.__dict__
    return found


def _plain_state(value: Any) -> dict[str, Any]:
    return instance_dict(value) or {}


_MADE_BY_PYTHON = 1 << 9  # ``Py_TPFLAGS_HEAPTYPE``
_NOTHING, _FUNCTION, _TUPLE, _AROUND = "nothing", "function", "tuple", "around"
_CLASS, _DICT = "class", "dict"
_NAMED = frozenset({str})
_KINDS: Mapping[type | int, Any] = {
    **dict.fromkeys(_ATOMS, _NOTHING),
    **dict.fromkeys(
        (property, staticmethod, classmethod, MethodType, _lru_cache_wrapper), _AROUND
    ),
    **dict.fromkeys((ModuleSpec, SourceFileLoader), _NOTHING),  # one of each is in every module
    **dict.fromkeys((type, ABCMeta), _CLASS),
    tuple: _TUPLE,
    dict: _DICT,
    list: list.copy,
    set: set.copy,
    bytearray: bytes,
    FunctionType: _FUNCTION,
    CellType: held_in,
    count: position_of,
}


class Base:
    """Contents by the identity of their owners, for all managed modules.

    Attributes:
        contents: Such as ``{140…: Content(owner=[1, 2], held=[1, 2])}``.
        registered: Abstract classes with their virtual subclasses, by identity, such as
            ``{140…: (Shape, frozenset({Circle}))}``.
        computing: Identities of instances that have properties which remember.
        departed: Functions and classes that edits took away.
        outside: What was at places of other modules before a reload set them: see ``outside.py``.
        arrived: Identities of what modules hold that the reload has imported.
        hooked: Names of the modules that had a ``__getattr__`` when their values were noted.
        journal: Of the reload that is being carried out; what is imported meanwhile is undone
            with it.
    """

    __slots__ = (
        "_bags", "_caches", "_computing", "_kinds", "_nothing", "arrived", "computing", "contents",
        "departed", "hooked", "is_managed_class", "journal", "outside", "registered",
    )  # fmt: skip

    def __init__(self, is_managed_class: Callable[[type], bool]) -> None:
        self.departed = Departed()
        self.outside: dict[tuple[int, Any], tuple[Any, Any]] = {}
        self.journal: Journal | None = None
        self.arrived: set[int] = set()
        self.hooked: set[str] = set()
        self.contents: dict[int, Content] = {}
        self.registered: dict[int, tuple[ABCMeta, frozenset[type]]] = {}
        self.computing: set[int] = set()
        self._caches: dict[int, ref[Any]] = {}
        # by identity if they have a metaclass: it may say that they have no hash
        self._kinds: dict[type | int, Any] = dict(_KINDS)
        self._bags = Bags(_KINDS)
        self._computing = Computing()
        # what is empty holds the same as all that are; nobody changes the content of a base
        self._nothing: dict[type, Any] = {dict: {}, list: [], set: set()}
        self.is_managed_class = is_managed_class

    def note_hook(self, name: str, namespace: dict[str, Any]) -> None:
        """Note of a module whether it has a ``__getattr__``: few have, among thousands."""
        if "__getattr__" in namespace:
            self.hooked.add(name)

    def take(self, values: Iterable[object]) -> list[int]:
        """Note what values hold now, unless they were noted before; return the new keys."""
        added: list[int] = []
        room = MAX_ITEMS
        level: Iterable[Any] = values
        for _ in range(MAX_DEPTH):
            level, room = self._level(level, room, added)
            if not level or room < 0:
                break
        return added

    def _level(self, level: Iterable[Any], room: int, added: list[int]) -> tuple[list[Any], int]:
        """Note what values hold; return what to look at in its turn, and the room that is left."""
        contents, kinds, nothing = self.contents, self._kinds, self._nothing
        below: list[Any] = []
        functions: list[FunctionType] = []
        for value in level:
            kind = type(value)
            what = kinds.get(kind if type(kind) is type else id(kind))
            if what is _NOTHING:
                continue
            if what is _FUNCTION:
                functions.append(value)
                continue
            if what is _TUPLE:
                below += value
                continue
            key = id(value)
            if key in contents:
                continue
            if what is None and (what := self._what(kind)) is _NOTHING:
                continue
            if what is _AROUND:
                below += self._inside(value)
                continue
            held: Any = value
            if what is not _DICT:
                held = self._class(value) if what is _CLASS else what(value)  # type: ignore[misc]
                if held is None:
                    continue
            room -= len(held)
            if room < 0:
                break
            added.append(key)
            if not held:
                contents[key] = Content(value, nothing.get(type(held), held))
            elif type(held) is not dict and type(held) is not MappingProxyType:
                contents[key] = Content(value, held)
                below += held
            elif (what is not _DICT and what is not content_of) or {*map(type, held)} == _NAMED:
                values = held.values()
                both = (*held, *values)  # in one go, as other threads may run
                contents[key] = Packed(value, list(both))  # no larger than it must be
                if is_tracked(held):  # the collector knows where there is nothing but atoms
                    below += values
            else:
                contents[key] = Content(value, dict(held))
                below += [*held, *held.values()] if kind is dict else held.values()
        return (below + inside_functions(functions) if functions else below), room

    def _class(self, cls: Any) -> Mapping[str, Any] | None:
        """Return what a managed class holds, and note what is registered with it."""
        if not self.is_managed_class(cls):
            return None
        if is_abstract(cls):
            self.registered[id(cls)] = cls, registered_with(cls)
        names: Mapping[str, Any] = names_of_class(cls)
        return names

    def take_imported(self, values: Iterable[object]) -> None:
        """Note what values hold when an import is over."""
        added = self.take(values)
        if self.journal is not None:
            self.arrived.update(added)
            self.journal.note(lambda: self.drop(added))

    def drop(self, keys: list[int]) -> None:
        """Forget what objects held."""
        for key in keys:
            self.contents.pop(key, None)
            self.registered.pop(key, None)
            self.arrived.discard(key)

    def take_attributes(self, journal: Journal, values: Iterable[Any]) -> None:
        """Note, before statements run, that attributes which functions have got since are state.

        A function that had none when its import was over has no dict to be noted then.
        """
        found = list(values)
        for value in found[:]:
            if issubclass(type(value), type) and self.is_managed_class(value):
                found += names_of_class(value).values()
        functions = [value for value in found if type(value) is FunctionType]
        added = {
            id(namespace): Content(namespace, {})
            for namespace in (own_dicts(functions) if functions else ())
            if id(namespace) not in self.contents
        }
        self.contents.update(added)
        journal.note(lambda: [self.contents.pop(key, None) for key in added])

    def done(self) -> None:
        """Forget the kinds of values that were met, which would keep classes alive."""
        self._kinds = dict(_KINDS)
        self._bags = Bags(_KINDS)
        self._computing = Computing()

    def _what(self, kind: type) -> Any:
        """Return how the content of a kind's values is told, and remember it for a while."""
        name = kind.__name__
        found: Any = _NOTHING
        if issubclass(kind, _CONTAINERS):
            found = content_of
        elif issubclass(kind, type):
            found = _CLASS
        elif self.is_managed_class(kind):
            has_slots = any("__slots__" in names_of_class(cls) for cls in kind.__mro__[:-1])
            found = state_reader(kind) if has_slots else _plain_state
            if self._computing.is_in(kind):
                found = self._noting(found)
        elif name == "deque" and hasattr(kind, "rotate"):
            found = list
        elif issubclass(kind, _local):
            found = _plain_state
        elif kind.__module__ in {"functools", "types"} and name in {"SimpleNamespace", "partial"}:
            found = _attributes
        elif is_bag(kind):
            found = _plain_state
        elif (
            kind.__module__ != "typing"
            and kind.__dictoffset__
            and kind.__flags__ & _MADE_BY_PYTHON
        ):
            found = _plain_state if is_filled(kind) else _AROUND
        self._kinds[kind if type(kind) is type else id(kind)] = found
        return found

    def _noting(self, state_of: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def state(value: Any) -> Any:
            self.computing.add(id(value))
            return state_of(value)

        return state

    def _inside(self, value: Any) -> Iterable[Any]:
        """Return what is to be noted of a value that holds nothing itself that can be changed."""
        kind = type(value)
        if kind is property:
            return value.fget, value.fset, value.fdel
        if kind is staticmethod or kind is classmethod or kind is MethodType:
            return (value.__func__,)
        if kind is not _lru_cache_wrapper:
            return self._bags.of(value)  # of an installed class
        if cached_by(value) is not None:
            self._caches[id(value)] = ref(value)
        return (vars(value),)  # its attributes, and what it is made around

    def caches(self) -> Iterator[Any]:
        """Yield what ``functools.lru_cache`` made of functions, as far as it was met."""
        for key, reference in list(self._caches.items()):
            cache = reference()
            if cache is None:
                del self._caches[key]
            else:
                yield cache

    def forget(self, cls: type) -> None:
        """Forget a class that is gone, and what its methods know of it."""
        self.leave(cls)
        for value in data_of(cls).values():
            for cell in (type(value) is FunctionType and value.__closure__) or ():
                self.contents.pop(id(cell), None)

    def leave(self, cls: type) -> None:
        """Forget a class whose place another one has taken; what its methods know goes on."""
        self.drop([id(cls)])

    @staticmethod
    def hold(journal: Journal | None, content: Content, held: Any) -> None:
        """Let the base of an object be another."""
        before = content.held
        if journal is not None:
            journal.note(lambda: setattr(content, "held", before), before)
        content.held = held

    def of(self, owner: object) -> Any:
        """Return what an object held, ``EMPTY`` if it was not noted."""
        content = self.contents.get(id(owner))
        if content is None or content.owner is not owner:
            return EMPTY
        return content.held


def is_abstract(cls: Any) -> TypeGuard[ABCMeta]:
    """Return whether an object is a class that keeps a registry of its own.

    ``ABCMeta`` gives a class its registry when it makes it. A class that has got its metaclass
    since, as one whose metaclass an edit has changed, has none, or finds that of a base.

    Example:
        >>> from collections.abc import Sequence
        >>> is_abstract(Sequence), is_abstract(list)
        (True, False)
    """
    kind = type(cls)
    return kind is not type and issubclass(kind, ABCMeta) and "_abc_impl" in names_of_class(cls)


def registered_with(cls: ABCMeta) -> frozenset[type]:
    """Return the classes that were registered with an abstract class and are alive.

    Example:
        >>> from collections.abc import Sequence
        >>> range in registered_with(Sequence)
        True
    """
    references = dump_of(cls)[0]
    return frozenset(found for found in (ref() for ref in references) if found is not None)


def data_of(cls: type) -> dict[str, Any]:
    """Return a class's own attributes."""
    found: dict[str, Any] = names_of_class(cls).copy()  # by C alone, unlike ``dict(…)``
    found.pop("__dict__", None)
    found.pop("__weakref__", None)
    return found


def held_by(value: Any) -> Any:
    """Return what an object holds now, in the form that the base notes it."""
    if is_a(value, dict | list | set | bytearray | deque):
        return content_of(value)
    if type(value) is CellType or type(value) is count:
        return _KINDS[type(value)](value)
    return state_of(value)
