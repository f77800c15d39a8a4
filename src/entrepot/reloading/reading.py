"""The text of a module that is about to be executed, read after its loader has read it.

A file may be saved in between. Then the text would be newer than the code, the module would run
what no file holds, and no later edit would tell. So a file that was saved just now is compiled and
compared, and where the two differ the module executes the newer text, as if it had been imported a
moment later.
"""

from __future__ import annotations

import _warnings
import os
import sys
import time
from importlib.machinery import SourceFileLoader

from .revision import origin_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from entrepot.source.text import Text

    from .stowing import Stowage

#: How long before its import a save counts as made just now, in seconds: longer than it takes from
#: the loader's reading of a file to its execution.
LATELY = 2.0
_KIND, _LINK = 0o170000, 0o120000  # of a file's mode: without importing stat
_SILENCE = ("ignore", None, Warning, None, 0)
_PLAIN = ("get_code", "get_data", "source_to_code")


class RealPaths:
    """Tells the files of modules without links, and remembers where folders lead.

    ``os.path.realpath`` asks the system for each part of a name.
    """

    __slots__ = ("_folders",)

    def __init__(self) -> None:
        self._folders: dict[str, tuple[int, int, str]] = {}

    def file_of(self, module: ModuleType) -> Any:
        """Return the absolute name of the file that a module was loaded from."""
        file = origin_of(module)
        if file is None:
            return None
        folder, separator, name = file.rpartition(os.sep)
        if not folder or name in {"", ".", ".."}:
            return os.path.realpath(file)
        try:
            found = os.stat(folder)  # noqa: PTH116 (pathlib is slow to import)
            known = self._folders.get(folder)
            if known is None or known[:2] != (found.st_dev, found.st_ino):
                known = (found.st_dev, found.st_ino, os.path.realpath(folder))
                self._folders[folder] = known
            whole = f"{known[2].rstrip(separator)}{separator}{name}"
            is_link = os.lstat(whole).st_mode & _KIND == _LINK
        except OSError:
            return os.path.realpath(file)
        return os.path.realpath(file) if is_link else whole


def read(
    module: ModuleType, file: str, code: CodeType, stowage: Stowage
) -> tuple[Text, CodeType] | None:
    """Return the text of a module's file and the code to execute for it.

    Returns:
        ``None`` if the file cannot be read, or was saved just now and is no Python: it is being
        written. Then the text that runs is not known.
    """
    try:
        with open(file, "rb", 0) as stream:  # noqa: PTH123 (pathlib is slow to import)
            text, found = stowage.read(file, stream)
    except OSError:
        return None
    loader: Any = getattr(module, "__loader__", None)
    saved = max(found.st_mtime, found.st_ctime)
    if saved > time.time() - LATELY and _is_plain(loader):
        try:
            newest = _compiled(loader, text.content, code.co_filename)
        except (SyntaxError, ValueError):
            return None
        code = code if newest == code else newest
    return text, code


def _compiled(loader: Any, content: bytes, file: str) -> CodeType:
    """Compile a text again, in silence: what the compiler warns of, it has said before.

    The filter is put into the list that there is. ``warnings.catch_warnings`` would have every
    warning of the program forget that it has been shown.
    """
    filters = getattr(sys.modules.get("warnings"), "filters", _warnings.filters)
    filters.insert(0, _SILENCE)
    try:
        code: CodeType = loader.source_to_code(content, file)
    finally:
        filters.remove(_SILENCE)
    return code


def _is_plain(loader: Any) -> bool:
    """Return whether a loader executes a file's text as it stands."""
    return all(
        getattr(type(loader), name, None) is getattr(SourceFileLoader, name) for name in _PLAIN
    )
