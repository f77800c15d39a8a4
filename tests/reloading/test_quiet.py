"""What a reload leaves alone in the process besides the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reloading.processes import printed_by

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import atexit, pathlib, sys
import entrepot
live = entrepot.live(roots=["."])
import m
before = atexit._ncallbacks()
pathlib.Path("m.py").write_text("RATE = 20\\ndef price(): return RATE\\n")
print(live.apply().status, m.price())
print(atexit._ncallbacks() - before, "logging" in sys.modules)
"""


def test_a_reload_registers_no_exit_function_and_does_not_load_logging(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("RATE = 1\ndef price(): return RATE\n")

    assert printed_by(PROGRAM, tmp_path) == ["ok 20", "0 False"]
