"""The program's end of the connection to the hub, and starting the hub.

The hub is no child of the program: a program that waits for any of its children must not find
one that it did not start. So it is the child of a child that ends at once. Its descriptors are
high numbers, so that the program's own files get the numbers that they have under ``python``.
"""

from __future__ import annotations

import _socket
import os
import posix
import sys
import time

from .wire import Unpacker, packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_HIGH = 200
#: The hub's program: whatever stands in the working folder must not be imported by it.
_HUB = (
    "import os, sys; sys.path += sys.argv.pop(1).split(os.pathsep); "
    "from entrepot.running.hub import main; main()"
)
_SHELL = "/bin/sh"
_DETACH = '"$@" &'
_LEAVE = "import os; os.fork() and os._exit(0)"
_QUIET = getattr(_socket, "MSG_NOSIGNAL", 0)
_AT_ONCE = getattr(_socket, "MSG_DONTWAIT", 0)
_READ_SIZE = 65536
_SOON = 60.0  # seconds: a machine may be busy, and another hub may have to leave first
_LOOK = 0.05  # seconds between two tries to connect
_MOST_FILES = 65536


class Connection:
    """Messages to and from the hub. Sending never waits and never fails loudly.

    Attributes:
        is_open: Whether the hub is there, as far as is known.
    """

    def __init__(self, descriptor: int) -> None:
        import _thread

        self._socket: _socket.socket | None = _socket.socket(fileno=high(descriptor))
        self._unsent = b""
        self._lock = _thread.allocate_lock()
        self._unpacker = Unpacker()
        self.is_open = True
        self._identity = identity(self._socket.fileno())

    def fileno(self) -> int:
        """Return the descriptor to wait for; -1 when it is not ours any more."""
        if self._socket is None or identity(self._socket.fileno()) != self._identity:
            self._give_up()
        return -1 if self._socket is None else self._socket.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether the hub has not taken everything yet."""
        return bool(self._unsent)

    def send(self, word: str, *fields: str) -> None:
        """Send a message, or keep it until the next call when the hub does not read yet."""
        self.flush(packed(word, *fields))

    def flush(self, more: bytes = b"") -> None:
        """Send what is unsent."""
        with self._lock:
            self._unsent += more
            try:
                while self._unsent and self.fileno() >= 0 and self._socket is not None:
                    sent = self._socket.send(self._unsent, _QUIET | _AT_ONCE)
                    self._unsent = self._unsent[sent:]
            except BlockingIOError:
                return
            except OSError:
                self.is_open = False

    def receive(self) -> list[list[str]]:
        """Return the messages that have come; ``is_open`` tells when there will be no more."""
        if self.fileno() < 0 or self._socket is None:
            return []
        try:
            received = self._socket.recv(_READ_SIZE)
        except OSError:
            received = b""
        if not received:
            self.is_open = False
        return list(self._unpacker.feed(received))

    def close(self) -> None:
        """Close this end."""
        if self._socket is not None and self.fileno() >= 0:
            self._socket.close()
        self._give_up()

    def _give_up(self) -> None:
        """Let go of a descriptor that somebody else has closed, and maybe opened again."""
        if self._socket is not None:
            self._socket.detach()
        self._socket = None
        self.is_open = False


def identity(descriptor: int) -> tuple[int, int]:
    """Return what tells an open descriptor from another of its number."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return (0, 0)
    return status.st_dev, status.st_ino


def high(descriptor: int) -> int:
    """Return a descriptor moved to a high number, not handed on to executed programs."""
    from entrepot.standard import fcntl

    try:
        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    except OSError:
        return descriptor  # so many are not allowed
    os.close(descriptor)
    return moved


def connect(path: str) -> Connection | None:
    """Connect a forked child to the hub; None when it is gone."""
    found = _socket.socket(_socket.AF_UNIX)
    try:
        found.connect(path)
    except OSError:
        found.close()
        return None
    connection = Connection(found.detach())
    connection.send("join", str(os.getpid()))
    return connection


def connect_soon(path: str, rest: Callable[[float], bool]) -> Connection | None:
    """Connect to a hub that is about to listen; None when it is not there in the end.

    Args:
        path: Where it listens.
        rest: Waits so many seconds, and returns whether to go on.
    """
    end = time.monotonic() + _SOON
    found = connect(path)
    while found is None and time.monotonic() < end and rest(_LOOK):
        found = connect(path)
    return found


def start_hub(path: str, poll: float | None) -> Connection:
    """Start the hub and return the connection to it.

    Raises:
        OSError: No process or descriptor can be had.
    """
    ours, theirs = _socket.socketpair()
    try:
        descriptor = theirs.fileno()
        os.set_inheritable(descriptor, True)
        os.waitpid(_start(str(descriptor), path, str(poll or "-")), 0)
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return Connection(ours.detach())


def _start(*words: str) -> int:
    """Start the hub as the child of a child, and return the number of that one, which ends.

    The shell is that child, as it begins in no time; where there is none, the hub leaves its
    first process by itself. Nothing is forked with this interpreter in it: functions that others
    registered for forks would run, and a debugger would go on with the child. It would with the
    hub too, so what it puts in the place of ``os.posix_spawn`` is not used.
    """
    python = [sys.executable, *_flags(), "-P", "-c"]
    home = __file__.removesuffix(os.path.join(*__name__.split(".")) + ".py")
    given = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join([home, *filter(None, given.split(os.pathsep))])
    through_shell = ["sh", "-c", _DETACH, "sh", *python, _HUB, path, *words]
    try:
        return _spawn(_SHELL, through_shell)
    except OSError:
        alone = [*python, f"{_LEAVE}; {_HUB}", path, *words]
        return _spawn(sys.executable, alone)


def _spawn(program: str, words: list[str]) -> int:
    """Start a program that reads and writes nothing; ENTREPOT_DEBUG=1 leaves standard error."""
    nowhere = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDWR, 0)]
    copied = (1,) if os.environ.get("ENTREPOT_DEBUG") else (1, 2)
    actions = [*nowhere, *((os.POSIX_SPAWN_DUP2, 0, number) for number in copied)]
    return posix.posix_spawn(program, words, _environment(), file_actions=actions)


def _flags() -> list[str]:
    return ["-I"] if sys.flags.isolated else []


def _environment() -> dict[str, str]:
    """Return the environment without what would make the hub do more than its work.

    The program's own path comes after the standard library there: see ``_HUB``.
    """
    ours = {
        "PYTHONPATH",
        "PYTHONINSPECT",
        "PYTHONSTARTUP",
        "PYTHONPROFILEIMPORTTIME",
        "PYTHONWARNINGS",
    }
    return {key: value for key, value in os.environ.items() if key not in ours}


def leave_surroundings(descriptor: int) -> None:
    """Leave the program's session, as the hub, and let go of its files: their readers wait.

    So many are closed at most that an old kernel, which closes them one by one, takes no time.
    """
    os.setsid()
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, min(os.sysconf("SC_OPEN_MAX"), _MOST_FILES))
