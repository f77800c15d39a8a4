"""The notebook in ``examples/`` runs from top to bottom, and says what its text promises."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("IPython")

from tests.notebook.session import Notebook

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "notebooks"


def test_the_example_notebook_runs(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    cells = json.loads((EXAMPLE / "edit.ipynb").read_text())["cells"]
    notebook = Notebook(tmp_path, loads=False)
    for cell in cells:
        if cell["cell_type"] == "code":
            notebook.cell("".join(cell["source"]))

    ran = notebook.run()

    assert [cell.error for cell in ran] == [None] * len(ran)
    said = [cell.said.partition(":")[2] for cell in ran if cell.said]
    assert "rates.py is live" in said[0]
    assert "VAT follows" in said[0]
    assert "cannot take rates.py:1: SyntaxError: invalid syntax" in said[1]
    assert "the trouble is over" in said[2]


def test_the_example_notebook_holds_no_outputs() -> None:
    cells = json.loads((EXAMPLE / "edit.ipynb").read_text())["cells"]

    assert [
        cell["outputs"] for cell in cells if cell["cell_type"] == "code" and cell["outputs"]
    ] == []
