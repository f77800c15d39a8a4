"""Whether a program that is edited ten thousand times grows.

Two versions of a module take turns; among what changes are a function, a class, a constant that
another module takes, and lines that move. What Python has allocated is asked after each thousand.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import title

RELOADS = int(os.environ.get("RELOADS", "10000"))
MOST = 1.01  # of what was allocated after the first tenth

TEXT = """
{lines}
RATE = {number}
def price(n, more={number}):
    return n * RATE + {number}
class Cart:
    limit = RATE
    def total(self, n):
        return n + {number}
CART = Cart()
TABLE = {{"rate": RATE, "cart": CART}}
"""


def main() -> int:
    """Print what is allocated, and return 1 if it grows."""
    title(f"blocks allocated over {RELOADS} reloads")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "bench_rates.py").write_text(TEXT.format(lines="", number=0))
        (root / "bench_shop.py").write_text(
            "from bench_rates import RATE, CART\nTWICE = RATE * 2\n"
        )
        sys.path.insert(0, str(root))
        sys.dont_write_bytecode = True
        import entrepot
        from entrepot.reloading.edit import Edit

        session = entrepot.live(roots=[str(root)])
        for name in ("bench_rates", "bench_shop"):
            importlib.import_module(name)
        file = str(root / "bench_rates.py")
        texts = [
            TEXT.format(lines="# a remark\n" * (number % 2), number=number).encode()
            for number in (1, 2)
        ]
        seen: list[int] = []
        for number in range(RELOADS):
            report = session.apply(Edit({file: texts[number % 2]}))
            assert report.status == "ok", report
            if (number + 1) % (RELOADS // 10) == 0:
                gc.collect()
                seen.append(sys.getallocatedblocks())
                print(f"{number + 1:6} reloads  {seen[-1]:9} blocks", flush=True)
        session.close()
        entrepot.give_back()
    growth = seen[-1] / seen[0]
    print(f"growth after the first tenth: {growth:.4f}")
    return 0 if growth <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
