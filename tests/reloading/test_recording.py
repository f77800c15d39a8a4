"""What a recording notes of imports, and that the program does not notice it."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.reloading.recorder import MOST_BETWEEN, TOOL_NAME
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[2] / "src"
MONITORING: Any = getattr(sys, "monitoring", None)
with_monitoring = pytest.mark.skipif(MONITORING is None, reason="3.11 has no sys.monitoring")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


def is_listening() -> bool:
    return any(MONITORING.get_tool(tool) == TOOL_NAME for tool in range(6))


def test_a_proxy_is_not_asked_what_it_stands_for(project: Project) -> None:
    project.write(
        settings="""\
        class Lazy:
            asked = []
            @property
            def __class__(self):
                Lazy.asked.append(1)
                raise LookupError("not configured")
        CURRENT = Lazy()
        TABLE = {"current": CURRENT}
        """,
        shop="from settings import CURRENT, TABLE\nSECOND = [CURRENT]\n",
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings, shop = project.load("settings"), project.load("shop")

    assert settings.Lazy.asked == []
    assert sorted(project.live.records) == ["settings", "shop"]
    assert shop.SECOND == [settings.CURRENT]


def test_a_function_that_runs_in_several_imports_counts_for_each(project: Project) -> None:
    project.write(
        rates="def rate(n):\n    return n * 2\n",
        shop="from rates import rate\nA = rate(1)\nB = [rate(n) for n in (1, 2)]\n",
        late="import rates\nC = rates.rate(5)\n",
    )
    shop = project.load("shop")
    shop.rate(0)  # the program has begun
    late = project.load("late")

    report = project.edit(rates="def rate(n):\n    return n * 3\n")

    assert (shop.A, shop.B, late.C) == (3, [3, 6], 15)
    assert [row.split("  ")[0].split("/")[-1] for row in report.ran] == [
        "shop.py:2",
        "shop.py:3",
        "late.py:2",
    ]


def test_a_table_that_a_late_import_filled_by_a_package_is_no_state(project: Project) -> None:
    project.package("shop")
    project.write(shop__tables="HELD = {}\nSIZE = 1\n", plugin="PLUGIN = 1\n")
    tables = project.load("shop.tables")
    project.write(plugin="import shop.tables\nshop.tables.HELD['plugin'] = 1\n")
    project.load("plugin")
    tables.HELD["user"] = 2

    project.edit(plugin="import shop.tables\nshop.tables.HELD['other'] = 1\n")

    assert tables.HELD == {"other": 1, "user": 2}


@with_monitoring
def test_nothing_listens_once_the_program_runs(project: Project) -> None:
    project.write(shop="def price(n):\n    return n\n")
    shop = project.load("shop")
    between = is_listening()

    shop.price(1)

    assert (between, is_listening()) == (True, False)


@with_monitoring
def test_nothing_listens_once_much_else_has_run(project: Project) -> None:
    project.write(shop="N = 1\n")
    project.load("shop")

    for number in range(MOST_BETWEEN + 1):
        names: dict[str, Any] = {}
        exec(compile(f"def f(): return {number}", "other", "exec"), names)
        names["f"]()

    assert not is_listening()


@with_monitoring
def test_nothing_is_recorded_without_a_free_tool_and_an_edit_arrives(project: Project) -> None:
    free = [tool for tool in range(6) if MONITORING.get_tool(tool) is None]
    for tool in free:
        MONITORING.use_tool_id(tool, "theirs")
    try:
        project.write(shop="def price(n):\n    return n * 2\nDEFAULT = price(10)\n")
        shop = project.load("shop")
        report = project.edit(shop="def price(n):\n    return n * 3\nDEFAULT = price(10)\n")
    finally:
        for tool in free:
            MONITORING.free_tool_id(tool)

    assert (report.status, shop.DEFAULT) == ("ok", 30)


@pytest.mark.process
@with_monitoring
def test_what_runs_when_modules_are_taken_apart_finds_no_error(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("A = 1\n")
    (tmp_path / "main.py").write_text(
        "import entrepot\n"
        f"live = entrepot.live(roots=[{str(tmp_path)!r}])\n"
        "import m\n"
        "import entrepot.reloading.recorder as recorder\n"
        "for name in list(vars(recorder)):\n"
        "    setattr(recorder, name, None)  # as the interpreter does at its end\n"
        "def last():\n"
        "    print('last')\n"
        "for _ in range(2000):\n"
        "    exec('def again(): pass', {})\n"
        "last()\n"
    )

    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("last\n", "")


def test_a_class_without_a_hash_is_recorded_as_others_are(project: Project) -> None:
    project.write(
        fields="""\
        class Kind(type):
            hashed = []
            def __eq__(cls, other):
                return cls is other
        class Hashed(type):
            def __hash__(cls):
                Kind.hashed.append(cls)
                return 1
        class Field(metaclass=Kind):
            def __init__(self):
                self.notes = []
        class Row(metaclass=Hashed):
            def __init__(self):
                self.notes = []
        FIELD, ROW = Field(), Row()
        """
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fields = project.load("fields")
    fields.FIELD.notes.append(1)

    assert fields.Kind.hashed == []
    assert project.live.base.of(fields.FIELD) == {"notes": fields.FIELD.notes}
    assert project.live.base.of(fields.FIELD.notes) == []
    assert project.live.base.of(fields.ROW.notes) == []
