"""What statements do to the root logger, and what of a logger cannot be told."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Begin: TypeAlias = "Callable[[], list[logging.Handler]]"

MAIN = """
import logging
logging.basicConfig(level="INFO", format="%(message)s")
"""
LOOP = """
import logging
log = logging.getLogger("entrepot.loop")
for number in (1, 2):
    log.addHandler(logging.Handler(number))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setattr(logging.Logger.manager, "loggerDict", {})
    level = logging.root.level
    yield from projects(tmp_path)
    logging.root.setLevel(level)


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[logging.Handler]]:
    """Take away the handlers that pytest has put there for the test."""

    def begin() -> list[logging.Handler]:
        monkeypatch.setattr(logging.root, "handlers", [])
        return logging.root.handlers

    return begin


def test_the_configuration_of_the_root_logger_is_edited(project: Project, handlers: Begin) -> None:
    root = handlers()
    project.write(main=MAIN)
    project.load("main")
    project.write(main=MAIN.replace("INFO", "DEBUG").replace("message", "levelname"))
    report = project.live.apply()

    (handler,) = root
    assert report.status == "ok"
    assert handler.formatter is not None
    assert handler.formatter._fmt == "%(levelname)s"
    assert logging.root.level == logging.DEBUG


def test_the_configuration_of_the_root_logger_goes(project: Project, handlers: Begin) -> None:
    root = handlers()
    project.write(main=MAIN)
    project.load("main")
    project.write(main="import logging\n")
    report = project.live.apply()

    assert report.status == "ok"
    assert root == []
    assert logging.root.level == logging.NOTSET


def test_a_handler_of_somebody_else_stays(project: Project, handlers: Begin) -> None:
    root = handlers()
    others = logging.NullHandler()
    root.append(others)
    project.write(main=MAIN)
    project.load("main")
    project.write(main=MAIN.replace("message", "levelname"))
    report = project.live.apply()

    assert report.status == "ok"
    assert root == [others]


def test_what_a_loop_has_added_cannot_be_told(project: Project) -> None:
    project.write(loop=LOOP)
    loop = project.load("loop")
    before = list(loop.log.handlers)
    project.write(loop=LOOP.replace("2", "3"))
    report = project.live.apply()

    assert report.status == "needs_restart"
    assert report.reasons == [
        f"{project.root}/loop.py:4 has added to the handlers of the logger 'entrepot.loop' what "
        f"cannot be told from the others: restart"
    ]
    assert loop.log.handlers == before


def test_an_edit_that_fails_leaves_a_logger_as_it_was(project: Project) -> None:
    text = LOOP[: LOOP.index("for")] + "log.addHandler(logging.Handler())\n"
    project.write(one=text + "log.setLevel('INFO')\n")
    one = project.load("one")
    before = list(one.log.handlers)
    project.write(one=text.replace("Handler()", "Handler(3)") + "1 / 0\n")
    report = project.live.apply()

    assert report.status == "failed"
    assert one.log.handlers == before
    assert one.log.level == logging.INFO
