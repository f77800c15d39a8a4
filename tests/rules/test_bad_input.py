"""Whatever users get wrong ends as under the stock interpreter, and leaves nothing behind."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

import entrepot
from tests.rules import bad_files, bad_input
from tests.seeds.grounds import PRIVATE, STOCK, TAKEN_OVER, told

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

_CASES = [
    pytest.param(program, ground, id=f"{title} {ground}".replace(" ", "-"))
    for programs, grounds in (
        (bad_files.PROGRAMS, (TAKEN_OVER, PRIVATE)),
        (bad_input.PROGRAMS, (TAKEN_OVER, PRIVATE)),
        (bad_input.PROGRAMS_OF_THE_PROCESS, (TAKEN_OVER,)),
    )
    for title, program in programs.items()
    for ground in grounds
]


@pytest.mark.parametrize(("program", "ground"), _CASES)
def test_bad_input_ends_as_under_the_stock_interpreter(
    program: str, ground: str, tmp_path: Path
) -> None:
    text = textwrap.dedent(program) + bad_input.REPORT
    expected = told(STOCK, tmp_path / "program", text)

    ran = told(ground, tmp_path / "program", text)

    assert ran.out.splitlines() == expected.out.splitlines()
    assert (ran.err, ran.code) == (expected.err, expected.code)
    assert "Traceback" not in expected.err, "a program that itself fails shows nothing"
    assert "a lock is held" not in expected.out
    assert "lock held: True" not in expected.out


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("plugins", id="one-folder-instead-of-a-list"),
        pytest.param(None, id="None"),
        pytest.param(5, id="a-number"),
        pytest.param(["plugins", None], id="an-entry-that-is-no-text"),
        pytest.param([b"plugins"], id="an-entry-of-bytes"),
    ],
)
def test_a_private_system_refuses_a_path_that_is_no_list(path: object) -> None:
    with pytest.raises(entrepot.SystemPathError) as caught:
        entrepot.ImportSystem("refused", path=path)  # type: ignore[arg-type]

    assert str(caught.value) == (
        "cannot make the import system 'refused': path must be a list of folder names (str), "
        f"not {path!r}\n"
        "  nothing was registered\n"
        "  write ImportSystem('refused', path=['some/folder'])"
    )
    entrepot.ImportSystem("refused", path=[]).close()


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a:b", "1", None, 5])
def test_a_private_system_refuses_a_name_that_is_no_identifier(name: object) -> None:
    with pytest.raises(entrepot.SystemNameError, match="nothing was registered"):
        entrepot.ImportSystem(name, path=[])  # type: ignore[arg-type]


def test_two_open_systems_cannot_have_one_name() -> None:
    first = entrepot.ImportSystem("twice", path=[])
    try:
        with pytest.raises(entrepot.SystemNameError, match="open system"):
            entrepot.ImportSystem("twice", path=[])
    finally:
        first.close()
    entrepot.ImportSystem("twice", path=[]).close()


def test_a_closed_system_says_so_and_imports_nothing(tmp_path: Path) -> None:
    (tmp_path / "plugin.py").touch()
    (tmp_path / "late.py").touch()
    system = entrepot.ImportSystem("closed", path=[str(tmp_path)])
    plugin = system.import_module("plugin")
    system.close()

    with pytest.raises(entrepot.SystemClosedError) as caught:
        system.import_module("late")

    assert caught.value.name == "late"
    assert "make a new ImportSystem('closed', path=[...])" in str(caught.value)
    assert plugin.__name__ == "closed:plugin"
