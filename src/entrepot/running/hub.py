"""The hub: a process of its own that watches files and answers on a socket.

    hub FD SOCKET POLL

FD is the connection to the program that started it; forked children of that program connect by
themselves, through SOCKET, and so do ``entrepot status`` and the like. POLL is the number of
seconds between two looks, or ``-`` for file events. The hub lives as long as a program does, and
says nothing on any terminal. What it loads is its own affair.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from functools import partial

from .connection import leave_surroundings
from .watcher import LOOK_SOON, Watcher
from .wire import Unpacker, packed

GRACE = 2.0  # seconds to wait for forked children after the last program is gone
LEAVING = 5.0  # seconds that another hub at the same place may take to leave
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
        self._is_replaced = False
        self._listen_until = 0.0
        self._path = ""
        self._listener: socket.socket | None = None

    def listen(self, path: str) -> None:
        """Open the socket; if it cannot be had in the end, the programs are told.

        After a restart, the hub of what the process ran before may be listening still.
        """
        self._path, self._listen_until = path, time.monotonic() + LEAVING
        self._try_to_listen()

    def _try_to_listen(self) -> None:
        listener = socket.socket(socket.AF_UNIX)
        try:
            make_private_folder(os.path.dirname(self._path))
            remove_stale(self._path)
            listener.bind(self._path)
            listener.listen(64)
        except OSError as error:
            listener.close()
            if isinstance(error, FileExistsError) and time.monotonic() < self._listen_until:
                return
            self._tell("fault", f"no socket at {self._path}: {error.strerror or error}")
        else:
            self._listener = listener
            accept = partial(self._accept, listener)
            self._selector.register(listener, selectors.EVENT_READ, accept)
        self._listen_until = 0.0

    def close(self) -> None:
        """Take the socket away."""
        if self._listener is not None:
            self._selector.unregister(self._listener)
            with suppress(OSError):
                os.unlink(self._path)
            self._listener.close()
            self._listener = None

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
            pause = self._watcher.pause()
            if self._listen_until:
                self._try_to_listen()
                pause = min(pause, LOOK_SOON)
            for key, _ in self._selector.select(pause):
                key.data()
            self._look()
            self._drop_late_questions()

    def _is_needed(self) -> bool:
        if any(peer.is_program for peer in self._peers):
            self._alone_since = 0.0
            return True
        if self._is_replaced:
            return False
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
        elif word == "replace":
            self._is_replaced = True
            self.close()  # who connects from now on belongs to the other program

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
                with suppress(OSError):
                    probe.sendall(packed("replace"))  # a hub without a program leaves at once
                raise FileExistsError(17, "somebody listens there")
    with suppress(FileNotFoundError):  # who listened there took it away meanwhile
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
    hub.listen(path)
    try:
        hub.run()
    finally:
        hub.close()
