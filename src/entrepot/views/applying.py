"""Writing the changes of a remedy to files."""

from __future__ import annotations

import os
import tokenize
from typing import TYPE_CHECKING

from entrepot.source.remedy import changed_texts
from entrepot.source.text import Text

if TYPE_CHECKING:
    from entrepot.source.remedy import Remedy


class Proposing:
    """Something that may propose a change: it has a ``remedy``, which is None for none."""

    __slots__ = ()
    remedy: Remedy | None

    def apply(self) -> list[str]:
        """Write the proposed change to the files; return the names of those that changed.

        Raises:
            ValueError: None is proposed, or a file has changed since; nothing is written.
        """
        return apply(self.remedy)


def apply(remedy: Remedy | None) -> list[str]:
    """Write the changes of a remedy; return the names of the files that changed.

    Every file is checked before the first one is written.

    Raises:
        ValueError: There is no remedy, or a file is not as it was when it was proposed.
    """
    if remedy is None:
        raise ValueError("cannot apply a change: none is proposed here\n  nothing was written")
    renamed = [change for change in remedy.changes if change.rename_to]
    changes = [change for change in remedy.changes if not change.rename_to]
    texts = {file: _read(file) for file in {change.file for change in changes}}
    try:
        new_texts = changed_texts(texts, changes)
    except ValueError as error:
        raise ValueError(
            f"cannot apply a change: {error}\n  nothing was written\n  ask for a new proposal"
        ) from None
    for change in renamed:
        if os.path.exists(change.rename_to) or not os.path.exists(change.file):
            raise ValueError(
                f"cannot rename {change.file!r} to {change.rename_to!r}\n  nothing was written"
            )
    for file, text in new_texts.items():
        _write(file, text)
    for change in renamed:
        os.rename(change.file, change.rename_to)
    return sorted({*new_texts, *(change.rename_to for change in renamed)})


def _read(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            return Text(file, stream.read()).source
    except FileNotFoundError:
        return ""  # it is to be made


def _write(file: str, text: str) -> None:
    """Replace a file as a whole, so that no reader finds half of it.

    Its encoding, its kind of line ends and its permissions stay.
    """
    encoding, is_windows, mode = "utf-8", False, 0o644
    if os.path.exists(file):
        with open(file, "rb") as stream:
            encoding = tokenize.detect_encoding(stream.readline)[0]
            stream.seek(0)
            is_windows = b"\r\n" in stream.read()
        mode = os.stat(file).st_mode & 0o7777
    content = (text.replace("\n", "\r\n") if is_windows else text).encode(encoding)
    # Not by `tempfile`: it imports `random`, and the file to be renamed may be what that leads to.
    temporary = os.path.join(os.path.dirname(file), f".entrepot-{os.getpid()}")
    try:
        with open(temporary, "wb") as new:
            new.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
