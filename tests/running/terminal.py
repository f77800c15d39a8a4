"""A program in a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.process.case import environment

from .case import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

RUN = ("-m", "entrepot", "run")

#: Makes the terminal the controlling one, as a shell does, and runs python in its place. Who runs
#: the tests in the background ignores Ctrl-C; a program in front does not.
_IN_IT = (
    "import fcntl, os, signal, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


def in_terminal(folder: Path, *words: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start python with some words in a terminal; return it and the other end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_IT, *words],
        cwd=folder,
        env=environment(TMPDIR=str(folder), XDG_RUNTIME_DIR="", TERM="dumb"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours


def shown_until(terminal: int, part: str) -> str:
    """Return what a terminal shows up to a text, waiting for it."""
    shown = b""
    end = time.monotonic() + PATIENCE
    while part.encode() not in shown:
        assert time.monotonic() < end, shown.decode()
        try:
            shown += os.read(terminal, 1)
        except OSError:  # nobody has it open any more
            break
    return shown.decode()


def until_it_waits(process: subprocess.Popen[bytes]) -> None:
    """Wait until a program's main thread is asleep: in a read that a signal ends.

    What Python is told of between a prompt and the read, it notices with the next line only; so it
    does under ``python``.
    """
    stat = f"/proc/{process.pid}/task/{process.pid}/stat"
    end = time.monotonic() + PATIENCE
    asleep = 0
    while asleep < 10 and time.monotonic() < end:
        time.sleep(0.02)
        if not os.path.exists(stat):  # no such files on this system
            asleep += 1
            continue
        with open(stat) as stream:
            asleep = asleep + 1 if stream.read().rpartition(")")[2].split()[0] == "S" else 0
