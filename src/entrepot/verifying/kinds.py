"""What the objects of the standard library's own types consist of.

One table: for each type, a function that yields the parts with the end of their path. A type that
is not in it is told by its class, its ``__dict__`` and its slots alone.
"""

from __future__ import annotations

import abc
import collections
import contextvars
import decimal
import fractions
import functools
import itertools
import operator
import pathlib
import re
import types
import typing
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ATOMS = (
    *(int, float, complex, str, bytes, bool, type(None), type(...), type(NotImplemented)),
    *(range, slice, decimal.Decimal, fractions.Fraction, pathlib.PurePath),
)
#: Told by their repr, which says everything about them.
BY_REPR = (
    *(bytearray, memoryview, itertools.count, itertools.repeat),
    *(operator.itemgetter, operator.attrgetter, operator.methodcaller),
    re.Pattern,
)
TYPING = (types.GenericAlias, types.UnionType, typing.TypeVar, typing.ParamSpec)


def is_a(value: Any, bases: Any) -> bool:
    """Return whether an object is of a class, asking its type alone.

    ``isinstance`` asks the object for its ``__class__`` as well, which may run code of a program.
    """
    if isinstance(bases, abc.ABCMeta):  # it would ask the type for its hash, which may have none
        return type.__subclasscheck__(bases, type(value))
    return issubclass(type(value), bases)


def _is_one(kind: type, kinds: tuple[Any, ...]) -> bool:
    """Return whether a class is one of several, asking it neither for a hash nor to compare."""
    return any(kind is one for one in kinds)


def text_of(value: Any) -> str | None:
    """Return the text of a value that is told in one word, and has no identity.

    Example:
        >>> text_of(3), text_of("a"), text_of([])
        ('int 3', "str 'a'", None)
    """
    cls = type(value)
    if is_a(value, LAZY):
        return "lazy"
    if cls.__module__ == "logging" and cls.__name__ == "Manager":
        return "the loggers of the process"  # nobody's own, and nothing takes one away
    if _is_one(cls, ATOMS) or is_a(value, pathlib.PurePath) or _is_one(cls, BY_REPR):
        return f"{cls.__name__} {value!r}"
    if cls.__module__ in {"typing", "types", "datetime", "uuid", "zoneinfo"} and not is_a(
        value, _TOLD_BY_PARTS
    ):
        return f"{cls.__name__} {value!r}"
    return None


def has_no_identity(value: Any) -> bool:
    """Return whether the interpreter may share or copy such a value as it likes."""
    shared = (tuple, frozenset, types.MethodType, types.CodeType)
    return _is_one(type(value), shared) or is_a(value, weakref.ref)


def key_text(key: Any) -> str:
    """Return a dictionary's key, or an element of a set, as it stands in a path."""
    if is_a(key, types.FunctionType | type | types.BuiltinFunctionType):
        return f"{key.__module__}.{key.__qualname__}"
    if is_a(key, tuple | frozenset):
        parts = list(map(key_text, key))
        return f"({', '.join(parts if is_a(key, tuple) else sorted(parts))})"
    if _is_one(type(key), ATOMS):
        return repr(key)
    name = getattr(key, "__dict__", {}).get("_name_") if _is_member(key) else None
    return f"{type(key).__qualname__}.{name}" if name else text_of(key) or type(key).__qualname__


def _is_member(key: Any) -> bool:
    return "_member_map_" in vars(type(key))


def _of_sequence(value: Any) -> Iterator[tuple[str, Any]]:
    for number, item in enumerate(_plain(value)):
        yield f"[{number}]", item


def _plain(value: Any) -> Any:
    """Return an iterator that runs nothing of a subclass's."""
    bases: tuple[Any, ...] = (list, tuple, dict, collections.deque, set, frozenset)
    for base in bases:
        if is_a(value, base):
            return base.__iter__(value)
    return iter(value)


def _of_mapping(value: Any) -> Iterator[tuple[str, Any]]:
    items = list(dict.items(value))
    yield ".keys", " ".join(key_text(key) for key, _ in items)
    seen: set[str] = set()
    for number, (key, item) in enumerate(items):
        text = key_text(key)
        yield f"[{text}]" if text not in seen else f"[{text}#{number}]", item
        seen.add(text)
        if not is_a(key, ATOMS):
            yield f".key[{number}]", key


