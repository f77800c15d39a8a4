"""Where the texts of what runs lie until somebody reads them: in a file without a name.

The text that a module was executed from must be had when its file holds another one. All of them
are a quarter of what a program's modules take in memory, and as a rule few are ever read. So they
are read into blocks, and a block that is full is written to a file that has no name and is gone
with the process, and read through a mapping: what is not read takes no memory. The mapping is
never written to, so forked processes share it, and it needs no descriptor: a program that closes
all that it finds open, as one that becomes a daemon does, does not reach it.

Where there can be no such file (a system that is not Linux, a folder that is read-only or full),
the texts stay in memory. So they do before 3.13, where a mapping keeps a descriptor: the
program's own files would have other numbers, and once it had closed ours, we would close one of
its.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock

from entrepot.source.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO
    from mmap import mmap

#: Of a block. A small program fills none, and what is not filled of one takes no memory.
SIZE = 1 << 18
#: Where temporary files lie; what lies below ``/tmp`` is often kept in memory.
_FOLDERS = ("/var/tmp", "/tmp")  # noqa: S108 (a file without a name can be met by nobody)


class Stowage:
    """Reads texts and stows them away, many at a time.

    Attributes:
        is_able: Whether there can be a file to write to, as far as is known.
    """

    __slots__ = ("_end", "_lock", "_texts", "_view", "is_able")

    def __init__(self) -> None:
        self.is_able = hasattr(os, "O_TMPFILE") and sys.version_info >= (3, 13)
        self._lock = allocate_lock()  # another thread's text stays by itself
        self._view: memoryview | None = None
        self._end = 0  # of what is filled of the block
        self._texts: list[tuple[Text, int, int]] = []

    def read(self, file: str, stream: FileIO) -> tuple[Text, os.stat_result]:
        """Read a text; when there is no room for it, stow the earlier ones away.

        Args:
            file: Its file's name.
            stream: The file, at its beginning.

        Returns:
            The text, and what the file looked like after that.
        """
        if self.is_able and self._lock.acquire(blocking=False):
            try:
                found = self._read_locked(file, stream)
            finally:
                self._lock.release()
            if found is not None:
                return found
            stream.seek(0)
        content = stream.read()
        text = Text(file, content)
        if self.is_able and len(content) >= SIZE:
            self._move(memoryview(content), [(text, 0, len(content))])
        return text, os.fstat(stream.fileno())

    def _read_locked(self, file: str, stream: FileIO) -> tuple[Text, os.stat_result] | None:
        """Read a text into the block; return ``None`` if it is not there as a whole."""
        count, status = self._filled(stream), os.fstat(stream.fileno())
        if self._end + status.st_size >= SIZE > status.st_size:
            self._stow_locked()
            stream.seek(0)
            count, status = self._filled(stream), os.fstat(stream.fileno())
        if count != status.st_size or self._view is None:
            return None
        start, self._end = self._end, self._end + count
        text = Text(file, b"")
        text.lie_in(self._view, start, self._end)
        self._texts.append((text, start, self._end))
        return text, status

    def _filled(self, stream: FileIO) -> int | None:
        """Read into what is left of the block; return how much there was."""
        if self._view is None:
            self._view = memoryview(bytearray(SIZE))
        return stream.readinto(self._view[self._end :])

    def _stow_locked(self) -> None:
        """Let go of the block; it is not filled anew, as somebody may be reading it."""
        if self._view is not None:
            self._move(self._view[: self._end], self._texts)
        self._view, self._end, self._texts = None, 0, []

    def _move(self, content: memoryview, texts: list[tuple[Text, int, int]]) -> None:
        """Write what texts lie in to a file, and let them lie there."""
        try:
            mapping = _mapped(content)
        except Exception:  # noqa: BLE001 (a program may forbid it by an audit hook of its own)
            self.is_able = False
            return
        for text, start, end in texts:
            text.lie_in(mapping, start, end)


def _mapped(content: memoryview) -> mmap:
    """Return what reads from a file without a name that holds some bytes.

    Raises:
        OSError: There can be no such file.
    """
    from entrepot.standard import mmap as mapping

    descriptor = _opened()
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        kind, access = mapping.MAP_SHARED, mapping.PROT_READ
        return mapping.mmap(descriptor, 0, kind, access, trackfd=False)
    finally:
        os.close(descriptor)


def _opened() -> int:
    chosen = os.environ.get("TMPDIR")
    folders = [chosen] if chosen else list(_FOLDERS)
    while True:
        folder = folders.pop(0)
        try:
            return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            if not folders:
                raise
