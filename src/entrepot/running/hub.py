"""The hub: a process of its own that watches files and answers on a socket.

    hub FD SOCKET POLL

FD is the connection to the program that started it; forked children of that program connect by
themselves, through SOCKET, and so do ``entrepot status`` and the like. POLL is the number of
seconds between two looks, or ``-`` for file events. The hub lives as long as a program does, and
says nothing on any terminal. What it loads is its own affair.
"""

from __future__ import annotations

import os
import queue
import selectors
import signal
import socket
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from .connection import leave_surroundings
from .snapshot import Snapshot
from .wire import Unpacker, packed

if TYPE_CHECKING:
    from collections.abc import Callable

STEP, DEBOUNCE = 5, 50  # milliseconds: an edit is told 5 to 10 ms after it
LOOK_ANYWAY = 2.0  # seconds; network and container mounts may have no file events
LOOK_SOON = 0.05  # seconds; while file events are not there yet
LOOK = 0.3  # seconds between two looks when there are no file events
GRACE = 2.0  # seconds to wait for forked children after the last program is gone
PATIENCE = 30.0  # seconds that a program may take to answer
READ_SIZE = 65536


class Peer:
    """Somebody connected: a program that is kept live, or one who asks about it.

    Attributes:
        is_program: Whether it is a program.
    """

    def __init__(self, connection: socket.socket, *, is_program: bool) -> None:
        self.connection = connection
        self.is_program = is_program
        self.unpacker = Unpacker()
        self.pid = ""

    def send(self, word: str, *fields: str) -> None:
        """Send a message; whoever has gone is noticed when it is read from."""
        try:
            self.connection.sendall(packed(word, *fields))
        except OSError:
            return


class Question:
    """A question that was passed on to programs, and the answers so far."""

    def __init__(self, asker: Peer, asked: list[Peer]) -> None:
        self.asker = asker
        self.open = asked
        self.answers: list[str] = []
        self.until = time.monotonic() + PATIENCE


