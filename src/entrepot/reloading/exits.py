"""Exit functions that a statement registers again: they are registered already.

``atexit.register(logger.close)`` is due when ``logger`` is made anew. The old logger adopts the
new one, so the method that was registered at import *is* what a restart registers, and there is
nothing to do. Only if it is another function, the reload is refused: CPython tells nobody in which
order exit functions are, and with which arguments, so one cannot take another's place. One that no
statement registers any more is taken away.
"""

from __future__ import annotations

import atexit
import types
from functools import partial
from typing import TYPE_CHECKING, Any

from .outcomes import Refused
from .surroundings import EXIT, does_again

if TYPE_CHECKING:
    from .adopt import Adopter
    from .journal import Journal
    from .revision import LiveStatement


class Exits:
    """What statements would have registered in one reload, had they not run before.

    Attributes:
        again: Each function with its statement.
    """

    def __init__(self, adopter: Adopter) -> None:
        self._adopter = adopter
        self.again: list[tuple[LiveStatement, Any]] = []

    def finish(self) -> None:
        """When everything is adopted: refuse a function that is not registered.

        Raises:
            Refused: A statement that ran before would register another function than it did.
        """
        known = registered() if self.again else []
        for live, function in self.again:
            wanted = self._lasting(function)
            if not any(is_one(wanted, found) for found in known):
                raise Refused(does_again(live.where, EXIT))

    def _lasting(self, function: Any) -> Any:
        """Return the function that will stand for a new one: the old one that adopted it."""
        if type(function) is types.MethodType:
            return types.MethodType(*self._adopter.mapped([function.__func__, function.__self__]))
        (lasting,) = self._adopter.mapped([function])
        return lasting


def is_one(left: Any, right: Any) -> bool:
    """Return whether two functions are one, or the same method of one object."""
    return left is right or (
        type(left) is type(right) is types.MethodType
        and left.__func__ is right.__func__
        and left.__self__ is right.__self__
    )


def unregister(journal: Journal, function: Any) -> bool:
    """Let a function not be called at exit; return whether that could be done.

    CPython takes away what is equal to it, too: so it must be the only one.
    """
    if sum(is_one(function, found) or function == found for found in registered()) != 1:
        return False
    journal.note(partial(atexit.register, function))
    atexit.unregister(function)
    return True


def registered() -> list[Any]:
    """Return the exit functions: ``atexit`` compares each with what is to be unregistered.

    Example:
        >>> import atexit
        >>> def last(): ...
        >>> atexit.register(last) in registered()
        True
        >>> atexit.unregister(last)
        >>> last in registered()
        False
    """
    found: list[Any] = []

    class Probe:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            found.append(other)
            return False

    atexit.unregister(Probe())  # type: ignore[arg-type]
    return found
