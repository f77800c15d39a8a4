"""A forked process hears of every edit of what it runs, also of those around the fork."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .case import ANSWERS, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

#: The first process waits for the forked one, which answers.
FORKED = f"""
import os, sys
if os.fork():
    os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
{ANSWERS}
"""

AT_ONCE = f"""
-- main.py
import work
{FORKED}
-- work.py
def value():
    return "old"
"""


def test_a_process_forked_before_the_watcher_listens_is_live(tmp_path: Path) -> None:
    with running(tmp_path, AT_ONCE) as program:
        child = program.ask("os.getpid()")
        program.edit("work.py", "old", "new", until=f"[{child}] work:value")
        program.said.until("done ")
        assert program.ask("work.value()") == "new"
        assert program.end() == 0


EDITED_AND_FORKED = f"""
-- main.py
import pathlib, entrepot, work
passage = entrepot.steady()
passage.__enter__()
text = pathlib.Path("work.py").read_text()
pathlib.Path("work.py").write_text(text.replace("old", "new"))
while not passage._gate._is_closed:
    pass  # until the edit is at the gate: everybody but the forked process has heard of it
{FORKED}
-- work.py
def value():
    return "old"
"""


def test_a_process_forked_while_an_edit_waits_hears_of_that_edit(tmp_path: Path) -> None:
    with running(tmp_path, EDITED_AND_FORKED, "--settle=3600", "main.py") as program:
        child = program.ask("os.getpid()")
        program.said.until(f"[{child}] work:value")
        program.said.until("done ")
        assert program.ask("work.value()") == "new"


DAEMON = f"""
-- main.py
import work
import os, sys
if os.fork():
    os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
os.setsid()
if os.fork():
    os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
os.closerange(3, 4096)
{ANSWERS}
-- work.py
def value():
    return "old"
"""


def test_a_daemon_that_closes_every_descriptor_is_live(tmp_path: Path) -> None:
    with running(tmp_path, DAEMON) as program:
        daemon = program.ask("os.getpid()")
        program.edit("work.py", "old", "new", until=f"[{daemon}] work:value")
        program.said.until("done ")
        assert program.ask("work.value()") == "new"
        assert (
            program.ask("os.wait()[1] if os.fork() else os._exit(0)") == "0"
        )  # nothing is left that hinders it
        program.edit("work.py", "new", "newer", until=f"[{daemon}] work:value")
        program.said.until("done ")
        assert program.ask("work.value()") == "newer"
