"""Why a module is loaded: the chain, the others, and what would be without it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.views.traces import SHOP, traced

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
-- main.py
import shop
import money
from shop import cart
import only_here
-- shop/__init__.py
from . import cart
-- shop/cart.py
from money import rate
-- money.py
import tables
import shared
rate = 1
-- tables.py
-- shared.py
-- only_here.py
import shared
"""


def test_the_chain_goes_from_the_program_to_the_module(tmp_path: Path) -> None:
    why = traced(tmp_path, PROGRAM, "main").why("tables")

    assert [(place.line, place.statement, name) for place, name in why.chain[1:]] == [
        (1, "import shop", "shop"),
        (1, "from . import cart", "shop.cart"),
        (1, "from money import rate", "money"),
        (1, "import tables", "tables"),
    ]
    assert [name for _, name in why.chain[:1]] == ["main"]
    assert (why.status, why.is_exact) == ("imported", False)


def test_a_module_that_failed_was_not_loaded(tmp_path: Path) -> None:
    why = traced(tmp_path, SHOP, "shop.bad").why("shop.bad")

    assert (why.status, why.alone) == ("failed", [])
    assert str(why).splitlines()[-1] == "'shop.bad' was not loaded: LookupError: no"


def test_a_module_that_was_never_imported_is_told_with_what_is_called_alike(
    tmp_path: Path,
) -> None:
    trace = traced(tmp_path, PROGRAM, "main")

    assert str(trace.why("cart")) == "'cart' was not imported\n  there is shop.cart"
    assert str(trace.why("nowhere")) == "'nowhere' was not imported"


def test_without_all_importers_it_says_at_most(tmp_path: Path) -> None:
    text = str(traced(tmp_path, PROGRAM, "main").why("money"))

    assert "only loaded for it: at most 2 modules\n  tables, shared\n" in text
    assert re.search(
        r"'money' took [\d.]+ ms, [\d.]+ ms of it by itself; "
        r"without it at most 3 modules and [\d.]+ ms less$",
        text,
    )
