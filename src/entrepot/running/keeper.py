"""The keeper: one thread in the program that brings edits into it.

It waits for the hub, reads the files that have changed, and has the edit carried out at a safe
point. What runs on it blocks all signals, so that the program's own threads get them; it is no
thread that ``threading`` knows of; and it is stopped around a fork, so that a program with one
thread forks with one thread. A forked child connects to the hub by itself, and tells it what the
files looked like that it runs: what was saved around the fork, it hears of then.
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
from .bell import Bell
from .facts import Fact, Outcome, counted, relative, words_of
from .program import GRACE, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.reloading.edit import Edit

    from .program import LiveProgram
    from .safepoint import SafePoints
    from .settings import Settings

IDLE = 0.5  # seconds after the start: then what a reload needs is loaded, before an edit comes
QUIET = 0.1  # seconds without news that end a save of many files; the hub's own is half of it
MANY = 3  # files
LONGEST_STOP = 0.3  # seconds
LONGEST_IMPORT = 20.0  # seconds
MOST_HUBS = 3  # that are started in the place of one that was killed


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
        self._bell: Bell | None = None  # while the thread runs
        self._stops: list[bool] = []  # a wish that it stops; who takes it out has decided
        self._stopped = _thread.allocate_lock()
        self._number = 0  # of the thread, for the kernel
        self._is_stopping = False
        self._is_over = False
        self._is_warm = False
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
        self._bell = Bell()
        self._stops.clear()
        self._is_stopping = False
        self._stopped.acquire()
        ours = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
        try:
            _thread.start_new_thread(self._keep, ())
        finally:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, ours)

    def _stop_thread(self, bell: Bell) -> None:
        """Stop the thread, unless it is at work: it may be waiting for the thread that forks."""
        self._stops.append(True)
        if not self._stopped.acquire(timeout=LONGEST_STOP if bell.ring() else 0):
            if self._is_stop_taken():
                return
            self._stopped.acquire()
        self._stopped.release()
        bell.close()
        self._bell = None
        # C counts the threads of the process when it forks: wait until the kernel has ended it.
        end = time.monotonic() + 1
        while os.path.exists(f"/proc/self/task/{self._number}") and time.monotonic() < end:
            pass

    def _is_stop_taken(self) -> bool:
        try:
            return self._stops.pop()
        except IndexError:
            return False

    def _is_this_thread(self) -> bool:
        return self._number != 0 and _thread.get_native_id() == self._number

    def _at_exit(self) -> None:
        """End the thread before the interpreter ends: it would be cut off wherever it stands."""
        self._is_over = True
        if self._bell is not None and not self._is_this_thread():
            self._stop_thread(self._bell)

    def _before_fork(self) -> None:
        self.program.lock.acquire()  # no fork in the middle of a reload
        if self._bell is not None and not self._is_this_thread():
            self._stop_thread(self._bell)

    def _after_fork_in_parent(self) -> None:
        self.program.lock.release()
        if self._bell is None and not self._is_over:
            self._start_thread()

    def _after_fork_in_child(self) -> None:
        self.program.after_fork()
        self.points.after_fork()
        self._stopped = _thread.allocate_lock()
        if self._bell is not None:
            self._bell.close()
        if self._connection is not None:
            self._connection.close()
        self._connection = self._bell = None
        if not self._is_over:
            self._start_thread()

    def tell_files(self) -> None:
        """Tell the hub of the files that it does not know yet; one that is found, of all."""
        hub = self._connection
        if hub is None:
            return
        fields, was_behind = self.program.new_marks(), hub.has_unsent
        if fields:
            hub.send("files", *fields)
        if hub.has_unsent and not was_behind and self._bell is not None:
            self._bell.ring()  # the thread sends it when the hub can take it

    # the thread

    def _keep(self) -> None:
        self._number = _thread.get_native_id()
        try:
            while self._has_hub() and self._wait_or_warm_up():
                self._follow(self._connection.receive() if self._connection else [])
        except Exception as error:  # noqa: BLE001  # a fault of ours must not end the program
            self._is_over = True
            self.tell([Fact("fault", f"entrepot: {type(error).__name__}: {error}", "live is off")])
        finally:
            self._stopped.release()

    def _has_hub(self) -> bool:
        """Return whether there is a hub to wait for, after a search if there is none."""
        if self._connection is not None and self._connection.is_open:
            return True
        if self._found_hub():
            return True
        if not self._is_stopping:
            self._is_over = True
            self.tell([Fact("unwatch", "the watcher has ended", "no edit is seen now")])
        return False

    def _found_hub(self) -> bool:
        """Find the hub that a forked child begins with, or another when ours has been ended.

        It is told what the files that run here looked like, and tells which have changed.
        """
        is_another = self._connection is not None
        if self._hubs + is_another > MOST_HUBS:
            return False
        found = self._new_connection()
        if found is None:
            return False
        self._hubs += is_another
        self._connection = found
        found.send("files", *self.program.all_marks())
        if os.getpid() == self._leader:
            self.tell([Fact("watch", "the watcher was ended", "another one watches now")])
        return True

    def _new_connection(self) -> connection.Connection | None:
        if os.getpid() != self._leader:
            return connection.connect_soon(self.socket, self._rest)
        try:
            return connection.start_hub(self.socket, self.settings.poll)
        except OSError:
            return None

    def _wait_or_warm_up(self) -> bool:
        if not self._is_warm and not self._wait(IDLE):
            if self._is_stopping:
                return False
            self._is_warm = True
            import entrepot.reloading.reload  # noqa: F401  # parsers and all: most of a first edit

            self.program.manage_main()
            self.on_idle()
        return self._wait(None)

    def _wait(self, seconds: float | None) -> bool:
        """Wait for the hub; return whether it has something to say."""
        hub = self._connection
        while hub is not None and hub.fileno() >= 0:
            hub.flush()
            wanted = select.POLLIN | (select.POLLOUT if hub.has_unsent else 0)
            ready = self._ready(seconds, (hub.fileno(), wanted))
            if self._is_stopping or not ready:
                return False
            if ready.get(hub.fileno(), 0) & ~select.POLLOUT:
                return True
        return True

    def _rest(self, seconds: float) -> bool:
        """Wait; return whether the thread is to go on."""
        self._ready(seconds)
        return not self._is_stopping

    def _ready(self, seconds: float | None, *others: tuple[int, int]) -> dict[int, int]:
        """Wait for the bell, or another descriptor; return which is ready, and for what."""
        bell = self._bell
        if bell is None or bell.fileno() < 0:  # a daemon closes every descriptor
            if bell is not None:
                self.program.rescue_texts()
            bell = self._bell = Bell()
        waiting = select.poll()
        for number, wanted in ((bell.fileno(), select.POLLIN), *others):
            waiting.register(number, wanted)
        ready = dict(waiting.poll(None if seconds is None else 1000 * seconds))
        bell.hush()
        self._is_stopping = self._is_stopping or self._is_stop_taken()
        return ready

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
        others = files - {*self.program.files()}  # such as one that an import did not find
        if self.program.is_running(edit) and not (others and self.program.is_due(edit)):
            self.outstanding = set()
            self.program.note_read(edit)
            if self.error is not None:
                self.program.apply(edit)
                self.error = self._failed = None
                self.tell([Fact("clear", "the files are again what the program runs")])
            return
        if not is_asked and edit == self._failed and not others:
            return
        self._carry_out(edit, start, others)

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

    def _carry_out(self, edit: Edit, start: float, others: set[str]) -> None:
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
        files = sorted(edit.contents) or sorted(others)  # that came to a folder that is listed
        self._told(edit, files, statements, done[0], longer, start)

    def _wait_for_imports(self) -> None:
        """Wait while other threads import, for a while: nobody is held for so long."""
        end = time.monotonic() + LONGEST_IMPORT
        while self.program.importing() and time.monotonic() < end:
            time.sleep(GRACE / 10)

    def _told(
        self,
        edit: Edit,
        files: list[str],
        statements: tuple[int, int],
        report: Report,
        longer: list[str],
        start: float,
    ) -> None:
        was_wrong, self.error = self.error, None if report.is_ok else report
        is_same = edit == self._failed and words_of(was_wrong) == words_of(report)
        self._failed = None if report.is_ok else edit
        self.outstanding = set() if report.is_ok else set(edit.contents)
        self.edits += report.is_ok
        self.program.note_read(edit)
        self.tell_files()
        took = time.monotonic() - start
        if not is_same:  # else that was said
            self.on_outcome(Outcome(report, files, statements, longer, took, self.edits))
        if was_wrong is not None and report.is_ok:
            self.tell([Fact("clear", "the error is over: the program runs what is saved")])
