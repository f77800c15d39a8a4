"""Which files were saved since the last question: asked before and after every cell.

The answer must be complete when it is given: a cell that writes a file and the next one that uses
it may be a millisecond apart, so a watcher on another thread or in another process would be late.
On Linux the kernel itself keeps the list (inotify): it is written by the very call that saves the
file, and reading an empty list costs about a microsecond, however many files there are. Elsewhere,
and where the kernel refuses, every file is looked at (``Looks``), which costs as many looks.

*Saved* means closed after writing, renamed into place, or gone. A file that somebody is still
writing is waited for a moment, so that half a file is not taken for the whole.
"""

from __future__ import annotations

import os
import select
import struct
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

GRACE = 0.05  # how long a file that is being written is waited for, at each question
PATIENCE = 10.0  # how long after its last change a file counts as being written
RECENT = 2.0  # how old a file may be to have been saved between its import and its watch

MODIFY, CLOSE_WRITE, MOVED_FROM, MOVED_TO = 0x2, 0x8, 0x40, 0x80
CREATE, DELETE, DELETE_SELF, MOVE_SELF = 0x100, 0x200, 0x400, 0x800
UNMOUNT, OVERFLOW, IGNORED = 0x2000, 0x4000, 0x8000
CONTENT = MODIFY | CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE
PLACE = DELETE_SELF | MOVE_SELF
EVENT = struct.Struct("iIII")


class Saves(Protocol):
    """Knows which of the files that it watches were saved.

    Two implementations exist, ``Events`` and ``Looks``; the tests have a third.
    """

    how: str

    def watch(self, files: Iterable[str], since: float) -> None:
        """Watch these files too; those that changed after ``since`` count as saved."""
        ...

    def take(self) -> set[str]:
        """Return the files saved since the last call, absolute, also ones that are gone."""
        ...

    def close(self) -> None:
        """Watch nothing any more."""
        ...


def saves() -> Saves:
    """Return the best way of this machine to know what was saved.

    ``ENTREPOT_POLL=1`` in the environment chooses looking: a network file system or a folder
    shared with a container may tell the kernel nothing.
    """
    if os.environ.get("ENTREPOT_POLL", "") not in {"", "0"}:
        return Looks("every file is looked at before each cell: ENTREPOT_POLL is set")
    if not sys.platform.startswith("linux"):
        return Looks("every file is looked at before each cell: no events on this system")
    try:
        return Events()
    except (ImportError, OSError, AttributeError) as error:
        return Looks(f"every file is looked at before each cell: no file events ({error})")


class Looks:
    """Looks at every file at each question."""

    def __init__(self, how: str) -> None:
        self.how = how
        self._marks: dict[str, Any] = {}
        self._early: set[str] = set()

    def watch(self, files: Iterable[str], since: float) -> None:
        """Watch these files too; those that changed after ``since`` count as saved."""
        for file in files:
            if file not in self._marks:
                self._marks[file] = _mark(file)
                if _is_recent(file, since):
                    self._early.add(file)

    def take(self) -> set[str]:
        """Return the files whose mark is another now."""
        saved, self._early = self._early, set()
        for file, mark in self._marks.items():
            now = _mark(file)
            if now != mark:
                saved.add(file)
                self._marks[file] = now
        return saved

    def close(self) -> None:
        """Forget the files."""
        self._marks.clear()


