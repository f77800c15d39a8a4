"""docs/seeds.md says what the tests hold, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.seeds.page import PAGE, named_tests, render

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_that_the_tests_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), (
        "docs/seeds.md is not up to date; write it by: python -m tests.seeds.page"
    )


@pytest.mark.process
def test_each_test_that_the_page_names_exists() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/seeds"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    named = named_tests(PAGE.read_text(encoding="utf-8"))

    assert len(named) > 100
    assert listed.returncode == 0, listed.stdout
    assert named - set(listed.stdout.splitlines()) == set()
