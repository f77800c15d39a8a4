"""What a chain of names passes, as far as it can be told without running code."""

from __future__ import annotations

import ast
import collections
import enum
import re
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ITEM, RESULT

from .attributes import NOTHING, attribute, is_a, is_exactly
from .roots import root_value
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.source.nodes import Chain

    from .revision import Record

_SEQUENCES = frozenset({list, tuple, collections.deque})
#: Of what an item of a table may be, this many are looked at.
MOST_ITEMS = 200
#: Objects of these types are never another than they were: what they are made of is fixed.
_FIXED = (
    types.ModuleType, types.BuiltinFunctionType, types.MappingProxyType, types.GenericAlias,
    types.UnionType, types.CodeType, re.Pattern, enum.Enum,
)  # fmt: skip


#: Where the types are defined of type variables, and of what is written with brackets.
_OF_TYPES = frozenset({"typing", "typing_extensions"})


def objects(home: Record, chain: Chain) -> list[Any]:
    """Return the objects that a chain passes, modules and immutable values left out."""
    return [value for value in passed_by(home, chain) if not is_inert(value)]


def passed_by(home: Record, chain: Chain) -> Iterator[Any]:
    """Yield what a chain passes, as far as it can be told without running code."""
    value = root_value(home, chain[0])
    for tail in (*chain[1:], None):
        if value is NOTHING:
            return
        yield value
        if tail == RESULT:
            return
        if tail == ANY_ITEM:
            yield from list(_items(value))[:MOST_ITEMS]
            return
        if tail is not None:
            value = _item(value, tail) if tail[:1] == "[" else attribute(value, tail)


def _items(value: Any) -> Iterable[Any]:
    if issubclass(type(value), dict):
        return dict.values(value)
    return value if is_exactly(value, _SEQUENCES) else ()


def _item(value: Any, step: str) -> Any:
    """Return the item of a built-in container at a step like ``['x']``."""
    key = ast.literal_eval(step)[0] if step != "[Ellipsis]" else ...
    try:
        if issubclass(type(value), dict):
            return dict.get(value, key, NOTHING)
        return value[key] if is_exactly(value, _SEQUENCES) else NOTHING
    except (LookupError, TypeError):
        return NOTHING


def is_inert(value: Any) -> bool:
    """Return whether a value cannot be changed.

    Such as a type variable: whoever gets one only says what something else is.

    Example:
        >>> is_inert(5), is_inert(re.compile("a")), is_inert(re.ASCII), is_inert([])
        (True, True, True, False)
    """
    kind = type(value)
    return (
        is_atom(value)
        or is_a(value, _FIXED)
        or kind is frozenset
        or (kind.__module__ in _OF_TYPES and not is_a(value, type))
    )
