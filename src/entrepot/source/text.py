"""A source file as read: its bytes, its text, its lines.

A *text* is compared by content, never by time: two saves within one tick of the clock differ if
their bytes do. Lines are those of Python's universal newlines, as the compiler counts them.
"""

from __future__ import annotations

from entrepot.errors import LostTextError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from .words import Words

    class Place(Protocol):
        """Gives bytes for a slice, ``None`` if they are lost."""

        def __getitem__(self, part: slice, /) -> bytes | memoryview | None: ...


MANY = 128  # lines that are compared at once


class Text:
    """The content of one source file at one moment.

    Attributes:
        file: Absolute file name, as it stands in code objects and tracebacks.
    """

    __slots__ = ("_content", "_lines", "_set", "_source", "_words", "file")

    def __init__(self, file: str, content: bytes) -> None:
        self.file = file
        self._content: bytes | tuple[Place, slice] = content
        self._source: str | None = None
        self._lines: list[str] | None = None
        self._words: Words | None = None
        self._set: frozenset[str] | None = None

    @property
    def content(self) -> bytes:
        """The bytes as read.

        Raises:
            LostTextError: They lay in a file that the program has closed.
        """
        found = self.known()
        if found is None:
            raise LostTextError(self.file)
        return found

    def known(self) -> bytes | None:
        """Return the bytes as read, ``None`` if they are lost."""
        if isinstance(self._content, bytes):
            return self._content
        place, part = self._content
        found = place[part]
        return None if found is None else bytes(found)

    def lie_in(self, place: Place, start: int, end: int) -> None:
        """Let the bytes be read from elsewhere, and hold none.

        Args:
            place: What gives them for a slice.
            start: Where they begin there.
            end: Where they end.

        Example:
            >>> text = Text("m.py", b"a = 1")
            >>> text.lie_in(b"...a = 1...", 3, 8)
            >>> text.content
            b'a = 1'
        """
        self._content = (place, slice(start, end))

    @property
    def source(self) -> str:
        r"""The decoded text with ``\n`` line ends.

        Raises:
            SyntaxError: The bytes are not in the encoding that they declare.
        """
        if self._source is None:
            from entrepot.standard import util  # not on the way to a program's first line

            try:
                self._source = util.decode_source(self.content)
            except UnicodeDecodeError as error:
                raise SyntaxError(
                    f"{error.reason} (byte {error.start} is not {error.encoding})",
                    (self.file, 1, 0, ""),
                ) from error
        return self._source

    @property
    def lines(self) -> list[str]:
        r"""The lines without their ends; ``lines[0]`` is line 1.

        Example:
            >>> Text("m.py", b"a = 1\r\nb = 2\n").lines
            ['a = 1', 'b = 2', '']
        """
        if self._lines is None:
            self._lines = self.source.split("\n")
        return self._lines

    def mentions(self, word: str) -> bool:
        """Return whether a name may stand somewhere in the text.

        Example:
            >>> Text("m.py", "ﬁle = 1".encode()).mentions("file")
            True
        """
        return self._asked().have(word)

    @property
    def words(self) -> frozenset[str]:
        r"""All names that may stand in the text, but for those that are not ASCII.

        Example:
            >>> sorted(Text("m.py", b"a = 'b\\nc'").words)
            ['a', 'b', 'c', 'nc']
        """
        return self._asked().all()

    def _asked(self) -> Words:
        if self._words is None:
            from .words import Words  # not on the way to a program's first line

            self._words = Words(self.source)
        return self._words

    def may_set(self, name: str) -> bool:
        """Return whether an attribute of a name may be assigned to, or a string be the name.

        Example:
            >>> text = Text("m.py", b"a.size = b.width")
            >>> text.may_set("size"), text.may_set("width")
            (True, False)
        """
        if self._set is None:
            from .words import settable

            self._set = settable(self.source)
        return name in self._set

    def __repr__(self) -> str:
        return f"Text({self.file!r}, {len(self.content)} bytes)"


def common_lines(old: list[str], new: list[str]) -> tuple[int, int]:
    """Return how many lines at the beginning, and at the end, are the same."""
    limit = min(len(old), len(new))
    head = tail = 0
    while head + MANY <= limit and old[head : head + MANY] == new[head : head + MANY]:
        head += MANY
    while head < limit and old[head] == new[head]:
        head += 1
    left = limit - head
    olds, news = old[len(old) - left :][::-1], new[len(new) - left :][::-1]
    while tail + MANY <= left and olds[tail : tail + MANY] == news[tail : tail + MANY]:
        tail += MANY
    while tail < left and olds[tail] == news[tail]:
        tail += 1
    return head, tail
