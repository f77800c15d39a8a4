"""What it costs to import packages, counted in instructions: the same on a busy machine.

Valgrind's callgrind counts the instructions of whole processes. What a process executes before
the import is counted apart and taken off, so the ratio is that of the import itself, as in
`bench_import_cpu`, against a process that has loaded entrepot and not taken over. Instructions
are not time: waiting for memory and the kernel does not count. Bytecode is there before anything
is counted. Without valgrind the benchmark says so and measures nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from benchmarks.bench_import_cpu import BEFORE
from benchmarks.measure import ROOT, environment, title
from benchmarks.packages import LARGE, environment_with

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("networkx", "rich", "sqlalchemy")


def instructions(python: Path, code: str) -> int:
    """Return how many instructions a process executes, in millions."""
    count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*count, str(python), "-c", code],
        env={**environment(), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    collected = re.search(r"Collected : (\d+)", done.stderr)
    assert collected, done.stderr
    return int(collected[1]) // 1_000_000


def main() -> None:
    """Print one line for each package."""
    title("import of packages, instructions, ratio to stock")
    if not shutil.which("valgrind"):
        print("left out: there is no valgrind on this machine")
        return
    python = environment_with(LARGE)
    kinds = ("loaded", "taken over")
    settings = {**environment(), "PYTHONPATH": str(ROOT / "src")}
    for package in PACKAGES:  # so that bytecode is there
        code = f"{BEFORE['taken over']}\n{LARGE[package]}"
        subprocess.run([str(python), "-c", code], env=settings, check=True)
    before = {kind: instructions(python, BEFORE[kind]) for kind in kinds}
    print(f"take_over() itself: {before['taken over'] - before['loaded']} million")
    print(f"{'package':12}{'stock millions':>15}{'ratio':>8}")
    for package in PACKAGES:
        taken, stock = (
            instructions(python, f"{BEFORE[kind]}\n{LARGE[package]}") - before[kind]
            for kind in reversed(kinds)
        )
        print(f"{package:12}{stock:15}{taken / stock:8.3f}", flush=True)


if __name__ == "__main__":
    main()
