"""How the hub is started: beside the program, which must notice nothing of it."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.running import hub
from tests.process.case import environment

from .case import ANSWERS, running

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
-- shop.py
def price():
    return 3
-- main.py
import shop
{answers}
-- sitecustomize.py
{start}
"""

#: What a debugger does that goes on with the processes that a program starts.
FOLLOWED = """
import os
def stop(*_, **__):
    raise SystemExit("a process is followed")
os.fork = os.posix_spawn = os.execve = os.spawnv = stop
os.register_at_fork(before=stop, after_in_parent=stop, after_in_child=stop)
print("begins", flush=True)
"""

NO_SHELL = """
import entrepot.running.connection as connection
connection._SHELL = "/nowhere/sh"
"""


@pytest.mark.parametrize("start", ["", NO_SHELL], ids=["by a shell", "without a shell"])
def test_the_hub_is_no_child_of_the_program(tmp_path: Path, start: str) -> None:
    path = f"{tmp_path}:{environment()['PYTHONPATH']}"
    program = PROGRAM.format(answers=ANSWERS, start=start)
    with running(tmp_path, program, PYTHONPATH=path) as live:
        assert live.ask("shop.price()") == "3"
        live.edit("shop.py", "3", "4")
        assert live.ask("shop.price()") == "4"
        assert live.ask("__import__('os').wait()").startswith("ChildProcessError")


def test_a_debugger_that_follows_processes_does_not_follow_the_hub(tmp_path: Path) -> None:
    path = f"{tmp_path}:{environment()['PYTHONPATH']}"
    program = PROGRAM.format(answers=ANSWERS, start=FOLLOWED)
    with running(tmp_path, program, PYTHONPATH=path) as live:
        assert live.out.next() == "begins"  # and the hub, which begins so too, is not heard
        assert live.ask("shop.price()") == "3"
        live.edit("shop.py", "3", "4")
        assert live.ask("shop.price()") == "4"


def test_the_hub_before_may_take_its_socket_away_while_it_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "7.sock")
    with socket.socket(socket.AF_UNIX) as before:
        before.bind(path)

    class Late(socket.socket):
        def connect(self, address: Any, /) -> None:
            os.unlink(address)  # it ends just now
            super().connect(address)

    monkeypatch.setattr("entrepot.running.hub.socket.socket", Late)
    hub.remove_stale(path)

    assert not os.path.exists(path)
