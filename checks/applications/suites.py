"""Applications' own test suites, with `python -m pytest` and with `entrepot run -m pytest`."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from . import outcomes, places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: pytest 9 took away what several of the suites use.
PYTEST = "pytest<9"


class Suite(NamedTuple):
    """A test suite.

    Attributes:
        package: The distribution whose source has the tests; a version bound may follow.
        arguments: What of it runs, for pytest; ``{packages}`` is where packages are installed.
        needs: What else is installed.
        installed: Whether the tests are in the installed package; the source is not fetched then.
    """

    package: str
    arguments: str
    needs: Sequence[str] = ()
    installed: bool = False

    @property
    def name(self) -> str:
        """The package without its version bound."""
        return self.package.partition("<")[0]


SUITES: Sequence[Suite] = (
    Suite("attrs", "tests", ("hypothesis", "cloudpickle", "zope.interface")),
    Suite("click", "tests"),
    Suite("flask", "tests", ("python-dotenv", "asgiref", "greenlet")),
    Suite("jinja2", "tests", ("trio",)),
    Suite(
        "requests",
        "tests -k 'not TestTimeout'",
        ("httpbin", "pytest-httpbin", "pytest-mock", "trustme", "pysocks"),
    ),
    Suite(
        "werkzeug",
        "tests -k 'not reloader'",
        ("ephemeral-port-reserve", "cryptography", "watchdog", "pytest-timeout"),
    ),
    Suite(
        PYTEST,
        "testing/python testing/test_assertrewrite.py testing/test_conftest.py "
        "testing/test_collection.py testing/test_monkeypatch.py testing/test_doctest.py "
        "testing/test_pathlib.py testing/test_pluginmanager.py testing/test_runner.py "
        "testing/test_unittest.py",
        ("attrs", "hypothesis", "mock", "xmlschema", "setuptools", "numpy"),
    ),
    Suite("sqlalchemy", "test/sql test/base -p no:warnings", ("greenlet", "pytest-xdist")),
    Suite(
        "pandas",
        # By their files: options of its conftest are known only then.
        "{packages}/pandas/tests/io/json {packages}/pandas/tests/io/parser/common",
        ("hypothesis", "pyarrow", "lxml"),
        installed=True,
    ),
    Suite(
        "networkx",
        "--pyargs networkx.classes networkx.readwrite networkx.utils",
        ("numpy", "lxml"),
        installed=True,
    ),
    Suite("mako", "test", ("babel", "dogpile.cache")),
    Suite("more_itertools", "tests"),
    Suite("tomlkit", "tests", ("pyyaml",)),
    Suite("importlib_metadata", "tests", ("pyfakefs", "packaging")),
    Suite("pluggy", "testing"),
    Suite("pyparsing", "tests", ("railroad-diagrams", "jinja2", "matplotlib")),
)


class Ended(NamedTuple):
    """One run of a suite."""

    outcomes: outcomes.Outcomes
    code: int
    seconds: float


def where(suite: Suite) -> Path:
    """Return the folder to run a suite in, once everything that it needs is there."""
    places.install([PYTEST, *suite.needs, *([suite.package] if suite.installed else [])])
    return places.output(suite.name) if suite.installed else places.source_of(suite.package)


def words(suite: Suite, report: Path) -> list[str]:
    """Return what stands after ``-m pytest``."""
    arguments = suite.arguments.format(packages=places.PACKAGES).replace("'", '"').split('"')
    plain = [part.split() if number % 2 == 0 else [part] for number, part in enumerate(arguments)]
    always = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--junitxml={report}"]
    return [*always, *(word for part in plain for word in part)]


def run(suite: Suite, folder: Path, label: str, before: Sequence[str]) -> Ended:
    """Run a suite with these words between ``python`` and ``-m pytest``."""
    out = places.HOME / "out" / suite.name
    out.mkdir(parents=True, exist_ok=True)
    report, log = out / f"{label}.xml", out / f"{label}.log"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    with log.open("wb") as file:
        code = subprocess.run(
            [places.PYTHON, *before, "-m", "pytest", *words(suite, report)],
            cwd=folder,
            env=places.variables(),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=1800,
            check=False,
        ).returncode
    return Ended(outcomes.read(report), code, time.monotonic() - began)


def compare(suite: Suite) -> int:
    """Run a suite both ways, print a line, and return how many tests differ."""
    folder = where(suite)
    here, there = run(suite, folder, "entrepot", places.ENTREPOT), run(suite, folder, "python", ())
    by_python, by_entrepot = [there.outcomes], [here.outcomes]
    if here.outcomes != there.outcomes or here.code != there.code:
        again = run(suite, folder, "python-again", ())
        by_python.append(again.outcomes)
        by_entrepot.append(run(suite, folder, "entrepot-again", places.ENTREPOT).outcomes)
        unsettled = outcomes.differing(here.outcomes, there.outcomes)
    else:
        again, unsettled = there, []
    apart = outcomes.told_apart(by_python, by_entrepot)
    counted = outcomes.counted(there.outcomes)
    wrong = len(apart) + ("passed" not in counted) + (here.code not in {there.code, again.code})
    print(
        f"{suite.name:20}{'different' if wrong else 'right':11}"
        f"{sum(map(len, there.outcomes.values())):6} tests  differ {len(apart)}  "
        f"exit {there.code}/{here.code}  {there.seconds:.0f}/{here.seconds:.0f} s  "
        f"({counted})",
        flush=True,
    )
    for test, (python, entrepot) in apart.items():
        print(f"    {test}: python {python}, entrepot {entrepot}")
    for test in unsettled:
        if test not in apart:
            print(f"    settled by a second run of each: {test}")
    return wrong
