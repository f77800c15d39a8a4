"""The Python files below a folder, read once: their imports, and what is wrong with them.

Folders are left out that hold no source of the program: hidden ones, ``__pycache__``,
``node_modules``, ``site-packages``, and virtual environments (they have a ``pyvenv.cfg``).
"""

from __future__ import annotations

import ast
import gc
import os
import stat
import warnings
from typing import TYPE_CHECKING

from entrepot.source.imports import imports_of
from entrepot.source.places import Places
from entrepot.source.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.imports import ImportFact
    from entrepot.source.places import Place

_LEFT_OUT = frozenset({"__pycache__", "node_modules", "site-packages"})


class Unread:
    """A file whose imports are not known. ``reason`` says why, ``line`` where, 0 for nowhere."""

    __slots__ = ("file", "line", "reason")

    def __init__(self, file: str, reason: str, line: int = 0) -> None:
        self.file = file
        self.reason = reason
        self.line = line


class SourceTree:
    """The modules below a folder.

    Attributes:
        root: The absolute folder that places are counted from.
        places: Which module a name means.
        files_by_place: Such as ``{("shop", "cart"): "/shop/cart.py"}``.
        imports_by_place: What each states, in the order of the text; ``[]`` where it is unread.
        unread: The files that could not be read or parsed.
    """

    def __init__(self, root: str, files_by_place: dict[Place, str]) -> None:
        self.root = root
        self.files_by_place = files_by_place
        self.places = Places({place: is_init(file) for place, file in files_by_place.items()})
        self.unread: list[Unread] = []
        self.imports_by_place: dict[Place, list[ImportFact]] = {
            place: self._imports_in(file) for place, file in files_by_place.items()
        }

    def text_of(self, place: Place) -> Text:
        """Return a module's text as it is now."""
        file = self.files_by_place[place]
        with open(file, "rb") as stream:
            return Text(file, stream.read())

    def _imports_in(self, file: str) -> list[ImportFact]:
        try:
            if not stat.S_ISREG(os.stat(file).st_mode):  # a pipe would be waited for
                self.unread.append(Unread(file, "cannot be read: it is no regular file"))
                return []
            with open(file, "rb") as stream:
                tree = parsed(Text(file, stream.read()))
        except OSError as error:
            self.unread.append(Unread(file, f"cannot be read: {error.strerror or error}"))
        except SyntaxError as error:
            self.unread.append(Unread(file, f"cannot be parsed: {error.msg}", error.lineno or 0))
        except (ValueError, RecursionError, MemoryError) as error:
            reason = str(error) or type(error).__name__
            self.unread.append(Unread(file, f"cannot be parsed: {reason}"))
        else:
            return imports_of(tree)
        return []


def read_tree(path: str) -> SourceTree:
    """Read the Python files of a folder, of a package, or one file with its folder's modules.

    Args:
        path: A folder; inside a package, names begin with its outermost package.
            For a file, the folder that it is in.

    Raises:
        FileNotFoundError: There is nothing at this path.
    """
    start = os.path.abspath(path)
    if not os.path.exists(start):
        raise FileNotFoundError(2, "No such file or directory", path)
    folder = start if os.path.isdir(start) else os.path.dirname(start)
    root = folder
    while os.path.exists(os.path.join(root, "__init__.py")) and os.path.dirname(root) != root:
        root = os.path.dirname(root)
    files = {_place(file, root): file for file in _files_below(folder)}
    were_collecting = gc.isenabled()
    gc.disable()  # syntax trees hold no cycles; looking for some in them takes a third of the time
    try:
        return SourceTree(root, files)
    finally:
        if were_collecting:
            gc.enable()


def parsed(text: Text) -> ast.Module:
    """Return a text's syntax tree, without the warnings that compiling it would give.

    Raises:
        SyntaxError: It is no Python, or not in the encoding that it declares.
        ValueError: It holds null bytes (before Python 3.12).
    """
    # Where a program has files named like standard modules, `warnings` may not be in the cache.
    with warnings.catch_warnings(module=warnings):
        warnings.simplefilter("ignore")
        return ast.parse(text.content, text.file)


def is_init(file: str) -> bool:
    """Tell whether a file is that of a package itself."""
    return os.path.basename(file) == "__init__.py"


def _files_below(folder: str) -> Iterator[str]:
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _LEFT_OUT
            and not name.startswith(".")
            and not os.path.exists(os.path.join(current, name, "pyvenv.cfg"))
        )
        yield from (os.path.join(current, name) for name in sorted(files) if name.endswith(".py"))


def _place(file: str, root: str) -> Place:
    parts = os.path.relpath(file, root).removesuffix(".py").split(os.sep)
    if parts[-1] == "__init__" and len(parts) > 1:
        del parts[-1]
    return tuple(parts)
