"""``--loop``: a function that is called again after each edit."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.running import looping
from tests.running.case import running

if TYPE_CHECKING:
    from pathlib import Path

JOB = """
-- job.py
def main():
    print("called", flush=True)
    return 1 / 0
"""


@pytest.mark.process
def test_a_function_is_called_again_after_each_edit_also_if_it_failed(tmp_path: Path) -> None:
    with running(tmp_path, JOB, "--loop", "job:main") as program:
        assert program.out.next() == "called"
        failed = program.said.until("ZeroDivisionError")
        program.edit("job.py", "1 / 0", "1")
        assert program.out.next() == "called"
        program.edit("job.py", "called", "called anew")
        assert program.out.next() == "called anew"

    assert [line for line in failed if line.startswith("  File ")] == [
        f'  File "{tmp_path}/job.py", line 3, in main'
    ]


class Interrupted:
    """A program that Ctrl-C comes to while nothing of it runs."""

    revision = 0

    def wait_for_edit(self, revision: int) -> None:
        raise KeyboardInterrupt


def test_ctrl_c_between_two_calls_ends_it_as_a_shell_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looping, "live_program", Interrupted)

    with pytest.raises(SystemExit) as ended:
        looping.again("traceback", "print_stack")

    assert ended.value.code == 130


def test_ctrl_c_in_the_function_is_the_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(looping, "live_program", Interrupted)
    monkeypatch.setattr(traceback, "print_stack", interrupted)

    with pytest.raises(KeyboardInterrupt):
        looping.again("traceback", "print_stack")
