"""What tracing costs, counted in instructions and in CPU time, beside `python -X importtime`.

One program imports sqlalchemy, pandas and django in fresh processes. Instructions are counted by
valgrind, of the whole process: the same on a busy machine. The base of *traced* is the same
program under `entrepot run --no-watch`, for what the trace adds; others are compared
with `python` itself, for what a user waits. The report at the end, as text or as JSON, is part of
the last two; *recorded* is without it: what a program takes more while it runs.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import ROOT, environment, in_turns, ratio, run, title
from benchmarks.packages import environment_with

ROUNDS = int(os.environ.get("ROUNDS", "7"))
PROGRAM = """\
import sqlalchemy.orm, pandas
from django.conf import settings
settings.configure()
import django.core.management, django.contrib.admin.sites, django.test
"""
#: As the user runs it; and the recording alone, without the report at the end.
RECORDED = """\
import entrepot, sys
trace = entrepot.trace()
if {traced}:
    trace.start()
else:
    entrepot.take_over()
exec(compile(open({program!r}).read(), {program!r}, "exec"), {{"__name__": "__main__"}})
"""


def commands(python: Path, program: Path, out: Path) -> dict[str, list[str]]:
    """Return the command of each variant."""
    entrepot = [str(python), "-m", "entrepot"]
    code = {
        kind: RECORDED.format(traced=kind == "recorded", program=str(program))
        for kind in ("untraced", "recorded")
    }
    return {
        "python": [str(python), str(program)],
        "python -X importtime": [str(python), "-X", "importtime", str(program)],
        "entrepot run": [*entrepot, "run", "--no-watch", str(program)],
        "taken over, untraced": [str(python), "-c", code["untraced"]],
        "taken over, recorded": [str(python), "-c", code["recorded"]],
        "entrepot trace": [*entrepot, "trace", str(program)],
        "entrepot trace, json": [*entrepot, "trace", "-o", str(out), str(program)],
    }


#: Each variant, and what it is compared with.
BASES = {
    "python -X importtime": "python",
    "entrepot run": "python",
    "taken over, recorded": "taken over, untraced",
    "entrepot trace": "entrepot run",
    "entrepot trace, json": "entrepot run",
}


def instructions(command: list[str], variables: dict[str, str]) -> int:
    """Return how many instructions a process executes, in millions."""
    count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*count, *command],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    collected = re.search(r"Collected : (\d+)", done.stderr)
    assert collected, done.stderr[-2000:]
    return int(collected[1]) // 1_000_000


def cpu(command: list[str], variables: dict[str, str]) -> float:
    """Return the CPU time of a process in milliseconds; its standard error is not shown."""
    return run(["sh", "-c", 'exec "$@" 2>/dev/null', "sh", *command], variables).cpu


def main() -> None:
    """Print a line for each variant."""
    title(f"tracing imports, instructions and the median CPU of {ROUNDS}")
    python = environment_with(["sqlalchemy", "pandas", "django"])
    with tempfile.TemporaryDirectory() as folder:
        program, out = Path(folder, "program.py"), Path(folder, "trace.json")
        program.write_text(PROGRAM)
        variables = {"PYTHONPATH": str(ROOT / "src")}
        variants = commands(python, program, out)
        times = in_turns({k: partial(cpu, c, variables) for k, c in variants.items()}, ROUNDS)
        counts = {}
        if shutil.which("valgrind"):
            counts = {k: instructions(c, variables) for k, c in variants.items()}
        else:
            print("instructions left out: there is no valgrind on this machine")
    print(f"{'variant':24}{'CPU ms':>9}{'ratio':>8}{'millions':>10}{'ratio':>8}  to")
    for kind, values in times.items():
        base = BASES.get(kind, kind)
        shares = f"{statistics.median(values):9.0f}{ratio(values, times[base]):8.3f}"
        if counts:
            shares += f"{counts[kind]:10}{counts[kind] / counts[base]:8.3f}"
        print(f"{kind:24}{shares}  {base if base != kind else ''}".rstrip())


if __name__ == "__main__":
    main()
