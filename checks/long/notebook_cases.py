"""The cases from users' issues in real kernels: ours, and IPython's autoreload beside it.

    ./dev long notebook_cases

Every case runs in a kernel of its own for each tool, with saves whose times are well apart and an
empty cell after each, so that no tool loses on the clock. Prints the table of docs/notebooks.md;
``--write`` puts it there. Ends with 1 unless ours is right in every case.
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


def is_right(case: Case, setup: str) -> bool:
    """Return whether a tool gives what a case expects."""
    with tempfile.TemporaryDirectory() as folder, Kernel(Path(folder)) as kernel:
        kernel.run(setup)
        clock = time.time() + 10
        value = ""
        for kind, *words in case.steps:
            if kind == "cell":
                value = kernel.run(words[0]).value
                kernel.run("pass")  # autoreload reads the sources of new modules a cell later
                continue
            file = Path(folder, words[0])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(words[1])
            clock += 10
            os.utime(file, (clock, clock))
        return value == case.expect


def table(results: Mapping[str, Mapping[str, bool]]) -> str:
    """Return the results as a table of the page."""
    from tests.notebook.cases import CASES

    lines = [f"| what must be so | told in | {' | '.join(TOOLS)} |", "|---|---|" + "---|" * len(TOOLS)]
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

    results: dict[str, dict[str, bool]] = {tool: {} for tool in TOOLS}
    for case in CASES:
        for tool, setup in TOOLS.items():
            results[tool][case.title] = is_right(case, setup)
        marks = ", ".join(f"{tool} {results[tool][case.title]}" for tool in TOOLS)
        print(f"{case.issue or 'ours':24} {marks}", flush=True)
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
