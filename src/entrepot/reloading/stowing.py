"""Where the texts of what runs lie until somebody reads them: in a file without a name.

The text that a module was executed from must be had when its file holds another one. All of them
are a quarter of what a program's modules take in memory, and as a rule few are ever read. So they
are read into blocks, and a block that is full, or what there is of it when an import is over, is
written to a file that has no name and is gone with the process. It is written once and never
changed, so forked processes share it; each goes on in a file of its own.

From 3.13 on a file is read through a mapping, which needs no descriptor: a program that closes all
that it finds open, as one that becomes a daemon does, does not reach it. Before 3.13 a mapping
keeps a descriptor, so there all blocks lie in one file, read through one descriptor of a number
that no program's own file gets. Who closes all descriptors closes that too. Then a text is read
from its own file, as long as that is as it was; where it is not, the text is lost, and an edit of
that module is refused.

Where there can be no such file (a system that is not Linux, a folder that is read-only or full),
the texts stay in memory.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import allocate_lock

from entrepot.source.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

    from entrepot.source.text import Place

_HAS_BARE_MAPPINGS = sys.version_info >= (3, 13)  # that keep no descriptor
#: Of a block: to write one to a file of its own, and to map it, takes longer than to append it.
SIZE = 1 << 18 if _HAS_BARE_MAPPINGS else 1 << 16
#: How much is written when an import is over, rather than kept for what is imported next.
ENOUGH = SIZE // 4
#: How long before it is read a file must have been saved, in seconds, for its times to tell that
#: it is the same later: within a tick of a file system's clock two saves look alike.
TICK = 2.0
#: The least number for a descriptor of ours: what a program opens gets the lowest that is free.
_NUMBER = 900
#: Where temporary files lie; what lies below ``/tmp`` is often kept in memory.
_FOLDERS = ("/var/tmp", "/tmp")  # noqa: S108 (a file without a name can be met by nobody)


class Stowage:
    """Reads texts and stows them away, many at a time.

    Attributes:
        is_able: Whether there can be a file to write to, as far as is known.
    """

    __slots__ = ("_end", "_file", "_lock", "_texts", "_view", "is_able")

    def __init__(self) -> None:
        self.is_able = hasattr(os, "O_TMPFILE")
        self._lock = allocate_lock()  # another thread's text stays by itself
        self._view: memoryview | None = None
        self._end = 0  # of what is filled of the block
        self._texts: list[tuple[Text, int, os.stat_result]] = []
        self._file: _File | None = None

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
        text, status = Text(file, content), os.fstat(stream.fileno())
        if self.is_able and len(content) == status.st_size >= SIZE:
            self._move(memoryview(content), [(text, 0, status)])
        return text, status

    def settle(self) -> None:
        """Write what has been read so far, unless it is little; an import is over."""
        if self._end >= ENOUGH and self.is_able and self._lock.acquire(blocking=False):
            try:
                self._stow_locked()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Let go of what is not memory; the texts are not asked for any more."""
        if self._file is not None:
            self._file.close()

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
        self._texts.append((text, start, status))
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

    def _move(self, content: memoryview, texts: list[tuple[Text, int, os.stat_result]]) -> None:
        """Write what texts lie in to a file, and let them lie there."""
        try:
            if _HAS_BARE_MAPPINGS:
                mapping = _mapped(content)
                for text, start, status in texts:
                    text.lie_in(mapping, start, start + status.st_size)
                return
            if self._file is None or self._file.process != os.getpid():
                self._file = _File()  # what a fork has in common is not to be written to by both
            first = self._file.append(content)
        except Exception:  # noqa: BLE001 (a program may forbid it by an audit hook of its own)
            self.is_able = False
            return
        for text, start, status in texts:
            start += first
            place = _Stowed(self._file, text.file, status)
            text.lie_in(place, start, start + status.st_size)


class _File:
    """A file without a name, to append to.

    Attributes:
        process: Which process may write to it.
    """

    __slots__ = ("_end", "_known", "_number", "process")

    def __init__(self) -> None:
        """Make it.

        Raises:
            OSError: There can be no such file, or no such descriptor.
        """
        from entrepot.standard import fcntl

        self.process = os.getpid()
        self._end = 0
        low = _opened()
        try:
            self._number = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _NUMBER)
        finally:
            os.close(low)
        self._known = self._seen()

    def append(self, content: memoryview) -> int:
        """Write to the end of the file; return where that was.

        Raises:
            OSError: It cannot be written to.
        """
        if not self.is_there():
            raise OSError("the program has closed the descriptor")
        first = self._end
        while content:
            written = os.pwrite(self._number, content, self._end)
            content, self._end = content[written:], self._end + written
        return first

    def read(self, part: slice) -> bytes | None:
        """Return a part of the file, ``None`` if the program has closed its descriptor."""
        if not self.is_there():
            return None
        content = os.pread(self._number, part.stop - part.start, part.start)
        return content if self.is_there() else None

    def is_there(self) -> bool:
        """Return whether the descriptor is still that of our file."""
        try:
            return self._seen() == self._known
        except OSError:
            return False

    def _seen(self) -> tuple[int, int]:
        status = os.fstat(self._number)
        return status.st_dev, status.st_ino

    def close(self) -> None:
        """Close the descriptor, if it is still ours."""
        if self.is_there():
            os.close(self._number)


class _Stowed:
    """One text in such a file, or in its own if the program has closed that one."""

    __slots__ = ("_content", "_file", "_mark", "_name")

    def __init__(self, file: _File, name: str, status: os.stat_result) -> None:
        self._file = file
        self._name = name
        self._mark = _mark(status)
        self._content: bytes | None = None

    def __getitem__(self, part: slice) -> bytes | None:
        if self._content is not None:
            return self._content
        found = self._file.read(part)
        if found is not None:
            return found
        if self._mark is None:
            return None
        try:
            with open(self._name, "rb", 0) as stream:  # noqa: PTH123 (pathlib is slow to import)
                content = stream.read()
                is_same = _mark(os.fstat(stream.fileno())) == self._mark
        except OSError:
            return None
        if is_same and len(content) == part.stop - part.start:
            self._content = content
        return self._content


def _mark(status: os.stat_result) -> int | None:
    """Return what tells whether a file has been written to, ``None`` if nothing does."""
    if max(status.st_mtime, status.st_ctime) > time.time() - TICK:
        return None
    return hash((status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))


def _mapped(content: memoryview) -> Place:
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
