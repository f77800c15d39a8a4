"""A session on modules that were imported before it began: a notebook's usual case."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.reloading.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path, is_late=True)
    yield project
    project.close()


def age(project: Project, *names: str) -> None:
    """Make files older than this process."""
    for name in names:
        os.utime(project.file(name), (10**9, 10**9))


def test_a_function_imported_before_is_patched(project: Project) -> None:
    project.write(
        shop="def price(n):\n    return n * 2\n\ndef make():\n    return lambda: price(1)\n"
    )
    module = project.load("shop")
    held, closure = module.price, module.make()
    project.start()

    report = project.edit(
        shop="def price(n):\n    return n * 3\n\ndef make():\n    return lambda: price(2)\n"
    )

    assert report.is_ok, str(report)
    assert (held(10), closure()) == (30, 6)
    assert report.ran == []


def test_what_later_imports_run_of_modules_from_before_is_recorded(project: Project) -> None:
    project.write(
        a="def double(n):\n    return n * 2\n\ndef by_way_of(n):\n    return double(n)\n",
        before="import a\nVALUE = a.by_way_of(1)\n",
    )
    age(project, "a", "before")
    before = project.load("before")
    project.start()
    project.write(
        b="import a\nVALUE = getattr(a, 'by_' + 'way_of')(4)\n"
        "from a import by_way_of as named\nHELD = [named][0](5)\nOTHER = []\n"
    )
    b = project.load("b")
    other = b.OTHER

    report = project.edit(
        a="def double(n):\n    return n * 3\n\ndef by_way_of(n):\n    return double(n)\n"
    )

    assert report.is_ok, str(report)
    assert (before.VALUE, b.VALUE, b.HELD) == (3, 12, 15)
    assert b.OTHER is other
    assert len(report.ran) == 3


def test_what_may_have_run_is_told_by_the_syntax(project: Project) -> None:
    project.write(
        a="def double(n):\n    return 2 * n\n\nclass C:\n    def total(self):\n        return 1\n",
        b="import a\nVALUE = a.double(4)\nTOTAL = a.C().total()\nOTHER = [5]\n",
    )
    age(project, "a", "b")
    b = project.load("b")
    other = b.OTHER
    other.append(6)
    project.start()

    report = project.edit(
        a="def double(n):\n    return 3 * n\n\nclass C:\n    def total(self):\n        return 9\n"
    )

    assert report.is_ok, str(report)
    assert (b.VALUE, b.TOTAL) == (12, 9)
    assert b.OTHER is other
    assert other == [5, 6]
    assert len(report.ran) == 2


def test_in_doubt_about_what_runs_a_restart_is_asked_for(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    project.write(shop="import os\n\nHOME = os.getcwd()\n")
    module = project.load("shop")
    project.start()

    report = project.edit(shop="import os\n\nHOME = 5\n")

    assert report.status == "needs_restart"
    assert os.getcwd() == module.HOME
    assert report.reasons == [
        f"{project.file('shop')}:1 shop was imported before entrepot was attached, and may have "
        f"been saved since: the text that runs is not known"
    ]


def test_a_bytecode_file_tells_what_runs_by_its_code(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    project.write(shop="import os\n\nHOME = os.getcwd()\n", cart="import os\n\nN = len('a')\n")
    shop, cart = project.load("shop"), project.load("cart")
    project.write(cart="import os\n\nN = len('b')\n")  # as long, and within the same second
    project.start()

    known = project.edit(shop="import os\n\nHOME = 5\n")
    unknown = project.edit(cart="import os\n\nN = len('abc')\n")

    assert (known.status, shop.HOME) == ("ok", 5)
    assert (unknown.status, cart.N) == ("needs_restart", 1)


def test_a_file_saved_between_import_and_attaching_is_noticed(project: Project) -> None:
    project.write(shop="def price(n):\n    return n * 2\n")
    module = project.load("shop")
    project.write(shop="def price(n):\n    return n * 4\n")
    project.start()

    report = project.edit(shop="def price(n):\n    return n * 5\n")

    assert report.status == "needs_restart"
    assert module.price(1) == 2
    assert report.reasons == [
        f"{project.file('shop')}:1 price runs another text than the file held when entrepot was "
        f"attached"
    ]


def test_state_made_before_attaching_is_kept(project: Project) -> None:
    project.write(shop="CACHE = {}\n\ndef put(key):\n    CACHE[key] = 1\n")
    module = project.load("shop")
    module.put("a")
    age(project, "shop")
    project.start()
    module.put("b")

    report = project.edit(shop="CACHE = {}\n\ndef put(key):\n    CACHE[key] = 2\n")

    assert report.is_ok, str(report)
    assert module.CACHE == {"a": 1, "b": 1}


def test_modules_imported_after_attaching_are_recorded(project: Project) -> None:
    project.write(a="X = 1\n")
    project.load("a")
    live = project.start()
    project.write(b="import a\nY = a.X\n")
    b = project.load("b")

    assert not live.records["a"].is_recorded
    assert live.records["b"].is_recorded
    assert project.edit(a="X = 5\n").is_ok
    assert b.Y == 5


def test_who_imported_a_module_first_is_told_by_the_order_in_which_imports_ended(
    project: Project,
) -> None:
    project.write(
        shop="import tea\nimport till\nfrom till import total\n",
        tea="LEAVES = 1\nimport cups\n",
        cups="SIZE = 2\n",
        till="import cups\nimport coins\ndef total(): return cups.SIZE\n",
        coins="import till\nKINDS = [1, 5]\n",
    )
    age(project, "shop", "tea", "cups", "till", "coins")
    project.load("shop")
    project.start()

    project.live.plan(project.file("tea"))

    records = sorted(project.live.records.values(), key=lambda record: record.order)
    found = {record.name: record.parent and record.parent.record.name for record in records}
    assert found == {"shop": None, "tea": "shop", "cups": "tea", "till": "shop", "coins": "till"}
    assert list(found) == ["shop", "tea", "cups", "till", "coins"]


def test_an_import_runs_again_that_reads_what_ended_before_it(project: Project) -> None:
    project.write(
        shop="from till import main\nfrom tea import LEAVES, CUPS\nTEXT = f'{LEAVES} {CUPS}'\n",
        till="from tea import LEAVES\ndef main(): return LEAVES\n",
        tea="LEAVES = 1\nCUPS = 2\n",
    )
    age(project, "shop", "till", "tea")
    shop = project.load("shop")
    project.start()

    report = project.edit(tea="LEAVES = 1\nCUPS = 3\n")

    assert report.is_ok, str(report)
    assert shop.TEXT == "1 3"


def test_a_registration_made_before_attaching_is_taken_back_with_its_statement(
    project: Project,
) -> None:
    text = (
        "from collections.abc import Iterable, Sized\n"
        "@Sized.register\nclass C:\n    pass\n\nIterable.register(C)\n"
    )
    project.write(shelf=text)
    age(project, "shelf")
    shelf = project.load("shelf")
    project.start()

    report = project.edit(
        shelf="from collections.abc import Iterable, Sized\nclass C:\n    pass\n"
    )

    assert report.is_ok, str(report)
    assert not issubclass(shelf.C, (shelf.Iterable, shelf.Sized))
