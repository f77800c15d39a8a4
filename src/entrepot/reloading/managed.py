"""The managed modules: which they are, and what is known of each since its import."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from types import FunctionType, ModuleType

from entrepot.folders import is_below

from .base import Base
from .later import LaterImports
from .originals import Originals
from .reading import RealPaths, read
from .recorder import Recorder
from .revision import Record, origin_of
from .spans import Spans
from .stowing import Stowage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType
    from typing import Any

    from .absent import Absent
    from .journal import Journal
    from .listings import Listings

LONGEST_WAIT_OF_IMPORTS = 2.0


class Managed:
    """Modules below some folders, recorded while they are imported.

    Attributes:
        roots: The folders, absolute.
        records: What the process runs, by module name: ``{"shop.cart": Record}``.
        recorder: What ran while which line was imported.
        base: What values held when the imports were over.
        originals: What installed modules had where these set something else.
        stowage: Where the texts lie.
        to_learn: Modules that may have to be learned yet; they may have gone since.
        to_look_into: Modules of which it is not known yet what they imported in vain.
        listed: What the import system has found in folders: ``{"/app": {"shop.py"}}``.
        lock: Held during a reload.
        is_busy: Whether a reload is being carried out.
    """

    def __init__(self, roots: Iterable[str], system: Any) -> None:
        self.roots = [os.path.realpath(root) for root in roots]
        self.records: dict[str, Record] = {}
        self.paths = RealPaths()
        self._folders: dict[str, bool] = {}  # whether the sources in them are managed
        self.stowage = Stowage()
        self.recorder = Recorder()
        self.base = Base(self.is_managed_class)
        self._began = time.time_ns()
        self.originals = Originals(self.base.outside, self.records)
        self.later = LaterImports(self.base, self.records, self.recorder)
        self._absent: Absent | None = None
        self._listings: Listings | None = None
        self.listed: dict[str, set[str]] = {}
        self.lock = threading.RLock()
        self.is_busy = False
        self.system = system
        self._pending: list[Record] = []
        self._unindexed: list[Record] = []
        self._names_by_file: dict[str, tuple[str, ...]] = {}
        self.to_learn: list[Record] = []
        self.to_look_into: list[Record] = []
        self._running: dict[int, tuple[int, Record]] = {}  # by code: the thread and the module
        self.imports_ended = threading.Condition(threading.Lock())
        self._order = 0
        self._remove: Callable[[], object] | None = None
        self._spans = Spans()
        self._spanning = self._span
        if system is not None:
            self._remove = system.add_execution_hook(self)
            if getattr(system, "spanning", self) is None:
                system.spanning = self._spanning

    def close(self) -> None:
        """Stop recording; the modules go on as they are."""
        if self._remove is not None:
            self._remove()
            self._remove = None
            if getattr(self.system, "spanning", None) is self._spanning:
                self.system.spanning = None
        self.recorder.close()
        self.stowage.close()

    @property
    def absent(self) -> Absent:
        """What the modules tried to import in vain."""
        if self._absent is None:
            from .absent import Absent  # with a parser: not on the way to a first line

            self._absent = Absent(self._began)
        return self._absent

    @property
    def listings(self) -> Listings:
        """What folders held that the modules have listed."""
        if self._listings is None:
            from .listings import Listings  # with a parser, too

            self._listings = Listings(self.listed, self._began)
        return self._listings

    def is_managed_file(self, file: object) -> bool:
        """Return whether a file is a Python source below one of the roots, not installed there.

        A project's folder often has a virtual environment in it.
        """
        if not isinstance(file, str) or not file.endswith(".py"):
            return False
        folder = file.rpartition(os.sep)[0]
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = any(is_below(file, root) for root in self.roots)
        return found

    def folders(self) -> list[str]:
        """Return the folders of the managed modules, without those that lie below another."""
        found = {record.file.rpartition(os.sep)[0] for record in list(self.records.values())}
        return sorted(
            folder
            for folder in found
            if not any(folder.startswith(other + os.sep) for other in found)
        )

    def is_managed_class(self, cls: type) -> bool:
        """Return whether a class was defined in a managed module."""
        module = getattr(cls, "__module__", None)  # a class can be without one
        if module == "builtins":
            return False  # most values are of such classes
        if module in self.records:
            return True
        return module not in sys.modules and self._has_managed_code(cls)

    def _has_managed_code(self, cls: type) -> bool:
        """Return whether a method was defined in a managed module, whatever its class says."""
        for value in list(type.__getattribute__(cls, "__dict__").values()):
            if type(value) is FunctionType:
                record = self.records.get(value.__globals__.get("__name__", ""))
                if record is not None and record.namespace is value.__globals__:
                    return True
        return False

    def is_importing(self, module: ModuleType) -> bool:
        """Return whether a module is being executed now."""
        return any(record.module is module for _, record in list(self._running.values()))

    def attach(self) -> list[str]:
        """Manage the modules that were imported before; return their names."""
        from . import late

        with self.lock:
            before = set(self.records)
            late.attach(self, late.loaded(self))
            self.take_base()
            return sorted(set(self.records) - before)

    def take_late(self, record: Record) -> None:
        """Manage one module of which nothing was recorded."""
        self._order += 1
        record.order = self._order
        record.is_recorded = False
        for file in (record.file, origin_of(record.module) or record.file):
            self.recorder.add_file(file)  # later imports may run its functions
        self.note_record(record)
        self._pending.append(record)

    def note_record(self, record: Record) -> None:
        """Manage a module, or one that is loaded from another file now."""
        self.records[record.name] = record
        self._unindexed.append(record)

    def put_last(self, journal: Journal, record: Record) -> None:
        """Let a module come after all others: no statement is known to import it any more."""
        before = record.order
        journal.note(lambda: setattr(record, "order", before))
        self._order += 1
        record.order = self._order

    def records_of(self, files: Iterable[str]) -> list[Record]:
        """Return the modules that were loaded from some files, in the order of their import.

        Which of many modules an edit concerns is not found by asking each of them.
        """
        new, self._unindexed = self._unindexed, []
        self.to_learn += new
        self.to_look_into += new
        for record in new:
            names = self._names_by_file.get(record.file, ())
            if record.name not in names:
                self._names_by_file[record.file] = (*names, record.name)
        named = [
            self.records[name]
            for file in files
            for name in self._names_by_file.get(file, ())
            if name in self.records
        ]
        found = [record for record in named if record.file in files]
        return sorted(found, key=lambda record: record.order)

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Begin to record a managed module."""
        file = self.paths.file_of(module)
        if not self.is_managed_file(file):
            return code
        self.about_to_read(file)
        if self.is_busy:
            self._wait_for_reload()
        found = read(module, file, code, self.stowage)
        if found is None:
            return code
        text, code = found
        self._order += 1
        name = module.__name__
        record = Record(module, name, text, code, self._order)
        self._running[id(code)] = (threading.get_ident(), record)
        self.note_record(record)
        if self.base.journal is not None:
            self.base.journal.note(lambda: self._drop(record))
        self.originals.begins(code, text.content)
        record.is_recorded = self.recorder.begin(record)
        self.later.begins(record)
        return code

    def rescue_texts(self) -> None:
        """Read the texts from their own files that lay in a file which the program has closed."""
        for record in list(self.records.values()):
            record.text.known()

    def about_to_read(self, file: str) -> None:
        """A managed file is about to be read."""

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """End recording; take the base when the outermost import is over."""
        found = self._running.pop(id(code), None)
        if found is None:
            self.originals.executed(module)
            return
        record = found[1]
        is_over = self.recorder.end(record)
        if error is not None:
            if self.records.get(record.name) is record:
                del self.records[record.name]
        else:
            self._pending.append(record)
        if is_over and not self._spans.are_open():
            self._imports_are_over()

    def _span(self, name: str) -> Callable[[], object] | None:
        """A module is about to be imported: with its package, if that is not there, it is one."""
        package = name.rpartition(".")[0]
        if not package or package in self.system.modules:
            return None
        return self._span_ends if self._spans.begin(name) else None

    def _span_ends(self) -> None:
        if self._spans.end():
            self._imports_are_over()

    def _imports_are_over(self) -> None:
        self.later.ends()
        self.take_base()
        self.stowage.settle()
        with self.imports_ended:
            self.imports_ended.notify_all()

    def _drop(self, record: Record) -> None:
        """Forget a module that came in with a reload: it is imported anew when that begins again.

        What it did to others during its import has been undone.
        """
        if self.records.get(record.name) is record:
            del self.records[record.name]
        if record in self._unindexed:
            self._unindexed.remove(record)
        if sys.modules.get(record.name) is record.module:
            del sys.modules[record.name]
        parent, _, tail = record.name.rpartition(".")
        package = getattr(sys.modules.get(parent), "__dict__", {})
        if package.get(tail) is record.module:
            del package[tail]

    def _wait_for_reload(self) -> None:
        """Let a reload on another thread end: what is imported meanwhile must not see half of it.

        Not for ever: that reload may be waiting for the very module that is imported here.
        """
        if self.lock.acquire(timeout=LONGEST_WAIT_OF_IMPORTS):
            self.lock.release()

    def importing(self, *, here: bool = False) -> list[str]:
        """Return the managed modules that other threads are importing, or this one."""
        mine = threading.get_ident()
        running = list(self._running.values())
        return [record.name for thread, record in running if (thread == mine) is here]

    def take_base(self) -> None:
        """Note the import-time values of the modules imported since the last time."""
        pending, self._pending = self._pending, []
        was_enabled = gc.isenabled()
        gc.disable()  # much is made and nothing let go: to look for cycles would be in vain
        try:
            for record in pending:
                values = record.note_base()
                self.base.note_hook(record.name, record.namespace)
                self.later.completed(record)
                folder = record.file.rpartition(os.sep)[0]
                if folder not in self.listed:  # what the import system has found there
                    names = getattr(sys.path_importer_cache.get(folder), "_path_cache", None)
                    if names:
                        self.listed[folder] = names  # never changed: a new set takes its place
                self.base.take_imported([*values, *_in_place_of(record)])
        finally:
            self.base.done()
            if was_enabled:
                gc.enable()


def _in_place_of(record: Record) -> list[object]:
    """Return what a module has put into the module cache in its own place."""
    found = sys.modules.get(record.name)
    return [] if found is record.module or type(found) is ModuleType else [found]
