"""CPython's own suites in processes that are taken over, test by test against stock ones.

For each Python that is here a throw-away environment gets a start-up file that takes over every
interpreter that it starts, children with ``-I`` included, and the suites run unmodified, with
every import going through our engine. Stock runs in the same kind of environment. A test is lost
if it passes there and not here. About two minutes a Python.

    ./dev long conformance
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from checks.pythons import ROOT, interpreters, launchers

SUITES = (
    "test_importlib",
    "test_import",
    "test_pkg",
    "test_pkgutil",
    "test_runpy",
    "test_zipimport",
    "test_zipimport_support",
    "test_module",
    "test_modulefinder",
    "test_py_compile",
    "test_cmd_line_script",
    "test_pyclbr",
    "test_frozen",
    "test_lazy_import",
)

#: Runs at the start of every interpreter of the environment; each leaves a byte when it ends.
_BOOT = """
import atexit, os, sys
sys.path.insert(0, {source!r})
from entrepot.engine import takeover
sys.path.remove({source!r})
takeover.take_over({level!r})
assert takeover.current_level() == {level!r}

def report(log={log!r}):
    with open(log, "a") as file:
        file.write("x")

atexit.register(report)
"""


def environment(python: list[str], folder: Path, level: str | None) -> tuple[list[str], Path]:
    """Make an environment, taken over at a level or stock; return its Python and its log."""
    subprocess.run([*python, "-m", "venv", "--without-pip", str(folder)], check=True)
    log = folder / "taken-over"
    log.touch()
    if level:
        (site,) = folder.glob("lib/python3*/site-packages")
        boot = _BOOT.format(source=str(ROOT / "src"), level=level, log=str(log))
        (site / "_boot_conformance.py").write_text(boot, encoding="utf-8")
        (site / "conformance.pth").write_text("import _boot_conformance\n", encoding="utf-8")
    return [str(folder / "bin" / "python")], log


def ends(python: list[str], suite: str) -> dict[str, str] | None:
    """Return how each test of a suite ended, None if this Python does not have the suite."""
    there = f"import importlib.util as u; raise SystemExit(u.find_spec('test.{suite}') is None)"
    if subprocess.run([*python, "-c", there], check=False).returncode:
        return None
    variables = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    session = ROOT / "tests" / "conformance" / "session.py"
    done = subprocess.run(
        [*python, str(session), "process", suite],
        env=variables,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=900,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        print(done.stderr[-3000:])
        return {}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found: dict[str, str] = told["ends"]
    return found


def compare(version: str, python: list[str], level: str) -> int:
    """Run all suites on one Python; print a line each and return how many tests are lost."""
    all_lost = 0
    with tempfile.TemporaryDirectory() as work:
        stock, _ = environment(python, Path(work) / "stock", None)
        ours, log = environment(python, Path(work) / "ours", level)
        for suite in SUITES:
            before = ends(stock, suite)
            if before is None:
                continue
            after = ends(ours, suite) or {}
            passed = [name for name, end in before.items() if end == "passed"]
            lost = [name for name in passed if after.get(name) != "passed"]
            all_lost += len(lost)
            print(f"{version:5} {level:10} {suite:24} stock {len(passed):5}  lost {len(lost):3}")
            for name in lost:
                print(f"      {after.get(name, 'missing'):8} {name}", flush=True)
        processes = log.stat().st_size
        print(f"{version:5} {level:10} lost {all_lost}; {processes} processes were taken over")
        return all_lost if processes else all_lost + 1


def main() -> int:
    """Run what is here; return 1 if any test is lost."""
    found = {version: [python] for version, python in interpreters().items()} | launchers()
    wanted = sys.argv[1:] or list(found)
    return 1 if sum(compare(version, found[version], "core") for version in wanted) else 0


if __name__ == "__main__":
    raise SystemExit(main())
