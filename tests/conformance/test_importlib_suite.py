"""CPython's own importlib tests with our engine in the place of one of its copies."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.seeds.grounds import source_folder

HERE = Path(__file__).parent


def outcomes(*words: str) -> Any:
    """Run a session in a fresh interpreter and return what it printed last."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, str(HERE / "session.py"), *words],
        env={**kept, "PYTHONPATH": source_folder()},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.process
@pytest.mark.timeout(400)
def test_what_passes_with_the_interpreters_copy_passes_with_ours() -> None:
    try:
        suite = importlib.util.find_spec("test.test_importlib")
    except ModuleNotFoundError:
        suite = None
    if suite is None:
        pytest.skip("this interpreter came without its test suite")
    stock = outcomes("unit", "stock")["ends"]
    ours = outcomes("unit", "ours")
    passed = {name for name, end in stock.items() if end == "passed"}
    lost = sorted(f"{name}: {ours['ends'].get(name)}" for name in passed - _passed(ours))

    assert lost == []
    assert len(passed) > 350
    assert ours["executed"] > 20  # it really was our engine that executed modules


def _passed(outcome: Any) -> set[str]:
    return {name for name, end in outcome["ends"].items() if end == "passed"}
