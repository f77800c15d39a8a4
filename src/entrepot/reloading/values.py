"""Whether two values are the same value, without running the program's code.

*Atoms* (numbers, strings, ``None``, …) are the same if type and value agree, also those of a class
derived from theirs; tuples, named ones too, and plain containers if their items are; everything
else only if it is one object, or of a type of the standard library whose comparison or pickling
shows that nothing differs.
"""

from __future__ import annotations

import gc
import sys
import types
from _contextvars import ContextVar
from _functools import (  # type: ignore[import-not-found]  # less to load
    _lru_cache_wrapper,
    partial,
)
from _thread import _local

from .attributes import is_a, is_exactly, is_python_class, state_of
from .contexts import default_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from typing import Any

    from .revision import Record

ATOMS = frozenset({int, str, bytes, bool, type(None), type(...), type(NotImplemented), range})
ALL_ATOMS = ATOMS | {float, complex}
_AROUND = frozenset({staticmethod, classmethod})
_PLAIN = (tuple, str, int, bytes, float)
_TYPE_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_FACTS_OF_VARIABLES = (
    "__name__", "__bound__", "__constraints__", "__covariant__", "__contravariant__", "__default__"
)  # fmt: skip
_NO_STATE = frozenset({"lock", "RLock"})
_TRUSTED = frozenset(
    {"builtins", "re", "datetime", "decimal", "fractions", "pathlib", "uuid", "operator", "types",
     "typing", "ipaddress", "zoneinfo", "collections", "functools", "itertools", "struct",
     "string", "_struct", "_thread", "_operator", "_sre", "pathlib._local", "typing_extensions"}
)  # fmt: skip


_VIEWS = frozenset(
    {type({}.keys()), type({}.values()), type({}.items()), types.MappingProxyType, memoryview,
     types.MethodWrapperType}
)  # fmt: skip


def is_atom(value: object) -> bool:
    """Return whether a value cannot change and holds nothing.

    Example:
        >>> is_atom("a"), is_atom(1.5), is_atom(())
        (True, True, False)
    """
    return is_exactly(value, ALL_ATOMS)


def is_view(value: Any) -> bool:
    """Return whether a value of Python's own shows another object: a method of it, its keys.

    Example:
        >>> is_view({}.get), is_view({}.keys()), is_view([]), is_view(len)
        (True, True, False, False)
    """
    kind = type(value)
    if kind is types.BuiltinMethodType:
        return not is_a(value.__self__, types.ModuleType)
    return kind is types.MethodType or is_exactly(value, _VIEWS)


def shows_any(value: Any, known: AbstractSet[int]) -> bool:
    """Return whether a value is one of some objects, or shows one: a tuple its items.

    Example:
        >>> items = []
        >>> shows_any((1, (items,)), {id(items)}), shows_any([items], {id(items)})
        (True, False)
    """
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if id(current) in known:
            return True
        if is_a(current, tuple):
            waiting += tuple.__iter__(current)
        is_around = is_view(current) or is_exactly(current, _AROUND)
        if is_around and not known.isdisjoint(map(id, gc.get_referents(current))):
            return True
    return False


def same(left: Any, right: Any, depth: int = 20) -> bool:
    """Return whether two values are the same.

    Example:
        >>> same((1, "a", [2.0]), (1, "a", [2.0])), same(1, True), same({"a": 1}, {"a": 2})
        (True, False, False)
    """
    if left is right:
        return True
    kind = type(left)
    if kind is not type(right) or not depth:
        return False
    if type(kind) is not type:
        return _same_other(left, right, depth)  # not one of these: it may have no hash
    if kind in ATOMS:
        return bool(left == right)
    if kind in {float, complex}:
        return repr(left) == repr(right)
    if kind in {tuple, list}:
        return len(left) == len(right) and all(
            same(a, b, depth - 1) for a, b in zip(left, right, strict=True)
        )
    if kind is dict:
        return len(left) == len(right) and all(
            (same(a, b, depth - 1) and same(left[a], right[b], depth - 1))
            for a, b in zip(left, right, strict=True)
        )
    if kind in {set, frozenset}:
        return (
            len(left) == len(right)
            and all(any(same(a, b, depth - 1) for b in right) for a in left if a not in right)
            and set(map(id, map(type, left))) == set(map(id, map(type, right)))
        )
    return _same_other(left, right, depth)


def _same_other(left: Any, right: Any, depth: int) -> bool:
    for plain in _PLAIN:
        if is_a(left, plain):
            return _same_derived(plain, left, right, depth)
    return same_opaque(left, right, depth)


