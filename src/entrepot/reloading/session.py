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

from .depth import Deep, reason_of
from .edit import Edit
from .gate import Gate
from .hindrance import hindrance
from .managed import Managed
from .pause import Paused
from .report import FAILED, NEEDS_RESTART
from .status import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from entrepot.errors import FaultError
    from entrepot.verifying.verify import Verdict

    from .gate import Passage
    from .plan import Plan
    from .reload import Prepared
    from .report import Report


class Live(Managed):
    """Keeps modules live.

    Attributes:
        allow_partial: Whether to go on where something would be left old, and only note it.
    """

    def __init__(
        self, roots: Iterable[str], system: Any = None, *, allow_partial: bool = False
    ) -> None:
        super().__init__(roots, system)
        self.gate = Gate()
        self.allow_partial = allow_partial
        self.revision = 0
        self._open: Edit | None = None  # what failed or was refused, and is still to be taken
        self._last: Report | None = None
        self._taken: Prepared | None = None  # the last one committed: it can be rolled back
        self.fault: FaultError | None = None  # of our own: nothing is reloaded after it
        self.clients: list[Any] = []  # namespaces outside that import from managed modules

    def steady(self, label: str = "") -> Passage:
        """Return a context in which no reload is carried out; ``entrepot.steady`` tells more."""
        return self.gate.pass_through(label)

    def after_fork(self) -> None:
        """Begin anew in a forked child, whose only thread is the one that forked."""
        self.lock = threading.RLock()
        self.gate.after_fork()

    # the reload

    def changed_files(self) -> Edit:
        """Return an edit with every managed file whose content differs from what runs."""
        contents: dict[str, bytes | None] = {}
        for record in list(self.records.values()):
            if record.file in contents:
                continue
            found = Edit.of_files([record.file]).contents[record.file]
            if found != record.text.known():
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
        with self.lock, Paused():
            prepared = self.prepare(edit, alone=alone)
            report = self.commit(prepared)
            if self._taken is prepared:
                self._settle_taken(report)  # nobody else holds it: it cannot be rolled back
                self._taken = None
            return report

    def prepare(self, edit: Edit | None = None, *, alone: bool = False) -> Prepared:
        """Read, compare and plan; change nothing.

        Returns:
            An edit to commit. If there is no plan, the report tells why: a file cannot be read,
            the text is not Python, or a fault of our own, after which live is off.
        """
        with self.lock:
            return self._prepared(edit, alone=alone)

    def _prepared(self, edit: Edit | None, *, alone: bool) -> Prepared:
        from .reload import Prepared, beyond_limits, prepare

        wanted = edit or Edit({})
        try:
            wanted = self._wanted(edit, alone=alone)
            if self.fault is None:
                with Paused(), Deep():
                    return prepare(self, wanted)
            error: Exception = self.fault
        except OSError as unreadable:  # no restart could read it either
            error = unreadable
        except (MemoryError, RecursionError) as limit:  # no fault of ours: another save may do
            return beyond_limits(wanted, self.revision, limit)
        except Exception as fault:  # noqa: BLE001  # it must not end the program
            error = self._switch_off(fault)
        prepared = Prepared(wanted, self.revision)
        prepared.report.status, prepared.report.error = FAILED, error
        return prepared

    def _wanted(self, edit: Edit | None, *, alone: bool) -> Edit:
        """Return an edit, by default of what is on disk, with what was not taken before."""
        wanted = self.changed_files() if edit is None else edit
        if self._open is None or alone:
            return wanted
        before = self._open if edit is not None else Edit.of_files(self._open.contents)
        return Edit({**before.contents, **wanted.contents})

    def commit(self, prepared: Prepared) -> Report:
        """Carry a prepared edit out, as a whole or not at all."""
        from .reload import commit

        with self.lock:
            hindered = hindrance(self)
            if hindered is not None:
                prepared.report.status = FAILED
                prepared.report.error = hindered
                return prepared.report
            if prepared.revision != self.revision:  # another edit was taken since
                prepared = self._prepared(prepared.edit, alone=True)
            report = prepared.report
            before = {} if self._open is None else self._open.contents
            self._open = Edit({**before, **prepared.edit.contents})  # until it is taken
            self.is_busy = True
            try:
                with Paused(), Deep() as deep:
                    commit(self, prepared, deep)
            except (MemoryError, RecursionError) as limit:  # before anything ran
                prepared.journal.roll_back()
                report.status = NEEDS_RESTART
                report.reasons.append(reason_of(limit))
            except Exception as error:  # noqa: BLE001  # it must not end the program
                report.status, report.error = FAILED, self._switch_off(error)
            finally:
                self.is_busy = False
            self._last = report
            if report.is_ok:
                left = {f: text for f, text in before.items() if f not in prepared.edit.contents}
                self._open = Edit(left) if left else None
                self._settle_taken(report)  # only the last one can be rolled back
                self._taken = prepared
                self.revision += 1
            return report

    def _settle_taken(self, report: Report) -> None:
        """Let the edit that was taken last be one that cannot be rolled back."""
        for error in [] if self._taken is None else self._taken.journal.commit():
            what = f"{type(error).__name__}: {error}"
            report.notes.append(f"what the edit took away stays in memory, by a fault: {what}")

    def outstanding(self) -> set[str]:
        """Return the files whose text could not be taken so far: ``{"/app/shop.py"}``."""
        return set() if self._open is None else set(self._open.contents)

    def roll_back(self, prepared: Prepared) -> None:
        """Undo a committed edit; forget one that is only prepared.

        Raises:
            ReloadOrderError: Another edit was taken since.
            FaultError: Something could not be undone, by a fault of our own.
        """
        with self.lock:
            if not prepared.is_committed:
                return
            if prepared is not self._taken:
                raise ReloadOrderError(prepared.report.files)
            prepared.is_committed = False
            self._taken = None
            self.revision += 1
            try:
                prepared.journal.roll_back()
            except Exception as error:
                raise self._switch_off(error) from error

    def _switch_off(self, error: Exception) -> FaultError:
        """After a fault of our own nothing is reloaded any more; return the exception to tell."""
        from .outcomes import fault_of
        from .recorder import free_tools

        self.fault = fault_of(error)
        free_tools()
        return self.fault

    def plan(self, edit: Edit | str | os.PathLike[str]) -> Plan:
        """Return what an edit would do, and change nothing.

        Args:
            edit: An edit, or the name of a file as it is on disk now.

        Raises:
            SyntaxError: The new text is not Python.
            RuntimeError: It nests deeper than can be followed.
        """
        if not isinstance(edit, Edit):
            edit = Edit.of_files([os.path.realpath(edit)])
        prepared = self.prepare(edit)
        if prepared.plan is None:
            reasons = RuntimeError("; ".join(prepared.report.reasons))
            raise prepared.report.error or reasons
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
            return verify(self.roots or self.folders(), imported, self.base.of)

    def ran_client(self, source: str, namespace: dict[str, Any]) -> None:
        """Learn what a cell or a prompt has run: its from-imports are kept up to date."""
        from .clients import Client

        client = Client(source, namespace)
        if client.bound or client.stars:
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
