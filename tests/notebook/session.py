"""A notebook in a process of its own: cells, and files saved between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.process.case import environment
from tests.seeds.grounds import source_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKER = Path(__file__).with_name("worker.py")


class Ran:
    """What one cell did.

    Attributes:
        out: What it printed.
        shown: What was displayed under it, as text.
        html: The same as HTML.
        value: The repr of its value, ``None`` if it has none.
        error: Its error, as ``"NameError: ..."``.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self.out: str = facts["out"]
        self.shown: list[str] = facts["shown"]
        self.html: list[str] = facts["html"]
        self.value: str | None = facts["value"]
        self.error: str | None = facts["error"]

    @property
    def said(self) -> str:
        """What was displayed, as one text."""
        return "\n".join(self.shown)


class Notebook:
    """Steps to be run in one shell: ``cell`` and ``save``, then ``run``."""

    def __init__(self, folder: Path, *, loads: bool = True) -> None:
        self.folder = folder
        self.steps: list[list[str]] = []
        if loads:
            self.cell("%load_ext entrepot")

    def cell(self, source: str) -> None:
        """Add a cell."""
        self.steps.append(["cell", source])

    def save(self, **texts: str) -> None:
        """Add a save of modules: ``save(shop="N = 1")``."""
        for name, text in texts.items():
            self.save_file(name.replace("__", "/") + ".py", text)

    def save_file(self, file: str, text: str) -> None:
        """Add a save of a file."""
        self.steps.append(["save", file, text])

    def delete(self, file: str) -> None:
        """Add that a file is deleted."""
        self.steps.append(["delete", file])

    def run(self, **variables: str) -> list[Ran]:
        """Run all steps; return what each cell did, but for the one that loads the extension."""
        done = subprocess.run(
            [sys.executable, str(WORKER)],
            cwd=self.folder,
            env=environment(
                **{"PYTHONPATH": _path(), "PYTHONDONTWRITEBYTECODE": "1", **variables}
            ),
            input=json.dumps(self.steps),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        cells = [Ran(facts) for facts in json.loads(done.stdout)]
        return cells[1:] if self.steps[0] == ["cell", "%load_ext entrepot"] else cells


def _path() -> str:
    """Return where entrepot and IPython are: the latter need not be in a site folder."""
    spec = find_spec("IPython")
    found = spec.submodule_search_locations if spec is not None else None
    folders = [str(Path(folder).parent) for folder in found or ()]
    return os.pathsep.join([source_folder(), *folders])


def values(cells: Iterable[Ran]) -> list[str | None]:
    """Return the values of cells."""
    return [cell.value for cell in cells]
