"""The fenced blocks of a document, and how each kind is run.

    ```python            with `>>>`: a session, run by doctest in a process of its own;
                         without: must compile
    ```python NAME.py    a file: written into the document's temporary folder
    ```console           commands after `$ ` run in that folder; what they print follows
    ```sh                for the reader's machine: not run, but its `./dev` words must exist

The blocks of a document run in order, and find the files that earlier ones wrote, and a copy of
`examples/`. Expected output may hold `...` where it varies.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 300  # seconds that a command may take
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

SESSION = """\
import doctest, sys
text = sys.stdin.read()
test = doctest.DocTestParser().get_doctest(text, {"__name__": "__main__"}, "block", None, 0)
runner = doctest.DocTestRunner(optionflags=int(sys.argv[1]))
sys.exit(runner.run(test).failed)
"""


class Block(NamedTuple):
    """A fenced block: its language, what follows the language, its text and its first line."""

    language: str
    title: str
    text: str
    line: int


class BlockFailed(Exception):
    """A document shows what is not so."""


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a document in order."""
    for found in FENCE.finditer(text):
        language, _, title = found["info"].strip().partition(" ")
        yield Block(language, title.strip(), found["text"], text.count("\n", 0, found.start()) + 2)


@contextlib.contextmanager
def reader(folder: Path) -> Iterator[Callable[[Block], None]]:
    """Give what runs blocks in a folder; in the end, end what they started and left running.

    Blocks raise `BlockFailed` when they do not hold.
    """
    groups: list[int] = []
    try:
        yield lambda block: run(block, folder, groups)
    finally:
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)


def run(block: Block, folder: Path, groups: list[int]) -> None:
    """Run one block in a folder; note the process groups of its commands."""
    if block.language == "console":
        for command, expected in commands_of(block.text):
            run_command(command, expected, folder, groups)
    elif block.language == "python" and block.title:
        file = folder / block.title
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text)
    elif block.language == "python" and ">>>" in block.text:
        run_session(block.text, folder)
    elif block.language == "python":
        ast.parse(block.text)


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that follows it."""
    before, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    if before.strip() or not parts:
        raise BlockFailed("a console block starts with a command: `$ ...`")
    for part in parts:
        command, _, expected = part.partition("\n")
        yield command, expected


def run_command(command: str, expected: str, folder: Path, groups: list[int]) -> None:
    """Run a shell command whose `python` and `entrepot` are those under test."""
    process = subprocess.Popen(
        ["sh", "-c", command],
        cwd=folder,
        env=variables(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    groups.append(process.pid)
    try:
        printed, _ = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise BlockFailed(f"$ {command}\ndid not end within {LONGEST} seconds") from None
    if not doctest.OutputChecker().check_output(expected, printed, FLAGS):
        raise BlockFailed(f"$ {command}\nexpected:\n{expected}\nprinted:\n{printed}")


def run_session(text: str, folder: Path) -> None:
    """Run a `>>>` session in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SESSION, str(FLAGS)],
        input=text,
        cwd=folder,
        env=variables(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BlockFailed(done.stdout + done.stderr)


def variables(folder: Path) -> dict[str, str]:
    """Return the environment of a reader: `python` and `entrepot` on the PATH, no switches."""
    bin_dir = folder / ".bin"
    bin_dir.mkdir(exist_ok=True)
    for name, arguments in {"python": "", "entrepot": "-m entrepot"}.items():
        script = bin_dir / name
        if not script.exists():  # once: a command in the background may be about to read it
            script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
            script.chmod(0o755)
    path = os.pathsep.join([str(bin_dir), os.environ.get("PATH", "")])
    switches = [
        k for k in os.environ if k.startswith(("PYTHON", "ENTREPOT")) and k != "PYTHONPATH"
    ]
    kept = {k: v for k, v in os.environ.items() if k not in switches}
    sockets = folder / ".run"  # its own: `entrepot status` is to find no program of others
    sockets.mkdir(mode=0o700, exist_ok=True)
    own = {"PATH": path, "XDG_RUNTIME_DIR": str(sockets)}
    return {**kept, **own, "NO_COLOR": "1", "COLUMNS": "99"}
