"""``entrepot.explain(error)``: an import that failed, told as a story."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .circular import circular
from .failure import failures_in, failures_of
from .other_failures import blocked, misspelled, relative
from .shadowing import shadowed
from .whereabouts import Whereabouts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .failure import Failure
    from .story import Story

_KINDS = frozenset(
    {"ImportError", "ModuleNotFoundError", "AttributeError", "NameError", "ImportCycleError"}
)


def explain(error: BaseException | str | None = None) -> Story | None:
    """Tell why an import failed, or an attribute of a half-imported module was missing.

    Args:
        error: The exception, the text of a traceback, or None for the exception that is being
            handled.

    Returns:
        The story, or None if the failure has nothing to do with how modules are imported.

    Example:
        >>> text = '''Traceback (most recent call last):
        ...   File "app.py", line 1, in <module>
        ...     1 / 0
        ... ZeroDivisionError: division by zero
        ... '''
        >>> explain(text) is None
        True
    """
    if isinstance(error, str):
        return story_of(failures_in(error), ())
    error = error if error is not None else sys.exc_info()[1]
    if error is None or not _may_be_one(error):
        return None
    return story_of(failures_of(error), [str(entry) for entry in sys.path])


def _may_be_one(error: BaseException | None) -> bool:
    """Tell quickly whether any error of a chain is of a kind that imports fail by."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ImportError | AttributeError | NameError):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def story_of(failures: Sequence[Failure], path: Sequence[str]) -> Story | None:
    """Return the story of the first failure that has one."""
    for failure in failures:
        if failure.kind not in _KINDS or not failure.frames:
            continue
        whereabouts = Whereabouts(failure.frames, path)
        for tell in (shadowed, circular, misspelled, blocked, relative):
            story = tell(failure, whereabouts)
            if story is not None:
                return story
    return None
