"""What it costs that a program's imports are recorded, so that edits can reach it.

One process for each way imports a program of many modules, which hold functions, classes and
decorated functions: as stock Python does it, after taking over, and kept live; also beside
coverage and with a debugger's tool id taken. CPU time and memory of the imports alone, as ratios
to those that record nothing; and both for a program twice as large: the cost is linear.

Then real packages, each within one import, compiled and from bytecode. To compile takes longer
than all that is done to keep a module live, so the ratios say most where there is bytecode.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT, rounds, run, title
from benchmarks.packages import environment_with
from entrepot.reloading.reading import LATELY

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTRA = "peers"  # of pyproject.toml: what the environment of this benchmark holds
MODULES = 300
CPU_TARGET, MEMORY_TARGET = 1.10, 1.15

#: By name: what is done before the imports, and how many modules there are.
CASES: dict[str, tuple[str, int]] = {
    "stock": ("stock", MODULES),
    "taken over": ("taken over", MODULES),
    "kept live": ("live", MODULES),
    "taken over, debugger": ("taken over debugger", MODULES),
    "kept live, debugger": ("live debugger", MODULES),
    "taken over, coverage": ("taken over coverage", MODULES),
    "kept live, coverage": ("live coverage", MODULES),
    "taken over, twice": ("taken over", 2 * MODULES),
    "kept live, twice": ("live", 2 * MODULES),
}
PACKAGES = ("sqlalchemy", "django", "rich", "click")
#: What stands for a package: its parts that programs import most.
PARTS: Mapping[str, str] = {
    "sqlalchemy": "sqlalchemy.orm",
    "django": "django.db.models",
    "rich": "rich.progress",
    "click": "click",
}
PAIRS = (
    ("taken over", "stock"),
    ("kept live", "taken over"),
    ("kept live, debugger", "taken over, debugger"),
    ("kept live, coverage", "taken over, coverage"),
    ("kept live, twice", "taken over, twice"),
)


def text(number: int) -> str:
    """Return a module of the program."""
    earlier = f"from bench_m{number - 1} import registered, Base\n" if number else FIRST
    functions = "".join(
        f"def f{n}(items, limit={n}):\n    return [item for item in items if item > limit]\n"
        for n in range(12)
    )
    classes = "".join(
        f"class C{n}(Base):\n    size = {n}\n"
        f"    def total(self, *more):\n        return sum(more) + self.size\n"
        f"    @property\n    def half(self):\n        return self.size / 2\n"
        for n in range(4)
    )
    return (
        f"{earlier}{functions}{classes}@registered\ndef made():\n    return C0()\nONE = made()\n"
    )


FIRST = """
HELD = {}
def registered(function):
    HELD[function.__module__] = function
    return function
class Base:
    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        cls.kind = cls.__name__.lower()
"""


def before(how: str, root: Path) -> object:
    """Do what comes before the imports."""
    if "coverage" in how:
        import coverage  # type: ignore[import-not-found]

        measuring = coverage.Coverage(data_file=None)
        measuring.start()
    if "debugger" in how and hasattr(sys, "monitoring"):
        sys.monitoring.use_tool_id(sys.monitoring.DEBUGGER_ID, "debugger")
    if how.startswith("taken over"):
        import entrepot

        return entrepot.take_over()
    if how.startswith("live"):
        import entrepot

        return entrepot.live(roots=[str(root)])
    return None


def memory() -> int:
    """Return the resident memory of this process in kilobytes."""
    status = Path("/proc/self/status").read_text()
    return int(next(row for row in status.split("\n") if row.startswith("VmRSS")).split()[1])


def package_child(how: str, package: str) -> dict[str, float]:
    """Import a package in this process, and return what it took."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    kept = before(how, Path(found.origin).resolve().parent)
    held, start = memory(), time.process_time()
    importlib.import_module(PARTS[package])
    taken = 1000 * (time.process_time() - start)
    return {"cpu": taken, "memory": float(memory() - held), "kept": float(kept is not None)}


def child(name: str) -> dict[str, float]:
    """Import the program in this process, and return what it took."""
    how, count = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for number in range(count):
            (root / f"bench_m{number}.py").write_text(text(number))
        sys.path.insert(0, folder)
        sys.dont_write_bytecode = True
        time.sleep(LATELY + 0.2)  # a file that was saved just now is compiled twice
        kept = before(how, root)
        held, start = memory(), time.process_time()
        for number in range(count):
            importlib.import_module(f"bench_m{number}")
        taken = 1000 * (time.process_time() - start)
        found = {"cpu": taken, "memory": float(memory() - held)}
        del kept
        return found


def main() -> int:
    """Print the table; return 1 if keeping a program live costs more than wanted."""
    title(f"recording the imports of {MODULES} modules, as ratios")
    values: dict[str, list[dict[str, float]]] = {name: [] for name in CASES}
    left_out: set[str] = set()
    for _ in range(rounds(5)):
        for name in CASES:
            if name in left_out:
                continue
            try:
                command = [sys.executable, "-m", "benchmarks.bench_live_recording", name]
                found: Any = run(command).answer
            except RuntimeError:
                if "coverage" not in name:
                    raise
                left_out.add(name)
                print(f"left out: {name} (is coverage installed?)")
                continue
            values[name].append(found)
    good = True
    for name, base in PAIRS:
        if not values[name] or not values[base]:
            continue
        cpu, held = (
            statistics.median(one[what] for one in values[name])
            / statistics.median(one[what] for one in values[base])
            for what in ("cpu", "memory")
        )
        print(f"{name:22} to {base:22} CPU {cpu:5.2f}   memory {held:5.2f}")
        if name.startswith("kept live"):
            good = good and cpu <= CPU_TARGET and held <= MEMORY_TARGET
    return 0 if good else 1


def packages() -> None:
    """Print the same of real packages, with their bytecode and without."""
    python = str(environment_with(PACKAGES))
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            for kind in ("compiled", "from bytecode"):
                variables = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
                variables["PYTHONPYCACHEPREFIX"] = str(Path(folder, kind))
                if kind == "compiled":
                    variables["PYTHONDONTWRITEBYTECODE"] = "1"
                found: dict[str, list[Any]] = {"taken over": [], "live": []}
                for number in range(rounds(5) + 1):  # the first writes the bytecode
                    for how, values in found.items():
                        command = [python, "-m", "benchmarks.bench_live_recording", how, package]
                        answer = run(command, variables).answer
                        if number:
                            values.append(answer)
                cpu, held = (
                    statistics.median(one[what] for one in found["live"])
                    / statistics.median(one[what] for one in found["taken over"])
                    for what in ("cpu", "memory")
                )
                print(f"{package + ', ' + kind:46}CPU {cpu:5.2f}   memory {held:5.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(package_child(*sys.argv[1:3])))
    elif len(sys.argv) > 1:
        print(json.dumps(child(sys.argv[1])))
    else:
        verdict = main()
        packages()
        sys.exit(verdict)
