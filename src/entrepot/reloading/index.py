"""From a code object to the live functions that run it, without walking the heap.

The walk starts at the namespaces of the changed modules and goes through classes, closures,
wrappers and containers. Then the code object's own count of references is asked: if more refer
to it than were found, functions hide elsewhere (a closure that an unmanaged object holds, say),
and only then the heap is walked, once for all that is missing.
"""

from __future__ import annotations

import functools
import gc
import types
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import instance_dict
from .references import references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .recorder import Recorder
    from .revision import LiveScope, Record

MAX_DEPTH = 8
_LRU = type(functools.lru_cache(len))
_PLAIN = (list, tuple, set, frozenset)


def functions_of(
    scopes: list[LiveScope], records: Iterable[Record], recorder: Recorder
) -> tuple[dict[int, list[FunctionType]], list[Any]]:
    """Return the live functions of scopes by the identity of their code, and their caches.

    A cache is what ``functools.lru_cache`` makes of a function: it knows results of the old code.
    """
    wanted = {id(scope.code): scope for scope in scopes}
    found: dict[int, list[FunctionType]] = {key: [] for key in wanted}
    seen: set[int] = set()
    caches: list[Any] = []
    for record in records:
        _collect(record.namespace, wanted, found, seen, caches)
    missing = {
        key for key, scope in wanted.items() if _references(scope, recorder) > len(found[key])
    }
    if missing:
        known = {id(function) for functions in found.values() for function in functions}
        for candidate in gc.get_objects():
            if type(candidate) is FunctionType and id(candidate) not in known:
                key = id(candidate.__code__)
                if key in missing:
                    found[key].append(candidate)
    return found, caches


def _references(scope: LiveScope, recorder: Recorder) -> int:
    """Return how many references to a scope's code are not our own or its parent's."""
    own = 2  # the scope, the parent's constants
    if id(scope.code) in recorder.runners:
        own += 1
    if len(scope.path) == 1:
        own += 1  # the list of the statement's codes
    return references([scope.code]) - own


def _collect(
    namespace: dict[str, Any],
    wanted: dict[int, LiveScope],
    found: dict[int, list[FunctionType]],
    seen: set[int],
    caches: list[Any],
) -> None:
    level: list[Any] = list(namespace.values())
    module = namespace.get("__name__")
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is FunctionType:
                if id(value) in seen:
                    continue
                seen.add(id(value))
                code = value.__code__
                if id(code) in wanted:
                    found[id(code)].append(value)
                _below_function(value, below)
            elif kind in {int, str, float, bool, types.ModuleType, CodeType, type(None), bytes}:
                continue
            elif id(value) not in seen:
                seen.add(id(value))
                if kind is _LRU and type(value.__wrapped__) is FunctionType:
                    caches.append(value)
                below.extend(_inside(value, module))
        if not below:
            return
        level = below


def _below_function(function: FunctionType, below: list[Any]) -> None:
    for cell in function.__closure__ or ():
        try:
            below.append(cell.cell_contents)
        except ValueError:
            continue
    if function.__dict__:
        below.extend(function.__dict__.values())
    if function.__defaults__:
        below.extend(function.__defaults__)


def _inside(value: Any, module: object) -> Iterator[Any]:
    if isinstance(value, type):
        namespace = type.__getattribute__(value, "__dict__")
        if namespace.get("__module__") == module:
            yield from list(namespace.values())
    elif isinstance(value, property):
        yield from (value.fget, value.fset, value.fdel)
    elif isinstance(value, staticmethod | classmethod | types.MethodType):
        yield value.__func__
    elif isinstance(value, functools.partial | functools.partialmethod):
        yield value.func
    elif type(value) in _PLAIN:
        yield from value
    elif type(value) is dict:
        yield from list(value.values())
    else:
        namespace = instance_dict(value)
        if namespace:
            yield from list(namespace.values())
