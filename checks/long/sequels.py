"""Every scenario played on: undone and done again, saved file by file, touched.

Each scenario of ``tests/scenarios`` is right once. Here it is played in each way that
``tests/scenarios/sequels.py`` tells, about half a minute on two processors; every run prints
how many were right, refused, wrong and crashed; a wrong or crashed one makes the check fail.

    ./dev long sequels
    ./dev long sequels --ways undone again -k registry     only scenarios whose title holds this
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from checks.spread import spread
from tests.scenarios.playing import SCENARIOS
from tests.scenarios.sequels import KINDS, WAYS, Verdict, verdict

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

Job: TypeAlias = "tuple[int, str]"  # the number of a scenario, and a way


def judge_all(jobs: list[Job], out: Queue[tuple[Job, Verdict | None]]) -> None:
    """Play scenarios and put their verdicts into a queue."""
    for number, way in jobs:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            try:
                found = verdict(SCENARIOS[number], way, root)
            except Exception as error:  # of a scenario's own lines
                found = Verdict("crashed", f"{type(error).__name__}: {error}")
            out.put(((number, way), found))


def main() -> int:
    """Play what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", dest="word", default="", help="only titles or places that hold this")
    parser.add_argument("--ways", nargs="+", choices=[*WAYS], default=[*WAYS])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    chosen = [n for n, s in enumerate(SCENARIOS) if options.word in f"{s.place} {s.title}"]
    jobs = [*itertools.product(chosen, options.ways)]
    counts: dict[str, Counter[str]] = {way: Counter() for way in options.ways}
    for (number, way), found in spread(judge_all, jobs, options.workers):
        if found is None:
            continue
        counts[way][found.kind] += 1
        if found.kind != "right":
            scenario = SCENARIOS[number]
            print(
                f"{found.kind:8} {way:9} {scenario.place} {scenario.title}: {found.why}",
                flush=True,
            )
    for way, counted in counts.items():
        shares = [f"{kind} {counted[kind]}" for kind in KINDS[::-1]]
        print(f"{way:10} {counted.total():5} scenarios  {', '.join(shares)}")
    return 1 if any(counted["wrong"] + counted["crashed"] for counted in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
