"""What `entrepot cycles` costs on 1,000 modules, in CPU time, beside parsing them and no more.

The modules are made: each has classes and functions as usual modules do, and imports a few others;
fifty pairs import each other. The goal is 2 s of CPU for 1,000 modules on an idle machine.
"""

from __future__ import annotations

import ast
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measure import in_turns, ratio, rounds, title
from entrepot.views.cycles import cycles

MODULES = 1_000
ROUNDS = rounds(5)
_PAIRS = 50
_BODY = '''

class Thing{n}:
    """One of many."""

    def __init__(self, size=1):
        self.size = size

    def grown(self, by):
        if by < 0:
            raise ValueError(f"cannot grow by {{by}}")
        return Thing{n}(self.size + by)


def make{n}(sizes):
    """Make some."""
    return [Thing{n}(size) for size in sizes if size > 0]
'''


def write(folder: Path) -> list[bytes]:
    """Write a package of many modules; return their texts."""
    package = folder / "many"
    package.mkdir()
    (package / "__init__.py").write_text("")
    texts = []
    for n in range(MODULES):
        lines = [f"from . import m{other}\n" for other in range(max(0, n - 3), n)]
        if n < 2 * _PAIRS and n % 2 == 0:
            lines.append(f"from . import m{n + 1}\n")
        text = "".join(lines) + _BODY.format(n=n) * 2
        (package / f"m{n}.py").write_text(text)
        texts.append(text.encode())
    return texts


def cpu_of(work: object) -> float:
    """Return the CPU seconds that a call takes."""
    began = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - began


def main() -> None:
    """Print both, in seconds and as a ratio."""
    title(f"{MODULES} modules, CPU seconds, median of {ROUNDS}")
    with tempfile.TemporaryDirectory() as folder:
        texts = write(Path(folder))
        variants = {
            "ast.parse of each": lambda: cpu_of(lambda: [ast.parse(text) for text in texts]),
            "entrepot cycles": lambda: cpu_of(lambda: cycles(folder)),
        }
        seconds = in_turns(variants, ROUNDS)
    for name, values in seconds.items():
        print(f"{name:20} {statistics.median(values):6.2f} s")
    print(f"ratio {ratio(seconds['entrepot cycles'], seconds['ast.parse of each']):.2f}")


if __name__ == "__main__":
    main()