class Hub:
    """Everything that the process does, on one thread; one more waits for file events."""

    def __init__(self, watcher: Watcher) -> None:
        self._selector = selectors.DefaultSelector()
        self._watcher = watcher
        self._peers: set[Peer] = set()
        self._questions: dict[int, Question] = {}
        self._number = 0
        self._alone_since = 0.0
        self._how = ""

    def listen(self, path: str) -> socket.socket | None:
        """Open the socket; return it, or None if it cannot be had (the programs are told)."""
        listener = socket.socket(socket.AF_UNIX)
        try:
            make_private_folder(os.path.dirname(path))
            remove_stale(path)
            listener.bind(path)
            listener.listen(64)
        except OSError as error:
            listener.close()
            self._tell("fault", f"no socket at {path}: {error.strerror or error}")
            return None
        self._selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        return listener

    def add(self, connection: socket.socket, *, is_program: bool) -> None:
        """Begin to read what somebody sends."""
        peer = Peer(connection, is_program=is_program)
        self._peers.add(peer)
        self._selector.register(connection, selectors.EVENT_READ, partial(self._read, peer))

    def run(self) -> None:
        """Serve until the last program is gone."""
        wake = self._watcher.wake
        self._selector.register(wake, selectors.EVENT_READ, partial(os.read, wake, READ_SIZE))
        self._say_how()
        while self._is_needed():
            for key, _ in self._selector.select(self._watcher.pause()):
                key.data()
            self._look()
            self._drop_late_questions()

    def _is_needed(self) -> bool:
        if any(peer.is_program for peer in self._peers):
            self._alone_since = 0.0
            return True
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        return now - self._alone_since < GRACE

    def _look(self) -> None:
        changed = self._watcher.changed()
        if changed:
            self._tell("changed", *changed)
        for fault in self._watcher.new_faults():
            self._tell("fault", fault)
        self._say_how()

    def _say_how(self) -> None:
        if self._how != self._watcher.how:
            self._how = self._watcher.how
            self._tell("ready", self._how)

    def _tell(self, word: str, *fields: str) -> None:
        for peer in self._peers:
            if peer.is_program:
                peer.send(word, *fields)

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        if is_of_this_user(connection):
            self.add(connection, is_program=False)
        else:
            connection.close()

    def _read(self, peer: Peer) -> None:
        try:
            received = peer.connection.recv(READ_SIZE)
        except OSError:
            received = b""
        if not received:
            self._leave(peer)
            return
        try:
            for word, *fields in peer.unpacker.feed(received):
                self._follow(peer, word, fields)
        except ValueError:
            self._leave(peer)  # that is none of ours

    def _leave(self, peer: Peer) -> None:
        self._selector.unregister(peer.connection)
        peer.connection.close()
        self._peers.discard(peer)
        for number, question in list(self._questions.items()):
            if peer in question.open:
                self._answer(number, peer, "")

    def _follow(self, peer: Peer, word: str, fields: list[str]) -> None:
        if word == "join":
            peer.is_program, peer.pid = True, fields[0]
            peer.send("ready", self._how)
        elif word == "files":
            late = self._watcher.add(fields)
            if late:
                peer.send("changed", *late)
        elif word == "answer":
            self._answer(int(fields[0]), peer, fields[1])
        elif word == "ask":
            self._ask(peer, fields)

    def _ask(self, asker: Peer, fields: list[str]) -> None:
        programs = [peer for peer in self._peers if peer.is_program]
        self._number += 1
        self._questions[self._number] = Question(asker, list(programs))
        for peer in programs:
            peer.send("ask", str(self._number), *fields)
        if not programs:
            asker.send("answers")

    def _answer(self, number: int, peer: Peer, text: str) -> None:
        question = self._questions.get(number)
        if question is None or peer not in question.open:
            return
        question.open.remove(peer)
        if text:
            question.answers.append(text)
        if not question.open:
            del self._questions[number]
            question.asker.send("answers", *question.answers)

    def _drop_late_questions(self) -> None:
        now = time.monotonic()
        for number, question in list(self._questions.items()):
            if now > question.until:
                del self._questions[number]
                question.asker.send("answers", *question.answers)


