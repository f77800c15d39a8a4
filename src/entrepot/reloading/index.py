"""From a code object to the live functions that run it, without walking the heap.

The walk starts at the namespaces of the changed modules and goes through classes, closures,
wrappers and containers. Then the code object's own count of references is asked: if more refer
to it than were found, functions hide elsewhere. Overloads are asked for from ``typing``, which
keeps them; for others (a closure that an unmanaged object holds, say) the heap is walked, once for
all that is missing. What was found so is known the next time.
"""

from __future__ import annotations

import functools
import types
import typing
import weakref
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import ITERABLE_COROUTINE

from .attributes import HEAP_TYPE, cached_by, held_in, instance_dict, is_a, is_exactly
from .content import own_dicts
from .holders import holders_of
from .references import references

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .recorder import Recorder
    from .revision import LiveScope, Record

MAX_DEPTH = 8
_LRU = type(functools.lru_cache(len))
_PLAIN = frozenset({list, tuple, set, frozenset})
_ENDS = frozenset({int, str, float, bool, types.ModuleType, CodeType, type(None), bytes})


def hide(recorder: Recorder, function: FunctionType) -> None:
    """Note a function that no namespace leads to, as long as somebody else holds it."""
    for key in [key for key, reference in recorder.hidden.items() if reference() is None]:
        del recorder.hidden[key]  # else they are as many as functions were ever hidden
    recorder.hidden[id(function)] = weakref.ref(function)


def _hidden(recorder: Recorder, missing: list[LiveScope]) -> Iterator[FunctionType]:
    """Yield the functions that were found elsewhere before, if some are missing now."""
    for key, known in list(recorder.hidden.items()) if missing else ():
        function = known()
        if function is None:
            del recorder.hidden[key]
        else:
            yield function


def _overloads(recorder: Recorder, missing: list[LiveScope]) -> Iterator[FunctionType]:
    """Yield what ``typing.overload`` keeps: the name means the function that comes after them."""
    del recorder
    for scope in missing:
        if not scope.code.co_freevars:
            like = FunctionType(scope.code, scope.live.record.namespace)  # of that name and module
            for stub in typing.get_overloads(like):
                if type(stub) is FunctionType:
                    yield stub


def functions_of(
    scopes: list[LiveScope], records: Sequence[Record], recorder: Recorder
) -> tuple[dict[int, list[FunctionType]], list[Any]]:
    """Return the live functions of scopes by the identity of their code, and their caches.

    A cache is what ``functools.lru_cache`` makes of a function: it knows results of the old code.
    """
    wanted = {id(scope.code): scope for scope in scopes}
    found: dict[int, list[FunctionType]] = {key: [] for key in wanted}
    seen: set[int] = set()
    caches: list[Any] = []
    for record in records:
        collect(record.namespace, wanted, found, seen, caches)
    inside = Inside()
    missing = [s for s in scopes if is_missing(s, found[id(s.code)], recorder, inside)]
    for others in (_hidden, _overloads):
        for function in others(recorder, missing):
            key = id(function.__code__)
            if key in found and id(function) not in seen:
                seen.add(id(function))
                found[key].append(function)
        missing = [s for s in missing if is_missing(s, found[id(s.code)], recorder, inside)]
    if missing:
        for holder in holders_of([scope.code for scope in missing]):
            if type(holder) is FunctionType and id(holder) not in seen:
                key = id(holder.__code__)
                if key in found:
                    found[key].append(holder)
                    hide(recorder, holder)
    return found, caches


class Inside:
    """Tells which code objects stand in others, as constants: looked up once for each of these.

    It holds none of them, since it is counted who does.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, frozenset[int]] = {}

    def of(self, outer: CodeType) -> frozenset[int]:
        """Return the identities of a code object's constants."""
        known = self._known.get(id(outer))
        if known is None:
            known = self._known[id(outer)] = frozenset(map(id, outer.co_consts))
        return known


