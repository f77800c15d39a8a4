"""The sum of a trace's times against a clock of the program's own, on real packages.

The program reads `time.perf_counter_ns` before its first import and after its last; entrepot does
not know of it. The trace's total is the sum of what each import took by itself. They may differ by
2 %: what lies between the statements is the program's. Both are times of the same run, so a busy
machine changes both alike.

    ./dev long trace_total
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, environment
from benchmarks.packages import LARGE, environment_with

MOST = 0.02

LINE = 4
PROGRAM = """\
import time
{before}
start = time.perf_counter_ns()
{statement}
took = time.perf_counter_ns() - start
with open({clock!r}, "w") as stream:
    stream.write(str(took))
"""
DJANGO = "from django.conf import settings; settings.configure()"


def measured(python: Path, package: str, folder: Path) -> tuple[int, int]:
    """Return what the imports of a package took: by the program's clock, and by the trace."""
    program, out, clock = folder / f"program_{package}.py", folder / "trace.json", folder / "clock"
    before = DJANGO if package == "django" else ""
    program.write_text(PROGRAM.format(before=before, statement=LARGE[package], clock=str(clock)))
    subprocess.run(
        [str(python), "-m", "entrepot", "trace", "-o", str(out), str(program)],
        env={**environment(), "PYTHONPATH": str(ROOT / "src"), "MPLCONFIGDIR": str(folder)},
        stderr=subprocess.DEVNULL,
        check=True,
    )
    lines_by_number: dict[int, int] = {}  # of the program's statement that began it all
    total = 0
    for node in json.loads(out.read_text())["imports"]:
        line = lines_by_number.get(node["parent"]) or (node["asked_at"] or {}).get("line", 0)
        lines_by_number[node["number"]] = line
        total += node["own"] if line == LINE else 0
    return int(clock.read_text()), total


def main() -> int:
    """Print a line for each package; return 1 if any differs by more than may be."""
    python = environment_with(LARGE)
    wrong = 0
    print(f"{'package':14}{'clock ms':>10}{'trace ms':>10}{'differs':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for package in sys.argv[1:] or LARGE:
            took, total = measured(python, package, Path(folder))
            share = total / took - 1
            wrong += abs(share) > MOST
            print(f"{package:14}{took / 1e6:10.1f}{total / 1e6:10.1f}{share:9.2%}", flush=True)
    print(f"{wrong} differ by more than {MOST:.0%}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
