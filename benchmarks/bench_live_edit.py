"""What it costs to bring an edit of one function into a running program.

A module of 150 functions; the first edit of it, and later ones; with few modules loaded and with
3,000, managed or not, and with 200,000 objects alive that have nothing to do with it. CPU time of
one reload, in a process for each case; jurigged and IPython's autoreload get the same edits, if
they are installed. *Idle* is the time to see that nothing has changed, if a watcher tells of it.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import rounds, run, title

if TYPE_CHECKING:
    from collections.abc import Callable

EXTRA = "peers"  # of pyproject.toml: what the environment of this benchmark holds
FUNCTIONS = 150
LATER = 20
IDLE = 200
FIRST_TARGET, LATER_TARGET, SPREAD, IDLE_TARGET = 5.0, 2.0, 1.2, 0.05

#: By name: the tool, how many modules there are besides, whether they are managed, and objects.
CASES: dict[str, tuple[str, int, str, int]] = {
    "entrepot": ("entrepot", 0, "managed", 0),
    "3,000 modules": ("entrepot", 3000, "managed", 0),
    "3,000 unmanaged": ("entrepot", 3000, "unmanaged", 0),
    "200,000 objects": ("entrepot", 0, "managed", 200_000),
    "jurigged": ("jurigged", 0, "managed", 0),
    "autoreload 2": ("autoreload", 0, "managed", 0),
}


def text(edited: int, version: int) -> str:
    """Return the module's text, one function of it in another version."""
    found = ["RATE = 3\n"]
    for number in range(FUNCTIONS):
        change = version if number == edited else 0
        found.append(
            f"def f{number}(items, limit={number}):\n"
            f'    """Return what is left of some items."""\n'
            f"    total = {change}\n"
            f"    for item in items:\n"
            f"        if item.price > limit:\n"
            f"            total += item.price * RATE\n"
            f"    return total\n"
        )
    return "\n".join(found)


def others(folder: Path, count: int) -> list[str]:
    """Write modules of ten functions each, in packages of a hundred; return their names."""
    names = []
    for number in range(count):
        package = f"bench_p{number // 100}"
        (folder / package).mkdir(exist_ok=True, parents=True)
        (folder / package / "__init__.py").touch()
        body = "".join(f"def g{n}(a):\n    return a + {n}\n" for n in range(10))
        (folder / package / f"m{number}.py").write_text(f"N = {number}\n{body}")
        names.append(f"{package}.m{number}")
    return names


def entrepot(root: Path) -> Callable[[Path | None], None]:
    """Return how entrepot takes an edit."""
    from entrepot.reloading.edit import Edit
    from entrepot.reloading.session import live

    session = live([str(root)])

    def take(file: Path | None) -> None:
        report = session.apply(Edit.of_files([str(file)] if file else []))
        assert report.status == "ok", report

    return take


def jurigged(root: Path) -> Callable[[Path | None], None]:
    """Return how jurigged takes an edit."""
    from jurigged.register import registry  # type: ignore[import-not-found]

    registry.auto_register(filter=lambda file: file.startswith(str(root)))
    return lambda file: registry.get(str(file)).refresh()


def autoreload(_root: Path) -> Callable[[Path | None], None]:
    """Return how IPython's autoreload takes an edit."""
    from IPython.extensions.autoreload import ModuleReloader

    reloader = ModuleReloader()
    return lambda _file: reloader.check(check_all=True)


TOOLS = {"entrepot": entrepot, "jurigged": jurigged, "autoreload": autoreload}


def child(name: str) -> dict[str, float]:
    """Measure one case in this process."""
    tool, count, where, objects = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "root"
        aside = Path(folder).resolve() / "aside"
        root.mkdir()
        (root / "bench_shop.py").write_text(text(-1, 0))
        (root / "bench_warm.py").write_text("def f():\n    return 1\n")
        names = others(root if where == "managed" else aside, count)
        sys.path[:0] = [str(root), str(aside)]
        sys.dont_write_bytecode = True
        take = TOOLS[tool](root)
        for module in ("bench_shop", "bench_warm", *names):
            importlib.import_module(module)
        kept: Any = [{"n": number, "of": [number]} for number in range(objects // 2)]
        (root / "bench_warm.py").write_text("def f():\n    return 22\n")
        take(root / "bench_warm.py")  # what is loaded and read once, for whatever edit
        taken = [edited(take, root / "bench_shop.py", n) for n in range(1, LATER + 2)]
        shop: Any = sys.modules["bench_shop"]
        right = int(shop.f75([]) == LATER + 1)
        found = {"first": taken[0], "later": statistics.median(taken[1:]), "right": right}
        if tool == "entrepot":
            found["idle"] = idle(take)
        del kept
        return found


def idle(take: Callable[[Path | None], None]) -> float:
    """Return the CPU milliseconds of seeing that nothing has changed."""
    start = time.process_time()
    for _ in range(IDLE):
        take(None)
    return 1000 * (time.process_time() - start) / IDLE


def edited(take: Callable[[Path | None], None], file: Path, version: int) -> float:
    """Save a version of the module and return the CPU milliseconds of taking it."""
    file.write_text(text(75, version))
    start = time.process_time()
    take(file)
    return 1000 * (time.process_time() - start)


def main() -> int:
    """Print the table; return 1 if ours is over a target."""
    title(f"an edit of one function in {FUNCTIONS}: CPU ms of the first edit, and of later ones")
    values: dict[str, list[dict[str, Any]]] = {name: [] for name in CASES}
    left_out: set[str] = set()
    for _ in range(rounds(5)):
        for name, (tool, *_rest) in CASES.items():
            if tool in left_out:
                continue
            try:
                found: Any = run([sys.executable, "-m", "benchmarks.bench_live_edit", name]).answer
            except RuntimeError:
                if tool == "entrepot":
                    raise
                left_out.add(tool)
                print(f"left out: {tool} is not installed")
                continue
            values[name].append(found)
    base = middle(values["entrepot"], "later")
    for name, found in values.items():
        if found:
            first, later = middle(found, "first"), middle(found, "later")
            told = "" if all(one["right"] for one in found) else "  (the old code still runs)"
            if "idle" in found[0]:
                told = f"   idle {middle(found, 'idle'):6.3f}{told}"
            print(
                f"{name:16} first {first:8.2f}   later {later:8.2f}   {later / base:6.2f} x{told}"
            )
    spread = max(middle(values[n], "later") for n in list(CASES)[:4]) / base
    good = middle(values["entrepot"], "first") <= FIRST_TARGET and base <= LATER_TARGET
    good = good and max(middle(values[n], "idle") for n in list(CASES)[:4]) <= IDLE_TARGET
    return 0 if good and spread <= SPREAD else 1


def middle(found: list[dict[str, Any]], what: str) -> float:
    """Return the median of one figure."""
    return float(statistics.median(one[what] for one in found))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(child(sys.argv[1])))
    else:
        sys.exit(main())
