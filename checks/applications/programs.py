"""Programs started by what they are: each command under `python` and under `entrepot run`.

A program is a folder of files, made anew for each of the two, at the same place, and commands
that run in it one after the other. Compared are what each prints, to both streams, and its exit
code; taken out is what differs from run to run of `python` (times, ports, processes, addresses).
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from . import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Program(NamedTuple):
    """A program.

    Attributes:
        title: Its name in the table.
        files: Their text; a line ``-- name`` starts each.
        commands: One a line. ``RUN`` stands for ``python``, or for ``python -m entrepot run``;
            ``PYTHON`` for ``python``, both times; another first word is a program of the
            environment.
        needs: What is installed.
        cut: Expressions for what is left out of what is printed.
        shows: Texts that ``python`` must have printed, or nothing was compared.
    """

    title: str
    files: str
    commands: str
    needs: Sequence[str] = ()
    cut: Sequence[str] = ()
    shows: Sequence[str] = ()


class Ended(NamedTuple):
    """How one command ended."""

    command: str
    code: int
    out: str
    err: str


#: What differs from one run to the next.
_CUT = (
    r"0x[0-9a-f]{6,}",
    r"\d+\.\d+ ?(s|ms|seconds|sec)\b",
    r"(127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]):\d+",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?",
    r"(?i)\b(pid|process)[ =]\[?\d+\]?",
)


def compare(program: Program) -> int:
    """Run a program both ways, print a line, and return how many commands differ."""
    try:
        places.install(program.needs)
    except subprocess.CalledProcessError:
        print(f"{program.title:20}left out: pip cannot install it here", flush=True)
        return 0
    python = list(_run(program, ()))
    entrepot = list(_run(program, places.ENTREPOT))
    differing = [pair for pair in zip(python, entrepot, strict=True) if pair[0] != pair[1]]
    told = "\n".join(_told(ended, ended) for ended in python)
    places.output("programs", program.title).joinpath("python.txt").write_text(told)
    missing = [text for text in program.shows if text not in told]
    codes = " ".join(str(ended.code) for ended in python)
    print(
        f"{program.title:20}{'different' if differing or missing else 'right':11}"
        f"{len(python):6} commands  differ {len(differing)}  exit codes {codes}",
        flush=True,
    )
    for there, here in differing:
        print(textwrap.indent(_told(there, here), "    "))
    for text in missing:
        print(f"    python did not print {text!r}")
    return len(differing) + len(missing)


def _run(program: Program, before: Sequence[str]) -> Iterator[Ended]:
    folder = places.HOME / "programs" / "work"
    shutil.rmtree(folder, ignore_errors=True)
    _write(folder, program.files)
    own = {"HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "RUN": shlex.join(before)}
    for line in program.commands.strip().splitlines():
        first, *rest = shlex.split(line)
        start = {"RUN": [places.PYTHON, *before], "PYTHON": [places.PYTHON]}
        done = subprocess.run(
            [*start.get(first, [first]), *rest],
            cwd=folder,
            env=places.variables(**own),
            input=_input(folder),
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
        texts = (_comparable(program, text) for text in (done.stdout, done.stderr))
        yield Ended(line.strip(), done.returncode, *texts)


def _input(folder: Path) -> str:
    """Return what a command reads: the file ``stdin``, or nothing."""
    file = folder / "stdin"
    return file.read_text() if file.exists() else ""


def _write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    for part in re.split(r"^-- ", textwrap.dedent(text).lstrip(), flags=re.MULTILINE)[1:]:
        name, _, content = part.partition("\n")
        file = folder / name.strip()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def _comparable(program: Program, text: str) -> str:
    for expression in program.cut:
        text = re.sub(expression, "", text)
    for expression in _CUT:
        text = re.sub(expression, "...", text)
    return text


def _told(there: Ended, here: Ended) -> str:
    lines = [f"$ {there.command}", f"exit {there.code} / {here.code}"]
    if there == here:
        return "\n".join([*lines, there.out, there.err])
    for name, one, other in (("out", there.out, here.out), ("err", there.err, here.err)):
        if one != other:
            lines += [f"{name} under python:", *one.splitlines()[-25:]]
            lines += [f"{name} under entrepot:", *other.splitlines()[-25:]]
    return "\n".join(lines)
