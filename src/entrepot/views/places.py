"""Where an import was asked for: the file, its short name for people, and the statement there."""

from __future__ import annotations

import os
import sys

#: A statement is shown on one line; of a longer one, the beginning.
_MOST_CHARACTERS = 200
#: A statement in parentheses or with a backslash goes on over at most so many lines.
_MOST_LINES = 60


class Places:
    """Reads each file once. Asked for what cannot be read, it answers with nothing."""

    def __init__(self) -> None:
        self._contents_by_file: dict[str, tuple[bytes, str]] = {}
        self._entries = _entries()

    def statement(self, file: str, line: int) -> str:
        """Return the statement that begins on a line, on one line; "" if there is no such line."""
        lines = self._lines(file, line)
        if not lines:
            return ""
        text = _without_comment(lines[0])
        for following in lines[1:]:
            if text.endswith("\\"):
                text = text[:-1].rstrip()
            elif text.count("(") <= text.count(")"):
                break
            text = f"{text} {_without_comment(following)}".rstrip()
        text = text.replace("( ", "(").replace(", )", ")").replace(" )", ")")
        if len(text) > _MOST_CHARACTERS:
            text = text[: _MOST_CHARACTERS - 1] + "…"
        return text

    def short(self, file: str) -> str:
        """Return a file as seen from the working folder or from the path entry that it is in."""
        for entry in self._entries:
            if file.startswith(entry) and len(file) > len(entry):
                return file[len(entry) :]
        return file

    def content(self, file: str) -> bytes:
        """Return what a file holds, nothing if it cannot be read."""
        if file not in self._contents_by_file:
            self._contents_by_file[file] = _content_of(file)
        return self._contents_by_file[file][0]

    def _lines(self, file: str, line: int) -> list[str]:
        """Return a line and those after it; imports stand at the top, so the rest is not read."""
        content = self.content(file)
        encoding = self._contents_by_file[file][1]
        if line < 1 or not content:
            return []
        lines = content.split(b"\n", line + _MOST_LINES)[line - 1 : line + _MOST_LINES]
        return [text.decode(encoding, "replace") for text in lines]


def _content_of(file: str) -> tuple[bytes, str]:
    """Return what a file holds, and its encoding; nothing if it cannot be read."""
    if file.startswith("<"):  # <string>, <frozen runpy>, <stdin>: no file
        return b"", ""
    try:
        with open(file, "rb") as stream:
            content = stream.read()
        encoding = _encoding_of(content)
        b"".decode(encoding)
    except (OSError, LookupError):
        return b"", ""  # gone, in an archive, or in no encoding that is known
    return content, encoding


def _encoding_of(content: bytes) -> str:
    """Return the encoding that a source file declares on its first or second line."""
    for line in content.split(b"\n", 2)[:2]:
        before, _, after = line.partition(b"coding")
        if before.lstrip().startswith(b"#") and after[:1] in (b":", b"="):
            return (after[1:].split() or [b""])[0].decode("ascii", "replace")
    return "utf-8"


def _without_comment(line: str) -> str:
    """Return a line of an import statement as words with single spaces."""
    is_quoted = "'" in line or '"' in line
    return " ".join((line if is_quoted else line.partition("#")[0]).split())


def _entries() -> list[str]:
    """Return the folders that file names are shown from, the innermost first."""
    try:
        here = [os.getcwd()]
    except OSError:
        here = []
    found = [entry for entry in [*here, *sys.path] if len(str(entry)) > 1]
    return sorted({str(entry).rstrip("/") + "/" for entry in found}, key=len, reverse=True)
