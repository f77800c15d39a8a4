"""A program under ``entrepot run`` that answers questions, and is edited while it runs.

The program evaluates each line of its standard input and prints the result, so a test asks it
when it wants to know, and never sleeps: what entrepot says on standard error is waited for.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

PATIENCE = 240.0  # only a broken program is waited for so long

#: Put at the end of a program: it answers until its input ends.
ANSWERS = """
import sys
for line in sys.stdin:
    try:
        print(eval(line), flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
"""


class Lines:
    """The lines of a stream, read on a thread so that they can be waited for."""

    def __init__(self, stream: IO[str]) -> None:
        self.seen: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def next(self) -> str:
        """Return the next line, waiting for it."""
        line = self._queue.get(timeout=PATIENCE)
        if line is None:
            self._queue.put(None)
            raise EOFError("\n".join(self.seen))
        self.seen.append(line)
        return line

    def until(self, part: str) -> list[str]:
        """Return the lines up to the first that contains something, waiting for it."""
        found = []
        while True:
            found.append(self.next())
            if part in found[-1]:
                return found

    def rest(self) -> list[str]:
        """Return the lines up to the end."""
        found = []
        while (line := self._queue.get(timeout=PATIENCE)) is not None:
            found.append(line)
        self._queue.put(None)
        self._thread.join(PATIENCE)
        return found


class Running:
    """A program that runs."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self.folder = folder
        self.process = process
        self.input = process.stdin
        self.out = Lines(process.stdout)
        self.said = Lines(process.stderr)

    def ask(self, expression: str) -> str:
        """Return what the program prints for an expression."""
        self.input.write(expression + "\n")
        self.input.flush()
        return self.out.next()

    def save(self, name: str, text: str) -> None:
        """Save a file as careful editors do: written beside it, and renamed."""
        beside = self.folder / (name + ".tmp~")
        beside.write_text(text)
        beside.replace(self.folder / name)

    def edit(self, name: str, old: str, new: str, *, until: str = "done ") -> list[str]:
        """Replace text in a file, and return what is said about it."""
        text = (self.folder / name).read_text()
        assert old in text
        self.save(name, text.replace(old, new))
        return self.said.until(until)

    def end(self) -> int:
        """End the program's input, and return its exit code."""
        self.input.close()
        return self.process.wait(PATIENCE)


@contextmanager
def running(
    folder: Path,
    program: str,
    *words: str,
    flags: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
    **variables: str,
) -> Iterator[Running]:
    """Write a program, run it under ``entrepot run``, and end it after the test."""
    write(folder, program)
    process = subprocess.Popen(
        [*before, sys.executable, *flags, "-m", "entrepot", "run", *(words or ("main.py",))],
        cwd=folder,
        env=environment(**{"TMPDIR": str(folder), "XDG_RUNTIME_DIR": "", **variables}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    found = Running(folder, process)
    try:
        yield found
    finally:
        if not found.input.closed:
            found.input.close()
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        found.out.rest()
        found.said.rest()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
