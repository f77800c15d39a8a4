"""Real applications run as they do under `python`: suites, tools, imports, programs.

Fetches packages, by pip, into an environment of its own beside the checkout; about an hour the
first time. Prints a line for each application, `right` or `different`, with what differs.

    ./dev long applications
    python -m checks.long.applications suites flask click     # some of them
    RUN_OPTIONS=--no-watch ./dev long applications            # the import system alone
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from checks.applications import catalogue, imports, programs, suites, tools

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _suites(names: list[str]) -> int:
    return sum(suites.compare(s) for s in suites.SUITES if not names or s.name in names)


def _tools(names: list[str]) -> int:
    wanted = [t for t in tools.TOOLS if not names or {t.title, t.suite} & {*names}]
    return sum(tools.compare(tool) for tool in wanted)


def _imports(names: list[str]) -> int:
    return sum(imports.compare(p) for p in imports.PACKAGES if not names or p.name in names)


def _programs(names: list[str]) -> int:
    return sum(programs.compare(p) for p in catalogue.PROGRAMS if not names or p.title in names)


PARTS: Mapping[str, Callable[[list[str]], int]] = {
    "suites": _suites,
    "tools": _tools,
    "imports": _imports,
    "programs": _programs,
}


def main() -> int:
    """Run the parts that are named, or all; return 1 if anything is different."""
    part, names = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    if part and part not in PARTS:
        print(f"there is no part {part!r}: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    different = 0
    for title, compare in PARTS.items():
        if part in ("", title):
            print(f"\n--- {title}", flush=True)
            different += compare(names)
    print(f"\n{different or 'nothing'} different")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
