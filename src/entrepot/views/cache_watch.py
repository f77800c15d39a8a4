"""Who changes the module cache: told for each entry that is set, replaced or deleted.

The cache stays the plain dict that it is. From Python 3.12 on the interpreter itself tells of
changes of a dict (``PyDict_AddWatcher``); what the import system does is left out, by the frame
that does it. On 3.11 the cache is compared at each import instead (only at the end, if entrepot
has not taken over), so the place is where the change was noticed; one that is undone before is
not seen.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from entrepot.events import ImportFinished, ImportStarted

from .whereabouts import is_installed

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from entrepot.engine.system import ImportSystem
    from entrepot.events import Record

_ADDED, _MODIFIED, _DELETED, _CLONED, _CLEARED = range(5)
#: The import systems: ours and, frozen, the interpreter's. Told by the file: code that runs in
#: the namespace of one of our modules (a doctest) is not ours.
_OUR_CODE = ("<frozen ", os.path.join(os.path.dirname(os.path.dirname(__file__)), ""))
_ABSENT: Any = object()


class CacheChange:
    """One change of the module cache.

    Attributes:
        action: ``"set"``, ``"replaced"``, ``"deleted"`` or ``"cleared"``.
        name: The entry, ``""`` when the cache was cleared.
        file: Where it was done, or noticed.
        line: The line.
        old: What stood there before, if anything.
        is_exact: Whether the place is where it was done; on 3.11 it is where it was noticed.
    """

    __slots__ = ("action", "file", "is_exact", "line", "name", "old")

    def __init__(
        self, action: str, name: str, file: str, line: int, old: object, *, is_exact: bool
    ) -> None:
        self.action = action
        self.name = name
        self.file = file
        self.line = line
        self.old = old
        self.is_exact = is_exact


class CacheWatch:
    """Watches ``sys.modules`` between ``start`` and ``stop``.

    Attributes:
        changes: What was done by code that is not the import system's, in order.
    """

    def __init__(self, system: ImportSystem | None = None) -> None:
        self.changes: list[CacheChange] = []
        self._system = system
        self._watched: dict[str, Any] = sys.modules
        self._before: dict[str, Any] = {}
        self._under_way: set[str] = set()
        self._stop: Callable[[], object] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._watched = sys.modules
        if sys.version_info >= (3, 12):
            self._stop = self._start_exactly()
        else:
            self._before = dict(sys.modules)
            system = self._system
            self._stop = bool if system is None else system.subscribe(self._compare)

    def stop(self) -> None:
        """End it."""
        if self._stop is None:
            return
        if sys.version_info < (3, 12):
            self._notice("", 0)
        self._stop()
        self._stop = None
        if sys.modules is not self._watched:
            self.changes.append(CacheChange("cleared", "", "", 0, self._watched, is_exact=False))

    # 3.12 and newer

    def _start_exactly(self) -> Callable[[], object]:
        from entrepot.standard import ctypes

        kind = ctypes.PYFUNCTYPE(
            ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
        )

        def told(event: int, _cache: int, key: int | None, _new: int | None) -> int:
            try:
                frame = sys._getframe(1)  # noqa: SLF001
            except ValueError:
                return 0  # the interpreter itself, when it ends
            name = ctypes.cast(key, ctypes.py_object).value if key else ""
            self._told(event, name, frame)
            return 0

        callback = kind(told)
        api, cache = ctypes.pythonapi, ctypes.py_object(self._watched)
        number = api.PyDict_AddWatcher(callback)
        api.PyDict_Watch(number, cache)

        def stop(callback: object = callback) -> None:  # which must live as long as it is called
            api.PyDict_Unwatch(number, cache)
            api.PyDict_ClearWatcher(number)

        return stop

    def _told(self, event: int, name: object, frame: FrameType | None) -> None:
        """Take note of a change that is about to be made in a frame."""
        if frame is None or event >= _CLEARED + 1 or event == _CLONED:
            return
        if frame.f_code.co_filename.startswith(_OUR_CODE):
            return
        old = self._watched.get(name, _ABSENT) if isinstance(name, str) else _ABSENT
        action = {_ADDED: "set", _MODIFIED: "replaced", _DELETED: "deleted"}.get(event, "cleared")
        self._add(action, str(name), frame.f_code.co_filename, frame.f_lineno, old, is_exact=True)

    def _add(
        self, action: str, name: str, file: str, line: int, old: object, *, is_exact: bool
    ) -> None:
        if file and is_installed(file):
            return  # the standard library and packages have their reasons
        kept = None if old is _ABSENT else old
        self.changes.append(CacheChange(action, name, file, line, kept, is_exact=is_exact))

    # 3.11

    def _compare(self, record: Record) -> None:
        if isinstance(record, ImportStarted):
            importer = record.importer
            self._notice(importer.file if importer else "", importer.line if importer else 0)
            self._under_way.add(record.name)
        elif isinstance(record, ImportFinished):
            module = sys.modules.get(record.name, _ABSENT)
            self._under_way.discard(record.name)
            if module is _ABSENT:
                self._before.pop(record.name, None)
            else:
                self._before[record.name] = module
            # What its code did since its last import of its own.
            self._notice(str(getattr(module, "__file__", None) or ""), 0)

    def _notice(self, file: str, line: int) -> None:
        """Take note of what is not as it was when this was looked at last."""
        now = dict(sys.modules)
        for name, old in self._before.items():
            if name in self._under_way:
                continue
            if name not in now:
                self._add("deleted", name, file, line, old, is_exact=False)
            elif now[name] is not old:
                self._add("replaced", name, file, line, old, is_exact=False)
        for name in now.keys() - self._before.keys() - self._under_way:
            spec = getattr(now[name], "__spec__", None)
            if getattr(spec, "name", None) != name:  # an import gives what it makes its name
                self._add("set", name, file, line, None, is_exact=False)
        self._before = now
