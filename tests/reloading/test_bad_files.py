"""What people save that is no program: nothing changes, and the next good save heals it."""

from __future__ import annotations

import encodings.ascii  # noqa: F401 (loaded when it is needed, and stays)
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from tests.properties.imprint import Imprint
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD = """
    import collections
    RATE = 2
    SEEN = []
    def price(n):
        return n * RATE
    class Cart:
        size = price(3)
        def total(self):
            return self.size + RATE
    CART = Cart()
    SEEN.append(price(1))
    for name in ("a", "b"):
        SEEN.append(name)
"""
NEW = OLD.replace("RATE = 2", "RATE = 5").replace("n * RATE", "n * RATE + 1")
USER = "from shop import CART, price\nWANTED = [CART.total(), price(2)]\n"
HEALED = [16 + 5, 11]
BAD: dict[str, bytes] = {
    "a syntax error": b"def broken(:\n",
    "an indent": b"  RATE = 1\n",
    "a null byte": b"RATE = 1\n\x00",
    "bytes that are no UTF-8": b"RATE = '\xff'\n",
    "an encoding that does not exist": b"# coding: nonsense\nRATE = 1\n",
    "bytes that are not of their encoding": b"# coding: ascii\nRATE = '\xc3\xa9'\n",
    "a return at the top": b"return 1\n",
    "a name bound before global": b"def f():\n    x = 1\n    global x\n",
    "an await outside": b"await x\n",
    "too much nesting": b"(" * 300 + b")" * 300,
    "half a text": b"'''never closed\n",
    "a wrong future": b"from __future__ import surely_not\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


def begun(project: Project) -> tuple[Any, Any, Imprint]:
    project.write(shop=OLD, user=USER)
    user = project.load("user")
    shop = project.load("shop")
    held = [shop.price, shop.CART.total, user]
    shop.SEEN.append("mine")
    return shop, user, Imprint(str(project.root), held)


def heals(project: Project, shop: Any, user: Any) -> None:
    """A good save, and everything is as after a restart, with the state."""
    report = project.edit(shop=NEW)
    assert report.status == "ok", report
    assert user.WANTED == HEALED
    assert sorted(map(str, shop.SEEN)) == ["6", "a", "b", "mine"]


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_a_file_that_does_not_parse_changes_nothing(project: Project, content: bytes) -> None:
    shop, user, before = begun(project)
    project.file("shop").write_bytes(content)

    report = project.live.apply()

    assert report.status == "failed"
    assert isinstance(report.error, SyntaxError)
    assert before.changes() == []
    heals(project, shop, user)


STATEMENTS = textwrap.dedent(NEW).strip().splitlines()
TOPS = [n for n, line in enumerate(STATEMENTS) if not line.startswith(" ")] + [len(STATEMENTS)]


@pytest.mark.parametrize("line", TOPS)
@pytest.mark.parametrize(
    "wrong", ["raise RuntimeError('no')", "import sys; sys.exit(3)", "1 / 0", "no_such_name"]
)
def test_a_module_that_fails_at_any_statement_changes_nothing(
    project: Project, line: int, wrong: str
) -> None:
    shop, user, before = begun(project)
    text = "\n".join([*STATEMENTS[:line], wrong, *STATEMENTS[line:], ""])
    project.file("shop").write_text(text)

    report = project.live.apply()

    assert report.status == "failed", report
    expected = {"r": RuntimeError, "i": SystemExit, "1": ZeroDivisionError, "n": NameError}
    assert type(report.error) is expected[wrong[0]]
    assert before.changes() == []
    heals(project, shop, user)


def test_a_file_written_piece_by_piece_is_never_half_taken(project: Project) -> None:
    _, user, _ = begun(project)
    text = textwrap.dedent(NEW)

    for end in range(0, len(text), 7):
        project.file("shop").write_text(text[:end])
        assert project.live.apply().status in {"ok", "failed"}

    report = project.edit(shop=NEW)
    assert report.status == "ok", report
    assert user.WANTED == HEALED


def test_an_imported_file_that_vanishes_fails_and_heals(project: Project) -> None:
    shop, user, before = begun(project)
    project.file("shop").unlink()

    report = project.live.apply()

    assert (report.status, type(report.error)) == ("failed", ModuleNotFoundError)
    assert before.changes() == []
    heals(project, shop, user)


def test_a_file_that_cannot_be_read_fails_and_heals(project: Project) -> None:
    shop, user, before = begun(project)
    project.file("shop").unlink()
    project.file("shop").mkdir()

    report = project.live.apply()

    assert (report.status, type(report.error)) == ("failed", IsADirectoryError)
    assert before.changes() == []
    project.file("shop").rmdir()
    heals(project, shop, user)


def test_good_and_bad_files_in_one_save_change_nothing(project: Project) -> None:
    shop, user, before = begun(project)
    project.write(shop=NEW, user="WANTED = (\n")

    report = project.live.apply()

    assert report.status == "failed"
    assert before.changes() == []
    project.write(user=USER)
    assert project.live.apply().status == "ok"
    assert (shop.RATE, user.WANTED) == (5, HEALED)


def test_an_edit_that_fails_at_run_time_is_tried_again_with_the_next_save(
    project: Project,
) -> None:
    shop, user, before = begun(project)

    assert project.edit(user=USER + "from shop import missing\n").status == "failed"
    assert before.changes() == []
    report = project.edit(shop=NEW + "    missing = 1\n")

    assert report.status == "ok", report
    assert (user.missing, user.WANTED, shop.missing) == (1, HEALED, 1)
