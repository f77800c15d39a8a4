"""A bell: how one thread of the program wakes another that waits for several things."""

from __future__ import annotations

import os

from .connection import high, identity


class Bell:
    """A pipe with high numbers: ringing makes its end readable, hushing empties it.

    A program that becomes a daemon closes every descriptor there is; then the bell is gone, and
    its numbers may be somebody else's.
    """

    __slots__ = ("_identity", "_read_end", "_write_end")

    def __init__(self) -> None:
        self._read_end, self._write_end = (high(end) for end in os.pipe())
        os.set_blocking(self._read_end, False)
        os.set_blocking(self._write_end, False)
        self._identity = identity(self._read_end)

    def fileno(self) -> int:
        """Return the descriptor to wait for; -1 when it is not ours any more."""
        is_ours = identity(self._read_end) == self._identity == identity(self._write_end)
        return self._read_end if is_ours else -1

    def ring(self) -> bool:
        """Wake who waits; return whether that could be done."""
        if self.fileno() < 0:
            return False
        try:
            os.write(self._write_end, b"x")
        except BlockingIOError:
            return True  # it rings already
        return True

    def hush(self) -> None:
        """Stop ringing."""
        try:
            while self.fileno() >= 0 and os.read(self._read_end, 4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Close both ends, if they are ours."""
        if self.fileno() >= 0:
            os.close(self._read_end)
            os.close(self._write_end)
