"""The keeper: one thread in the program that brings edits into it.

It waits for the hub, reads the files that have changed, and has the edit carried out at a safe
point. What runs on it blocks all signals, so that the program's own threads get them; it is no
thread that ``threading`` knows of; and it is stopped around a fork, so that a program with one
thread forks with one thread. A forked child connects to the hub by itself.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal loads enum and five more
import _thread
import atexit
import os
import select
import time

from entrepot.reloading.report import FAILED, Report

from . import connection
from .facts import Fact, Outcome, relative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from entrepot.reloading.edit import Edit

    from .program import LiveProgram
    from .safepoint import SafePoints

GRACE = 0.1  # seconds that a file may be missing, or empty, in the middle of a save
IDLE = 0.5  # seconds after the start: then what a reload needs is loaded, before an edit comes
QUIET = 0.1  # seconds without news that end a save of many files; the hub's own is half of it
MANY = 3  # files
LONGEST_STOP = 0.3  # seconds
LONGEST_IMPORT = 20.0  # seconds
MOST_HUBS = 3  # that are started in the place of one that was killed


class Settings:
    """What was asked for.

    Attributes:
        settle: Seconds to wait for requests that are in flight.
        poll: Seconds between two looks at the files; None for file events.
    """

    def __init__(self, settle: float, poll: float | None) -> None:
        self.settle = settle
        self.poll = poll


class Keeper:
    """Keeps a program live from its first line to its last.

    Attributes:
        program: What is kept live.
        outstanding: Files whose content is not what runs: ``{"/app/cart.py"}``.
        error: The report of the edit that could not be applied, while it is outstanding.
        edits: How many edits were carried out.
        how: How the hub watches, in its words; empty until it does.
        on_outcome: Told of what became of an edit.
        on_idle: Called once, when the program has run for a moment.
        answer: Answers what the program is asked from outside.
    """

    def __init__(
        self,
        program: LiveProgram,
        points: SafePoints,
        settings: Settings,
        tell: Callable[[list[Fact]], object],
        socket: str,
    ) -> None:
        self.program = program
        self.points = points
        self.settings = settings
        self.tell = tell
        self.socket = socket
        self.outstanding: set[str] = set()
        self.error: Report | None = None
        self.edits = 0
        self.how = ""
        self.on_outcome: Callable[[Outcome], object] = bool
        self.on_idle: Callable[[], object] = bool
        self.answer: Callable[[str, list[str]], str] | None = None
        self._connection: connection.Connection | None = None
        self._leader = os.getpid()
        self._stopped = _thread.allocate_lock()
        self._wake: tuple[int, int] = (-1, -1)
        self._number = 0  # of the thread, for the kernel
        self._is_warm = False
        self._is_woken = False
        self._failed: Edit | None = None
        self._hubs = 0

    # life

    def start(self) -> None:
        """Start the hub and the thread.

        Raises:
            OSError: The hub cannot be started.
        """
        self._connection = connection.start_hub(self.socket, self.settings.poll)
        self._start_thread()
        atexit.register(self._at_exit)
        os.register_at_fork(
            before=self._before_fork,
            after_in_parent=self._after_fork_in_parent,
            after_in_child=self._after_fork_in_child,
        )

    def _start_thread(self) -> None:
        self._wake = tuple(connection.high(end) for end in os.pipe())  # type: ignore[assignment]
        self._stopped.acquire()
        ours = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
        try:
            _thread.start_new_thread(self._keep, ())
        finally:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, ours)

    def _stop_thread(self) -> None:
        """Stop the thread, unless it is at work: it may be waiting for the thread that forks."""
        read_end, write_end = self._wake
        os.write(write_end, b"x")
        if not self._stopped.acquire(timeout=LONGEST_STOP):
            waiting = select.poll()
            waiting.register(read_end, select.POLLIN)
            if waiting.poll(0):
                os.read(read_end, 1)
                return
            self._stopped.acquire()
        self._stopped.release()
        self._close_wake()
        # C counts the threads of the process when it forks: wait until the kernel has ended it.
        deadline = time.monotonic() + 1
        while os.path.exists(f"/proc/self/task/{self._number}"):
            if time.monotonic() > deadline:
                return

    def _close_wake(self) -> None:
        for end in self._wake:
            if end >= 0:
                os.close(end)
        self._wake = (-1, -1)

    @property
    def is_keeping(self) -> bool:
        """Whether the thread runs."""
        return self._wake[0] >= 0

    def _is_this_thread(self) -> bool:
        return self._number != 0 and _thread.get_native_id() == self._number

    def _at_exit(self) -> None:
        """End the thread before the interpreter ends: it would be cut off wherever it stands."""
        if self.is_keeping and not self._is_this_thread():
            self._stop_thread()

    def _before_fork(self) -> None:
        self.program.lock.acquire()  # no fork in the middle of a reload
        if self.is_keeping and not self._is_this_thread():
            self._stop_thread()

    def _after_fork_in_parent(self) -> None:
        self.program.lock.release()
        if not self.is_keeping and self._connection is not None and self._connection.is_open:
            self._start_thread()

    def _after_fork_in_child(self) -> None:
        self.program.after_fork()
        self.points.after_fork()
        self._close_wake()
        self._stopped = _thread.allocate_lock()
        if self._connection is not None:
            self._connection.close()
        self._connection = connection.connect(self.socket)
        if self._connection is not None:
            self._start_thread()
            self._tell_all_files()

    def _tell_all_files(self) -> None:
        """Tell a hub that knows nothing yet of every file, as it is now."""
        for file in self.program.files():
            self.program.note(file)
        self.tell_files()

    def tell_files(self) -> None:
        """Tell the hub of the files that it does not know yet."""
        marks, self.program.marks = self.program.marks, {}
        fields = [field for pair in marks.items() for field in pair]
        if self._connection is not None and fields:
            self._connection.send("files", *fields)

    # the thread

    def _keep(self) -> None:
        self._number = _thread.get_native_id()
        try:
            while self._wait_or_warm_up():
                self._follow(self._connection.receive() if self._connection else [])
                if (
                    self._connection is None or not self._connection.is_open
                ) and not self._found_another_hub():
                    self.tell([Fact("unwatch", "the watcher has ended", "no edit is seen now")])
                    break
        except Exception as error:  # noqa: BLE001  # a fault of ours must not end the program
            self.tell([Fact("fault", f"entrepot: {type(error).__name__}: {error}", "live is off")])
        finally:
            self._stopped.release()

    def _found_another_hub(self) -> bool:
        """Go on with another hub when somebody has ended ours; return whether there is one.

        The process that started the first one starts it; a forked child connects to it then.
        """
        is_leader = os.getpid() == self._leader
        self._hubs += 1
        if self._hubs > MOST_HUBS:
            return False
        try:
            if is_leader:
                self._connection = connection.start_hub(self.socket, self.settings.poll)
            else:
                self._connection = connection.connect_soon(self.socket)
        except OSError:
            return False
        if self._connection is None:
            return False
        self._tell_all_files()
        if is_leader:
            self.tell([Fact("watch", "the watcher was ended", "another one watches now")])
        self.bring_up(set(self.program.files()), time.monotonic())  # saved while nobody watched
        return True

    def _wait_or_warm_up(self) -> bool:
        if not self._is_warm and not self._wait(IDLE):
            if self._is_woken:
                return False
            self._is_warm = True
            import entrepot.reloading.reload  # noqa: F401  # parsers and all: most of a first edit

            self.program.manage_main()
            self.on_idle()
        return self._wait(None)

    def _wait(self, seconds: float | None) -> bool:
        """Wait for the hub; return whether it has something to say."""
        if self._connection is None or self._connection.fileno() < 0:
            return True
        self._connection.flush()
        waiting = select.poll()
        waiting.register(self._connection.fileno(), select.POLLIN)
        waiting.register(self._wake[0], select.POLLIN)
        ready = {number for number, _ in waiting.poll(None if seconds is None else 1000 * seconds)}
        self._is_woken = self._wake[0] in ready
        return bool(ready) and not self._is_woken

    def _follow(self, messages: list[list[str]]) -> None:
        changed: set[str] = set()
        for word, *fields in messages:
            if word == "changed":
                changed.update(fields)
            elif word == "ready":
                self.how = fields[0]
            elif word == "fault":
                self.tell([Fact("fault", relative(fields[0]))])
            elif word == "ask":
                self._reply(fields)
        if changed:
            self._changed(changed, time.monotonic())

    def _reply(self, fields: list[str]) -> None:
        number, verb, *words = fields
        text = self.answer(verb, words) if self.answer is not None else ""
        if self._connection is not None:
            self._connection.send("answer", number, text)

    # an edit

    def _changed(self, files: set[str], start: float) -> None:
        later: list[list[str]] = []
        while len(files) > MANY and self._wait(QUIET):
            for message in self._connection.receive() if self._connection else []:
                if message[0] == "changed":
                    files.update(message[1:])
                else:
                    later.append(message)
            if self._connection is None or not self._connection.is_open:
                break
        self.bring_up(files, start)
        self._follow(later)

    def bring_up(self, files: set[str], start: float, *, is_asked: bool = False) -> None:
        """Bring the program up to what these files, and the outstanding ones, hold now.

        Args:
            files: Files that may have changed.
            start: When that was heard of.
            is_asked: Whether somebody asked for it, so that nothing is too old to be tried.
        """
        self.program.manage_main()
        try:
            edit = settled(self.program, files, self.outstanding)
        except OSError as error:
            self._cannot_read(files, error, start)
            return
        if self.program.is_running(edit):
            self.outstanding = set()
            if self.error is not None:
                self.program.apply(edit)
                self.error = self._failed = None
                self.tell([Fact("clear", "the files are again what the program runs")])
            return
        if not is_asked and edit == self._failed:
            return
        self._carry_out(edit, start)

    def _cannot_read(self, files: set[str], error: OSError, start: float) -> None:
        """Tell once that a file cannot be read; it is in every later edit until it can be."""
        self.outstanding |= files & set(self.program.files())
        if self.error is not None and str(self.error.error) == str(error):
            return
        self.error = Report(FAILED)
        self.error.error = error
        took = time.monotonic() - start
        told = sorted(self.outstanding)
        self.on_outcome(Outcome(self.error, told, (0, 0), [], took, self.edits))

    def _carry_out(self, edit: Edit, start: float) -> None:
        done: list[Report] = []
        prepared = self.program.prepare(edit)
        if prepared.plan is None and isinstance(prepared.report.error, SyntaxError):
            time.sleep(GRACE / 4)
            again = settled(self.program, set(), set(edit.contents))
            if again != edit:  # it was in the middle of a save
                self.bring_up(set(edit.contents), start)
                return
        self._wait_for_imports()
        statements = counted(prepared)
        longer = self.program.gate.close(self.settings.settle) if prepared.plan else []
        try:
            self.points.run(lambda: done.append(self.program.commit(prepared)))
        finally:
            self.program.gate.open()
        self._told(edit, statements, done[0], longer, start)

    def _wait_for_imports(self) -> None:
        """Wait while other threads import, for a while: nobody is held for so long."""
        end = time.monotonic() + LONGEST_IMPORT
        while self.program.importing() and time.monotonic() < end:
            time.sleep(GRACE / 10)

    def _told(
        self,
        edit: Edit,
        statements: tuple[int, int],
        report: Report,
        longer: list[str],
        start: float,
    ) -> None:
        was_wrong, self.error = self.error, None if report.is_ok else report
        self._failed = None if report.is_ok else edit
        self.outstanding = set() if report.is_ok else set(edit.contents)
        self.edits += report.is_ok
        for file in edit.contents:
            self.program.note(file)
        self.tell_files()
        took = time.monotonic() - start
        files = sorted(edit.contents)
        outcome = Outcome(report, files, statements, longer, took, self.edits)
        self.on_outcome(outcome)
        if was_wrong is not None and report.is_ok:
            self.tell([Fact("clear", "the error is over: the program runs what is saved")])


def counted(prepared: Any) -> tuple[int, int]:
    """Return how many statements a prepared edit changes, and of how many."""
    changes = (getattr(prepared, "changes", None) or {}).values()
    changed = {
        id(live)
        for change in changes
        for live in (*change.added, *change.signed, *(scope.live for scope, _ in change.patches))
    }
    removed = sum(len(change.removed) for change in changes)
    return max(len(changed), removed), sum(len(change.lives) for change in changes)


def settled(program: LiveProgram, files: set[str], outstanding: set[str]) -> Edit:
    """Return an edit of files, after a moment if one of them is being saved right now."""
    edit = program.edit_of(files, outstanding)
    if any(not content for content in edit.contents.values()):
        time.sleep(GRACE)
        edit = program.edit_of(files, outstanding)
    return edit
