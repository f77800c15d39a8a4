"""Run in a fresh interpreter: imports modules as a restart would, and writes what they hold.

Started as a script by ``fresh``; reads what to import from its standard input as JSON, and writes
one JSON answer to its standard output. The program's own output goes nowhere. entrepot is looked
for only after the program is imported, so that it cannot change what the program finds.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import sys
from typing import Any


def main() -> None:
    """Answer one order."""
    order = json.load(sys.stdin)
    answer_to = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.path[:], sys.argv[:] = order["path"], order["argv"]
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = type(sys)("__main__")  # the program must not find this file there
    answer = _answer(order)
    sys.modules["__main__"] = ours
    with open(answer_to, "w", encoding="utf-8") as stream:  # noqa: PTH123 (a descriptor)
        json.dump(answer, stream)
    sys.stderr.flush()
    os._exit(0)  # threads and exit handlers of the program are no part of the answer


def _read_sources(roots: list[str]) -> None:
    """Let modules below some folders be compiled from their text.

    A bytecode file counts as good if its second and its size agree: it may be of another text.
    """
    loader: Any = importlib.machinery.SourceFileLoader
    get_code = loader.get_code
    folders = tuple(root.rstrip(os.sep) + os.sep for root in roots)

    def get_code_of_source(self: Any, name: str) -> Any:
        file = self.get_filename(name)
        if os.path.realpath(file).startswith(folders):
            return self.source_to_code(self.get_data(file), file)
        return get_code(self, name)

    loader.get_code = get_code_of_source


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    failed: dict[str, str] = {}
    _read_sources(order["roots"])
    for name in order["names"]:
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 (SystemExit too: the answer says which)
            failed[name] = f"{type(error).__name__}: {error}"
    if order["home"] not in sys.path:
        sys.path.append(order["home"])
    from entrepot.verifying.snapshot import Snapshot, modules_below

    snapshot = Snapshot(modules_below(order["roots"]))
    return {"facts": snapshot.facts, "parents": snapshot.parents, "failed": failed}


if __name__ == "__main__":
    main()
