"""Scenario files: a program, edits of it, played in this process."""

from __future__ import annotations

import importlib
import logging
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests.reloading.project import Project
from tests.scenarios.scenario import Edit, Scenario, read

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted(Path(__file__).parent.glob("*.scenario"))
SCENARIOS = [scenario for file in FILES for scenario in read(file)]


@contextmanager
def stage(root: Path, *, is_live: bool = True) -> Iterator[Project]:
    """A project of its own, with no logger of others, and a script of its own.

    Client code is that script's, as far as others can see.
    """
    before, path = sys.modules["__main__"], sys.path[:]
    sys.modules["__main__"] = ModuleType("__main__")
    with mock.patch.object(logging.Logger.manager, "loggerDict", {}):
        project = Project(root, is_late=not is_live)
        try:
            yield project
        finally:
            project.close()
            sys.modules["__main__"] = before
            sys.path[:] = path


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


def begin(scenario: Scenario, files: dict[str, str], project: Project) -> dict[str, Any]:
    """Start the program; return the namespace of its client."""
    save(project.root, files)
    namespace = client_of(scenario, files, project)
    if project.live is not None:
        project.live.ran_client(scenario.client, namespace)
    return namespace


def take(edit: Edit, namespace: dict[str, Any], project: Project) -> Any:
    """Run the client's code and bring an edit in; return the report, if there is one."""
    exec(compile(edit.live, "live", "exec"), namespace)
    save(project.root, edit.contents)
    importlib.invalidate_caches()
    return project.live.apply() if edit.contents else None
