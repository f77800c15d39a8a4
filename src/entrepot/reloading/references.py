"""How many references lead to an object: what tells that it is held by more than what is known."""

from __future__ import annotations

import sys


def references(box: list[object]) -> int:
    """Return how many references an object has, but for that of the list that it is handed in.

    Given in a list since the interpreter counts what a plain argument adds in its own way: from
    Python 3.14 on a local variable that is passed on lends its reference.

    Example:
        >>> value = object()
        >>> one = references([value])
        >>> other = value
        >>> references([value]) - one
        1
    """
    return sys.getrefcount(box[0]) - 2  # the list's, and the one that is being passed