def _of_set(value: Any) -> Iterator[tuple[str, Any]]:
    texts = [key_text(item) for item in _plain(value)]
    yield ".elements", " ".join(sorted(texts))
    for item in _plain(value):
        text = key_text(item)
        # What looks alike has no order that two processes share: it is only counted.
        if not is_a(item, ATOMS) and texts.count(text) == 1:
            yield f"{{{text}}}", item


def _of_view(value: Any) -> Iterator[tuple[str, Any]]:
    yield from _of_mapping(dict(value))


def _of_property(value: Any) -> Iterator[tuple[str, Any]]:
    yield from ((".get", value.fget), (".set", value.fset), (".delete", value.fdel))
    yield ".doc", value.__doc__


def _of_method(value: Any) -> Iterator[tuple[str, Any]]:
    yield from ((".function", value.__func__), (".self", value.__self__))


def _of_wrapper(value: Any) -> Iterator[tuple[str, Any]]:
    yield ".function", value.__func__


def _of_partial(value: Any) -> Iterator[tuple[str, Any]]:
    yield from ((".function", value.func), (".args", value.args), (".keywords", value.keywords))


def _of_cache(value: Any) -> Iterator[tuple[str, Any]]:
    parameters = value.cache_parameters()
    yield ".parameters", f"{parameters['maxsize']} {parameters['typed']}"


def _of_weakref(value: Any) -> Iterator[tuple[str, Any]]:
    yield ".target", value()


def _of_weak_values(value: Any) -> Iterator[tuple[str, Any]]:
    yield from _of_mapping(dict(value))


def _of_cell(value: Any) -> Iterator[tuple[str, Any]]:
    try:
        yield ".content", value.cell_contents
    except ValueError:
        yield ".content", "an empty cell"


def _of_context_variable(value: Any) -> Iterator[tuple[str, Any]]:
    yield ".name", value.name
    yield ".value", value.get("no value")


def _of_generator(value: Any) -> Iterator[tuple[str, Any]]:
    yield ".running", value.__qualname__


def _of_alias(value: Any) -> Iterator[tuple[str, Any]]:
    yield ".name", value.__name__  # its value is lazy: asking for it would run code


def _of_builtin_method(value: Any) -> Iterator[tuple[str, Any]]:
    yield from ((".name", value.__name__), (".self", value.__self__))


#: A name that 3.15 imports when it is first used (PEP 810): reified or not is no difference.
LAZY: Any = getattr(types, "LazyImportType", ())
_TypeAlias: Any = getattr(typing, "TypeAliasType", None)
_TOLD_BY_PARTS = (
    *(types.FunctionType, type, types.ModuleType, types.MethodType, types.CodeType),
    *(types.MappingProxyType, types.SimpleNamespace, types.CellType, types.BuiltinFunctionType),
    *(types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType),
    *((_TypeAlias,) if _TypeAlias else ()),
)

#: The first that fits is taken.
PARTS: Sequence[tuple[Any, Callable[[Any], Iterator[tuple[str, Any]]]]] = (
    (dict, _of_mapping),
    (types.MappingProxyType, _of_view),
    (weakref.WeakValueDictionary, _of_weak_values),
    ((list, tuple, collections.deque), _of_sequence),
    ((set, frozenset), _of_set),
    (property, _of_property),
    (types.MethodType, _of_method),
    ((staticmethod, classmethod), _of_wrapper),
    (functools.partial, _of_partial),
    (functools.partialmethod, _of_partial),
    (functools._lru_cache_wrapper, _of_cache),  # noqa: SLF001 (it has no public name)
    (weakref.ref, _of_weakref),
    (types.CellType, _of_cell),
    (contextvars.ContextVar, _of_context_variable),
    ((types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType), _of_generator),
    (types.BuiltinFunctionType, _of_builtin_method),
    *(((_TypeAlias, _of_alias),) if _TypeAlias else ()),
)


def parts_of(value: Any, held: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of an object with the end of their path.

    Args:
        value: The object.
        held: It, or for a container a plain list, dict or set with what it held at another time.
    """
    for base, parts in PARTS:
        if is_a(value, base):
            yield from parts(held)
            break
    if is_a(value, collections.defaultdict):
        yield ".default_factory", value.default_factory
