"""Start a program anew in its own process: same arguments, environment, folder and terminal.

The program is asked to end as Ctrl-C asks it; when it has, with everything that it does at its
end, this process executes the same command line again. So its parent sees one process, and the
exit code is that of the last run. A program that does not end in time is told by SIGTERM, and
after that time again it is replaced as it stands.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal loads enum and five more
import _thread
import atexit
import os
import sys
import threading
import time

from .connection import high

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PATIENCE = 10.0  # seconds that a program has to end, once for each way of asking


class Restart:
    """How this process was started, and how it is started again.

    Attributes:
        is_pending: Whether the program is to be started anew once it has ended.
    """

    def __init__(self, tell: Callable[[str], object]) -> None:
        self.is_pending = False
        self._tell = tell
        self._process = os.getpid()
        self._command = [sys.executable, *sys.orig_argv[1:]]
        self._environment = dict(os.environ)
        self._folder = high(os.open(".", os.O_RDONLY)) if os.path.isdir(".") else -1
        self._umask = os.umask(0o077)
        os.umask(self._umask)
        self._terminal = _modes_of_terminal()
        self._ignored = {
            number
            for number in _signal.valid_signals()
            if _signal.getsignal(number) == _signal.SIG_IGN
        }
        self._mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, ())
        atexit.register(self._at_exit)  # the first to be registered is the last to be called

    def begin(self) -> None:
        """Have the program end, and start it again when it has."""
        if self.is_pending or os.getpid() != self._process:
            return
        self.is_pending = True
        _thread.start_new_thread(self._make_it_end, ())

    def _make_it_end(self) -> None:
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
        main = threading.main_thread().ident
        for number in (_signal.SIGINT, _signal.SIGTERM):
            if callable(_signal.getsignal(number)):
                _signal.pthread_kill(main, number)
                time.sleep(PATIENCE)
        self._tell("the program does not end: it is replaced as it stands")
        self._start_again()

    def after(self, error: BaseException | None) -> BaseException | None:
        """Return what the program shall end by: that it was asked to end is no error."""
        if self.is_pending and isinstance(error, KeyboardInterrupt):
            return SystemExit(0)
        return error

    def _at_exit(self) -> None:
        if self.is_pending and os.getpid() == self._process:
            self._start_again()

    def _start_again(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        if self._folder >= 0:
            os.fchdir(self._folder)
        os.umask(self._umask)
        _set_modes_of_terminal(self._terminal)
        for which in (_signal.ITIMER_REAL, _signal.ITIMER_VIRTUAL, _signal.ITIMER_PROF):
            _signal.setitimer(which, 0)
        if _thread.get_ident() == threading.main_thread().ident:
            for number in _signal.valid_signals() - {_signal.SIGKILL, _signal.SIGSTOP}:
                _reset(number, is_ignored=number in self._ignored)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._mask)
        os.execve(self._command[0], self._command, self._environment)


def _reset(number: int, *, is_ignored: bool) -> None:
    try:
        _signal.signal(number, _signal.SIG_IGN if is_ignored else _signal.SIG_DFL)
    except (OSError, ValueError):
        return  # one that the C library keeps for itself


def _modes_of_terminal() -> list[Any] | None:
    if not os.isatty(0):
        return None
    from entrepot.standard import termios

    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def _set_modes_of_terminal(modes: list[Any] | None) -> None:
    if modes is None:
        return
    from entrepot.standard import termios

    try:
        termios.tcsetattr(0, termios.TCSANOW, modes)
    except termios.error:
        return  # it is not there any more
