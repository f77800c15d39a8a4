"""Which files of a program are kept live.

All Python files that it imports, wherever they stand: a folder, an editable install, a path that
it puts on ``sys.path`` itself. Left out are the standard library, what is installed
(``site-packages``), and what somebody asked to ignore; taken in after all is what somebody asked
to watch.
"""

from __future__ import annotations

import os
import sys

from entrepot.folders import INSTALLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_THE_PROGRAMS = (".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".nox")


class Scope:
    """Tells which files are kept live.

    Attributes:
        watched: Folders that are asked for though they would be left out, such as
            ``["/venv/lib/python3.12/site-packages/shop"]``.
        ignored: Folders, files and patterns that are left out: ``["/app/generated", "*_pb2.py"]``.
    """

    __slots__ = ("_answers", "_foreign", "ignored", "watched")

    def __init__(self, watched: Iterable[str] = (), ignored: Iterable[str] = ()) -> None:
        self.watched = [os.path.realpath(folder) for folder in watched]
        self.ignored = [_made_absolute(pattern) for pattern in ignored]
        library = os.path.dirname(os.path.realpath(os.__file__))
        own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
        self._foreign = (library + os.sep, own + os.sep)
        self._answers: dict[str, str] = {}

    def includes(self, file: str) -> bool:
        """Return whether a file, absolute and without links, is kept live."""
        return not self.reason_against(file)

    def reason_against(self, file: str) -> str:
        """Return why a file is not kept live, in words; empty if it is."""
        folder, _, name = file.rpartition(os.sep)
        if not name.endswith(".py"):
            return "no Python source"
        if folder not in self._answers:
            self._answers[folder] = self._reason_against_folder(folder + os.sep)
        if self._answers[folder]:
            return self._answers[folder]
        for pattern in self.ignored:
            if file == pattern or _matches(file, pattern):
                return f"ignored: {pattern}"
        return ""

    def _reason_against_folder(self, folder: str) -> str:
        for ignored in self.ignored:
            if folder.startswith(ignored.rstrip(os.sep) + os.sep):
                return f"ignored: {ignored}"
        if any(folder.startswith(watched + os.sep) for watched in self.watched):
            return ""
        parts = folder.split(os.sep)
        if any(name in parts for name in INSTALLED):
            return "installed"
        if folder.startswith(self._foreign[0]):
            return "standard library"
        if folder.startswith(self._foreign[1]):
            return "entrepot itself"
        if any(name in parts for name in NOT_THE_PROGRAMS):
            return "a folder of tools"
        return ""


def _made_absolute(pattern: str) -> str:
    return pattern if "*" in pattern else os.path.realpath(pattern)


def _matches(file: str, pattern: str) -> bool:
    """Return whether a pattern with stars fits a file's path, or its name if it has no slash."""
    if "*" not in pattern:
        return False
    from entrepot.standard import fnmatch

    return fnmatch.fnmatch(file if os.sep in pattern else os.path.basename(file), pattern)


def unwatched(scope: Scope) -> dict[str, list[str]]:
    """Return the loaded modules that are not kept live, by the reason, names sorted.

    Example:
        >>> found = unwatched(Scope())
        >>> "os" in found["standard library"]
        True
    """
    found: dict[str, list[str]] = {}
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            continue
        reason = scope.reason_against(os.path.realpath(file))
        if reason:
            found.setdefault(reason, []).append(name)
    return found
