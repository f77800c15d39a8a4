"""One line that says how far a program's imports are, while they happen.

Only on a terminal. The line is taken away whenever the program itself goes on, so that what the
program prints stands alone.
"""

from __future__ import annotations

from time import perf_counter_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from entrepot.engine.narration import Story

#: Nanoseconds between two looks at the line; and before the first: what is quick needs none.
_PAUSE = 80_000_000
_WIDEST_NAME = 50


class Progress:
    """Draws the line on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._started = self._drawn = perf_counter_ns()
        self._count = 0
        self._is_shown = False

    def began(self, story: Story) -> None:
        """An import began."""
        self._count += 1
        now = perf_counter_ns()
        if now - self._drawn > _PAUSE:
            self._drawn = now
            seconds = (now - self._started) / 1e9
            self._write(
                f"\r\x1b[K{self._count:,} imports  {seconds:.1f} s  {story.name[:_WIDEST_NAME]}\r"
            )
            self._is_shown = True

    def ended(self, story: Story) -> None:
        """An import ended; if none is under way, the program goes on."""
        if story.parent is None:
            self.clear()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._is_shown = False
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone: the program must not notice
            self._drawn = 1 << 63