def same_plain(left: Any, right: Any) -> bool:
    """Return whether all that two values hold besides attributes is plain, and the same.

    Such as members of an ``IntEnum`` or a text that was given attributes; not two tuples, whose
    items may be held elsewhere.

    Example:
        >>> class Size(int): ...
        >>> same_plain(Size(2), Size(2)), same_plain(Size(2), Size(3)), same_plain([], [])
        (True, False, False)
    """
    for plain in (str, int, bytes, float):
        if is_a(left, plain) and is_a(right, plain):
            return bool(plain.__repr__(left) == plain.__repr__(right))
    return False


def _same_derived(plain: Any, left: Any, right: Any, depth: int) -> bool:
    """Compare two values of one class that derives from a plain one."""
    if plain is tuple:
        agree = same(tuple(tuple.__iter__(left)), tuple(tuple.__iter__(right)), depth)
    elif plain is float:
        agree = float.__repr__(left) == float.__repr__(right)
    else:
        agree = plain.__eq__(left, right)
    return agree and same(state_of(left), state_of(right), depth - 1)


def same_opaque(left: Any, right: Any, depth: int) -> bool:
    """Return whether two objects of one type that cannot be merged show no difference."""
    kind = type(left)
    if kind is types.MethodType:
        return left.__self__ is right.__self__ and left.__func__ is right.__func__
    if is_view(left):
        return list(map(id, gc.get_referents(left))) == list(map(id, gc.get_referents(right)))
    if kind is _lru_cache_wrapper:
        return bool(left.cache_parameters() == right.cache_parameters()) and (
            left.__wrapped__ is right.__wrapped__
        )
    if kind is ContextVar:
        return left.name == right.name and same(default_of(left), default_of(right))
    if kind.__module__.partition(".")[0] not in _TRUSTED and kind.__module__ not in _TRUSTED:
        return False
    if kind is object:  # a mark is nothing but itself
        return False
    if kind.__name__ in _NO_STATE:
        return True
    if is_a(left, types.FunctionType | types.GeneratorType | type):
        return False
    if getattr(kind, "__eq__", None) is not object.__eq__:
        try:
            if left == right:  # which it says of ``List[Union[int, str]]`` and ``List[int | str]``
                arguments = getattr(left, "__args__", ()), getattr(right, "__args__", ())
                return same(*arguments, depth=depth - 1)
        except Exception:  # noqa: BLE001 (a comparison that fails is no answer)
            return False
    return _same_facts(left, right, depth)


def _same_facts(left: Any, right: Any, depth: int) -> bool:
    """Compare by what pickling would write, or by what C shows of a type variable."""
    try:
        if type(left).__name__ in _TYPE_VARIABLES:
            return all(
                same(getattr(left, n, None), getattr(right, n, None), depth - 1)
                for n in _FACTS_OF_VARIABLES
            )
        a, b = left.__reduce_ex__(4), right.__reduce_ex__(4)
    except Exception:  # noqa: BLE001 (what cannot be pickled cannot be compared)
        return False
    if isinstance(a, str) or isinstance(b, str):
        return False  # pickled by its name, which says nothing of what it is
    return (same(a[:3], b[:3], depth - 1) and len(a) == len(b) == 2) or (
        same(tuple(a[:3]), tuple(b[:3]), depth - 1) and not any(a[3:]) and not any(b[3:])
    )


def holds_only_attributes(cls: type) -> bool:
    """Return whether all state of a class's instances is in attributes that can be set.

    Example:
        >>> holds_only_attributes(types.SimpleNamespace), holds_only_attributes(bytearray)
        (True, False)
    """
    if cls.__module__ == "typing":
        return False  # ``List[str]`` is one object for all who say so
    return all(
        is_python_class(base) or base in (types.SimpleNamespace, _local) or _is_generic(base)
        for base in cls.__mro__
    )


def is_led_on(cls: type) -> bool:
    """Return whether who holds an instance means that one, not any that equals it.

    Example:
        >>> from array import array
        >>> from decimal import Decimal
        >>> is_led_on(array), is_led_on(Decimal)
        (True, False)
    """
    has_own = getattr(cls, "__eq__", None) is not object.__eq__
    return not has_own or getattr(cls, "__hash__", None) is None


def _is_generic(cls: type) -> bool:
    return cls.__module__ == "typing" and cls.__name__ == "Generic"


def is_shared(value: Any) -> bool:
    """Return whether a value is the one that the process has for a name, and nobody's own.

    ``logging.getLogger("a")`` gives the same object to all: it must not become another one.
    """
    logging: Any = sys.modules.get("logging")
    return logging is not None and is_a(value, logging.Logger)


def held_under(function: Any, records: list[Record]) -> Iterator[tuple[Record, str]]:
    """Yield where modules name what holds a function: a partial of it, a bound method."""
    for record in records:
        for name, value in list(record.namespace.items()):
            shown = value.func if type(value) is partial else value
            if value is not function and shows_any(shown, {id(function)}):
                yield record, name
