"""Why a module is loaded, told of a process in which nobody recorded anything."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import entrepot
from entrepot import ImportSystem
from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
-- shop/__init__.py
from . import cart
-- shop/cart.py
from money import rate
import only_here
-- money.py
import tables
rate = 1
def later():
    import late
-- tables.py
-- only_here.py
import tables
-- late.py
import much_later
-- much_later.py
"""
MAIN = """
-- main.py
import entrepot
import shop
import money
money.later()
for name in ("tables", "much_later", "entrepot_is_not_here"):
    print(entrepot.why(name))
"""


def test_the_chain_goes_from_the_program_to_the_module(tmp_path: Path) -> None:
    write(tmp_path, PROGRAM + MAIN.lstrip("\n"))

    done = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, env=environment(), capture_output=True,
        encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip

    assert (
        done.stdout
        == """\
brought in by
  main.py:2           import shop             shop
  shop/__init__.py:1  from . import cart      shop.cart
  shop/cart.py:1      from money import rate  money
  money.py:1          import tables           tables
also named by
  only_here.py:1  import tables  only_here
told by the texts of what is loaded; a trace knows for sure, and what it cost
perhaps brought in by
  main.py:2           import shop             shop
  shop/__init__.py:1  from . import cart      shop.cart
  shop/cart.py:1      from money import rate  money
  money.py:4          import late             late
  late.py:1           import much_later       much_later
told by the texts of what is loaded; a trace knows for sure, and what it cost
'entrepot_is_not_here' is not loaded
"""
    )


def test_without_a_program_the_chain_begins_with_what_was_imported_by_hand(
    tmp_path: Path,
) -> None:
    write(tmp_path, PROGRAM)
    with ImportSystem("why", path=[str(tmp_path)]) as system:
        system.import_module("only_here")
        system.import_module("shop")

        tables = entrepot.why("tables", system=system)
        only_here = entrepot.why("only_here", system=system)

    assert [(place.name, place.line, name) for place, name in tables.chain] == [
        ("shop", 1, "shop.cart"),
        ("shop.cart", 1, "money"),
        ("money", 1, "tables"),
    ]
    assert tables.is_sure
    # By hand before, and named by a text too: what the texts say is what is told.
    assert [(place.name, name) for place, name in only_here.chain][-1] == (
        "shop.cart", "only_here",
    )  # fmt: skip
    assert tables.as_dict()["importers"] == [
        {
            "importer": "only_here", "file": str(tmp_path / "only_here.py"), "line": 1,
            "statement": "import tables",
        }
    ]  # fmt: skip


def test_a_module_that_no_text_names_has_no_chain(tmp_path: Path) -> None:
    write(tmp_path, "-- alone.py\nA = 1\n-- broken.py\n")
    with ImportSystem("whyalone", path=[str(tmp_path)]) as system:
        system.import_module("alone")
        system.import_module("broken")
        (tmp_path / "broken.py").write_text("import alone\n(", encoding="utf-8")

        why = entrepot.why("alone", system=system)

    assert (why.chain, why.importers, why.status) == ([], [], "loaded")
    assert str(why).splitlines()[0] == "no statement of what is loaded brought 'alone' in"


def test_what_a_package_imports_of_itself_did_not_bring_it_in(tmp_path: Path) -> None:
    pack_text = "-- pack/__init__.py\nfrom . import one\n-- pack/two.py\n"
    write(tmp_path, f"{pack_text}-- pack/one.py\nfrom pack import two\n")
    with ImportSystem("whypack", path=[str(tmp_path)]) as system:
        system.import_module("pack")

        two, pack = entrepot.why("pack.two", system=system), entrepot.why("pack", system=system)

    assert [(place.name, name) for place, name in two.chain] == [
        ("pack", "pack.one"),
        ("pack.one", "pack.two"),
    ]
    assert (pack.chain, [place.name for place in pack.importers]) == ([], ["pack.one"])
