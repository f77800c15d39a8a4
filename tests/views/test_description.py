"""Everything about one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import entrepot
from tests.views.traces import system_with

if TYPE_CHECKING:
    from pathlib import Path

SHOP = """
-- shop/__init__.py
from shop.cart import total
-- shop/cart.py
import rates
from rates import VALUE as value

LIMIT = 10
names = ["a"]
seen: int = 0

def total():
    return 1

class Cart:
    pass

for each in names:
    last = each
-- rates.py
VALUE = 1
def unused(): pass
-- other.py
"""


def test_a_loaded_module_is_told_with_who_has_it_and_what_it_has(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        system.import_module("shop.cart")
        about = entrepot.describe("shop.cart", system=system)
        rates = entrepot.describe("rates", system=system)

    assert (about.name, about.status, about.kind) == ("shop.cart", "loaded", "source")
    assert (about.finder, about.file) == ("PathFinder", str(tmp_path / "shop" / "cart.py"))
    assert about.importers == {"shop": ["cart", "total"]}
    assert [name.rpartition(":")[2] for name in about.imported] == ["rates"]
    assert rates.importers == {"shop.cart": ["rates"]}
    assert about.state == []


def test_each_statement_is_told_with_what_it_bound(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        system.import_module("shop.cart")
        statements = entrepot.describe("shop.cart", system=system).statements

    assert statements is not None
    assert [(s.line, s.text, s.names) for s in statements] == [
        (1, "import rates", ["rates"]),
        (2, "from rates import VALUE as value", ["value"]),
        (4, "LIMIT = 10", ["LIMIT"]),
        (5, 'names = ["a"]', ["names"]),
        (6, "seen: int = 0", ["seen"]),
        (8, "def total():", ["total"]),
        (11, "class Cart:", ["Cart"]),
        (14, "for each in names:", ["each", "last"]),
    ]


def test_what_is_no_longer_as_the_text_says_is_state(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        cart = system.import_module("shop.cart")
        cart.LIMIT = 12
        cart.names.append("b")
        cart.extra = object()
        cart.total = lambda: 2
        cart.total.__module__ = "elsewhere"
        del cart.Cart
        state = entrepot.describe("shop.cart", system=system).state

    assert state == [
        "'Cart' is gone, bound on line 11",
        "'LIMIT' is 12, bound to 10 on line 4",
        "'names' is ['a', 'b'], bound to ['a'] on line 5",
        "'total' is no longer what is defined on line 8",
        "'extra' is bound by no statement",
    ]


def test_a_module_that_is_not_loaded_is_found_but_not_imported(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        about = entrepot.describe("other", system=system)
        below = entrepot.describe("shop.cart", system=system)

        assert "other" not in system.modules
        assert "shop" not in system.modules
    assert (about.status, about.file, about.finder) == (
        "not loaded",
        str(tmp_path / "other.py"),
        "PathFinder",
    )
    assert (below.status, str(below)) == ("not found", "shop.cart: not found")


def test_modules_of_other_kinds_are_told_without_statements() -> None:
    builtin = entrepot.describe("sys")

    assert (builtin.status, builtin.kind, builtin.statements) == ("loaded", "built in", None)


def test_whatever_stands_in_the_cache_is_told_for_what_it_is(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        system.modules["greeting"] = "Hello"
        about = entrepot.describe("greeting", system=system)

    assert about.status == "no module"


def test_a_file_that_is_no_python_any_more_has_no_statements(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        system.import_module("other")
        (tmp_path / "other.py").write_bytes(b"\xff = = 1\n")
        about = entrepot.describe("other", system=system)

    assert (about.status, about.statements, about.state) == ("loaded", None, [])


def test_under_live_the_revision_and_the_text_that_runs_are_told(tmp_path: Path) -> None:
    with system_with(tmp_path, "-- counted.py\nN = 1\n") as system:
        session = entrepot.live([tmp_path], system)
        try:
            system.import_module("counted")
            first = entrepot.describe("counted", live=session)
            (tmp_path / "counted.py").write_text("N = 1\nM = 2\n")
            unsaved = entrepot.describe("counted", live=session)
            assert session.apply().status == "ok"
            second = entrepot.describe("counted", live=session)
        finally:
            session.close()

    assert (first.revision, unsaved.revision, second.revision) == (1, 1, 2)
    assert [len(d.statements or ()) for d in (first, unsaved, second)] == [1, 1, 2]
