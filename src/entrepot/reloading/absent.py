"""Modules that were imported in vain, and that may be there now.

A module that goes on without an import (``try: import fast except ImportError: ...``) runs that
statement again when what it wanted has come. Only imports that their module goes on without are
looked for: others had their effect, or stand where they were never executed. The folders of the
path are only searched when one of them has changed.
"""

from __future__ import annotations

import dis
import importlib.machinery
import os
import sys
import time
from typing import TYPE_CHECKING, Any, TypeAlias

from entrepot.names import parent_of
from entrepot.source.missing import absolute

from .files import FolderPackages, look_anew
from .view import imports_made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .revision import Record

TICK = 50_000_000  # nanoseconds: the clock of files is behind by up to a tick
SETTLED = 2_000_000_000  # nanoseconds: within a tick of its clock a folder may change twice
_IMPORT = dis.opmap["IMPORT_NAME"]


_Found: TypeAlias = "tuple[str | None, int, int]"


class Absent:
    """What is known not to be there, or to be there and of no use.

    Attributes:
        looked: When the folders that could hold a module had changed last when it was looked for,
            such as ``{"fastjson": {"/app": 1789…}}``.
        known: Which file a module has that could not be imported, when that had changed last,
            and a digest of what it held: what is only saved again is as useless as before.
        folders: Packages that have no file.
    """

    def __init__(self, began: int) -> None:
        self.looked: dict[str, dict[str, int]] = {}
        self.known: dict[str, _Found] = {}
        self.folders = FolderPackages()
        self._latest: dict[str, _Found] = {}
        self._began = began - TICK
        self._wanting: dict[str, Record] = {}

    def appeared(
        self, records: dict[str, Record], new: Iterable[Record]
    ) -> Iterator[tuple[Record, list[str]]]:
        """Yield the modules that imported others in vain, with those that are there now.

        Args:
            records: All managed modules.
            new: Those of which it is not known yet, or not any more, what they imported in vain.
        """
        self._latest.clear()
        for record in new:
            if record.missing is None:
                record.missing = _imported_in_vain(record)
            if record.missing:
                self._wanting[record.name] = record
        for record in list(self._wanting.values()):
            if records.get(record.name) is not record:
                continue
            if record.missing is None:
                record.missing = _imported_in_vain(record)
            names = [name for name in record.missing if self._is_there(name)]
            if names:
                yield record, names

    def tried(self, record: Record) -> None:
        """Note that a module has tried again to import what it wanted.

        Of what nobody looked for before, as it was imported until now, it is not known what was
        there this time: not what came when it was found last, which has gone since.
        """
        record.missing = _imported_in_vain(record)
        for name in {part for wanted in record.missing for part in _with_packages(wanted)}:
            if name in self._latest:
                self.known[name] = self._latest[name]
            else:
                self.known.pop(name, None)
                self.looked.pop(name, None)

    def _is_there(self, name: str) -> bool:
        parent, top = "", ""
        for part in name.split("."):
            top = f"{parent}.{part}" if parent else part
            if top not in sys.modules:
                break
            parent = top
        else:
            return True
        path = getattr(sys.modules[parent], "__path__", None) if parent else sys.path
        if path is None:
            return False
        return self._is_found(top, list(path))

    def _is_found(self, name: str, path: list[str]) -> bool:
        stamps = {folder: changed_at(folder) for folder in path}
        known = self.known.get(name)
        if self.looked.get(name) == stamps:
            file = None if known is None else known[0]
            if file is None or known is None or _inode_changed(file) == known[1]:
                if known is not None:
                    self._latest[name] = known
                return False
        else:
            look_anew()
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            file = None if spec is None else _file_of(spec)
            if time.time_ns() - max(stamps.values(), default=0) > SETTLED:
                self.looked[name] = stamps
        found = self._latest[name] = (file, _inode_changed(file), _digest(file))
        is_old = known is not None and (file, found[2]) == (known[0], known[2])
        if is_old or found[1] < self._began:  # there when the module went on without it, or not
            self.known[name] = found
        return self.known.get(name) != found


def _with_packages(name: str) -> Iterator[str]:
    """Yield a name and those of the packages around it: one that fails is what was looked for."""
    while name:
        yield name
        name = parent_of(name)


def _file_of(spec: Any) -> str | None:
    """Return the file of a spec, or the first folder of a package that has none."""
    if spec.origin is not None:
        return str(spec.origin)
    return next(iter(spec.submodule_search_locations or ()), None)


def _inode_changed(file: str | None) -> int:
    """Return when a file was made or changed: a copy keeps the time of what it was copied from."""
    try:
        return os.stat(file).st_ctime_ns if file is not None else 0  # noqa: PTH116
    except OSError:
        return 0


def _digest(file: str | None) -> int:
    if file is None:
        return 0
    try:
        with open(file, "rb") as opened:  # noqa: PTH123 (pathlib is slow to import)
            return hash(opened.read())
    except OSError:  # a folder, or gone
        return 0


def changed_at(folder: str) -> int:
    """Return when something came to a folder last, or went; 0 if it cannot be told."""
    try:
        return os.stat(folder or ".").st_mtime_ns  # noqa: PTH116 (pathlib is slow to import)
    except (OSError, ValueError):
        return 0


def _imported_in_vain(record: Record) -> list[str]:
    """Return the modules that a module imported and went on without."""
    if not record.is_parsed and not (
        record.code.co_exceptiontable and _IMPORT in record.code.co_code[::2]
    ):
        return []
    if not record.is_parsed and not any(_is_missing(name) for name in _imported(record)):
        return []
    found: dict[str, None] = {}
    for fact in (fact for live in record.lives for fact in imports_made(live)):
        if not fact.is_guarded:
            continue
        name = _named(record, fact.module, fact.level)
        for wanted in (name, f"{name}.{fact.name}" if fact.name else name):
            if _is_missing(wanted):
                found[wanted] = None
                break
    return list(found)


def _is_missing(name: str) -> bool:
    if name in sys.modules:
        return False
    parent, _, tail = name.rpartition(".")
    return tail not in getattr(sys.modules.get(parent), "__dict__", {})


def _named(record: Record, module: str, level: int) -> str:
    package = record.namespace.get("__package__") or ""
    return absolute(module, level, package) or module


def _imported(record: Record) -> Iterator[str]:
    """Yield what a module's own code imports, by absolute name."""
    constants: list[Any] = []
    for instruction in dis.get_instructions(record.code):
        if instruction.opname == "IMPORT_NAME":
            level, names = constants[-2:] if len(constants) > 1 else (0, None)
            name = _named(record, instruction.argval, level if isinstance(level, int) else 0)
            yield name
            for item in names or ():
                yield f"{name}.{item}"
        elif instruction.opname.startswith(("LOAD_CONST", "LOAD_SMALL_INT", "LOAD_COMMON")):
            constants.append(instruction.argval)
