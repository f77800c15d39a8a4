"""Functions and classes that an edit took away, and that somebody may hold still.

When a later edit brings one back, who holds it means the one that is there again: an edit and its
reverse leave what never was edited. They are held weakly: who is held by nobody is forgotten.
"""

from __future__ import annotations

import weakref
from types import FunctionType

from .attributes import is_a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .journal import Journal


class Departed:
    """What is gone, by the place where it was: ``{"shop.Cart.total": <weakref …>}``.

    Attributes:
        standing: Classes that go on in the place of another one because they could not change:
            ``[(<weakref to the old Cart>, Cart, {"total", "rate"})]``, see ``retiring.py``.
    """

    __slots__ = ("_references", "standing")

    def __init__(self) -> None:
        self._references: dict[str, weakref.ref[Any]] = {}
        self.standing: list[tuple[weakref.ref[type], type, frozenset[str]]] = []

    def add(self, journal: Journal, place: str, value: Any) -> None:
        """Note what an edit takes away, if it is a function or a class that was made there."""
        if type(value) is not FunctionType and not is_a(value, type):
            return
        if f"{value.__module__}.{value.__qualname__}" != place:
            return
        for gone in [key for key, reference in self._references.items() if reference() is None]:
            del self._references[gone]
        before = self._references.get(place)
        self._references[place] = now = weakref.ref(value)

        def undo() -> None:
            if self._references.get(place) is now:
                del self._references[place]
                if before is not None:
                    self._references[place] = before

        journal.note(undo)

    def classes(self) -> list[type]:
        """Return the classes that are gone, and that somebody holds still."""
        values: list[Any] = [reference() for reference in self._references.values()]
        return [value for value in values if is_a(value, type)]

    def at(self, place: str) -> Any:
        """Return what was at a place before it was taken away, ``None`` if nobody holds it."""
        reference = self._references.get(place)
        return None if reference is None else reference()
