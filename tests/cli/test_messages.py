"""What the command line says when it is asked for help, or for what it cannot do."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from entrepot import __version__
from tests.process.case import environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


def said(folder: Path, *words: str, **variables: str) -> tuple[int, str, str]:
    """Return the exit code of ``entrepot`` and what it printed, on both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "entrepot", *words],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


REFUSALS = [
    pytest.param(
        "",
        "entrepot run: what to run is missing\n"
        "  nothing was run\n"
        "  name it: entrepot run app.py\n",
        id="no target",
    ),
    pytest.param(
        "-m",
        "entrepot run: the name after -m is missing\n"
        "  nothing was run\n"
        "  name it: entrepot run -m name\n",
        id="no name",
    ),
    pytest.param(
        "-mjson",
        "entrepot run: cannot take '-mjson'\n  nothing was run\n  write: entrepot run -m json\n",
        id="one word",
    ),
    pytest.param(
        "-u app.py",
        "entrepot run: cannot follow '-u': it is an option of python itself\n"
        "  nothing was run\n"
        "  write: python -u -m entrepot run ...\n",
        id="an option of python",
    ),
    pytest.param(
        "--fast app.py",
        "entrepot run: there is no option '--fast'\n"
        "  nothing was run\n"
        "  entrepot run --help lists the options\n",
        id="an unknown option",
    ),
]


@pytest.mark.parametrize(("words", "message"), REFUSALS)
def test_run_refuses_and_says_what_to_write(words: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('ran')")

    assert said(tmp_path, "run", *words.split()) == (2, "", message)


def test_a_missing_file_is_told_as_python_tells_it(tmp_path: Path) -> None:
    file = tmp_path / "nope.py"

    assert said(tmp_path, "run", "nope.py") == (
        2,
        "",
        f"entrepot: can't open file '{file}': [Errno 2] No such file or directory\n",
    )


TRACE_REFUSALS = [
    pytest.param(
        "trace --format pdf app.py",
        "entrepot trace: there is no format 'pdf'\n"
        "  nothing was run\n"
        "  write: --format and one of text, json, html, speedscope, chrome, importtime\n",
        id="no such format",
    ),
    pytest.param(
        "trace --format",
        "entrepot trace: what --format is to be is missing\n"
        "  nothing was run\n"
        "  entrepot trace --help lists the options\n",
        id="no value",
    ),
    pytest.param(
        "trace --budget=300 app.py",
        "entrepot trace: '300' is no time\n"
        "  nothing was run\n"
        "  write it with its unit: --budget 300ms\n",
        id="a time without its unit",
    ),
    pytest.param(
        "trace --budget -1s app.py",
        "entrepot trace: '-1s' is no time\n"
        "  nothing was run\n"
        "  write it with its unit: --budget 300ms\n",
        id="a time before now",
    ),
    pytest.param(
        "trace --fast app.py",
        "entrepot trace: there is no option '--fast'\n"
        "  nothing was run\n"
        "  entrepot trace --help lists the options\n",
        id="an unknown option of trace",
    ),
    pytest.param(
        "trace --steps --format=html app.py",
        "entrepot trace: cannot write steps in the format 'html'\n"
        "  nothing was run\n"
        "  write: --format text, or --format json; or leave out --steps\n",
        id="a format that steps have not",
    ),
    pytest.param(
        "trace --steps --budget 1s app.py",
        "entrepot trace: cannot follow --budget together with --steps\n"
        "  nothing was run\n"
        "  leave out --budget or --steps\n",
        id="steps within a budget",
    ),
    pytest.param(
        "trace --steps",
        "entrepot trace: what to run is missing\n"
        "  nothing was run\n"
        "  name it: entrepot trace --steps app.py\n",
        id="no target of steps",
    ),
    pytest.param(
        "trace",
        "entrepot trace: what to run is missing\n"
        "  nothing was run\n"
        "  name it: entrepot trace app.py\n",
        id="no target of trace",
    ),
    pytest.param(
        "why",
        "entrepot why: the name of a module is missing\n"
        "  nothing was run\n"
        "  write: entrepot why NAME app.py\n",
        id="why without a name",
    ),
    pytest.param(
        "why json",
        "entrepot why: what to run is missing\n"
        "  nothing was run\n"
        "  name it: entrepot why json app.py\n",
        id="why without a target",
    ),
    pytest.param(
        "why ./app.py json",
        "entrepot why: './app.py' is no name of a module\n"
        "  nothing was run\n"
        "  write: entrepot why NAME app.py\n",
        id="words in the wrong order",
    ),
    pytest.param(
        "why --format html json app.py",
        "entrepot why: there is no format 'html'\n"
        "  nothing was run\n"
        "  write: --format text, or --format json\n",
        id="a format that why has not",
    ),
    pytest.param(
        "why --fast json app.py",
        "entrepot why: there is no option '--fast'\n"
        "  nothing was run\n"
        "  entrepot why --help lists the options\n",
        id="an unknown option of why",
    ),
]


@pytest.mark.parametrize(("words", "message"), TRACE_REFUSALS)
def test_trace_and_why_refuse_and_say_what_to_write(
    words: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("print('ran')")

    assert said(tmp_path, *words.split()) == (2, "", message)


def test_trace_refuses_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('ran')")
    file = tmp_path / "nowhere" / "trace.html"

    assert said(tmp_path, "trace", "-o", "nowhere/trace.html", "app.py") == (
        2,
        "",
        f"entrepot trace: cannot write '{file}': there is no folder '{file.parent}'\n"
        f"  nothing was run\n"
        f"  make it, or name another\n",
    )


def test_trace_refuses_when_entrepot_is_switched_off(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('ran')")

    assert said(tmp_path, "trace", "--steps", "app.py", ENTREPOT="0") == (
        2,
        "",
        "entrepot trace: cannot trace: ENTREPOT=0 in the environment switches entrepot off\n"
        "  nothing was run\n"
        "  take it out of the environment\n",
    )


def test_an_unknown_command_is_told_with_what_was_probably_meant(tmp_path: Path) -> None:
    assert said(tmp_path, "app.py") == (
        2,
        "",
        "entrepot: there is no command 'app.py'\n"
        "  nothing was run\n"
        "  entrepot --help lists the commands; to run a program: entrepot run app.py\n",
    )


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert said(tmp_path, "--version") == (0, f"entrepot {__version__}\n", "")


@pytest.mark.parametrize("words", ["--help", "-h", "run --help", "trace -h", "why -h"])
def test_help_is_an_answer_not_an_error(words: str, tmp_path: Path) -> None:
    code, out, err = said(tmp_path, *words.split())

    assert (code, err) == (0, "")
    assert out.startswith("usage: entrepot ")


def test_no_command_at_all_shows_the_help_and_counts_as_wrong_usage(tmp_path: Path) -> None:
    code, out, _err = said(tmp_path)

    assert code == 2
    assert out.startswith("usage: entrepot ")
