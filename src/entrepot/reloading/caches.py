"""Results that ``functools.lru_cache`` remembers, and that the edit has made stale.

A statement that runs again would get what a function computed at import. So before it runs the
cache of a function goes, if that function, or what it called while the statement was imported, was
edited, or reads a name whose value has changed. In the end the same is done for whoever calls
later: the cache of a function goes, if something that it may call was edited, or has moved. Other
caches stay: what they hold may be state, as the one connection that everybody gets.
"""

from __future__ import annotations

import functools
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .base import Base
    from .revision import LiveScope, LiveStatement, Record
    from .world import World

_LRU = type(functools.lru_cache(len))


class Caches:
    """Forgets results for one pass of a reload.

    Attributes:
        moved: Names whose values have changed, such as ``{"RATE"}``.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.moved: set[str] = set()
        self._cleared: set[int] = set()
        self._misses: dict[int, tuple[Any, int]] = {}
        edited = [scope.code for change in world.changes.values() for scope in change.bodies]
        self._edited = set(map(id, edited))
        self._edited_places = {(code.co_filename, code.co_qualname) for code in edited}

    def forget(self) -> None:
        """Begin a pass."""
        self.moved.clear()
        self._cleared.clear()

    def take_back(self) -> None:
        """Forget results that were computed in a pass that came to nothing."""
        for cache, misses in self._misses.values():
            if cache.cache_info().misses != misses:
                cache.cache_clear()
        self._misses.clear()

    def clear_stale(self, live: LiveStatement, records: Iterable[Record]) -> list[Any]:
        """Clear the caches whose results the statement must not see, each once; return them."""
        found: list[Any] = []
        caches = list(_caches(records))
        for cache in caches:
            self._misses.setdefault(id(cache), (cache, cache.cache_info().misses))
        ran = self.world.ran(live) if caches else []
        by_name: dict[str, list[LiveScope]] = {}
        for scope in ran:
            by_name.setdefault(scope.path[-1][0], []).append(scope)
        for cache in caches:
            code = cache.__wrapped__.__code__
            is_stale = (code.co_filename, code.co_qualname) in self._edited_places or any(
                scope.code.co_qualname == code.co_qualname and self._is_stale(scope, by_name)
                for scope in by_name.get(code.co_name, ())
            )
            if is_stale and id(cache) not in self._cleared:
                self._cleared.add(id(cache))
                cache.cache_clear()
                found.append(cache)
        return found

    def _is_stale(self, scope: LiveScope, by_name: dict[str, list[LiveScope]]) -> bool:
        """Return whether something that a function may have called was edited, or has moved."""
        seen: set[int] = set()
        waiting = [scope]
        while waiting:
            current = waiting.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            uses = self.world.current_uses(current)
            words = uses.reads | uses.attributes
            if id(current.code) in self._edited or words & self.moved:
                return True
            for word in words:
                waiting += by_name.get(word, ())
                waiting += by_name.get("__init__", ()) if word[:1].isupper() else ()
        return False

    def stale_at_last(self, base: Base) -> Iterator[Any]:
        """Yield the caches whose results the program must not see after the edit."""
        bodies = {scope for change in self.world.changes.values() for scope in change.bodies}
        new = {
            id(code)
            for change in self.world.changes.values()
            for scope, code in change.patches
            if scope in bodies
        }
        edited = {scope.path[-1][0] for scope in bodies}
        words = {name for name in edited if name[:2] != "__" and name[:1] != "<"} | self.moved
        if words or new:
            for cache in base.caches():
                if self._may_use(cache.__wrapped__, new, words):
                    yield cache

    def _may_use(self, function: FunctionType, new: set[int], words: set[str]) -> bool:
        """Return whether a function, or what it may call by name, is new or mentions a word."""
        seen: set[int] = set()
        waiting: list[tuple[CodeType, dict[str, Any]]] = [
            (function.__code__, function.__globals__)
        ]
        while waiting:
            code, namespace = waiting.pop()
            if id(code) in seen:
                continue
            seen.add(id(code))
            if id(code) in new or not words.isdisjoint(code.co_names):
                return True
            waiting += [(c, namespace) for c in code.co_consts if isinstance(c, CodeType)]
            for name in code.co_names:
                for found in _functions(namespace.get(name)):
                    if id(found.__globals__) in self.world.by_namespace:
                        waiting.append((found.__code__, found.__globals__))
        return False


def _functions(value: Any) -> Iterator[FunctionType]:
    """Yield what may run when a value is called: a function, or the methods of a class."""
    members = vars(value).values() if isinstance(value, type) else (value,)
    for member in members:
        function = member.__wrapped__ if type(member) is _LRU else member
        if type(function) is FunctionType:
            yield function


def is_cache(value: Any) -> bool:
    """Return whether a value is what ``functools.lru_cache`` makes of a function."""
    return type(value) is _LRU and type(value.__wrapped__) is FunctionType


def _caches(records: Iterable[Record]) -> Iterator[Any]:
    """Yield the caches that modules and their classes have."""
    for record in records:
        for value in list(record.namespace.values()):
            members = list(vars(value).values()) if isinstance(value, type) else [value]
            for member in members:
                if is_cache(member):
                    yield member
