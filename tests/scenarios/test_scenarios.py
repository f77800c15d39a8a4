"""Every scenario file: what a reload gives, and how much it did for it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.scenarios.playing import SCENARIOS, begin, falsehoods, stage, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reloading.project import Project
    from tests.scenarios.scenario import Scenario


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with stage(tmp_path) as project:
        yield project


def told(report: Any) -> list[str]:
    """Return a report as the lines of a report block."""
    lines = [f"run {os.path.basename(fact.split('  ')[0])}" for fact in report.ran]
    lines += [f"patch {fact}" for fact in report.patched]
    if report.status == "failed":
        lines.append(f"failed {type(report.error).__name__}")
    if report.status == "needs_restart":
        lines.append("needs_restart")
    return sorted(lines)


OPTIONAL = ("reason", "note", "no note", "keep", "drop", "replace")


def check_report(scenario: Scenario, report: Any) -> None:
    if scenario.report is None:
        assert report.status == "ok", str(report)
        return
    wanted = sorted(line for line in scenario.report if not line.startswith(OPTIONAL))
    assert told(report) == wanted, str(report)
    facts = {
        "reason": report.reasons,
        "note": report.notes,
        "keep": report.kept,
        "drop": report.state_dropped,
        "replace": report.replaced,
    }
    assert len(set(report.notes)) == len(report.notes), str(report)
    assert not ("no note" in scenario.report and report.notes), str(report)
    for line in scenario.report:
        verb, _, text = line.partition(" ")
        if verb in facts:
            assert any(text in fact for fact in facts[verb]), (line, str(report))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.place}-{s.title}")
def test_scenario(scenario: Scenario, project: Project) -> None:
    if sys.version_info < scenario.needs:
        pytest.skip(f"needs Python {scenario.needs}")
    namespace = begin(scenario, scenario.files, project)
    report: Any = None
    for edit in scenario.edits:
        report = take(edit, namespace, project) or report

    check_report(scenario, report)
    wrong = falsehoods(scenario.expect + scenario.kept, namespace)
    assert not wrong, "\n".join([*wrong, str(report)])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.place}-{s.title}")
def test_a_fresh_process_agrees(scenario: Scenario, project: Project) -> None:
    if sys.version_info < scenario.needs:
        pytest.skip(f"needs Python {scenario.needs}")
    if scenario.report is not None and any(
        line.startswith(("failed", "needs_restart")) for line in scenario.report
    ):
        files = scenario.files
    else:
        files = scenario.final_files()
    namespace = begin(scenario, files, project)

    wrong = falsehoods(scenario.expect, namespace)
    assert not wrong, "\n".join(wrong)
