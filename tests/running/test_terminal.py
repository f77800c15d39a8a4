"""A program in a terminal: the same as under ``python``, also after a restart."""

from __future__ import annotations

import os
import termios
from typing import TYPE_CHECKING

import pytest

from tests.seeds.grounds import write

from .case import PATIENCE
from .terminal import RUN, in_terminal, shown_until, until_it_waits

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

TOLD = """
-- main.py
import os, sys, termios
print([os.isatty(n) for n in (0, 1, 2)], sys.stdin.isatty(), os.get_terminal_size())
print(termios.tcgetattr(0) == termios.tcgetattr(1), termios.tcgetattr(0)[:4])
print(os.getpgrp() == os.tcgetpgrp(0) == os.getpid(), os.getsid(0) == os.getpid())
print("asked", input("your name? "))
try:
    input("and yours? ")
except KeyboardInterrupt:
    print("interrupted")
print(repr(sys.stdin.read()))
raise SystemExit(7)
"""


def test_a_terminal_is_as_under_python(tmp_path: Path) -> None:
    write(tmp_path, TOLD)
    shown = []
    for before in ((), (*RUN, "--quiet")):
        process, terminal = in_terminal(tmp_path, *before, "main.py")
        text = shown_until(terminal, "your name? ")
        os.write(terminal, b"Ada\n")
        text += shown_until(terminal, "and yours? ")
        until_it_waits(process)
        os.write(terminal, b"\x03")  # Ctrl-C
        text += shown_until(terminal, "interrupted")
        os.write(terminal, b"rest\n\x04")  # Ctrl-D
        text += shown_until(terminal, "never shown")
        shown.append((text, process.wait(PATIENCE)))
        os.close(terminal)

    assert shown[0] == shown[1]
    assert shown[0][1] == 7
    assert "interrupted" in shown[0][0]


RAW = """
-- main.py
import sys, termios, tty
import shop
before = termios.tcgetattr(0)
print("echo", bool(before[3] & termios.ECHO), end="\\r\\n", flush=True)
tty.setraw(0)
try:
    while sys.stdin.read(1) != "q":
        print(shop.price(1), end="\\r\\n", flush=True)
finally:
    print("ends", end="\\r\\n", flush=True)
-- shop.py
def price(n):
    return n * 2
"""


def test_lines_are_whole_in_a_raw_terminal_and_a_restart_puts_its_modes_back(
    tmp_path: Path,
) -> None:
    write(tmp_path, RAW)
    process, terminal = in_terminal(tmp_path, *RUN, "--on-restart=restart", "main.py")
    try:
        first = shown_until(terminal, "echo True")
        shown_until(terminal, " watch ")
        (tmp_path / "shop.py").write_text("def price(n):\n    return n * 3\n")
        edited = shown_until(terminal, " done ")
        raw = termios.tcgetattr(terminal)[3] & termios.ECHO
        (tmp_path / "main.py").write_text(
            (tmp_path / "main.py").read_text().replace("ends", "end")
        )
        again = shown_until(terminal, "echo ")
        again += shown_until(terminal, "\n")
        shown_until(terminal, " watch ")
        os.write(terminal, b"q")
        shown_until(terminal, "end\r\n")
        code = process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(terminal)

    assert "echo True" in first
    assert not raw
    assert edited.count("\n") == edited.count("\r\n") == 3
    assert "echo True" in again  # the modes of the start, not those that the program had set
    assert code == 0


WORKERS = """
-- main.py
import os, sys
import shop
for name in ("", "extra"):
    if os.fork() == 0:
        name and __import__(name)
        print("child", bool(name), flush=True)
        sys.stdin.readline()
        os._exit(0)
sys.stdin.readline()
sys.stdin.readline()
-- shop.py
N = 1
-- extra.py
N = 1
"""


def test_a_forked_process_says_only_what_it_has_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, WORKERS)
    process, terminal = in_terminal(tmp_path, *RUN, "main.py")
    try:
        shown = ""
        while shown.count(" modules under ") < 2:
            shown += shown_until(terminal, " modules under ")
        (tmp_path / "shop.py").write_text("N = 2\n")
        while shown.count(" done ") < 3:  # all of them are live
            shown += shown_until(terminal, "\n")
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(terminal)

    told = [line.split("watch")[1].split() for line in shown.splitlines() if " watch " in line]
    assert sorted(len(words) for words in told) == [7, 8]  # one of them with a number
