"""What users rely on every day: the same program prints the same with and without take-over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules import (
    same_cache_and_packages,
    same_finders_and_loaders,
    same_reloads_and_files,
    same_surroundings,
    same_threads_and_tracebacks,
)
from tests.seeds.grounds import STOCK, TAKEN_OVER, told

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

PROGRAMS = (
    same_cache_and_packages.PROGRAMS
    | same_finders_and_loaders.PROGRAMS
    | same_reloads_and_files.PROGRAMS
    | same_surroundings.PROGRAMS
    | same_threads_and_tracebacks.PROGRAMS
)

#: Frames that C leaves in some tracebacks; their functions are each implementation's own.
_MACHINERY = '  File "<frozen importlib._bootstrap'


def _without_the_machinery(err: str) -> list[str]:
    return [line for line in err.splitlines() if not line.startswith(_MACHINERY)]


@pytest.mark.parametrize("title", [pytest.param(t, id=t.replace(" ", "-")) for t in PROGRAMS])
def test_a_program_tells_the_same_with_and_without_take_over(title: str, tmp_path: Path) -> None:
    expected = told(STOCK, tmp_path / "program", PROGRAMS[title])

    ran = told(TAKEN_OVER, tmp_path / "program", PROGRAMS[title])

    assert ran.out.splitlines() == expected.out.splitlines()
    assert _without_the_machinery(ran.err) == _without_the_machinery(expected.err)
    if _MACHINERY not in expected.err:
        assert _MACHINERY not in ran.err
    assert ran.code == expected.code
    fails = title.startswith("a traceback")
    assert (expected.code, bool(expected.out or fails)) == (int(fails), True), expected.err


def test_there_are_at_least_sixty_programs() -> None:
    assert len(PROGRAMS) >= 60
