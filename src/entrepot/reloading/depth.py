"""How deep our own walks go: as deep as the program's objects are linked and its texts nested.

A list of ten thousand nodes that each hold the next one is walked node within node. From 3.12 on
a call from Python to Python takes none of C's stack, and what does is counted apart: so the limit
of recursion is raised while we walk, and is the program's own while code of the program runs. On
3.11 both are one number, and it is raised as far as every stack goes.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

DEEPEST = 200_000 if sys.version_info >= (3, 12) else 10_000
TOO_DEEP = (
    "what the edit changes is linked or nested deeper than can be followed: restart, or raise "
    "`sys.setrecursionlimit`"
)
NO_MEMORY = "memory was too short to take the edit: save again when there is more, or restart"


def reason_of(limit: MemoryError | RecursionError) -> str:
    """Return why an edit could not be taken that met a limit of this process."""
    return TOO_DEEP if isinstance(limit, RecursionError) else NO_MEMORY


class Deep:
    """A context in which our own code may call itself very often.

    Example:
        >>> def last(links):
        ...     return last(links[0]) if links else "end"
        >>> links = ()
        >>> for _ in range(5_000):
        ...     links = (links,)
        >>> with Deep():
        ...     last(links)
        'end'
    """

    __slots__ = ("limit",)

    def __enter__(self) -> Self:
        self.limit = sys.getrecursionlimit()  # the program's
        if self.limit < DEEPEST:
            sys.setrecursionlimit(DEEPEST)
        return self

    def __exit__(self, *_: object) -> None:
        if sys.getrecursionlimit() == DEEPEST:  # else the program has set it meanwhile
            sys.setrecursionlimit(self.limit)


class AsDeepAsBefore:
    """A context within ``Deep`` in which code of the program runs: it may set the limit."""

    __slots__ = ("_deep",)

    def __init__(self, deep: Deep) -> None:
        self._deep = deep

    def __enter__(self) -> None:
        try:
            sys.setrecursionlimit(self._deep.limit)
        except RecursionError:
            return  # the program was near its limit when it asked for a reload: more is no harm

    def __exit__(self, *_: object) -> None:
        limit = sys.getrecursionlimit()
        if limit != DEEPEST:
            self._deep.limit = limit
        if limit < DEEPEST:
            sys.setrecursionlimit(DEEPEST)
