"""Where an import was asked for: the file, its short name for people, and the statement there."""

from __future__ import annotations

import os
import sys

from entrepot.engine.bytecode import decode_source

#: A statement is shown on one line; of a longer one, the beginning.
_MOST_CHARACTERS = 200
#: A statement in parentheses or with a backslash goes on over at most so many lines.
_MOST_LINES = 60


class Places:
    """Reads each file once. Asked for what cannot be read, it answers with nothing."""

    def __init__(self) -> None:
        self._lines_by_file: dict[str, list[str]] = {}
        self._entries = _entries()

    def statement(self, file: str, line: int) -> str:
        """Return the statement that begins on a line, on one line; "" if there is no such line."""
        lines = self._lines(file)
        if not 0 < line <= len(lines):
            return ""
        text = _without_comment(lines[line - 1])
        for following in lines[line : line + _MOST_LINES]:
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

    def _lines(self, file: str) -> list[str]:
        lines = self._lines_by_file.get(file)
        if lines is None:
            lines = self._lines_by_file[file] = _lines_of(file)
        return lines


def _lines_of(file: str) -> list[str]:
    if file.startswith("<"):  # <string>, <frozen runpy>, <stdin>: no file
        return []
    try:
        with open(file, "rb") as stream:
            return decode_source(stream.read()).split("\n")
    except (OSError, ValueError, SyntaxError, LookupError):
        return []  # gone, in an archive, or in no encoding that is known


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
