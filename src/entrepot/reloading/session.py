"""A live session: which modules are managed, and the reload as six words.

    live = entrepot.live(roots=["src"])
    report = live.apply()

``prepare`` reads and plans and changes nothing; ``commit`` makes the changes or none of them;
``roll_back`` undoes a committed edit as long as no other one was taken. ``apply`` prepares and
commits.

One reload runs at a time: another thread's waits. A reload waits until no other thread imports a
managed module, and an import that begins meanwhile waits for the reload, each for a bounded time,
since the two may need each other.
"""

from __future__ import annotations

import os
import threading

from entrepot.errors import ReloadOrderError

from .absent import Absent
from .base import Base
from .edit import Edit
from .gate import Gate
from .hindrance import hindrance
from .reading import read
from .recorder import Recorder
from .report import FAILED, Report
from .revision import Record, file_of
from .status import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, ModuleType
    from typing import Any

    from entrepot.verifying.verify import Verdict

    from .gate import Passage
    from .plan import Plan
    from .reload import Prepared

LONGEST_WAIT_OF_IMPORTS = 2.0


class Live:
    """Keeps modules live.

    Attributes:
        roots: Folders whose modules are managed, absolute.
        records: What the process runs, by module name: ``{"shop.cart": Record}``.
        allow_partial: Whether to go on where something would be left old, and only note it.
    """

    def __init__(
        self, roots: Iterable[str], system: Any = None, *, allow_partial: bool = False
    ) -> None:
        self.roots = [os.path.realpath(root) for root in roots]
        self.records: dict[str, Record] = {}
        self.recorder = Recorder()
        self.base = Base(self.is_managed_class)
        self.absent = Absent()
        self.lock = threading.RLock()
        self.gate = Gate()
        self.system = system
        self.allow_partial = allow_partial
        self.revision = 0
        self._pending: list[Record] = []
        self._running: dict[int, tuple[int, Record]] = {}  # by code: the thread and the module
        self.imports_ended = threading.Condition(threading.Lock())
        self._order = 0
        self._open: Edit | None = None  # what failed or was refused, and is still to be taken
        self._last: Report | None = None
        self._taken: Prepared | None = None  # the last one committed: it can be rolled back
        self.is_busy = False
        self.fault: Exception | None = None
        self.clients: list[Any] = []  # namespaces outside that import from managed modules
        self._remove: Callable[[], object] | None = None
        if system is not None:
            self._remove = system.add_execution_hook(self)

    def close(self) -> None:
        """Stop recording; the modules go on as they are."""
        if self._remove is not None:
            self._remove()
            self._remove = None

    def steady(self, label: str = "") -> Passage:
        """Return a context in which no reload is carried out; ``entrepot.steady`` tells more."""
        return self.gate.pass_through(label)

    def after_fork(self) -> None:
        """Begin anew in a forked child, whose only thread is the one that forked."""
        self.lock = threading.RLock()
        self.gate.after_fork()

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
        return module in self.records or any(
            record.name == module for _, record in list(self._running.values())
        )

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
        self.records[record.name] = record
        self._pending.append(record)

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Begin to record a managed module."""
        file = file_of(module)
        if not self.is_managed_file(file):
            return code
        self._wait_for_reload()
        found = read(module, file, code)
        if found is None:
            return code
        text, code = found
        self._order += 1
        name = module.__name__
        record = Record(module, name, text, code, self._order)
        self._running[id(code)] = (threading.get_ident(), record)
        self.records[name] = record
        self.recorder.begin(record)
        return code

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """End recording; take the base when the outermost import is over."""
        del module
        found = self._running.pop(id(code), None)
        if found is None:
            return
        record = found[1]
        is_over = self.recorder.end(record)
        if error is not None:
            if self.records.get(record.name) is record:
                del self.records[record.name]
        else:
            self._pending.append(record)
        if is_over:
            self.take_base()
            with self.imports_ended:
                self.imports_ended.notify_all()

    def _wait_for_reload(self) -> None:
        """Let a reload on another thread end: what is imported meanwhile must not see half of it.

        Not for ever: that reload may be waiting for the very module that is imported here.
        """
        if self.is_busy and self.lock.acquire(timeout=LONGEST_WAIT_OF_IMPORTS):
            self.lock.release()

    def importing(self, *, here: bool = False) -> list[str]:
        """Return the managed modules that other threads are importing, or this one."""
        mine = threading.get_ident()
        running = list(self._running.values())
        return [record.name for thread, record in running if (thread == mine) is here]

    def take_base(self) -> None:
        """Note the import-time values of the modules imported since the last time."""
        pending, self._pending = self._pending, []
        for record in pending:
            record.base = dict(record.namespace)
            self.base.take(value for name, value in record.base.items() if name != "__builtins__")

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

    def apply(self, edit: Edit | None = None, *, alone: bool = False) -> Report:
        """Bring the program up to an edit, by default to what is on disk.

        Args:
            edit: New text for files; what an earlier reload could not take is taken with it.
            alone: Take the edit without that; it stays to be taken.

        Returns:
            What was done. ``status`` is ``"ok"``, or ``"failed"`` or ``"needs_restart"``, and
            then nothing has changed.
        """
        with self.lock:
            try:
                prepared = self.prepare(edit, alone=alone)
                report = self.commit(prepared)
            except OSError as error:  # a file cannot be read: no restart could read it either
                report = self._last = Report(FAILED)
                report.error = error
                return report
            except Exception as error:
                return self._switched_off(error)
            prepared.journal.commit()  # nobody else holds it: it cannot be rolled back
            return report

    def _switched_off(self, error: Exception) -> Report:
        """After a fault of our own, with everything rolled back: say so and step aside."""
        import warnings

        self.close()
        self.fault = error
        report = Report(FAILED)
        report.error = error
        report.notes.append(
            f"a fault of entrepot's own ({type(error).__name__}: {error}); the program runs what "
            f"it ran before and is not kept live any more; restart it to go on"
        )
        warnings.warn(report.notes[0], RuntimeWarning, stacklevel=3)
        self._last = report
        return report

    def prepare(self, edit: Edit | None = None, *, alone: bool = False) -> Prepared:
        """Read, compare and plan; change nothing."""
        from .reload import prepare

        with self.lock:
            wanted = self.changed_files() if edit is None else edit
            if self._open is not None and not alone:
                before = self._open if edit is not None else Edit.of_files(self._open.contents)
                wanted = Edit({**before.contents, **wanted.contents})
            return prepare(self, wanted)

    def commit(self, prepared: Prepared) -> Report:
        """Carry a prepared edit out, as a whole or not at all."""
        from .reload import commit, prepare

        with self.lock:
            hindered = hindrance(self)
            if hindered is not None:
                prepared.report.status = FAILED
                prepared.report.error = hindered
                return prepared.report
            if prepared.revision != self.revision:  # another edit was taken since
                prepared = prepare(self, prepared.edit)
            self.is_busy = True
            try:
                report = commit(self, prepared)
            finally:
                self.is_busy = False
            self._last = report
            if report.is_ok:
                self._open = self._left_open(prepared.edit)
                if self._taken is not None:
                    self._taken.journal.commit()  # only the last one can be rolled back
                self._taken = prepared
                self.revision += 1
            else:
                before = {} if self._open is None else self._open.contents
                self._open = Edit({**before, **prepared.edit.contents})
            return report

    def _left_open(self, taken: Edit) -> Edit | None:
        """Return what is still to be taken after an edit that was taken."""
        before = {} if self._open is None else self._open.contents
        left = {file: text for file, text in before.items() if file not in taken.contents}
        return Edit(left) if left else None

    def outstanding(self) -> set[str]:
        """Return the files whose text could not be taken so far: ``{"/app/shop.py"}``."""
        return set() if self._open is None else set(self._open.contents)

    def roll_back(self, prepared: Prepared) -> None:
        """Undo a committed edit; forget one that is only prepared.

        Raises:
            ReloadOrderError: Another edit was taken since.
        """
        with self.lock:
            if not prepared.is_committed:
                return
            if prepared is not self._taken:
                raise ReloadOrderError(prepared.report.files)
            prepared.journal.roll_back()
            prepared.is_committed = False
            self._taken = None
            self.revision += 1

    def plan(self, edit: Edit | str | os.PathLike[str]) -> Plan:
        """Return what an edit would do, and change nothing.

        Args:
            edit: An edit, or the name of a file as it is on disk now.

        Raises:
            SyntaxError: The new text is not Python.
        """
        if not isinstance(edit, Edit):
            edit = Edit.of_files([os.path.realpath(edit)])
        prepared = self.prepare(edit)
        if prepared.plan is None:
            assert prepared.report.error is not None
            raise prepared.report.error
        return prepared.plan

    def retry(self) -> Report:
        """Try again what failed or was refused, with what is on disk now."""
        with self.lock:
            if self._open is None:
                return self.apply()
            on_disk = Edit.of_files(self._open.contents)
            return self.apply(Edit({**on_disk.contents, **self.changed_files().contents}))

    def status(self) -> Status:
        """Return what is managed, and what the files have that the program does not run."""
        with self.lock:
            return Status(
                self.roots,
                sorted(self.records),
                sorted(self.changed_files().contents),
                self._last,
                self.revision,
            )

    def verify(self) -> Verdict:
        """Compare the managed modules with two fresh processes that import them.

        Returns:
            Whether the program equals a restart, and where it does not.

        Raises:
            VerifyError: A fresh process died or took too long.
        """
        from entrepot.verifying.verify import verify

        with self.lock:
            records = sorted(self.records.values(), key=lambda record: record.order)
            imported = {record.name: record.base for record in records}
            return verify(self.roots, imported, self.base.of)

    def ran_client(self, source: str, namespace: dict[str, Any]) -> None:
        """Learn what a cell or a prompt has run: its from-imports are kept up to date."""
        from .clients import Client

        client = Client(source, namespace)
        if client.bound:
            self.clients.append(client)


def live(
    roots: Iterable[str | os.PathLike[str]] = (".",),
    system: Any = None,
    *,
    allow_partial: bool = False,
) -> Live:
    """Keep the modules below some folders live.

    Args:
        roots: Folders.
        system: The import system that executes them; by default the process is taken over.
        allow_partial: Go on where something would be left old, and note it in the report.

    Returns:
        The session. Modules that are loaded already are attached; those imported from now on are
        recorded while they are imported, which knows more.
    """
    if system is None:
        from entrepot.engine import takeover

        system = takeover.current() or takeover.take_over()
    session = Live([os.fspath(root) for root in roots], system, allow_partial=allow_partial)
    session.attach()
    return session
