"""Suites with coverage, pytest-cov, pytest-xdist, debugpy and cProfile, by both commands."""

from __future__ import annotations

import json
import pstats
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from . import drivers, outcomes, places
from .suites import SUITES, Ended, Suite, where, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Tool(NamedTuple):
    """A tool below which a suite runs.

    Attributes:
        title: Its name in the table.
        suite: Whose tests run.
        before: Stands before ``-m pytest``, or before ``-m entrepot run -m pytest``.
        between: Stands before ``-m pytest``, and after ``-m entrepot run``.
        after: Stands at the end.
        measured: The file that it leaves, with what is compared beside the outcomes.
    """

    title: str
    suite: str
    before: str = ""
    between: str = ""
    after: str = ""
    measured: str = ""


_COVERAGE = "-m coverage run --data-file={out}/data --branch --source={package}"
_PROFILE = "-m cProfile -o {out}/profile"
_COV = "--cov={package} --cov-branch --cov-report=json:{out}/coverage.json"

TOOLS: Sequence[Tool] = (
    Tool("coverage", "click", _COVERAGE, measured="data"),
    Tool("coverage", "jinja2", _COVERAGE, measured="data"),
    Tool("coverage", "pluggy", _COVERAGE, measured="data"),
    Tool("pytest-cov", "click", after=_COV, measured="coverage.json"),
    Tool("pytest-cov", "flask", after=_COV, measured="coverage.json"),
    Tool("pytest-cov", "more_itertools", after=_COV, measured="coverage.json"),
    Tool("pytest-xdist", "click", after="-n 2"),
    Tool("pytest-xdist", "attrs", after="-n 2"),
    Tool("debugpy", "pluggy", "debugger.py {out}/stops.json", measured="stops.json"),
    Tool("debugpy", "jinja2", "debugger.py {out}/stops.json", measured="stops.json"),
    Tool("cProfile", "click", between=_PROFILE, measured="profile"),
    Tool("cProfile", "jinja2", between=_PROFILE, measured="profile"),
    Tool("cProfile", "more_itertools", between=_PROFILE, measured="profile"),
    Tool("cProfile", "pluggy", between=_PROFILE, measured="profile"),
    Tool("cProfile around", "click", before=_PROFILE, measured="profile"),
    Tool("cProfile around", "pluggy", before=_PROFILE, measured="profile"),
)
NEEDS = ("coverage", "pytest-cov", "pytest-xdist", "debugpy")


def compare(tool: Tool) -> int:
    """Run a suite below a tool both ways, print a line, and return how much differs."""
    suite = next(suite for suite in SUITES if suite.name == tool.suite)
    folder = where(suite)
    places.install(NEEDS)
    python, told_there = _run(tool, suite, folder, ())
    entrepot, told_here = _run(tool, suite, folder, places.ENTREPOT)
    apart = outcomes.told_apart([python.outcomes], [entrepot.outcomes])
    files = sorted(f for f in {*told_there, *told_here} if told_there.get(f) != told_here.get(f))
    wrong = len(apart) + len(files) + (python.code != entrepot.code)
    nothing = "passed" not in outcomes.counted(python.outcomes)
    nothing = nothing or bool(tool.measured and not told_there)
    print(
        f"{tool.title:17}{suite.name:16}{'different' if wrong or nothing else 'right':11}"
        f"{sum(map(len, python.outcomes.values())):6} tests  differ {len(apart)}  "
        f"measured {len(told_there)} files  differ {len(files)}  "
        f"exit {python.code}/{entrepot.code}",
        flush=True,
    )
    for test, (there, here) in list(apart.items())[:20]:
        print(f"    {test}: python {there}, entrepot {here}")
    for file in files[:20]:
        print(f"    {file}: python {told_there.get(file)}, entrepot {told_here.get(file)}"[:500])
    return wrong or int(nothing)


def _run(
    tool: Tool, suite: Suite, folder: Path, ours: Sequence[str]
) -> tuple[Ended, Mapping[str, Any]]:
    out = places.output(suite.name, tool.title)
    (out / "debugger.py").write_text(drivers.DEBUGGER)
    report = out / "report.xml"
    names = {"out": str(out), "package": suite.name}
    before = [word.format(**names) for word in tool.before.split()]
    if before[:1] == ["debugger.py"]:
        before[0] = str(out / "debugger.py")
    between, after = (
        [word.format(**names) for word in text.split()] for text in (tool.between, tool.after)
    )
    tests = words(suite, report)
    with (out / "log").open("wb") as log:
        code = subprocess.run(
            [places.PYTHON, *before, *ours, *between, "-m", "pytest", *tests, *after],
            cwd=folder,
            env=places.variables(BREAK_IN=suite.name),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=1800,
            check=False,
        ).returncode
    return Ended(outcomes.read(report), code, 0), _measured(tool, out, suite.name)


def _measured(tool: Tool, out: Path, package: str) -> Mapping[str, Any]:
    """Return what a tool measured, by file."""
    if tool.measured == "profile":
        return _calls(out / "profile", package)
    if tool.measured == "data":
        coverage = [places.PYTHON, "-m", "coverage", "json", "-q", f"--data-file={out}/data"]
        subprocess.run([*coverage, "-o", str(out / "coverage.json")], check=False)
        return _lines(out / "coverage.json")
    if tool.measured == "coverage.json":
        return _lines(out / "coverage.json")
    if tool.measured:
        stops: dict[str, Any] = json.loads((out / tool.measured).read_text())
        return stops
    return {}


def _calls(report: Path, package: str) -> Mapping[str, Any]:
    """Return which functions of a package cProfile saw, by file.

    How often each was called is not compared: finalizers run when the collector does.
    """
    if not report.exists():
        return {}
    found: dict[str, list[str]] = {}
    for file, line, function in sorted(vars(pstats.Stats(str(report)))["stats"]):
        if package in Path(file).parts:
            found.setdefault(file, []).append(f"{line} {function}")
    return found


def _lines(report: Path) -> Mapping[str, Any]:
    if not report.exists():
        return {}
    wanted = ("executed_lines", "missing_lines", "executed_branches", "missing_branches")
    files = json.loads(report.read_text())["files"]
    return {file: {key: told[key] for key in wanted} for file, told in files.items()}
