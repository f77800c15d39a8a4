"""Context variables: which are the same, and what contexts hold of one that is made anew.

A variable of the same name and default as the old one is the old one. Another takes its place:
every context that has a value of the old one gets it as that of the new one. A context in which
another thread is at the moment cannot be entered, and nobody else can change it.
"""

from __future__ import annotations

import gc
from _contextvars import Context, ContextVar, copy_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .journal import Journal

_NONE: Any = object()


def default_of(variable: ContextVar[Any]) -> Any:
    """Return the default of a context variable, always the same object if it has none.

    Example:
        >>> level = ContextVar("level", default=3)
        >>> _ = level.set(5); default_of(level)
        3
    """
    try:
        return Context().run(variable.get)
    except LookupError:
        return _NONE


def hand_over(journal: Journal, old: ContextVar[Any], new: ContextVar[Any]) -> bool:
    """Let every context have its value of a variable as that of another; return if all could."""
    here = copy_context()
    if old in here and new not in here:
        token = new.set(here[old])
        journal.note(lambda: new.reset(token))
    found = [value for value in gc.get_objects() if type(value) is Context and value is not here]
    return all(_set(journal, context, old, new) for context in found if old in context)


def _set(journal: Journal, context: Context, old: ContextVar[Any], new: ContextVar[Any]) -> bool:
    if new in context:
        return True
    try:
        token = context.run(new.set, context[old])
    except RuntimeError:  # another thread is in it
        return False
    journal.note(lambda: context.run(new.reset, token))
    return True


def is_part_of_context(holder: Any, source: Any) -> bool:
    """Return whether an object holds a variable as what a context has a value of."""
    return type(source) is ContextVar and type(holder).__name__.startswith("hamt")
