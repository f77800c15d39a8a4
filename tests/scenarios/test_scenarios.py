"""Every scenario file: what a reload gives, and how much it did for it."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from tests.reloading.project import Project
from tests.scenarios.scenario import Scenario, read

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted(Path(__file__).parent.glob("*.scenario"))
SCENARIOS = [scenario for file in FILES for scenario in read(file)]


@pytest.fixture(autouse=True)
def loggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loggers are the process's: a scenario begins without those of others."""
    monkeypatch.setattr(logging.Logger.manager, "loggerDict", {})


@pytest.fixture(autouse=True)
def script(monkeypatch: pytest.MonkeyPatch) -> None:
    """Client code is a program's script, as far as others can see."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    project.close()


def module_names(files: dict[str, str]) -> list[str]:
    names = [name[:-3].replace("/", ".") for name in files if name.endswith(".py")]
    return [name.removesuffix(".__init__") for name in names]


def save(root: Path, contents: dict[str, Any]) -> None:
    for name, text in contents.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            file.unlink()
        else:
            file.write_text(text)


def client_of(scenario: Scenario, files: dict[str, str], project: Project) -> dict[str, Any]:
    namespace = vars(sys.modules["__main__"])
    for name in module_names(files):
        module = project.load(name)
        namespace[name.partition(".")[0]] = sys.modules[name.partition(".")[0]]
        del module
    exec(compile(scenario.client, "client", "exec"), namespace)
    return namespace


def falsehoods(lines: list[str], namespace: dict[str, Any]) -> list[str]:
    """Return the lines that are not true, with the values of their comparison."""
    wrong = []
    for line in lines:
        try:
            if not eval(line, namespace):
                left = line.split(" == ")[0]
                wrong.append(f"{line}    # {left} is {eval(left, namespace)!r}")
        except Exception as error:
            wrong.append(f"{line}    # {type(error).__name__}: {error}")
    return wrong


def told(report: Any) -> list[str]:
    """Return a report as the lines of a report block."""
    lines = [f"run {os.path.basename(fact.split('  ')[0])}" for fact in report.ran]
    lines += [f"patch {fact}" for fact in report.patched]
    if report.status == "failed":
        lines.append(f"failed {type(report.error).__name__}")
    if report.status == "needs_restart":
        lines.append("needs_restart")
    return sorted(lines)


OPTIONAL = ("reason", "note", "keep", "drop", "replace")


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
    for line in scenario.report:
        verb, _, text = line.partition(" ")
        if verb in facts:
            assert any(text in fact for fact in facts[verb]), (line, str(report))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.place}-{s.title}")
def test_scenario(scenario: Scenario, project: Project) -> None:
    if sys.version_info < scenario.needs:
        pytest.skip(f"needs Python {scenario.needs}")
    save(project.root, scenario.files)
    namespace = client_of(scenario, scenario.files, project)
    project.live.ran_client(scenario.client, namespace)
    report: Any = None
    for edit in scenario.edits:
        exec(compile(edit.live, "live", "exec"), namespace)
        save(project.root, edit.contents)
        importlib.invalidate_caches()
        if edit.contents:
            report = project.live.apply()

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
    save(project.root, files)

    namespace = client_of(scenario, files, project)

    wrong = falsehoods(scenario.expect, namespace)
    assert not wrong, "\n".join(wrong)
