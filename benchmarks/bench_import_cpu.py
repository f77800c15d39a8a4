"""What it costs to import ten large packages, entrepot's system against the stock one.

Each import happens in a fresh process, the variants in turns. *import* is the CPU time of the
import itself, measured inside the process; it is compared with a stock process that has loaded
entrepot without taking over, since a package is cheaper to import when somebody else has already
paid for `typing` and `re`. *process* is all of the process, the start of Python and of entrepot
included, with what happens at exit; it is compared with a process that knows nothing of entrepot.

Bytecode is there from the first round, which is not counted. The packages are installed into an
environment of the benchmark's own, once.
"""

from __future__ import annotations

import statistics
import tempfile
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, in_turns, ratio, rounds, run, title
from benchmarks.packages import LARGE, environment_with

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = rounds(15)

BEFORE = {
    "stock": "import sys, time",
    "loaded": "import sys, time; import entrepot.engine.takeover",
    "taken over": "import sys, time; import entrepot; entrepot.take_over()",
}
CODE = """\
{before}
exec("from django.conf import settings; settings.configure()" if {package!r} == "django" else "")
start = time.process_time_ns()
{statement}
print((time.process_time_ns() - start) / 1e6)
"""


def measured(python: Path, variables: dict[str, str], package: str) -> tuple[float, float]:
    """Measure one package, print its line, and return its two ratios."""
    whole: dict[str, list[float]] = {kind: [] for kind in BEFORE}

    def importing(kind: str) -> float:
        code = CODE.format(before=BEFORE[kind], package=package, statement=LARGE[package])
        done = run([str(python), "-c", code], variables)
        assert done.answer is not None
        whole[kind].append(done.cpu)
        return done.answer

    values = in_turns({kind: partial(importing, kind) for kind in BEFORE}, ROUNDS)
    inside = ratio(values["taken over"], values["loaded"])
    outside = ratio(whole["taken over"][1:], whole["stock"][1:])
    stock = statistics.median(values["stock"])
    print(f"{package:12}{stock:10.0f}{inside:9.3f}{outside:10.3f}", flush=True)
    return inside, outside


def main() -> None:
    """Print one line for each package, and the medians."""
    title(f"import CPU of large packages, ratio to stock, median of {ROUNDS}")
    python = environment_with(LARGE)
    print(f"{'package':12}{'stock ms':>10}{'import':>9}{'process':>10}")
    with tempfile.TemporaryDirectory() as scratch:
        variables = {"PYTHONPATH": str(ROOT / "src"), "MPLCONFIGDIR": scratch}
        rows = [measured(python, variables, package) for package in LARGE]
    inside, outside = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"{'median':22}{inside:9.3f}{outside:10.3f}")


if __name__ == "__main__":
    main()
