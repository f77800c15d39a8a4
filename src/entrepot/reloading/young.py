"""Which objects were made by the statements that run again.

While they run the garbage collector is off, so what is made stands in its youngest generation.
After each statement what it made is noted, and the generation emptied: the next statement looks
only at its own.
"""

from __future__ import annotations

import gc
from typing import Any


class Young:
    """Objects made since a run began."""

    def __init__(self) -> None:
        self._made: set[int] = set()
        self._latest: set[int] | None = None
        self.only: Any = None  # while a statement runs: the object that was made just now

    def holds(self, value: object) -> bool:
        """Return whether an object was made since the run began."""
        if self.only is not None:
            return self.only is value
        if id(value) in self._made:
            return True
        if self._latest is None:
            self._latest = {id(item) for item in gc.get_objects(generation=0)}
        return id(value) in self._latest

    def begin(self) -> None:
        """A statement is about to run: what was made until now is not its."""
        gc.collect(0)
        self.forget()

    def forget(self) -> None:
        """More may have been made."""
        self._latest = self.only = None

    def note(self) -> None:
        """Note what was made until now."""
        self._made.update(map(id, gc.get_objects(generation=0)))
        self.forget()
        gc.collect(0)
