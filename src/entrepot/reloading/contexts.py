"""Context variables: which are the same, and what contexts hold of one that is made anew.

A variable of the same name and default as the old one is the old one. Another takes its place:
every context that has a value of the old one gets it as that of the new one. A context in which
another thread is at the moment cannot be entered, and nobody else can change it.
"""

from __future__ import annotations

import gc
from _contextvars import Context, ContextVar, Token, copy_context
from _functools import partial  # type: ignore[import-not-found]

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


def note_values(journal: Journal, before: Context) -> None:
    """Note what code has done to the variables of the context that runs, to undo it.

    A variable that had no value loses one only by the token of what gave it one.

    Args:
        journal: Undoes it.
        before: A copy of the context, made before the code ran.
    """
    if journal.values is None:
        journal.values = (before, [])
        journal.note(partial(_give_back, journal))
    _, tokens = journal.values
    new = [variable for variable in copy_context() if variable not in before]
    if new:
        tokens += [token for token in gc.get_objects() if _unsets(token, new)]


def _unsets(token: Any, variables: list[ContextVar[Any]]) -> bool:
    return type(token) is Token and token.old_value is Token.MISSING and token.var in variables


def _give_back(journal: Journal) -> None:
    """Let the context have the values of before."""
    if journal.values is None:
        return
    (before, tokens), journal.values = journal.values, None
    for variable, value in copy_context().items():
        if variable in before and before[variable] is not value:
            variable.set(before[variable])
    for variable, value in before.items():
        if variable not in copy_context():
            variable.set(value)
    for token in tokens:
        if token.var not in before and token.var in copy_context():
            try:
                token.var.reset(token)
            except (RuntimeError, ValueError):
                continue  # it was used, or is of another context: another token may do
    for variable in copy_context():
        if variable not in before and default_of(variable) is not _NONE:
            variable.set(default_of(variable))  # its token was thrown away: it gives the default


def is_part_of_context(holder: Any, source: Any) -> bool:
    """Return whether an object holds a variable as what a context has a value of."""
    return type(source) is ContextVar and type(holder).__name__.startswith("hamt")
