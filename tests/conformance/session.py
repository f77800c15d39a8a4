"""Runs CPython's importlib tests in this interpreter and writes one line of JSON per test.

    python session.py unit stock|ours
    python session.py process SUITE...

CPython writes these tests once, as mixins, and makes a 'Frozen' and a 'Source' class of each, for
its two copies of importlib. In unit mode we take the place of the 'Source' copy, before the test
modules are loaded, and run those classes; the interpreter goes on importing by itself. In process
mode every test runs as it is, in a process that may have been taken over before (``takeover.py``
in its site folder). No test is copied: they are the interpreter's own.
"""

from __future__ import annotations

import importlib
import json
import sys
import unittest
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Outcomes(unittest.TestResult):
    """Collects how each test ended; the worst of its subtests counts."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: dict[str, str] = {}

    def _end(self, test: unittest.TestCase, end: str) -> None:
        if self.ends.get(test.id()) not in {"failure", "error"}:
            self.ends[test.id()] = end

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        self._end(test, "passed")

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        super().addError(test, err)
        self._end(test, "error")

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        super().addFailure(test, err)
        self._end(test, "failure")

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        self._end(test, "skipped")

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._end(test, "failure")


def flatten(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def stand_in_for_the_source_copy(subject: Any) -> None:
    whole: Any = importlib.import_module("test.test_importlib.util")
    original = whole.import_importlib

    def import_importlib(module_name: str) -> dict[str, Any]:
        return {**original(module_name), "Source": subject.unit(module_name)}

    whole.import_importlib = import_importlib
    whole.source_importlib = subject.unit("importlib")
    statement = staticmethod(subject.unit("importlib").__import__)
    whole.__import__ = {**whole.__import__, "Source": statement}


def run(names: list[str], *, only_source: bool) -> dict[str, str]:
    # By name: type checkers have no stubs for the interpreter's own tests.
    support: Any = importlib.import_module("test.support")
    os_helper: Any = importlib.import_module("test.support.os_helper")
    support.verbose = False
    warnings.simplefilter("default")
    found = unittest.TestLoader().loadTestsFromNames([f"test.{name}" for name in names])
    tests = list(flatten(found))
    if only_source:
        tests = [
            test
            for test in tests
            if getattr(type(test), "_KIND", None) == "Source"
            or type(test).__name__.startswith("Source_")
        ]
    outcomes = Outcomes()
    with os_helper.temp_cwd(None):  # a folder of its own: several may run in one checkout
        unittest.TestSuite(tests).run(outcomes)
    return outcomes.ends


def main(mode: str, *words: str) -> None:
    sys.path.pop(0)
    subject: Any = None
    if mode == "unit" and words == ("ours",):
        sys.path.insert(0, str(Path(__file__).parent))
        import subject as subjects  # type: ignore[import-not-found]

        sys.path.pop(0)
        subject = subjects.factory()
        stand_in_for_the_source_copy(subject)
    names = ["test_importlib"] if mode == "unit" else list(words)
    ends = run(names, only_source=mode == "unit")
    executed = subject.counters()["load"] if subject is not None else 0
    print(json.dumps({"ends": ends, "executed": executed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
