"""`./dev`: what it says when it cannot do what was asked, and which Pythons it finds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from checks import dev, pythons

ROOT = Path(__file__).resolve().parents[2]


def test_a_launcher_is_a_command_with_its_own_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_PYTHONS", "3.15=launch 'a folder' 3.15; 3.14=python3.14;")

    assert pythons.launchers() == {"3.15": ["launch", "a folder", "3.15"], "3.14": ["python3.14"]}


@pytest.mark.parametrize("stated", ["3.15", "/usr/bin/python3.15", "2.7=python2"])
def test_a_launcher_that_is_misstated_is_refused(
    monkeypatch: pytest.MonkeyPatch, stated: str
) -> None:
    monkeypatch.setenv("ENTREPOT_PYTHONS", stated)

    with pytest.raises(pythons.SetupFailed, match=r"expected '3\.X=command'"):
        pythons.launchers()


def test_the_python_that_runs_is_among_those_found() -> None:
    assert pythons.OWN_VERSION in pythons.interpreters()


def test_an_environment_is_made_anew_when_what_it_holds_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pythons, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    pythons._stamp(tmp_path, "python", "test")
    has = [pythons._is_current(tmp_path, "python", extra) for extra in ("", "test", "dev")]
    (tmp_path / "pyproject.toml").write_text("[project]\ndependencies = []\n")

    assert has == [True, True, False]
    assert not pythons._is_current(tmp_path, "python", "")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        pytest.param([], 0, "./dev test", id="no-word-tells-the-words"),
        pytest.param(["tset"], 2, "./dev test", id="an-unknown-word"),
        pytest.param(["style", "now"], 2, "./dev test", id="a-word-too-many"),
        pytest.param(
            ["bench", "no_such"], 2, "there is no benchmark no_such", id="an-unknown-benchmark"
        ),
        pytest.param(
            ["long", "no_such"], 2, "there is no long check no_such", id="an-unknown-check"
        ),
        pytest.param(["tests", "--on", "3.10"], 2, "no Python 3.10 found", id="too-old"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    says: str,
) -> None:
    monkeypatch.chdir(ROOT)

    assert dev.main(arguments) == status
    assert says in capsys.readouterr().out


@pytest.mark.process
@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell on the PATH")
def test_a_machine_without_a_python_is_told_what_is_missing(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "tr", "grep", "head"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    bare = {k: v for k, v in os.environ.items() if k not in {"PYTHON", "PYENV_ROOT"}}

    done = subprocess.run(
        ["sh", str(ROOT / "dev")],
        env={**bare, "PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "cannot find a Python 3.11 or newer" in done.stderr
