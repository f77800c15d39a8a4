"""``entrepot cycles``: the import cycles of some source files."""

from __future__ import annotations

import argparse
import sys

HELP = """\
Find the modules that import each other while they are imported, without running any. For each
cycle: the shortest way around, whether some order of imports fails, and the cheapest import to
cut, as a change that was tried in a rehearsal. Imports in functions, for type checkers and lazy
ones make no cycle.
"""

_EPILOGUE = "Exit codes: 0 no cycle, 1 cycles, 2 wrong usage or an error of entrepot's own."


def cycles(words: list[str]) -> int:
    """Follow the words after ``entrepot cycles``; return the exit code."""
    from entrepot.views.cycle_formats import FORMATS
    from entrepot.views.cycles import cycles as find_cycles

    parser = argparse.ArgumentParser(
        "entrepot cycles", description=HELP, epilog=_EPILOGUE, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("source", metavar="SRC", help="a folder, a package's folder, or a file")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="usually text")
    try:
        options = parser.parse_args(words)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        found = find_cycles(options.source)
    except OSError as error:
        reason = error.strerror or str(error)
        print(
            f"entrepot cycles: cannot read {options.source!r}: {reason}\n"
            f"  nothing was looked at\n"
            f"  name a folder or a file: entrepot cycles src",
            file=sys.stderr,
        )
        return 2
    print(FORMATS[options.format](found), end="")
    return 1 if found else 0
