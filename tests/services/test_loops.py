"""Loops of windows and games under ``entrepot run``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from .case import SETTLE, WORK, needs, save, started, told, wait_until_said, waited_for

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

TK = (
    WORK
    + """
-- app.py
import pathlib, tkinter
import again, work
count = 0
def tick():
    global count
    count += 1
    print(work.value(), count, flush=True)
    if pathlib.Path("click").exists():
        pathlib.Path("click").unlink()
        root.event_generate("<<Click>>")
    root.after(50, tick)
def click(event):
    print("clicked:", again.values(0.5), flush=True)
def main():
    global root
    root = tkinter.Tk()
    root.bind("<<Click>>", click)
    tick()
    root.mainloop()
if __name__ == "__main__":
    main()
"""
)


def needs_a_display() -> None:
    needs("_tkinter")
    if not os.environ.get("DISPLAY"):
        pytest.skip("needs a display: xvfb-run gives one")


def counted(said: Path) -> list[int]:
    """Return the numbers that a program has printed after each value."""
    lines = [line.split() for line in said.read_text().splitlines()]
    return [int(words[1]) for words in lines if words[:1] in (["old"], ["new"])]


def test_a_callback_of_tk_sees_one_program_and_the_loop_goes_on(tmp_path: Path) -> None:
    needs_a_display()

    with started(tmp_path, TK, f"--settle={SETTLE} app.py") as said:
        wait_until_said("old 2", said)
        (tmp_path / "click").touch()
        waited_for(lambda: "yes" if (tmp_path / "inside").exists() else "", said)
        save(tmp_path / "work.py", "old", "new")
        wait_until_said("\nnew ", said)

    assert "clicked: old\n" in said.read_text()
    assert counted(said) == list(range(1, len(counted(said)) + 1))


FLAT = (
    TK.partition("def main()")[0]
    + """
root = tkinter.Tk()
root.bind("<<Click>>", click)
tick()
root.mainloop()
"""
)


def test_no_window_is_opened_twice(tmp_path: Path) -> None:
    needs_a_display()

    with started(tmp_path, FLAT, "app.py") as said:
        wait_until_said("old 2", said)
        save(tmp_path / "work.py", "old", "new")
        wait_until_said(" still ", said)
        times = len(counted(said))
        waited_for(lambda: "yes" if len(counted(said)) > times + 1 else "", said)
        (reason,) = told("restart", said)

    assert reason.startswith("app.py:")
    assert "opens a window" in reason or "sets a timer" in reason
    assert counted(said) == list(range(1, len(counted(said)) + 1))


PYGAME = (
    WORK
    + """
-- app.py
import pathlib
import pygame
import entrepot
import again, work
pygame.init()
screen = pygame.display.set_mode((64, 64))
clock = pygame.time.Clock()
frame = 0
def turn():
    global frame
    with entrepot.steady("a frame"):
        frame += 1
        screen.fill((frame % 256, 0, 0))
        if pathlib.Path("click").exists():
            pathlib.Path("click").unlink()
            print("clicked:", again.values(0.5), flush=True)
    pygame.display.flip()
    print(work.value(), frame, flush=True)
while not any(event.type == pygame.QUIT for event in pygame.event.get()):
    turn()
    clock.tick(50)
"""
)


def test_a_frame_of_pygame_sees_one_program_and_the_loop_goes_on(tmp_path: Path) -> None:
    needs("pygame")

    words = f"--settle={SETTLE} app.py"
    with started(
        tmp_path, PYGAME, words, SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy"
    ) as said:
        wait_until_said("old 2", said)
        (tmp_path / "click").touch()
        waited_for(lambda: "yes" if (tmp_path / "inside").exists() else "", said)
        save(tmp_path / "work.py", "old", "new")
        wait_until_said("\nnew ", said)

    assert "clicked: old\n" in said.read_text()
    assert counted(said) == list(range(1, len(counted(said)) + 1))
