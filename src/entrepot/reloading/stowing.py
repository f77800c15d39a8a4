"""Where the texts of what runs lie until somebody reads them: in a file without a name.

The text that a module was executed from must be had when its file holds another one. All of them
are a quarter of what a program's modules take in memory, and as a rule few are ever read. So,
whenever a few hundred kilobytes have come together, they are written to a file that has no name
and is gone with the process, and read through a mapping: what is not read takes no memory. The
mapping is never written to, so forked processes share it, and it needs no descriptor: a program
that closes all that it finds open, as one that becomes a daemon does, does not reach it.

Where there can be no such file (a system that is not Linux, a folder that is read-only or full),
the texts stay in memory. So they do before 3.13, where a mapping keeps a descriptor: the program's
own files would have other numbers, and once it had closed ours, we would close one of its.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mmap import mmap

    from entrepot.source.text import Text

#: How many bytes come together before they are written: a small program writes none.
ENOUGH = 1 << 18
#: Where temporary files lie; what lies below ``/tmp`` is often kept in memory.
_FOLDERS = ("/var/tmp", "/tmp")  # noqa: S108 (a file without a name can be met by nobody)


class Stowage:
    """Takes texts and stows them away, many at a time.

    Attributes:
        is_able: Whether there can be a file to write to, as far as is known.
    """

    __slots__ = ("_size", "_waiting", "is_able")

    def __init__(self) -> None:
        self.is_able = hasattr(os, "O_TMPFILE") and sys.version_info >= (3, 13)
        self._waiting: list[Text] = []
        self._size = 0

    def add(self, text: Text) -> None:
        """Take a text that has just been read; when there are enough, stow them all away."""
        if not self.is_able:
            return
        self._waiting.append(text)
        self._size += len(text.content)
        if self._size >= ENOUGH:
            self._stow()

    def _stow(self) -> None:
        texts, self._waiting, self._size = self._waiting, [], 0
        contents = [text.content for text in texts]
        try:
            mapping = _mapped(contents)
        except Exception:  # noqa: BLE001 (a program may forbid it by an audit hook of its own)
            self.is_able = False
            return
        start = 0
        for text, content in zip(texts, contents, strict=True):
            text.lie_in(mapping, start, start + len(content))
            start += len(content)


def _mapped(contents: list[bytes]) -> mmap:
    """Return what reads from a file without a name that holds some bytes, one after another.

    Raises:
        OSError: There can be no such file.
    """
    from entrepot.standard import mmap as mapping

    descriptor = _opened()
    try:
        for content in contents:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
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
