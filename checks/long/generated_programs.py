"""Generated programs, edited three times while they are live, against fresh processes.

Ten thousand programs, half of them of the hard set: about an hour on two processors. Every run
prints how many edits and programs were right, refused, wrong and crashed; a wrong or crashed one
makes the check fail, and so do more than 5 % refused. A seed always makes the same program.

    ./dev long generated_programs
    python -m checks.long.generated_programs --count 200 --first 3000 --sets hard --shrink FOLDER

``--shrink`` makes each failing program small and writes it as a script that shows the failure.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from checks.spread import spread
from tests.properties.generate import program
from tests.properties.judge import KINDS, Judge, Verdict
from tests.properties.shrink import script, shrunk, story

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

MOST_REFUSED = 0.05


def judge_all(
    shrink: str | None, seeds: list[str], out: Queue[tuple[str, list[Verdict] | None]]
) -> None:
    """Judge the programs of some seeds and put their verdicts into a queue."""
    with Judge() as judge:
        for seed in seeds:
            made = program(seed, hard=seed.startswith("hard"))
            verdicts = judge.verdicts(made)
            if verdicts is not None and shrink and worst(verdicts) in {"wrong", "crashed"}:
                made = shrunk(judge, made)
                found = [v for v in judge.verdicts(made) or [] if v.kind != "right"]
                text = script(made, "; ".join(f"{v.kind}: {v.why}" for v in found))
                file = Path(shrink, seed.replace(" ", "_"))
                file.with_suffix(".py").write_text(text, encoding="utf-8")
                told = story(made, "; ".join(f"{v.kind}: {v.why}" for v in found))
                file.with_suffix(".txt").write_text(told, encoding="utf-8")
            out.put((seed, verdicts))


def worst(verdicts: list[Verdict]) -> str:
    """Return the worst kind of some verdicts."""
    return min((v.kind for v in verdicts), key=KINDS.index, default="right")


def report(name: str, seeds: list[str], workers: int, shrink: str | None) -> bool:
    """Judge a set, print its figures, and return whether they are good enough."""
    programs: Counter[str] = Counter()
    edits: Counter[str] = Counter()
    failing: Counter[str] = Counter()
    start = time.monotonic()
    results = spread(partial(judge_all, shrink), seeds, workers)
    for number, (seed, verdicts) in enumerate(results, 1):
        programs["not startable" if verdicts is None else worst(verdicts)] += 1
        for verdict in verdicts or []:
            edits[verdict.kind] += 1
            if verdict.is_failing:
                failing[verdict.kind] += 1
            if verdict.kind != "right":
                print(f"{verdict.kind:8} {seed}: {verdict.why[:400]}", flush=True)
        if number % 500 == 0:
            took = time.monotonic() - start
            print(f"{name}: {number} of {len(seeds)}, {took:.0f} s  {dict(programs)}", flush=True)
    count = len(seeds) - programs["not startable"]
    print(f"\n{name}: {count} programs, {time.monotonic() - start:.0f} s")
    for title, counter in (("programs", programs), ("edits", edits), ("failing edits", failing)):
        total = sum(counter[kind] for kind in KINDS) or 1
        shares = [f"{kind} {counter[kind]} ({counter[kind] / total:.2%})" for kind in KINDS[::-1]]
        print(f"{name:5} {title:14} {', '.join(shares)}")
    bad = programs["wrong"] + programs["crashed"]
    allowed = 0 if name == "easy" else (count - programs["refused"]) // 1000
    return bad <= allowed and programs["refused"] <= MOST_REFUSED * count


def main() -> int:
    """Run the sets that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000, help="programs of each set")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--sets", nargs="+", default=["easy", "hard"])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--shrink", help="a folder for scripts that show the failures")
    options = parser.parse_args()
    if options.shrink:
        Path(options.shrink).mkdir(parents=True, exist_ok=True)
    good = True
    for name in options.sets:
        seeds = [f"{name} {n}" for n in range(options.first, options.first + options.count)]
        good = report(name, seeds, options.workers, options.shrink) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
