"""Runs steps in an IPython shell of its own: started by ``session.py``, in a process of its own.

Reads the steps from standard input as JSON and writes what each cell did to standard output:
what it printed, what was displayed (as text), the repr of its value, its error.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any


def make_shell() -> Any:
    """Return a shell that writes no history."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Minimal"
    return InteractiveShell.instance(config=config)


def run_cell(shell: Any, shown: list[Any], source: str) -> dict[str, Any]:
    """Run a cell and return what it did."""
    shown.clear()
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        result = shell.run_cell(source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    return {
        "out": out.getvalue(),
        "shown": [data["text/plain"] for data in shown],
        "html": [data.get("text/html", "") for data in shown],
        "value": None if result.result is None else repr(result.result),
        "error": None if error is None else f"{type(error).__name__}: {error}",
    }


def perform(steps: list[list[Any]]) -> list[dict[str, Any]]:
    """Run the steps and return what the cells did."""
    shell = make_shell()
    shown: list[Any] = []
    publish = shell.display_pub

    def keep(data: Any, metadata: Any = None, **_: Any) -> None:
        shown.append(data)

    publish.publish = keep
    done = []
    for kind, *words in steps:
        if kind == "save":
            file = Path(words[0])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(words[1])
        elif kind == "delete":
            Path(words[0]).unlink()
        else:
            done.append(run_cell(shell, shown, words[0]))
    return done


if __name__ == "__main__":
    steps = json.load(sys.stdin)
    sys.path.insert(0, os.getcwd())
    real = os.dup(1)
    os.dup2(2, 1)  # what is printed past Python's stdout must not stand among the answers
    done = perform(steps)
    os.write(real, json.dumps(done).encode())
