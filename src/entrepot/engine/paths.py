"""Paths as the import system writes them.

Not ``os.path``: a path entry keeps its spelling (no ``..`` is resolved, no link followed), only a
separator at its end goes, and a file's place ends up in ``__file__`` just so.
"""

from __future__ import annotations

import os
import sys

_SEPARATORS = os.sep + (os.altsep or "")
_FOLDER, _FILE, _KIND = 0o040000, 0o100000, 0o170000

#: Platforms whose file systems may not tell case; ``PYTHONCASEOK`` says so.
_RELAXING = ("win", "cygwin", "darwin", "ios", "tvos", "watchos")
_MAY_IGNORE_CASE = sys.platform.startswith(_RELAXING) and not sys.flags.ignore_environment


def join(folder: str, tail: str) -> str:
    """Return the path of ``tail`` in ``folder``.

    Example:
        >>> join("lib/", "rates.py"), join("", "rates.py")
        ('lib/rates.py', 'rates.py')
    """
    if not folder:
        return tail
    if sys.platform == "win32":
        return os.path.join(folder, tail)  # noqa: PTH118 - drives have rules of their own
    return f"{folder.rstrip('/')}/{tail}"


def split(path: str) -> tuple[str, str]:
    """Return the folder part of a path, without the separator, and the rest.

    Example:
        >>> split("lib/shop/__init__.py"), split("main.py")
        (('lib/shop', '__init__.py'), ('', 'main.py'))
    """
    cut = max(path.rfind(separator) for separator in _SEPARATORS)
    return ("", path) if cut < 0 else (path[:cut], path[cut + 1 :])


def is_absolute(path: str) -> bool:
    """Return whether a path needs no current folder."""
    return os.path.isabs(path)  # noqa: PTH117 - no pathlib on the way to the first line


def absolute(path: str) -> str:
    """Return the path with the current folder before it, if it is relative.

    Raises:
        OSError: There is no current folder any more.
    """
    if is_absolute(path):
        return path
    if sys.version_info >= (3, 12):  # 3.11 keeps it
        for separator in _SEPARATORS:
            path = path.removeprefix(f".{separator}")
    return join(os.getcwd(), path)  # noqa: PTH109


def is_file(path: str) -> bool:
    """Return whether a path leads to a regular file."""
    return _is_kind(path, _FILE)


def is_folder(path: str) -> bool:
    """Return whether a path leads to a folder; ``""`` is the current one."""
    return _is_kind(path or os.getcwd(), _FOLDER)  # noqa: PTH109


def _is_kind(path: str, kind: int) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError:
        return False
    return (mode & _KIND) == kind


def ignores_case() -> bool:
    """Return whether file names count without their case (``PYTHONCASEOK``, PEP 235)."""
    return _MAY_IGNORE_CASE and "PYTHONCASEOK" in os.environ
