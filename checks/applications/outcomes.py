"""The outcome of every test of a run, and what it means that two runs differ."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: A test -> its outcomes, such as {"tests.test_app test_get": ["passed"]}.
Outcomes = dict[str, list[str]]

_NOT_PASSED = {"failure", "error", "skipped"}


def read(report: Path) -> Outcomes:
    """Return what a JUnit report says; nothing, if the run wrote none."""
    outcomes: Outcomes = {}
    if not report.exists():
        return outcomes
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - our own run wrote it
        test = re.sub("0x[0-9a-f]{6,}", "0x...", f"{case.get('classname')} {case.get('name')}")
        kinds = sorted(_kind(part) for part in case if part.tag in _NOT_PASSED)
        outcomes.setdefault(test, []).append("+".join(kinds) or "passed")
    return {test: sorted(kinds) for test, kinds in outcomes.items()}


def _kind(part: ET.Element) -> str:
    is_expected = part.tag == "skipped" and part.get("type") == "pytest.xfail"
    return "xfailed" if is_expected else part.tag


def counted(outcomes: Outcomes) -> str:
    """Return how many tests ended how, such as ``"120 passed, 3 skipped"``."""
    counts = Counter(kind for kinds in outcomes.values() for kind in kinds)
    return ", ".join(f"{number} {kind}" for kind, number in counts.most_common()) or "no tests"


def differing(one: Outcomes, other: Outcomes) -> list[str]:
    """Return the tests that ended differently, or only in one of two runs."""
    return sorted(test for test in one.keys() | other.keys() if one.get(test) != other.get(test))


def told_apart(
    by_python: list[Outcomes], by_entrepot: list[Outcomes]
) -> Mapping[str, tuple[set[str], set[str]]]:
    """Return the tests of which no outcome under one was ever seen under the other.

    A test that ends now so, now so under ``python`` itself says nothing; several runs of each
    show which those are.
    """
    apart: dict[str, tuple[set[str], set[str]]] = {}
    for test in {test for run in (*by_python, *by_entrepot) for test in run}:
        there = {" ".join(run.get(test, ["missing"])) for run in by_python}
        here = {" ".join(run.get(test, ["missing"])) for run in by_entrepot}
        if there.isdisjoint(here):
            apart[test] = (there, here)
    return dict(sorted(apart.items()))
