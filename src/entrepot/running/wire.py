"""Messages between the hub and the program, as bytes.

A message is a word and some fields, such as ``("changed", "/app/cart.py")``. On the wire: the
length as eight hexadecimal digits, then word and fields as the file system encodes names,
separated by NUL bytes, which no file name holds.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LENGTH = 8


def packed(word: str, *fields: str) -> bytes:
    r"""Return a message as bytes.

    Example:
        >>> packed("changed", "/app/cart.py")
        b'00000014changed\x00/app/cart.py'
    """
    content = b"\0".join(os.fsencode(part) for part in (word, *fields))
    return b"%08x" % len(content) + content


class Unpacker:
    """Cuts a stream of bytes into messages."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> Iterator[list[str]]:
        """Take bytes in and yield the messages that are complete.

        Example:
            >>> unpacker = Unpacker()
            >>> sent = packed("ready", "polling") + packed("changed", "a", "b")
            >>> list(unpacker.feed(sent[:30])), list(unpacker.feed(sent[30:]))
            ([['ready', 'polling']], [['changed', 'a', 'b']])
        """
        self._rest += received
        while len(self._rest) >= _LENGTH:
            end = _LENGTH + int(self._rest[:_LENGTH], 16)
            if len(self._rest) < end:
                return
            content, self._rest = self._rest[_LENGTH:end], self._rest[end:]
            yield [os.fsdecode(part) for part in content.split(b"\0")]
