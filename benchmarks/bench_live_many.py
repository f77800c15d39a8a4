"""Whether an edit that makes very many statements run takes time in proportion to them.

A module has a constant and a class; each of many modules takes both, and computes a constant of
its own, derives a class and fills a table. The edit is one of the constant. Then a function of
each module is edited, all at once. CPU time of one reload, in a process for each case; with twice
the modules it should be twice that.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import rounds, run, title

MODULES = 200
TIMES = 4  # as many modules in the second case
MOST = 1.3  # times the proportion

SETTINGS = """
RATE = {rate}
class Item:
    kind = "item"
"""
MODULE = """
from bench_settings import RATE, Item
PRICE = RATE * {number}
def cost(count):
    return count * PRICE + {number}
class Item{number}(Item):
    rate = RATE
    def total(self):
        return self.rate * PRICE
TABLE = {{"rate": RATE, "cost": cost({number})}}
def twice(count):
    return {factor} * cost(count)
"""


def reload(kind: str, count: int) -> float:
    """Return the CPU milliseconds of one reload."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "bench_settings.py").write_text(SETTINGS.format(rate=2))
        for number in range(count):
            text = MODULE.format(number=number, factor=2)
            (root / f"bench_m{number}.py").write_text(text)
        sys.path.insert(0, str(root))
        sys.dont_write_bytecode = True
        import entrepot
        from entrepot.reloading.edit import Edit

        session = entrepot.live(roots=[str(root)])
        for number in range(count):
            importlib.import_module(f"bench_m{number}")
        if kind == "constant":
            texts = {str(root / "bench_settings.py"): SETTINGS.format(rate=3).encode()}
        else:
            texts = {
                str(root / f"bench_m{number}.py"): MODULE.format(number=number, factor=3).encode()
                for number in range(count)
            }
        begin = time.process_time()
        report = session.apply(Edit(texts))
        took = time.process_time() - begin
        assert report.status == "ok", report
        assert len(report.ran) == (4 * count + 1 if kind == "constant" else 0), report
        return 1000 * took


def main() -> int:
    """Print the times, and return 1 if they grow faster than the program."""
    if len(sys.argv) > 1:
        print(json.dumps(reload(sys.argv[1], int(sys.argv[2]))))
        return 0
    title(f"one edit in {MODULES} and {MODULES * TIMES} modules, CPU")
    is_slow = False
    for kind in ("constant", "functions"):
        found: dict[int, list[float]] = {MODULES: [], MODULES * TIMES: []}
        for _ in range(rounds(3)):
            for count, times in found.items():
                command = [sys.executable, "-m", "benchmarks.bench_live_many", kind, str(count)]
                answer = run(command).answer
                assert answer is not None
                times.append(answer)
        few, many = (statistics.median(times) for times in found.values())
        growth = many / few / TIMES
        is_slow = is_slow or growth > MOST
        print(f"{kind:10} {few:8.0f} ms  {many:8.0f} ms  {growth:.2f} times the proportion")
    return 1 if is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
