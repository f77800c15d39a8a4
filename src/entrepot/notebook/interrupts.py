"""A kernel interrupt while an edit is being taken.

An interrupt (SIGINT) raises ``KeyboardInterrupt`` wherever the main thread happens to be. In a
statement of the user's that runs again this is right: it ends, and all is rolled back. In
entrepot's own lines it is not: half an undone journal is what must not be. So there it waits until
the edit is taken, or undone.
"""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


class Interrupts:
    """Lets interrupts through to code of the user only.

    Attributes:
        was_held: Whether one came while entrepot's own lines ran.
    """

    def __init__(self, is_users: Callable[[str], bool]) -> None:
        self.was_held = False
        self._is_users = is_users
        self._previous: Any = None
        self._is_set = False
        self._outside: FrameType | None = None

    def __enter__(self) -> Self:
        self._outside = sys._getframe(1)  # noqa: SLF001 (the only way)
        previous = signal.getsignal(signal.SIGINT)
        if callable(previous) and threading.current_thread() is threading.main_thread():
            self._previous = previous
            signal.signal(signal.SIGINT, self._on_interrupt)
            self._is_set = True
        return self

    def __exit__(self, *_error: object) -> None:
        self._outside = None
        if self._is_set:
            self._is_set = False
            signal.signal(signal.SIGINT, self._previous)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        at = frame
        while at is not None and at is not self._outside:
            if self._is_users(at.f_code.co_filename):
                self._previous(number, frame)
                return
            at = at.f_back
        self.was_held = True
