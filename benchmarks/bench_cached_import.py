"""An import statement whose module stands in the module cache: the usual one, by far.

The same functions run in three fresh processes: under the stock import system, after
`entrepot.take_over()`, and in a module of a private system. Times are CPU nanoseconds for one
statement, the empty loop taken off.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import in_turns, ratio, rounds, run, title

ROUNDS = rounds(15)

STATEMENTS = {
    "import a": "import near",
    "import a.b": "import near.b",
    "from a import name": "from near.b import NAME",
    "from a import submodule": "from near import b",
    "from . import sibling": "from . import b",
    "import stdlib": "import json",
}

SUBJECT = """
import time

def timed(function, count):
    best = None
    for _ in range(5):
        start = time.process_time_ns()
        function(range(count))
        took = (time.process_time_ns() - start) / count
        best = took if best is None or took < best else best
    return best

def empty(turns):
    for _ in turns:
        pass

def statement(turns):
    for _ in turns:
        {statement}

def answer():
    statement(range(1))
    return timed(statement, 20_000) - timed(empty, 20_000)
"""

START = {
    "stock": "import sys; sys.path.insert(0, {folder!r}); import near.subject as subject",
    "taken over": "import entrepot; entrepot.take_over(); {stock}",
    "private": (
        "import entrepot; system = entrepot.ImportSystem('bench', path=[{folder!r}]); "
        "subject = system.import_module('near.subject')"
    ),
}


def nanoseconds(code: str) -> float:
    """Return what a fresh process measures."""
    answer = run([sys.executable, "-c", f"{code}; print(subject.answer())"]).answer
    assert answer is not None
    return answer


def main() -> None:
    """Print one line for each form of the statement."""
    title(f"cached import statement, ratio to stock, median of {ROUNDS}")
    print(f"{'statement':26}{'stock ns':>9}{'taken over':>12}{'private':>9}")
    for form, statement in STATEMENTS.items():
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder, "near")
            package.mkdir()
            (package / "__init__.py").touch()
            (package / "b.py").write_text("NAME = 1\n")
            (package / "subject.py").write_text(SUBJECT.format(statement=statement))
            stock = START["stock"].format(folder=folder)
            values = in_turns(
                {
                    kind: partial(nanoseconds, code.format(folder=folder, stock=stock))
                    for kind, code in START.items()
                },
                ROUNDS,
            )
        base = values["stock"]
        taken, private = ratio(values["taken over"], base), ratio(values["private"], base)
        print(f"{form:26}{statistics.median(base):9.0f}{taken:12.2f}{private:9.2f}", flush=True)


if __name__ == "__main__":
    main()
