"""The program of a history replay: it imports a package and keeps it live, one edit a line.

python -m checks.long._history FOLDER PACKAGE          reads lines, answers each with JSON
python -m checks.long._history FOLDER PACKAGE stock    imports without entrepot, and ends
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any


def modules_of(folder: Path, package: str) -> list[str]:
    """Return the names of the package's modules, those of tests and entry points left out."""
    names = []
    for file in sorted((folder / package).rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        if "tests" not in parts and parts[-1] != "__main__":
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def import_all(names: list[str]) -> dict[str, Any]:
    """Import modules; return what could not be imported, and the CPU time in milliseconds."""
    failed: dict[str, str] = {}
    start = time.process_time()
    for name in names:
        try:
            importlib.import_module(name)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - what they need may not be there
            failed[name] = f"{type(error).__name__}: {error}"
    return {"failed": failed, "cpu": 1000 * (time.process_time() - start)}


def answer(live: Any) -> dict[str, Any]:
    """Bring what changed on disk into the program, and compare it with a restart."""
    start = time.process_time()
    report = live.apply()
    found = {
        "cpu": 1000 * (time.process_time() - start),
        "status": report.status,
        "told": str(report),
        "differences": [],
    }
    if report.status == "ok":
        found["differences"] = [str(difference) for difference in live.verify().differences]
    return found


def main() -> None:
    """Import the package, then answer each line."""
    folder, package = Path(sys.argv[1]), sys.argv[2]
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    out = sys.stdout
    sys.stdout = io.StringIO()  # what the package prints is no answer
    names = modules_of(folder, package)
    if sys.argv[3:] == ["stock"]:
        print(json.dumps(import_all(names)), file=out, flush=True)
        return
    import entrepot

    live = entrepot.live(roots=[str(folder)])
    print(json.dumps(import_all(names)), file=out, flush=True)
    for _ in sys.stdin:
        print(json.dumps(answer(live)), file=out, flush=True)


if __name__ == "__main__":
    main()
