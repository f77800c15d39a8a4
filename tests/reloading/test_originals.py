"""What sets attributes of installed modules finds what an import finds, and leaves nothing."""

from __future__ import annotations

import opcode
import statistics
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.reloading.originals import STORING, places
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRAPPING = """
import textwrap
LABEL = "1>"
def labelled(f, label):
    def fill(self, text): return label + f(self, text)
    return fill
textwrap.TextWrapper.fill = labelled(textwrap.TextWrapper.fill, LABEL)
"""
KEEPING = """
import statistics
_fmean = statistics.fmean
def fmean(data): return "mine", _fmean(data)
statistics.fmean = fmean
"""
FIRST = """
import statistics
TAG = "1"
def wrap(f, tag): return lambda data: (tag, f(data))
statistics.fmean = wrap(statistics.fmean, TAG)
"""
SECOND = """
import statistics, one
TAG = "2"
statistics.fmean = one.wrap(statistics.fmean, TAG)
"""
BY_TEXT = """
import statistics
from tools import patch
LABEL = "1"
patch(statistics, "fmean", LABEL)
"""
TOOLS = """
def patch(owner, name, label):
    original = getattr(owner, name)
    setattr(owner, name, lambda data: (label, original(data)))
"""
IN_A_FUNCTION = """
import statistics
def wrapped(f): return lambda data: ("mine", f(data))
def install():
    statistics.fmean = wrapped(statistics.fmean)
install()
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


@pytest.fixture(autouse=True)
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules are whole again after each test."""
    monkeypatch.setattr(textwrap.TextWrapper, "fill", textwrap.TextWrapper.fill)
    monkeypatch.setattr(statistics, "fmean", statistics.fmean)


def filled() -> Any:
    return textwrap.TextWrapper().fill("a")


def test_the_operation_that_sets_an_attribute_is_known() -> None:
    assert {opcode.opname[number] for number in STORING} == {"STORE_ATTR"}


def test_what_wraps_what_it_finds_wraps_it_once(project: Project) -> None:
    project.write(fix=WRAPPING)
    project.load("fix")
    found = [filled()]
    for label in ("2>", "3>", "4>"):
        assert project.edit(fix=WRAPPING.replace("1>", label)).status == "ok"
        found.append(filled())

    assert found == ["1>a", "2>a", "3>a", "4>a"]


def test_what_sets_an_attribute_leaves_nothing_when_it_goes(project: Project) -> None:
    project.write(fix=WRAPPING)
    project.load("fix")
    report = project.edit(fix="import textwrap\nLINE = textwrap.TextWrapper().fill('a')\n")
    lines = [sys.modules["fix"].LINE, filled()]
    again = project.edit(fix=WRAPPING)

    assert (report.status, lines, again.status, filled()) == ("ok", ["a", "a"], "ok", "1>a")


def test_a_statement_before_the_one_that_sets_finds_the_function_itself(project: Project) -> None:
    project.write(fix=KEEPING)
    fix = project.load("fix")
    edited = KEEPING.replace("= statistics.fmean\n", "= statistics.fmean or None\n")
    report = project.edit(fix=edited)

    assert report.status == "ok"
    assert fix.statistics.fmean is fix.fmean
    assert fix.fmean([1, 2]) == ("mine", 1.5)


def test_a_module_that_is_imported_meanwhile_is_known_too(project: Project) -> None:
    sys.modules.pop("colorsys", None)
    text = "import colorsys as c\nc.rgb_to_yiq = lambda *x, f=c.rgb_to_yiq: (LABEL, f(*x))\n"
    project.write(fix="LABEL = 1\n" + text)
    project.load("fix")
    report = project.edit(fix="LABEL = 2\n" + text.replace("f(*x)", "f(*x)[0]"))

    assert report.status == "ok"
    assert sys.modules["colorsys"].rgb_to_yiq(0, 0, 0) == (2, 0.0)


def test_what_is_set_together_with_a_name_is_known(project: Project) -> None:
    text = """
import statistics
LABEL = "1"
def wrapped(f): return lambda data: (LABEL, f(data))
mean = statistics.fmean = wrapped(statistics.fmean)
"""
    project.write(fix=text)
    project.load("fix")
    report = project.edit(fix=text.replace("wrapped(s", "wrapped(f=s"))
    found: Any = statistics.fmean([4])

    assert (report.status, found) == ("ok", ("1", 4.0))


PLACES = [
    ("import json\njson.dumps = f", [("json", "dumps")]),
    ("import json\r\njson.dumps = f", [("json", "dumps")]),
    ("import json\nif json.dumps == f: pass", []),
    ("import json\na = json.dumps = json.b = f", [("json", "dumps"), ("json", "b")]),
    (
        "if 1:\n    import os.path as p, sys\n    p.sep=sys.x='a.b'",
        [("os", "path", "sep"), ("sys", "x")],
    ),
    ("from a import (  # so\n    b,  # c\n    d as e,\n)\ne.f = 1; c.g = 2", [("a", "d", "f")]),
    ("from a.b import c\nsetattr(c, 'd', 1)\nx = setattr(c, 'e', 1)", [("a", "b", "c", "d")]),
    ("x.y = 1\nself.z = 2", []),
]


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_places_are_told_by_lines(text: str, expected: list[tuple[str, ...]]) -> None:
    assert list(places(text.encode())) == expected


def test_each_of_two_wrappers_is_edited(project: Project) -> None:
    project.write(one=FIRST, two=SECOND)
    project.load("two")
    found: list[Any] = [statistics.fmean([4])]
    for edit in ({"one": FIRST.replace('"1"', '"a"')}, {"two": SECOND.replace('"2"', '"b"')}):
        assert project.edit(**edit).status == "ok"
        found.append(statistics.fmean([4]))

    assert found == [("2", ("1", 4.0)), ("2", ("a", 4.0)), ("b", ("a", 4.0))]


@pytest.mark.parametrize(
    ("tools", "fix", "edited", "line"),
    [
        ("", IN_A_FUNCTION, IN_A_FUNCTION.replace("install():", "install():\n    wrapped(1)"), 7),
        (TOOLS, BY_TEXT, BY_TEXT.replace('"1"', '"2"'), 5),
    ],
    ids=["by its own function", "by a function that got its name"],
)
def test_what_was_wrapped_in_a_way_that_no_line_tells_is_refused(
    tools: str, fix: str, edited: str, line: int, project: Project
) -> None:
    project.write(tools=tools, fix=fix)
    project.load("fix")
    before = statistics.fmean
    report = project.edit(fix=edited)

    assert report.status == "needs_restart"
    assert statistics.fmean is before
    (reason,) = report.reasons
    assert reason.endswith(
        f"fix.py:{line} looks at statistics.fmean, which the program has set: "
        "what was there before is not known: restart"
    )
