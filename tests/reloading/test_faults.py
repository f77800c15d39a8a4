"""A fault of entrepot's own, wherever it arises, changes nothing and ends nothing.

Every function of ours that a reload calls is made to raise once, one after the other. What is
listed is not a choice: the functions are those that a reload was seen to call. Each Python takes a
third of them, so that three versions in a row take all.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import FaultError
from entrepot.reloading import surroundings
from entrepot.reloading.surroundings import _effects
from tests.properties.imprint import Imprint
from tests.reloading.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import CodeType, FrameType

OLD = {
    "rates": """
        RATE = 2
        TABLE = {"a": [RATE], "b": 1}
        def scaled(n):
            return n * RATE
        START = scaled(10)
    """,
    "shop": """
        import functools
        from rates import RATE, TABLE, scaled
        HANDLERS = {}
        def handler(name):
            def decorate(function):
                HANDLERS[name] = function
                return function
            return decorate
        @handler("buy")
        def buy(n, k=RATE):
            return scaled(n) + k
        @functools.cache
        def known(n):
            return n + RATE
        class Cart:
            limit = RATE
            def __init__(self, n):
                self.n = n
            def total(self):
                return self.n * self.limit
            def gone(self):
                return 1
        class Big(Cart):
            def total(self):
                return super().total() + 1
        CART = Cart(3)
        def make(k):
            def inner(n):
                return n + k
            return inner
        INNER = make(RATE)
        OLD_NAME = 1
    """,
}
NEW = {
    "rates": """
        # the rate was raised
        RATE = 3
        TABLE = {"a": [RATE], "b": 2}
        def scaled(n):
            return n * RATE + 1
        START = scaled(10)
    """,
    "shop": """
        import functools
        from rates import RATE, TABLE, scaled
        HANDLERS = {}
        def handler(name):
            def decorate(function):
                HANDLERS[name] = function
                return function
            return decorate
        @handler("buy")
        def buy(n, k=RATE, more=5):
            return scaled(n) + k + more
        @handler("sell")
        def sell(n):
            return -scaled(n)
        @functools.cache
        def known(n):
            return n - RATE
        class Cart:
            limit = RATE + 1
            added = 1
            def __init__(self, n):
                self.n = n
            def total(self):
                return self.n * self.limit + self.added
        class Big(Cart):
            def total(self):
                return super().total() + 2
        CART = Cart(4)
        def make(k):
            def inner(n):
                return n * k
            return inner
        INNER = make(RATE)
        NEW_NAME = 1
    """,
}


#: Where a reload begins, and what judges how it ended.
ENTRANCES = {
    *(
        "Live.apply",
        "Paused.__enter__",
        "Live.prepare",
        "Live._prepared",
        "Live.commit",
        "Managed.importing",
        "hindrance",
    ),
    *("Prepared.__init__", "Report.__init__", "Journal.__init__", "Edit.__init__"),
    *("Execution._runnable.<locals>.adopt", "Live._switch_off", "fault_of", "_place"),
    *("Report.is_ok", "Journal.commit", "Live._settle_taken", "commit"),
}


class Injected(Exception):
    """What is thrown into ourselves."""


@pytest.fixture
def started(tmp_path: Path) -> Any:
    projects: list[Project] = []

    def start() -> tuple[Project, list[Any]]:
        if projects:
            projects[-1].close()
        project = Project(tmp_path / f"p{len(projects)}")
        projects.append(project)
        project.write(**OLD)
        shop = project.load("shop")
        held = [shop.buy, shop.Cart(5).total, functools.partial(shop.buy, 1), shop.INNER, shop]
        sys.modules["rates"].TABLE["mine"] = 1
        project.write(**NEW)
        return project, held

    yield start
    projects[-1].close()


def ours(code: CodeType) -> bool:
    return "/entrepot/reloading/" in code.co_filename or "/entrepot/source/" in code.co_filename


def watched(action: Callable[[], Any], on_call: Callable[[CodeType], None]) -> Any:
    """Do something, and tell of each call of a function of ours."""

    def trace(frame: FrameType, _event: str, _argument: object) -> None:
        if ours(frame.f_code):
            on_call(frame.f_code)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return action()
    finally:
        sys.settrace(before)


def functions_called(start: Callable[[], tuple[Project, list[Any]]]) -> list[CodeType]:
    called: dict[CodeType, None] = {}
    project, _held = start()
    report = watched(project.live.apply, lambda code: called.setdefault(code))
    assert report.status == "ok", report
    return [code for code in called if not code.co_name.startswith("<")]


def replaced() -> list[str]:
    """Return which functions of others are still watched."""
    found = [(name, getattr(home, name)) for home, name, _ in _effects()]
    return [name for name, function in found if function.__module__ == surroundings.__name__]


def results(held: list[Any]) -> list[Any]:
    buy, total, partial, inner, shop = held
    return [buy(2), total(), partial(), inner(4), shop.Big(2).total(), sorted(shop.HANDLERS)]


@pytest.mark.timeout(900)  # some hundred reloads
def test_a_fault_in_any_function_of_a_reload_changes_nothing(started: Any) -> None:
    codes = functions_called(started)
    new: list[Any] = []
    assert len(codes) > 100

    for target in codes[sys.version_info.minor % 3 :: 3]:
        project, held = started()
        old = results(held)
        before = Imprint(str(project.root), held)

        def throw(code: CodeType, target: CodeType = target) -> None:
            if code is target:
                sys.settrace(None)
                raise Injected(target.co_qualname)

        if target.co_qualname in ENTRANCES:
            continue
        report = watched(project.live.apply, throw)

        where = f"{target.co_qualname} of {target.co_filename}"
        assert replaced() == [], where
        if report.status == "ok":  # a question that may go unanswered
            new = new or results(held)
            assert results(held) == new, where
        else:
            assert (report.status, type(report.error)) == ("failed", FaultError), where
            assert before.changes() == [], where
            assert results(held) == old, where
            again = project.live.apply()
            assert again.error is report.error, where


@pytest.mark.parametrize("limit", [MemoryError, RecursionError])
def test_a_limit_met_in_any_function_changes_nothing_and_the_next_save_heals(
    started: Any, limit: type[Exception]
) -> None:
    codes = functions_called(started)
    project, held = started()
    project.live.apply()
    new = results(held)

    watching = [code for code in codes if code.co_filename == surroundings.__file__]
    for target in [*watching, *codes[sys.version_info.minor % 3 :: 24]]:
        if target.co_qualname in ENTRANCES:
            continue
        project, held = started()
        before = Imprint(str(project.root), held)

        def throw(code: CodeType, target: CodeType = target) -> None:
            if code is target:
                sys.settrace(None)
                raise limit

        report = watched(project.live.apply, throw)

        where = f"{target.co_qualname} of {target.co_filename}"
        assert replaced() == [], where
        if report.status != "ok":  # else a question that may go unanswered
            assert (report.status, project.live.fault) == ("needs_restart", None), where
            assert before.changes() == [], where
            assert project.live.apply().status == "ok", where
        assert results(held) == new, where


def test_a_fault_is_told_in_words_and_switches_live_off(started: Any) -> None:
    project, held = started()

    def throw(code: CodeType) -> None:
        if code.co_qualname == "Execution.run":
            sys.settrace(None)
            raise Injected("for a test")

    report = watched(project.live.apply, throw)

    first, *others = str(report.error).splitlines()
    assert first.startswith(
        "cannot reload: entrepot itself failed with Injected: for a test, at reloading/"
    )
    assert others == [
        "  nothing was changed: the process runs what it ran before, and live is off",
        "  restart the program to run the new text, and report this error",
    ]
    assert project.live.fault is report.error
    assert results(held)[0] == 6
    with pytest.raises(FaultError):
        project.live.plan(project.file("shop"))


def test_a_fault_after_the_edit_was_taken_is_noted(started: Any) -> None:
    project, held = started()

    def throw(code: CodeType) -> None:
        if code.co_qualname == "Leaving.forget":
            sys.settrace(None)
            raise Injected("for a test")

    report = watched(project.live.apply, throw)

    assert report.status == "ok"
    assert report.notes == [
        "what the edit took away stays in memory, by a fault: Injected: for a test"
    ]
    assert project.live.fault is None
    assert results(held)[0] != 6


def test_an_interrupt_during_a_reload_undoes_it_and_goes_on(started: Any) -> None:
    project, held = started()
    before = Imprint(str(project.root), held)

    def throw(code: CodeType) -> None:
        if code.co_qualname == "Execution.finish":
            sys.settrace(None)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched(project.live.apply, throw)

    assert before.changes() == []
    assert project.live.apply().status == "ok"
