"""What was asked for, as far as the keeper needs it."""

from __future__ import annotations


class Settings:
    """What was asked for.

    Attributes:
        settle: Seconds to wait for requests that are in flight.
        poll: Seconds between two looks at the files; None for file events.
    """

    __slots__ = ("poll", "settle")

    def __init__(self, settle: float, poll: float | None) -> None:
        self.settle = settle
        self.poll = poll
