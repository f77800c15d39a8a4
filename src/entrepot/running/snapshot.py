"""What the Python files of some folders look like from outside, and what has changed since.

File events only say that something happened in a folder; whether a file has changed is told by
its size, times and number, compared for equality: clocks may go backwards. So nothing is lost
while a watcher starts or is replaced, and watching by polling is the same without the events.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def mark_of(status: os.stat_result) -> str:
    """Return what tells two states of a file apart.

    Example:
        >>> mark_of(os.stat(__file__)) == mark_of(os.stat(__file__))
        True
    """
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino} {status.st_ctime_ns}"


class Snapshot:
    """The marks of the Python files of some folders.

    Attributes:
        folders: Marks by file, by folder: ``{"/app": {"/app/cart.py": "17… 210 5 17…"}}``.
        faults: Folders that could not be read, and why: ``{"/app/old": "No such file …"}``; of an
            archive that modules were imported from there is nothing to tell.
        replaced: Folders that are others under an old name, or are back: ``{"/app/old"}``.
    """

    __slots__ = ("_numbers", "faults", "folders", "replaced")

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.replaced: set[str] = set()
        self.folders: dict[str, dict[str, str]] = {}
        self.faults: dict[str, str] = {}

    def add(self, file: str, mark: str) -> bool:
        """Watch a file's folder; return whether the file was another when it was imported.

        Args:
            file: The file, absolute.
            mark: What it looked like when the program read it.
        """
        folder = os.path.dirname(file)
        if folder not in self.folders:
            self.folders[folder] = self._read(folder)
        known = self.folders[folder]
        if file not in known and _mark(file):  # it has come since the folder was read
            known[file] = mark
            return _mark(file) != mark
        return known.get(file, "") != mark

    def changed(self, folders: Iterable[str] | None = None) -> list[str]:
        """Look again at some folders, by default at all; return the files that differ."""
        found: list[str] = []
        for folder in list(self.folders) if folders is None else folders:
            before = self.folders.get(folder)
            if before is None:
                continue
            now = self.folders[folder] = self._read(folder)
            found += [file for file in {**before, **now} if before.get(file) != now.get(file)]
        return found

    def _read(self, folder: str) -> dict[str, str]:
        marks: dict[str, str] = {}
        try:
            number = os.stat(folder).st_ino
            if self._numbers.setdefault(folder, number) != number or folder in self.faults:
                self.replaced.add(folder)
            self._numbers[folder] = number
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        marks[entry.path] = _mark(entry.path)
        except NotADirectoryError:
            self.faults[folder] = ""  # an archive: what is imported from it are no files
        except OSError as error:
            self.faults[folder] = error.strerror or type(error).__name__
        else:
            self.faults.pop(folder, None)
        return {file: mark for file, mark in marks.items() if mark}


def _mark(file: str) -> str:
    try:
        return mark_of(os.stat(file))
    except OSError:
        return ""  # gone between listing and looking
