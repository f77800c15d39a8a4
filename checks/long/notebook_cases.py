"""The cases from users' issues in real kernels: ours, and IPython's autoreload beside it.

    ./dev long notebook_cases

The cases run one after the other in one kernel for each tool, with modules of their own; with
``--apart``, each in a kernel of its own, which takes long. Saves have times that are well apart,
and an empty cell follows each, so that no tool loses on the clock. Prints the table of
docs/notebooks.md; ``--write`` puts it there. Ends with 1 unless ours is right in every case.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from checks.notebooks.kernels import ROOT, Kernel, run_in_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.notebook.cases import Case

TOOLS: Mapping[str, str] = {
    "entrepot": "%load_ext entrepot",
    "autoreload 2": "%load_ext autoreload\n%autoreload 2",
    "autoreload 3": "%load_ext autoreload\n%autoreload 3",
}
PAGE = ROOT / "docs" / "notebooks.md"
BEGIN, END = "<!-- the table of cases -->", "<!-- the end of the table -->"


class Clock:
    """Times for saves, well apart, and before any that a cell makes itself."""

    def __init__(self) -> None:
        self.now = time.time() - 36_000

    def stamp(self, file: Path) -> None:
        """Make a file look saved a while after the one before."""
        self.now += 10
        os.utime(file, (self.now, self.now))


def is_right(case: Case, kernel: Kernel, clock: Clock) -> bool:
    """Return whether a kernel gives what a case expects."""
    value = ""
    for kind, *words in case.steps:
        if kind == "cell":
            value = kernel.run(words[0]).value
            kernel.run("pass")  # autoreload reads the sources of new modules a cell later
            continue
        file = kernel.folder / words[0]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words[1])
        clock.stamp(file)
    return value == case.expect


def results_of(setup: str, *, apart: bool) -> dict[str, bool]:
    """Return which cases a tool has right, by title."""
    from tests.notebook.cases import CASES

    results: dict[str, bool] = {}
    clock = Clock()
    groups = [[case] for case in CASES] if apart else [list(CASES)]
    for group in groups:
        with tempfile.TemporaryDirectory() as folder, Kernel(Path(folder)) as kernel:
            kernel.run(setup)
            for case in group:
                results[case.title] = is_right(case, kernel, clock)
    return results


def table(results: Mapping[str, Mapping[str, bool]]) -> str:
    """Return the results as a table of the page."""
    from tests.notebook.cases import CASES

    lines = [
        f"| what must be so | told in | {' | '.join(TOOLS)} |",
        "|---|---|" + "---|" * len(TOOLS),
    ]
    for case in CASES:
        marks = ["yes" if results[tool][case.title] else "**no**" for tool in TOOLS]
        lines.append(f"| {case.title} | {case.issue or 'ours'} | {' | '.join(marks)} |")
    sums = [f"{sum(results[tool].values())} of {len(CASES)}" for tool in TOOLS]
    lines.append(f"| **right** | | {' | '.join(sums)} |")
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table into the page."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main(words: list[str]) -> int:
    """Run the cases with every tool, print the table, and say whether ours is right."""
    from tests.notebook.cases import CASES

    results: dict[str, dict[str, bool]] = {}
    for tool, setup in TOOLS.items():
        results[tool] = results_of(setup, apart="--apart" in words)
        print(f"{tool:14} {sum(results[tool].values())} of {len(CASES)} right", flush=True)
    text = table(results)
    print(text)
    if "--write" in words:
        write(text)
    wrong = [title for title, right in results["entrepot"].items() if not right]
    for title in wrong:
        print(f"wrong: {title}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if "--inside" in sys.argv:
        sys.exit(main(sys.argv[1:]))
    sys.exit(run_in_environment("checks.long.notebook_cases", ["--inside", *sys.argv[1:]]))
