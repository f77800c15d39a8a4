"""What the first word of a chain leads to: a name of a module, or a module got by its name."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY, MODULE, OWN

from .attributes import NOTHING, attribute, instance_dict, is_exactly
from .revision import absolute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.source.uses import Uses

    from .revision import Record

MOST = 200
_CONTAINERS = frozenset({list, tuple, set, frozenset})


def root_value(home: Record, word: str) -> Any:
    """Return what the first word of a chain leads to in a module, ``NOTHING`` if to nothing.

    A name that the module deleted after its use (``import settings ... del settings``) leads to
    what its import had bound.
    """
    if not word.startswith(MODULE):
        found = home.namespace.get(word, NOTHING)
        return _imported(home, word) if found is NOTHING else found
    if word == OWN:
        return home.module
    name = word[len(MODULE) :]
    tail = name.lstrip(".")
    return sys.modules.get(absolute(home, tail, len(name) - len(tail)), NOTHING)


def _imported(home: Record, word: str) -> Any:
    fact = home.view.imports.get(word) if home.is_parsed else None
    if fact is None:
        return NOTHING
    module = absolute(home, fact.module, fact.level)
    if fact.name is None:
        return sys.modules.get(module if fact.asname else word, NOTHING)
    found = sys.modules.get(f"{module}.{fact.name}")
    return attribute(sys.modules.get(module), fact.name) if found is None else found


def gets(home: Record, uses: Uses, record: Record) -> bool:
    """Return whether code gets a module by its name, or out of a container or an instance."""
    for word in uses.loads:
        if word == ANY or is_module(root_value(home, word), record):
            return True
    return any(_holds(home.namespace.get(name), record) for name in uses.reads)


def modules_held(home: Record, uses: Uses) -> list[types.ModuleType]:
    """Return the modules that code gets out of a container or an instance."""
    inside = (item for name in uses.reads for item in _inside(home.namespace.get(name)))
    return [item for item in inside if issubclass(type(item), types.ModuleType)]


def _holds(value: Any, record: Record) -> bool:
    return any(is_module(item, record) for item in _inside(value))


def _inside(value: Any) -> list[Any]:
    """Return what a container or an instance holds, nothing of a large one."""
    inside: Iterable[Any]
    if issubclass(type(value), types.ModuleType | type | types.FunctionType):
        return []
    if is_exactly(value, _CONTAINERS):
        inside = value
    else:
        inside = (value if type(value) is dict else instance_dict(value) or {}).values()
    return list(inside) if len(inside) <= MOST else []  # type: ignore[arg-type]


def is_module(value: Any, record: Record) -> bool:
    """Return whether a value is the module of a record."""
    return value is record.module or (
        issubclass(type(value), types.ModuleType) and value.__dict__ is record.namespace
    )
