"""A layer imports only what is below it: the contracts of pyproject.toml, as a test."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.process
@pytest.mark.skipif(
    importlib.util.find_spec("importlinter") is None,
    reason="import-linter is installed for one Python only; `./dev layers` runs it there",
)
def test_the_contracts_are_kept() -> None:
    code = "from importlinter.cli import lint_imports_command as command; command()"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
