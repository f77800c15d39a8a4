"""What is told begins on a line of its own, whatever the program has left in the line."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios

import pytest

from entrepot.cli.console import Console
from entrepot.running.facts import Fact

COLUMNS = 20


def screen(shown: str) -> list[str]:
    """Return what the lines of a terminal hold: it wraps when a character comes after the last."""
    lines, column = [[" "] * COLUMNS], 0
    for character in shown:
        if character == "\r":
            column = 0
        elif character == "\n":
            lines.append([" "] * COLUMNS)
        else:
            if column == COLUMNS:
                lines.append([" "] * COLUMNS)
                column = 0
            lines[-1][column] = character
            column += 1
    return ["".join(line).rstrip() for line in lines]


def shown_after(before: str, columns: int) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 10, columns, 0, 0))
    os.write(theirs, before.encode())
    console = Console(os.ttyname(theirs))
    console.tell([Fact("done", "x")])
    shown = b""
    while not shown.endswith(b"x\r\n"):
        shown += os.read(ours, 1024)
    for descriptor in (ours, theirs, console._descriptor):
        os.close(descriptor)
    return shown.decode()


@pytest.mark.parametrize(
    "before", ["", "a line\n", ">>> ", "name? Ada", "#", "#" * (COLUMNS - 1), "#" * COLUMNS]
)
def test_a_fact_begins_a_line_of_its_own(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")

    lines = screen(shown_after(before, COLUMNS))

    assert lines == [*before.rstrip().splitlines(), " " * 10 + "done    x", ""]


@pytest.mark.parametrize(("term", "columns"), [("dumb", COLUMNS), ("", COLUMNS), ("xterm", 0)])
def test_a_terminal_of_which_nothing_is_known_gets_the_words_alone(
    term: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("NO_COLOR", "1")

    assert shown_after("name? ", columns) == "name? " + " " * 10 + "done    x\r\n"
