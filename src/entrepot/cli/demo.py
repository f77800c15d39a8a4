"""``entrepot demo``: a small program is written, run, and edited before one's eyes."""

from __future__ import annotations

import os
import subprocess
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HELP = """\
usage: entrepot demo [FOLDER]

Write a small program into FOLDER (entrepot-demo), run it, edit it while it runs, and say what
happened. It takes half a minute; --quick leaves the pauses out. The files stay.
"""

COUNTER = """\
import time
from greeting import greet

count = 0

def step():
    global count
    count += 1
    print(greet(count), flush=True)

if __name__ == "__main__":
    while True:
        step()
        time.sleep(0.5)
"""

GREETING = """\
WORD = "hello"

def greet(count):
    return f"{WORD} number {count}"
"""

#: What is said, and what is replaced by what in greeting.py.
EDITS: Sequence[tuple[str, str, str]] = (
    ("a function is edited: it changes in place, and the count goes on", "number", "no."),
    ("a constant is edited: only what depends on it runs again", '"hello"', '"good day"'),
    ("a mistake is saved: nothing changes, and it is said why", "return f", "return return f"),
    ("it is mended", "return return f", "return f"),
)


def demo(words: list[str]) -> int:
    """Write, run and edit the demonstration.

    Returns:
        The exit code.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    is_quick = "--quick" in words
    folders = [word for word in words if word != "--quick"]
    folder = os.path.abspath(folders[0] if folders else "entrepot-demo")
    if len(folders) > 1 or os.path.exists(os.path.join(folder, "counter.py")):
        print(
            f"entrepot demo: cannot write into {folder}: it holds a counter.py\n"
            f"  nothing was changed\n  name another folder: entrepot demo FOLDER",
            file=sys.stderr,
        )
        return 2
    os.makedirs(folder, exist_ok=True)
    _save(os.path.join(folder, "counter.py"), COUNTER)
    _save(os.path.join(folder, "greeting.py"), GREETING)
    _say(f"two files are in {folder}: counter.py and greeting.py")
    _say("$ entrepot run counter.py")
    command = [sys.executable, "-m", "entrepot", "run", "counter.py"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        _play(process, folder, (lambda _seconds: None) if is_quick else time.sleep)
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    _say("that was one process: it was never restarted, and its count went on")
    _say(f"now you: cd {folder}; entrepot run counter.py; and edit greeting.py")
    return 0


def _play(process: subprocess.Popen[str], folder: str, pause: Callable[[float], object]) -> None:
    file = os.path.join(folder, "greeting.py")
    text = GREETING
    _show_until(process, ("number 3",))
    for said, old, new in EDITS:
        pause(2)
        _say(f"greeting.py: {said}")
        text = text.replace(old, new)
        _save(file, text)
        _show_until(process, (" done  ", " still  ", " clear  "))
        _show_until(process, (" no. ",))


def _show_until(process: subprocess.Popen[str], parts: tuple[str, ...]) -> None:
    """Show what the program prints, up to the first line that has one of some parts in it."""
    assert process.stdout is not None
    for line in process.stdout:
        print("   ", line, end="", flush=True)
        if any(part in line for part in parts):
            return


def _save(file: str, text: str) -> None:
    with open(file + ".tmp~", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(file + ".tmp~", file)


def _say(text: str) -> None:
    print(f"\n-- {text}", flush=True)
