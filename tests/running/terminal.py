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

#: Makes the terminal the controlling one, as a shell does, and runs python in its place.
_IN_IT = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
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
