"""What is called: its name, its module and what it is a method of, without asking code of it.

Whatever has a ``__call__`` may stand for a function: an object of the program answers by its own
code when it is asked for ``__name__`` or ``__self__``, and a proxy that stands for nothing at the
moment raises.
"""

from __future__ import annotations

from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import Any

from .attributes import is_a, is_exactly, module_of

_FUNCTIONS = frozenset(
    {
        BuiltinFunctionType,
        FunctionType,
        MethodDescriptorType,
        MethodWrapperType,
        WrapperDescriptorType,
    }
)
_BOUND = frozenset({BuiltinFunctionType, MethodType, MethodWrapperType})


def name_called(value: Any) -> str:
    """Return the name of a function, a method or a class; of anything else ``""``.

    Example:
        >>> name_called(len), name_called([].append), name_called(dict), name_called(5)
        ('len', 'append', 'dict', '')
    """
    value = _function(value)
    if is_a(value, type):
        return str(type.__dict__["__name__"].__get__(value))
    return str(value.__name__) if is_exactly(value, _FUNCTIONS) else ""


def module_called(value: Any) -> str:
    """Return the module that a function, a method or a class says; of anything else ``""``.

    Example:
        >>> module_called(len), module_called(name_called), module_called(5)
        ('builtins', 'entrepot.reloading.called', '')
    """
    value = _function(value)
    found: Any = None
    if is_a(value, type):
        found = module_of(value)
    elif type(value) is FunctionType or type(value) is BuiltinFunctionType:
        found = value.__module__
    return found if type(found) is str else ""


def owner_called(value: Any) -> Any:
    """Return what a method is bound to (a function in C: to its module), else ``None``.

    Example:
        >>> items = []
        >>> owner_called(items.append) is items, owner_called(name_called)
        (True, None)
    """
    return value.__self__ if is_exactly(value, _BOUND) else None


def _function(value: Any) -> Any:
    while type(value) is MethodType:
        value = value.__func__
    return value
