"""A live session: which modules are managed, and the reload as six words.

    live = entrepot.live(roots=["src"])
    report = live.apply()

``prepare`` reads and plans and changes nothing; ``commit`` makes the changes or none of them;
``roll_back`` forgets a prepared edit. ``apply`` is both.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from entrepot.source.text import Text

from .base import Base
from .edit import Edit
from .recorder import Recorder
from .report import FAILED, NEEDS_RESTART, OK, Report
from .revision import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, ModuleType

    from .plan import Plan


class Live:
    """Keeps modules live.

    Attributes:
        roots: Folders whose modules are managed, absolute.
        records: What the process runs, by module name.
    """

    def __init__(self, roots: Iterable[str], system: Any = None) -> None:
        self.roots = [os.path.realpath(root) for root in roots]
        self.records: dict[str, Record] = {}
        self.recorder = Recorder()
        self.base = Base(self.is_managed_class)
        self.lock = threading.RLock()
        self.system = system
        self._pending: list[Record] = []
        self._running: dict[int, Record] = {}
        self._order = 0
        self._failed: Edit | None = None
        self._clients: list[Any] = []
        self._remove: Callable[[], object] | None = None
        if system is not None:
            self._remove = system.add_execution_hook(self)

    def close(self) -> None:
        """Stop recording; the modules go on as they are."""
        if self._remove is not None:
            self._remove()
            self._remove = None

    # what is managed

    def is_managed_file(self, file: object) -> bool:
        """Return whether a file is a Python source below one of the roots."""
        return (
            isinstance(file, str)
            and file.endswith(".py")
            and any(file.startswith(root + os.sep) for root in self.roots)
        )

    def is_managed_class(self, cls: type) -> bool:
        """Return whether a class was defined in a managed module."""
        module = cls.__module__
        return module in self.records or any(r.name == module for r in self._running.values())

    # the execution hook

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Begin to record a managed module."""
        file = _file_of(module)
        if not self.is_managed_file(file):
            return code
        try:
            with open(file, "rb") as stream:  # noqa: PTH123
                content = stream.read()
        except OSError:
            return code
        self._order += 1
        name = module.__name__
        record = Record(module, name, Text(file, content), code, self._order)
        self._running[id(code)] = record
        self.records[name] = record
        self.recorder.begin(record)
        return code

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """End recording; take the base when the outermost import is over."""
        del module
        record = self._running.pop(id(code), None)
        if record is None:
            return
        is_over = self.recorder.end(record)
        if error is not None:
            if self.records.get(record.name) is record:
                del self.records[record.name]
        else:
            self._pending.append(record)
        if is_over:
            self.take_base()

    def take_base(self) -> None:
        """Note the import-time values of the modules imported since the last time."""
        pending, self._pending = self._pending, []
        for record in pending:
            record.base = dict(record.namespace)
            self.base.take(
                value for name, value in record.namespace.items() if name != "__builtins__"
            )

    # the reload

    def changed_files(self) -> Edit:
        """Return an edit with every managed file whose content differs from what runs."""
        contents: dict[str, bytes | None] = {}
        for record in list(self.records.values()):
            if record.file in contents:
                continue
            found = Edit.of_files([record.file]).contents[record.file]
            if found != record.text.content:
                contents[record.file] = found
        return Edit(contents)

    def apply(self, edit: Edit | None = None) -> Report:
        """Bring the program up to an edit, by default to what is on disk."""
        with self.lock:
            from .reload import commit, prepare

            prepared = prepare(self, self.changed_files() if edit is None else edit)
            return commit(self, prepared)

    def prepare(self, edit: Edit | None = None) -> Any:
        """Read, compare and plan; change nothing."""
        from .reload import prepare

        with self.lock:
            return prepare(self, self.changed_files() if edit is None else edit)

    def commit(self, prepared: Any) -> Report:
        """Carry a prepared edit out, as a whole or not at all."""
        from .reload import commit

        with self.lock:
            return commit(self, prepared)

    def plan(self, edit: Edit | str) -> Plan | None:
        """Return what an edit would do."""
        wanted = Edit.of_files([os.path.realpath(edit)]) if isinstance(edit, str) else edit
        plan: Plan | None = self.prepare(wanted).plan
        return plan

    def ran_client(self, source: str, namespace: dict[str, Any]) -> None:
        """Learn what a cell or a prompt has run: its from-imports are kept up to date."""
        from .clients import Client

        self._clients.append(Client(source, namespace))

    @property
    def clients(self) -> list[Any]:
        """Namespaces outside the managed modules that import from them."""
        return self._clients


def live(roots: Iterable[str] = (".",), system: Any = None) -> Live:
    """Keep the modules below ``roots`` live.

    Args:
        roots: Folders.
        system: The import system that executes them; by default the process is taken over.
    """
    if system is None:
        from entrepot.engine import takeover

        system = takeover.take_over()
    return Live([os.fspath(root) for root in roots], system)


def _file_of(module: ModuleType) -> Any:
    spec = getattr(module, "__spec__", None)
    file = getattr(spec, "origin", None) or getattr(module, "__file__", None)
    return os.path.realpath(file) if isinstance(file, str) else None


__all__ = ["FAILED", "NEEDS_RESTART", "OK", "Live", "live", "sys"]
