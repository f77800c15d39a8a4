"""``entrepot run X`` does what ``python X`` does: output, errors, exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.process import endings, main_module, surroundings
from tests.process.case import Case, each, ended

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


@each(main_module.CASES)
def test_the_main_module_is_the_same(case: Case, tmp_path: Path) -> None:
    expected = ended(case, tmp_path / "app", by_entrepot=False)

    assert ended(case, tmp_path / "app", by_entrepot=True) == expected


@each(endings.CASES)
def test_the_end_is_the_same(case: Case, tmp_path: Path) -> None:
    expected = ended(case, tmp_path / "app", by_entrepot=False)

    assert ended(case, tmp_path / "app", by_entrepot=True) == expected


@each(surroundings.CASES)
def test_the_surroundings_are_the_same(case: Case, tmp_path: Path) -> None:
    expected = ended(case, tmp_path / "app", by_entrepot=False)

    assert ended(case, tmp_path / "app", by_entrepot=True) == expected
