"""Everything of a process that a failed edit must leave as it was, identities included.

Not the snapshot of ``entrepot.verifying``, which compares two processes: this compares one
process with itself, so it can use identities, and goes wherever ``gc`` finds the way.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import signal
import sys
import types
import warnings
from collections import OrderedDict
from typing import Any

CONTAINERS = (list, dict, set, tuple, frozenset)


class Imprint:
    """The objects that can be reached from modules and references, each with what it holds.

    Attributes:
        known: By id: the object (kept alive), how it was reached, and what it holds.
        process: What stands in the process's own tables.
    """

    def __init__(self, root: str, held: list[Any]) -> None:
        self.known: dict[int, tuple[Any, str, object]] = {}
        self.process = _process()
        self._ours = {
            name: module
            for name, module in sys.modules.items()
            if (getattr(module, "__file__", None) or "").startswith(root)
        }
        todo: list[tuple[str, Any]] = [*self._ours.items(), ("held", held)]
        while todo:
            path, value = todo.pop()
            if id(value) in self.known or not self._is_ours(value):
                continue
            self.known[id(value)] = (value, path, _holds(value))
            todo += [(f"{path} > {type(v).__name__}", v) for v in gc.get_referents(value)]

    def _is_ours(self, value: Any) -> bool:
        if isinstance(value, types.ModuleType):
            return value in self._ours.values()
        if isinstance(value, types.FunctionType):
            return value.__globals__.get("__name__") in self._ours
        if issubclass(type(value), type):  # an instance can say that its class is another
            return type.__getattribute__(value, "__dict__").get("__module__") in self._ours
        if isinstance(value, dict) and "__name__" in value and "__builtins__" in value:
            return value["__name__"] in self._ours
        if type(value).__name__ == "_abc_data":  # its weak references are made anew
            return False
        return not isinstance(value, types.CodeType | types.FrameType)

    def changes(self) -> list[str]:
        """Return what is not as it was."""
        found = [
            f"{path}: {type(value).__name__} {str(before)[:150]} -> {str(_holds(value))[:150]}"
            for value, path, before in self.known.values()
            if _holds(value) != before
        ]
        now = _process()
        found += [
            f"process: {key} {_between(was, now[key])}"
            for key, was in self.process.items()
            if now[key] != was
        ]
        return found


def _identity(value: Any) -> object:
    """Return what an object is known by: a link of a cache, made anew, by what it holds."""
    if type(value).__name__ == "_lru_list_elem":
        return list(map(id, gc.get_referents(value)))
    return id(value)


def _holds(value: Any) -> object:
    """Return the identities of what an object holds."""
    if isinstance(value, dict) and "__builtins__" in value:
        return {key: id(item) for key, item in value.items()}  # in any order
    if isinstance(value, dict):
        items = value.items() if type(value) is OrderedDict else dict.items(value)  # its own order
        return [(id(k) if not isinstance(k, str) else k, _identity(v)) for k, v in items]
    if isinstance(value, set | frozenset):
        return sorted(map(id, value))
    if isinstance(value, list):
        return list(map(id, list.__iter__(value)))
    if isinstance(value, types.FunctionType):
        return _function(value)
    if issubclass(type(value), type):
        names = {k: id(v) for k, v in vars(value).items() if k not in _WRITTEN_BY_THE_INTERPRETER}
        return (list(map(id, value.__bases__)), names, value.__name__, value.__qualname__)
    if isinstance(value, types.CellType):
        try:
            return id(value.cell_contents)
        except ValueError:
            return None
    cls = type(value)
    if cls.__module__ == "builtins":
        return None
    try:
        return (id(cls), id(object.__getattribute__(value, "__dict__")))
    except AttributeError:
        return id(cls)


def _between(was: Any, now: Any) -> str:
    if isinstance(was, dict):
        changed = {key for key in was.keys() & now.keys() if was[key] != now[key]}
        return f"+{sorted(now.keys() - was.keys())} -{sorted(was.keys() - now.keys())} ~{changed}"
    return f"{was} -> {now}"


_WRITTEN_BY_THE_INTERPRETER = frozenset({"__annotations__", "__annotations_cache__", "__doc__"})


def _function(value: types.FunctionType) -> object:
    return (
        id(value.__code__),
        list(map(id, value.__defaults__ or ())),
        [(k, id(v)) for k, v in (value.__kwdefaults__ or {}).items()],
        [id(cell) for cell in value.__closure__ or ()],
        [(k, id(v)) for k, v in vars(value).items()],
        (value.__doc__, value.__name__, value.__qualname__, value.__module__),
    )


def _process() -> dict[str, object]:
    return {
        "sys.modules": {
            name: id(module)
            for name, module in sys.modules.items()
            # parts of ours are loaded when they are needed, and ctypes with them
            if not name.startswith(("entrepot.", "ctypes", "_ctypes"))
        },
        "sys.path": list(sys.path),
        "sys.meta_path": list(map(id, sys.meta_path)),
        "sys.path_hooks": list(map(id, sys.path_hooks)),
        "os.environ": dict(os.environ),
        "warnings": list(map(repr, warnings.filters)),
        "logging": (list(map(id, logging.root.handlers)), sorted(logging.root.manager.loggerDict)),
        "atexit": atexit._ncallbacks(),
        "signal": [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)],
    }
