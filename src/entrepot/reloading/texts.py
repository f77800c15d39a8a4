"""Texts of generated code, as programs keep them in ``linecache`` for tracebacks and debuggers.

A program that executes text gives it a file name such as ``<methods of Point>``, and keeps it
under that name. Where the name is taken by another text, it chooses the next. So the texts of what
a statement has made leave ``linecache`` before it makes the same again.
"""

from __future__ import annotations

import linecache
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .classes import functions_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .journal import Journal


def forget_texts(journal: Journal, values: Iterable[Any]) -> None:
    """Take the texts of generated functions, and of those in classes, out of ``linecache``."""
    for value in values:
        found = [value] if type(value) is FunctionType else []
        found += functions_in(value) if is_a(value, type) else []
        for name in {function.__code__.co_filename for function in found}:
            if is_generated(name) and name in linecache.cache:
                journal.delete_item(linecache.cache, name)


def is_generated(name: str) -> bool:
    """Return whether a code's file name means no file.

    Example:
        >>> is_generated("<string>"), is_generated("shop.py")
        (True, False)
    """
    return name[:1] == "<" and name[-1:] == ">"


def note_texts() -> Callable[[], None]:
    """Return what gives ``linecache`` the generated texts that it has now."""
    before = _texts()

    def put_back() -> None:
        for name in _texts().keys() - before.keys():
            del linecache.cache[name]
        linecache.cache.update(before)

    return put_back


def _texts() -> dict[str, Any]:
    return {name: entry for name, entry in list(linecache.cache.items()) if is_generated(name)}