class Events:
    """Is told by the kernel, folder by folder.

    Folders are watched, not files, since most editors save by renaming a new file over the old
    one. The folders above are watched too, for being moved away or deleted.
    """

    how = "the kernel tells of every save"

    def __init__(self) -> None:
        import ctypes

        self._libc = ctypes.CDLL(None, use_errno=True)
        self._errno = ctypes.get_errno
        self._fd: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(self._errno(), os.strerror(self._errno()))
        self._files: set[str] = set()
        self._dirs: dict[int, str] = {}  # the watched folders by the kernel's number
        self._numbers: dict[str, int] = {}
        self._told: set[str] = set()  # folders of which the kernel tells every save
        self._lost: set[str] = set()  # folders that are gone: they may come back
        self._saved: set[str] = set()
        self._written: dict[str, float] = {}  # files that somebody is writing, and since when
        self._looks = Looks("")  # for folders that the kernel refuses to watch

    def watch(self, files: Iterable[str], since: float) -> None:
        """Watch these files too; those that changed after ``since`` count as saved."""
        for file in files:
            if file in self._files:
                continue
            self._files.add(file)
            if self._add(os.path.dirname(file)):
                if _is_recent(file, since):
                    self._saved.add(file)
            else:
                self._looks.watch([file], since)
                self.how = "the kernel tells of saves, but for some folders that it cannot watch"

    def take(self) -> set[str]:
        """Return the files saved since the last call, also ones that are gone."""
        self._read()
        if self._written:
            self._wait_for_writers()
        if self._lost:
            self._look_for_lost()
        saved, self._saved = self._saved, set()
        return saved | self._looks.take()

    def close(self) -> None:
        """Give the kernel's list back."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _add(self, folder: str) -> bool:
        if folder in self._told:
            return True
        if not self._add_one(folder, CONTENT | PLACE):  # also where only its place was watched
            return False
        self._told.add(folder)
        above = os.path.dirname(folder)
        while above not in self._numbers and above != os.path.dirname(above):
            self._add_one(above, PLACE)  # no matter if the kernel refuses: the folder stays told
            above = os.path.dirname(above)
        return True

    def _add_one(self, folder: str, wanted: int) -> bool:
        number = self._libc.inotify_add_watch(self._fd, os.fsencode(folder), wanted)
        if number < 0:
            return False
        self._dirs[number] = folder
        self._numbers[folder] = number
        return True

    def _read(self) -> None:
        """Take the kernel's list."""
        while True:
            try:
                told = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                return
            at = 0
            while at < len(told):
                number, what, _, size = EVENT.unpack_from(told, at)
                at += EVENT.size
                tail = told[at : at + size].rstrip(b"\0")
                at += size
                self._note(number, what, os.fsdecode(tail))

    def _note(self, number: int, what: int, tail: str) -> None:
        if what & OVERFLOW:
            self._saved |= self._files  # the list was too long: all are read again
            return
        folder = self._dirs.get(number)
        if folder is None:
            return
        if what & (PLACE | IGNORED | UNMOUNT):
            self._lose(folder)
            return
        file = os.path.join(folder, tail)
        if what & (CLOSE_WRITE | MOVED_TO | MOVED_FROM | DELETE):
            self._written.pop(file, None)
            self._saved.add(file)
        elif file in self._files:
            self._written[file] = time.monotonic()

    def _wait_for_writers(self) -> None:
        """Wait a moment for files that are being written to be closed."""
        deadline = time.monotonic() + GRACE
        while self._written and (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self._fd], [], [], left)
            if ready:
                self._read()
        for file, when in list(self._written.items()):
            if time.monotonic() - when > PATIENCE:
                del self._written[file]
                self._saved.add(file)

    def _lose(self, folder: str) -> None:
        """A folder is gone: so are the files below it, until it comes back."""
        below = folder + os.sep
        for other, number in list(self._numbers.items()):
            if other == folder or other.startswith(below):
                del self._numbers[other]
                self._told.discard(other)
                self._dirs.pop(number, None)
                self._libc.inotify_rm_watch(self._fd, number)
                self._lost.add(other)
        self._saved.update(file for file in self._files if file.startswith(below))

    def _look_for_lost(self) -> None:
        for folder in sorted(self._lost):
            wanted = {file for file in self._files if os.path.dirname(file) == folder}
            if self._add(folder) if wanted else self._add_one(folder, PLACE):
                self._lost.discard(folder)
                self._saved |= wanted


def _mark(file: str) -> Any:
    """Return what differs after a save, ``None`` for a file that is gone."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _is_recent(file: str, since: float) -> bool:
    """Return whether a file changed after a time: by ``ctime``, which no program can set."""
    try:
        return os.stat(file).st_ctime > since - RECENT
    except OSError:
        return True
