"""What a notebook pays for each cell when nothing has changed, with many modules loaded.

One process loads 3,000 modules of its own and does, in turns, what each tool does around a cell:
ours before and after a cell, autoreload before it (and after it), marimo's reloader before it.
CPU time; the target is 0.05 ms for ours. Tools that are not installed are left out, and said.
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

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = 3000
ROUNDS = 9
TARGET = 0.05  # milliseconds


def write_modules(folder: Path) -> list[str]:
    """Write the modules, in packages of a hundred; return their names."""
    names = []
    for number in range(MODULES):
        package = f"bench_package_{number // 100}"
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").touch()
        (folder / package / f"m{number}.py").write_text(f"N = {number}\ndef f():\n    return N\n")
        names.append(f"{package}.m{number}")
    return names


def ours(shell: Any) -> Callable[[], None]:
    """Return what entrepot does around a cell."""
    shell.run_line_magic("load_ext", "entrepot")
    extension = shell._entrepot  # noqa: SLF001
    info = type("Info", (), {"transformed_cell": "pass\n"})()
    result = type("Result", (), {"info": info})()

    def around() -> None:
        extension.before_cell(info)
        extension.after_cell(result)

    return around


def autoreload(mode: str) -> Callable[[], None]:
    """Return what autoreload does around a cell."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.extensions.autoreload import AutoreloadMagics

    magics = AutoreloadMagics(InteractiveShell.instance())
    magics.autoreload(mode)

    def around() -> None:
        magics.pre_run_cell(None)
        magics.post_execute_hook()

    return around


def marimo() -> Callable[[], None]:
    """Return what marimo's reloader does before a cell."""
    from marimo._runtime.reload.autoreload import ModuleReloader  # type: ignore[import-not-found]

    reloader = ModuleReloader()

    def around() -> None:
        reloader.check(modules=sys.modules, reload=True)

    return around


def cpu(around: Callable[[], None], times: int) -> float:
    """Return the CPU milliseconds of one call."""
    start = time.process_time()
    for _ in range(times):
        around()
    return 1000 * (time.process_time() - start) / times


def measure(names: list[str]) -> dict[str, float]:
    """Return the medians of the tools, in milliseconds a cell."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    makers: dict[str, tuple[Callable[[], Callable[[], None]], int]] = {
        "entrepot": (lambda: ours(shell), 1000),
        "autoreload 2": (lambda: autoreload("2"), 5),
        "autoreload 3": (lambda: autoreload("3"), 5),
        "marimo": (marimo, 5),
    }
    tools: dict[str, tuple[Callable[[], None], int]] = {}
    loaded = False
    for name, (make, times) in makers.items():
        try:
            tools[name] = (make(), times)
        except ImportError as error:
            print(f"left out: {name} ({error})")
        if not loaded:
            loaded = True  # ours comes first, and sees the modules imported
            for module in names:
                importlib.import_module(module)
    for around, _ in tools.values():
        around()
    taken: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(ROUNDS):
        for name, (around, times) in tools.items():
            taken[name].append(cpu(around, times))
    return {name: statistics.median(values) for name, values in taken.items()}


def main() -> int:
    """Print the table; return 1 if ours is over the target."""
    try:
        importlib.import_module("IPython")
    except ImportError:
        print("left out: IPython is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        medians = measure(write_modules(Path(folder)))
        sys.path.remove(folder)
    base = medians["entrepot"]
    print(f"a cell, nothing changed, {MODULES} modules loaded, CPU ms (median of {ROUNDS})")
    for name, median in medians.items():
        print(f"{name:14} {median:9.4f}   {median / base:8.0f} x")
    print(json.dumps({name: round(median, 5) for name, median in medians.items()}))
    return 0 if base <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