class Watcher:
    """Watches folders: by file events of ``watchfiles``, or by looking again and again.

    Attributes:
        how: ``"file events"`` or ``"polling"``; empty while nothing is watched yet.
        wake: A file to read from that becomes readable when there may be something new.
    """

    def __init__(self, every: float | None) -> None:
        self._every = every
        self._snapshot = Snapshot()
        self._told: set[str] = set()
        self._touched: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stop: threading.Event | None = None
        self._events_failed = ""
        self._last_look = 0.0
        self.wake, self._wake_up = os.pipe()
        os.set_blocking(self._wake_up, False)
        self._watch: Callable[..., Any] | None = None
        self._loaded: queue.SimpleQueue[Callable[..., Any]] = queue.SimpleQueue()
        self._is_loading = every is None and not _is_set("WATCHFILES_FORCE_POLLING")
        self.how = "polling"
        if self._is_loading:  # a while: until then, look
            threading.Thread(target=self._load, daemon=True).start()

    def _load(self) -> None:
        try:
            from watchfiles import watch
        except ImportError:
            pass
        else:
            self._loaded.put(watch)
        self._is_loading = False
        self._ring()

    def pause(self) -> float:
        """Return how long may be waited before the next look."""
        if self._is_loading:
            return LOOK_SOON
        if self._watch is None:
            return self._every or LOOK
        return 1.0  # folders that could not be watched are tried again

    def add(self, fields: list[str]) -> list[str]:
        """Watch files, given as file, mark, file, mark, …; return those that differ already."""
        known = len(self._snapshot.folders)
        pairs = zip(fields[::2], fields[1::2], strict=True)
        late = [file for file, mark in pairs if self._snapshot.add(file, mark)]
        if len(self._snapshot.folders) != known:
            self._begin_events()
        return late

    def changed(self) -> list[str]:
        """Return the files that have changed since the last call."""
        now = time.monotonic()
        touched = set()
        while not self._touched.empty():
            touched.add(self._touched.get())
        if not self._loaded.empty():
            self._watch, self.how = self._loaded.get(), "file events"
            self._begin_events()
        if self._events_failed:
            self._watch, self.how = None, "polling"
        every = LOOK_ANYWAY if self._watch else self.pause()
        if now - self._last_look >= every * 0.9:
            self._last_look = now
            touched.update(self._snapshot.folders)
        changed = self._snapshot.changed(touched)
        if self._snapshot.replaced:
            self._snapshot.replaced.clear()
            self._begin_events()
        return changed

    def new_faults(self) -> list[str]:
        """Return what could not be watched and has not been told."""
        faults = {f"cannot read {d}: {why}" for d, why in self._snapshot.faults.items()}
        if self._events_failed:
            faults.add(f"no file events: {self._events_failed}; polling instead")
        new = sorted(faults - self._told)
        self._told = faults
        return new

    def _begin_events(self) -> None:
        """Replace the thread that waits for events; what happens meanwhile, a look finds."""
        if self._watch is None:
            return
        if self._stop is not None:
            self._stop.set()
        self._stop = threading.Event()
        folders = [d for d in self._snapshot.folders if d not in self._snapshot.faults]
        if folders:
            work = (self._watch, folders, self._stop)
            threading.Thread(target=self._pass_events_on, args=work, daemon=True).start()

    def _pass_events_on(
        self, watch: Callable[..., Any], folders: list[str], stop: threading.Event
    ) -> None:
        is_new = True  # look once when the events are on: nothing is lost between two watches
        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=DEBOUNCE,
                step=STEP,
                rust_timeout=1000,
                yield_on_timeout=True,
                stop_event=stop,
                recursive=False,
                raise_interrupt=False,
            ):
                names = {name for _, path in changes for name in (path, os.path.dirname(path))}
                for name in names.union(folders if is_new else ()):
                    self._touched.put(name)
                is_new = False
                self._ring()
        except Exception as error:  # noqa: BLE001  # any fault of file events: look instead
            if not stop.is_set():
                self._events_failed = f"{type(error).__name__}: {error}"
                self._ring()

    def _ring(self) -> None:
        try:
            os.write(self._wake_up, b"x")
        except BlockingIOError:
            return  # it rings already


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false")


def make_private_folder(folder: str) -> None:
    """Make the folder of the sockets, or check that it is one that only its user can enter."""
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        status = os.lstat(folder)
        is_folder = status.st_mode & 0o170000 == 0o040000
        if not is_folder or status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise PermissionError(1, f"{folder} is not a folder of this user alone") from None


def remove_stale(path: str) -> None:
    """Remove what stands where the socket shall be, unless somebody listens on it."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if status.st_mode & 0o170000 == 0o140000:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(path)
            except OSError:
                pass
            else:
                raise FileExistsError(17, "somebody listens there")
    os.unlink(path)


def is_of_this_user(connection: socket.socket) -> bool:
    """Return whether the process at the other end runs as this user."""
    kind = getattr(socket, "SO_PEERCRED", None)
    if kind is None:
        return True  # the folder's mode keeps others out
    credentials = connection.getsockopt(socket.SOL_SOCKET, kind, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder) == os.getuid()


def main() -> None:
    """Serve the program that started this process."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # all are blocked where the keeper starts it
    os.umask(0o077)
    descriptor, path, every = sys.argv[1:4]
    leave_surroundings(int(descriptor))
    hub = Hub(Watcher(None if every == "-" else float(every)))
    hub.add(socket.socket(fileno=int(descriptor)), is_program=True)
    listener = hub.listen(path)
    try:
        hub.run()
    finally:
        if listener is not None:
            os.unlink(path)
