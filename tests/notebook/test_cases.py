"""The cases from users' issues, ours: one after the other in one shell.

``checks/long/notebook_cases.py`` runs them in kernels of their own, beside autoreload.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("IPython")

from tests.notebook.cases import CASES, Case
from tests.notebook.session import Notebook, Ran

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]


@cache
def ran_in_one_shell(folder: Path) -> dict[str, Ran]:
    """Return what the last cell of each case did, by its title."""
    notebook = Notebook(folder)
    last = {}
    for case in CASES:
        for step in case.steps:
            notebook.steps.append(step)
        last[case.title] = sum(1 for step in notebook.steps if step[0] == "cell") - 2
    cells = notebook.run()
    return {title: cells[position] for title, position in last.items()}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    return ran_in_one_shell(tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.issue or case.title)
def test_what_users_told_of_is_right(case: Case, ran: dict[str, Ran]) -> None:
    last = ran[case.title]

    assert last.error is None, (last.error, last.said)
    assert last.value == case.expect, last.said
