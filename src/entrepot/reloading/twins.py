"""What took hold of a new object before the old one adopted it is led to the old one."""

from __future__ import annotations

from itertools import islice
from types import CellType
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .holders import weak_pairs
from .relink import relink

if TYPE_CHECKING:
    from .adopt import Adopter
    from .bookkeeping import Bookkeeping
    from .journal import Journal


class Twins:
    """The new objects of one run that old ones have adopted, and those equal to old ones."""

    def __init__(self, journal: Journal, adopter: Adopter, own: Bookkeeping) -> None:
        self._journal = journal
        self._adopter = adopter
        self._own = own
        self._led = 0, 0  # twins and equals that nothing else is led to any more
        self._holders: dict[int, Any] = {}  # of such objects, that were found in the whole heap
        own.known |= {id(self.__dict__), id(self._holders)}

    def forget(self) -> None:
        """Begin a pass."""
        self._led = 0, 0
        self._holders.clear()

    def lead(self, changed: list[Any]) -> None:
        """Lead to the old objects what holds those that a statement has made.

        Args:
            changed: Objects that it has changed: they hold them, mostly.
        """
        twins, equals = self._adopter.twins, self._adopter.equals
        latest = list(islice(twins.values(), self._led[0], None))
        pairs = [pair for pair in latest if not is_a(pair[0], CellType)]
        values = list(islice(equals.values(), self._led[1], None))
        self._led = len(twins), len(equals)
        pairs += weak_pairs(pairs)
        if pairs or values:
            adopted = [*changed, *(old for _, old in latest)]
            is_own, before = self._own.has, self._holders
            relink(self._journal, pairs, is_own, equals=values, adopted=adopted, before=before)
