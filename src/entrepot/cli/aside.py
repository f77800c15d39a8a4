"""Standard modules that a command has loaded for itself, set aside where a program has its own.

Under ``python app.py`` a file ``types.py`` beside ``app.py`` is what ``import types`` finds, for
``python`` has not loaded ``types`` before the program's first line. A command of ours has, and
what stands in the module cache is found first. So two things are done:

* while a command loads what it needs, the standard library is searched before every other entry
  of ``sys.path``, so that none of the program's files is executed for us;
* if an entry that the program searches before the standard library has a module of such a name,
  the standard modules that were loaded for us leave the module cache. We keep what we hold of
  them; the program finds what it would find under ``python``. The attendant loads before that
  what it would need later.

Modules loaded before us stay: ``site``, what ``.pth`` files have loaded, and the import system's
own, ``importlib``, which has been taken over.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Self

#: What is below us when the command runs, or taken over.
_STAYS = ("importlib", "runpy")


class StandardFirst:
    """``with StandardFirst():`` searches the standard library before all else."""

    def __enter__(self) -> Self:
        self._before = sys.path[:]
        front = in_front()
        sys.path[:] = [*self._before[len(front) :], *front]
        self._while = sys.path[:]
        return self

    def __exit__(self, *_: object) -> None:
        if sys.path == self._while:  # else somebody else has changed it, and knows why
            sys.path[:] = self._before


def in_front() -> list[str]:
    """Return the entries of ``sys.path`` that stand before the standard library."""
    library = os.path.dirname(os.__file__)
    try:
        end = sys.path.index(library)
    except ValueError:
        return []
    while end and sys.path[end - 1].endswith(".zip") and not os.path.exists(sys.path[end - 1]):
        end -= 1  # where the library is looked for as a zip file
    return sys.path[:end]


class Aside:
    """Sets the standard modules aside that were loaded for a command.

    Args:
        load_rest: Loads what would be needed after the program's first line.
        is_alone: Whether nobody's frames are below the command: then what was loaded before it is
            ours too, such as ``re`` for the script that pip makes, or ``types`` for ``runpy``.
    """

    def __init__(self, load_rest: Callable[[], object], *, is_alone: bool) -> None:
        self._load_rest = load_rest
        # Names stand in the cache in the order in which their modules were complete. ``site`` is
        # when Python's own start is over and what comes next is loaded for who is to be run.
        self._last_of_others = "site" if is_alone and "site" in sys.modules else "entrepot"

    def make_room(self, entry: str | None) -> None:
        """Set aside what a program would not find that searches an entry first, if any."""
        entries = [*([] if entry is None else [entry]), *in_front()]
        if not any(map(_may_hold_standard_names, entries)):
            return
        with StandardFirst():
            try:
                self._load_rest()
            except Exception as fault:  # noqa: BLE001  # the program goes on
                what = f"cannot load the rest of itself: {type(fault).__name__}: {fault}"
                print(f"entrepot: {what}\n  the program runs", file=sys.stderr)
        ours = list(self._ours())
        finders = [finder for finder in map(_finder_of, entries) if finder is not None]
        if any(_has(finder, name) for finder in finders for name in ours):
            for name in list(sys.modules):
                if name.partition(".")[0] in ours:
                    del sys.modules[name]

    def _ours(self) -> Iterator[str]:
        """Yield the names of the top-level standard modules that were loaded from files for us."""
        names = list(sys.modules)
        for name in names[names.index(self._last_of_others) + 1 :]:
            spec = getattr(sys.modules[name], "__spec__", None)
            if name not in sys.stdlib_module_names or name in _STAYS:
                continue
            if getattr(spec, "has_location", False):
                yield name


def _may_hold_standard_names(entry: str) -> bool:
    """Tell whether a path entry may hold a module named like a standard one."""
    try:
        names = os.listdir(entry or ".")
    except OSError:
        return bool(entry) and not os.path.isdir(entry)  # a zip file, or a hook knows
    found = {name.partition(".")[0] for name in names}
    return not sys.stdlib_module_names.isdisjoint(found - {"test"})  # which nothing here imports


def _finder_of(entry: str) -> Any:
    """Return a new finder for a path entry: the program's own must look when it asks.

    A finder looks at its folder once, and again when the folder's time has changed.
    """
    for hook in sys.path_hooks:
        try:
            return hook(entry or os.getcwd())
        except (ImportError, OSError):
            continue
    return None


def _has(finder: Any, name: str) -> bool:
    spec = finder.find_spec(name)
    return spec is not None and spec.loader is not None
