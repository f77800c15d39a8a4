"""Which objects are our own: they go on holding what they hold, whatever references are led on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .content import Content
from .effects import Note

if TYPE_CHECKING:
    from .adopt import Adopter
    from .effects import Effects

PAIR = 2


class Bookkeeping:
    """What one reload has made for itself.

    Attributes:
        known: Identities of objects that are there as long as the reload.
    """

    __slots__ = ("_adopter", "_effects", "known")

    def __init__(self, adopter: Adopter, effects: Effects) -> None:
        self._adopter = adopter
        self._effects = effects
        self.known: set[int] = set()

    def has(self, holder: Any) -> bool:
        """Return whether an object is part of it."""
        if type(holder) is tuple:
            return len(holder) == PAIR and self._is_pair(holder)
        adopter = self._adopter
        own = (
            adopter.twins,
            adopter.taken,
            adopter.equals,
            adopter.forwards,
            adopter.replaced,
            adopter.led,
            adopter.strangers,
        )
        return (
            (is_a(holder, Content) or type(holder) is Note)
            or id(holder) in self._effects.own
            or id(holder) in self.known
            or any(holder is found for found in own)
            or holder is adopter.__dict__
        )

    def _is_pair(self, pair: tuple[Any, ...]) -> bool:
        """Return whether a tuple notes that an object adopts another one, or follows it."""
        adopter = self._adopter
        if any(pair is found.get(id(pair[0])) for found in (adopter.twins, adopter.equals)):
            return True
        led = (*adopter.forwards, *adopter.replaced, *adopter.led, *adopter.strangers)
        return any(pair is found for found in led)