def is_missing(
    scope: LiveScope, found: list[FunctionType], recorder: Recorder, inside: Inside
) -> bool:
    """Return whether more refer to a scope's code than its functions, its parent and we do."""
    own = 1 + _is_constant(scope, inside)  # the scope, the parent's constants
    if id(scope.code) in recorder.runners:
        own += 1
    if any(code is scope.code for code in scope.live.codes):
        own += 1  # that list
    return references([scope.code]) - own > sum(one.__code__ is scope.code for one in found)


def _is_constant(scope: LiveScope, inside: Inside) -> bool:
    """Return whether the code that a scope's stands in is still there.

    A statement that was edited has none: it was compiled, its parts were taken, and it was let go.
    """
    outer = scope.live.scopes.get(scope.path[:-1])
    return id(scope.code) in inside.of(scope.live.record.code if outer is None else outer.code)


def collect(
    namespace: dict[str, Any],
    wanted: dict[int, LiveScope],
    found: dict[int, list[FunctionType]],
    seen: set[int],
    caches: list[Any],
) -> None:
    """Add the functions of scopes, and the caches, that the names of a module lead to."""
    level: list[Any] = list(namespace.values())
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        functions: list[FunctionType] = []
        for value in level:
            kind = type(value)
            if kind is FunctionType:
                if id(value) in seen:
                    continue
                seen.add(id(value))
                code = value.__code__
                if id(code) in wanted:
                    found[id(code)].append(value)
                elif code.co_flags & ITERABLE_COROUTINE:
                    found.get(_marked_of(code, wanted), []).append(value)
                functions.append(value)
                _below_function(value, below)
            elif type(kind) is type and kind in _ENDS:
                continue
            elif id(value) not in seen and not _is_anothers(value, namespace):
                seen.add(id(value))
                if kind is _LRU and cached_by(value) is not None:
                    caches.append(value)
                below.extend(_inside(value))
        for own in own_dicts(functions) if functions else ():
            below.extend(own.values())
        if not below:
            return
        level = below


def _marked_of(code: CodeType, wanted: dict[int, LiveScope]) -> int:
    """Return the key of the scope of whose code ``types.coroutine`` made a marked copy, or 0."""
    for key, scope in wanted.items():
        own = scope.code
        is_there = own.co_firstlineno == code.co_firstlineno and own.co_name == code.co_name
        if is_there and own.replace(co_flags=code.co_flags) == code:
            return key
    return 0


def marked_like(function: FunctionType, code: CodeType) -> CodeType:
    """Return the code for a function; a copy, if it runs one that ``types.coroutine`` marked."""
    mark = function.__code__.co_flags & ITERABLE_COROUTINE
    return code.replace(co_flags=code.co_flags | mark) if mark else code


def _below_function(function: FunctionType, below: list[Any]) -> None:
    for cell in function.__closure__ or ():
        below += held_in(cell)
    if function.__defaults__:
        below.extend(function.__defaults__)


def _is_anothers(value: Any, home: dict[str, Any]) -> bool:
    """Return whether a value is a class of another module: it is gone through from there.

    A package may have its classes say that they are of another module.
    """
    if not is_a(value, type):
        return False
    if not value.__flags__ & HEAP_TYPE:  # written in C, as most of what ``__builtins__`` has
        return True
    names = type.__getattribute__(value, "__dict__")
    return names.get("__module__") != home.get("__name__") and not any(
        type(member) is FunctionType and member.__globals__ is home for member in names.values()
    )


def _inside(value: Any) -> Iterator[Any]:
    if is_a(value, type):
        yield from list(type.__getattribute__(value, "__dict__").values())
    elif is_a(value, property):
        yield from (value.fget, value.fset, value.fdel)
    elif is_a(value, staticmethod | classmethod | types.MethodType):
        yield value.__func__
    elif is_a(value, functools.partial | functools.partialmethod):
        yield value.func
    elif is_exactly(value, _PLAIN):
        yield from value
    elif type(value) is dict:
        yield from list(value.values())
    else:
        namespace = instance_dict(value)
        if namespace:
            yield from list(namespace.values())
