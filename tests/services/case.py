"""A real server or worker under ``entrepot run``, asked over the network and edited."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.process.case import environment
from tests.seeds.grounds import source_folder, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 240.0  # only a broken service is waited for so long
POLL = 0.05
SETTLE = 5.0  # seconds; the short requests of a test take a tenth of it

#: What every program of a test calls: the function that is edited, and what calls it for long.
WORK = """
-- work.py
def value():
    return "old"
-- again.py
import asyncio, pathlib, time
import work
def seen_during(seconds, seen):
    end = time.monotonic() + seconds
    seen.append(work.value())
    pathlib.Path("inside").touch()
    while time.monotonic() < end and len(set(seen)) == 1:
        yield
        seen.append(work.value())
def values(seconds):
    seen = []
    for _ in seen_during(seconds, seen):
        time.sleep(0.02)
    return " ".join(dict.fromkeys(seen))
async def values_async(seconds):
    seen = []
    for _ in seen_during(seconds, seen):
        await asyncio.sleep(0.02)
    return " ".join(dict.fromkeys(seen))
"""


def needs(*packages: str) -> None:
    """Leave a test out where one of its packages is not installed."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")


def python_path() -> str:
    """Return where a program finds entrepot and the packages of the tests."""
    entries = [source_folder(), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return os.pathsep.join(filter(None, entries))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(folder: Path, program: str, words: str, **variables: str) -> Iterator[Path]:
    """Start a program under ``entrepot run``, and end it and its children after the test."""
    write(folder, program)
    said = folder / "said.txt"
    with said.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrepot", "run", *words.split()],
            cwd=folder,
            env=environment(
                TMPDIR=str(folder), XDG_RUNTIME_DIR="", PYTHONPATH=python_path(), **variables
            ),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield said
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def waited_for(found: Callable[[], str], said: Path) -> str:
    """Return what is found once it is not empty."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(POLL)
    raise AssertionError(said.read_text())


def wait_until_said(part: str, said: Path, times: int = 1) -> None:
    """Return once the program has said something, so and so often."""
    waited_for(lambda: "yes" if said.read_text().count(part) >= times else "", said)


def told(verb: str, said: Path) -> list[str]:
    """Return what was told with a verb, without the process and the reason."""
    lines = re.findall(
        rf"^(?:\d\d:\d\d:\d\d| {{8}})  {verb} +(.*)", said.read_text(), re.MULTILINE
    )
    return [re.sub(r"^\[\d+\] ", "", line).split("  ")[0] for line in lines]


def answer_of(port: int, path: str = "/") -> str:
    """Return what a server answers, or nothing when it does not listen yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError:
        raise
    except OSError:
        return ""


def save(file: Path, old: str, new: str) -> None:
    """Replace text in a file as careful editors do: written beside it, and renamed."""
    text = file.read_text()
    assert old in text
    beside = file.with_name(file.name + ".tmp~")
    beside.write_text(text.replace(old, new))
    beside.replace(file)
