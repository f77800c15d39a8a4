"""What a program makes while it makes something else, and gives no name of a module to.

A decorator makes a class for the instances that it hangs on another one; it executes text in a
namespace of its own, and takes functions from there. Old and new ones of these are no values of
names: they meet when what holds them is adopted, and are adopted first.
"""

from __future__ import annotations

import dis
import sys
from typing import TYPE_CHECKING, Any

from .journal import same_items

if TYPE_CHECKING:
    from types import CodeType, FunctionType

    from .adopt import Adopter
    from .journal import Journal


_BINDING = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})


def adopt_kind(adopter: Adopter, old: type, new: type) -> bool:
    """Return whether a class that was made just now went into that of an old instance."""
    from .classes import can_adopt

    is_one = (old.__module__, old.__qualname__) == (new.__module__, new.__qualname__)
    if not is_one or id(old) in adopter.taken or not adopter.is_new(new):
        return False
    if not adopter.base.is_managed_class(old) or adopter.is_anothers(old):
        return False
    return can_adopt(adopter, old, new) and adopter.adopt(old, new) is old


def adopt_globals(adopter: Adopter, old: FunctionType, new: FunctionType) -> bool:
    """Return whether two functions have, or have now, one namespace for what they name.

    That of a module is nobody's to merge here; one that was made for executing a text is adopted
    like any dict. Where several functions have one now that had one each, each keeps its own, with
    the same content: that is no difference as long as none of them binds a name there.
    """
    if old.__globals__ is new.__globals__:
        return True
    if is_of_module(old.__globals__) or is_of_module(new.__globals__):
        return False
    adopted = adopter.adopt(old.__globals__, new.__globals__)
    if adopted is old.__globals__:
        return True
    if id(new.__globals__) not in adopter.twins or _binds_globals(new.__code__):
        return False
    adopter.copies.append((old.__globals__, adopted))
    return True


def _binds_globals(code: CodeType) -> bool:
    """Return whether code may bind names of its namespace: then two of one content differ soon."""
    if not {"globals", "exec", "eval"}.isdisjoint(code.co_names):
        return True
    if bound_globals(code):
        return True
    return any(_binds_globals(const) for const in code.co_consts if type(const) is type(code))


def bound_globals(code: CodeType) -> set[str]:
    """Return the names that code declares ``global`` and binds, or deletes."""
    steps = dis.get_instructions(code)
    return {step.argval for step in steps if step.opname in _BINDING}


def fill_copies(journal: Journal, copies: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Give namespaces of functions that have one together now the content of that one."""
    for namespace, like in copies:
        if not same_items(namespace, like):
            journal.refill(namespace, dict(like))
    copies.clear()


def is_of_module(namespace: dict[str, Any]) -> bool:
    """Return whether a dict is the namespace of a module that stands in the cache.

    Example:
        >>> import string
        >>> is_of_module(vars(string)), is_of_module(dict(vars(string)))
        (True, False)
    """
    name = namespace.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    return module is not None and getattr(module, "__dict__", None) is namespace
