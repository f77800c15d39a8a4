"""A program that must end the same under ``python`` and under ``entrepot run``.

Both are run in the same folder, made anew for each, so that paths in their output are equal.
Compared are stdout, stderr and the exit code (negative: the signal that it died by). Taken out
are the addresses in the ``repr`` of objects, and from tracebacks the lines of the import system
itself where ``python`` shows some: an import made by ``importlib.import_module``, or by runpy,
goes through other functions here than there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.seeds.grounds import source_folder, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Case(NamedTuple):
    """One program and how it is started.

    Attributes:
        title: What is compared, as a sentence without a final stop.
        program: Its files, as `tests.seeds.grounds.write` understands them.
        words: What stands after ``python`` and after ``entrepot run``, separated by spaces.
        flags: Options of the interpreter itself.
        stdin: What the program can read.
        variables: Of the environment.
        merged: Whether stderr goes where stdout goes, so that their order is compared.
        since: The first Python that the program is for.
        until: The last one.
        prepare: Called with the folder once the files are there.
        is_live: Whether ``entrepot run`` keeps it live; where not, `docs/limits.md` says why.
    """

    title: str
    program: str
    words: str = "main.py"
    flags: Sequence[str] = ()
    stdin: str = ""
    variables: Mapping[str, str] = {}
    merged: bool = False
    since: tuple[int, int] = (3, 11)
    until: tuple[int, int] = (3, 99)
    prepare: Callable[[Path], object] = bool
    is_live: bool = True


class Ended(NamedTuple):
    """What is compared."""

    out: str
    err: str
    code: int


def environment(**variables: str) -> dict[str, str]:
    """Return an environment in which the interpreter finds entrepot and nothing else of ours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return kept | {"PYTHONPATH": source_folder(), "PYTHONHASHSEED": "0", **variables}


def ended(case: Case, folder: Path, *, by_entrepot: bool) -> Ended:
    """Run a case and return how it ended."""
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, case.program)
    case.prepare(folder)
    ours = ["-m", "entrepot", "run"] if by_entrepot else []
    if by_entrepot and not case.is_live:
        ours.append("--no-watch")
    done = subprocess.run(
        [sys.executable, *case.flags, *ours, *case.words.split()],
        cwd=folder,
        # The story after a traceback is our own addition; its tests are in tests/views.
        env=environment(**{"ENTREPOT_EXPLAIN": "0", **case.variables}),
        input=case.stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if case.merged else subprocess.PIPE,
        encoding="utf-8",
        errors="backslashreplace",
        timeout=60,
        check=False,
    )
    return Ended(comparable(done.stdout), comparable(done.stderr), done.returncode)


#: A traceback's lines for a frame of the import system, and the two that may follow for its text.
_OWN_FRAME = re.compile(
    r"""^\ \ File\ "(<frozen\ importlib\._bootstrap\w*>|[^"]*/importlib/__init__\.py)",\ .*\n
    (\ \ \ \ .*\n)*""",
    re.MULTILINE | re.VERBOSE,
)


def comparable(text: str | None) -> str:
    """Return a text without what may differ."""
    return _OWN_FRAME.sub("", re.sub(r"0x[0-9a-f]{6,}", "0x...", text or ""))


def each(cases: list[Case]) -> pytest.MarkDecorator:
    """Return the decorator that gives a test each case that is for this Python."""
    here = sys.version_info[:2]
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(
                case,
                id=case.title.replace(" ", "-"),
                marks=pytest.mark.skipif(
                    not case.since <= here <= case.until, reason="for another Python"
                ),
            )
            for case in cases
        ],
    )
