"""``entrepot run``: a saved file reaches the program, or nothing changes and it is said why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.running.case import ANSWERS, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

SHOP = f"""
-- main.py
import shop
carts = shop.CARTS
{ANSWERS}
-- shop.py
CARTS = []
RATE = 2
def price(n):
    return n * RATE
"""


def test_an_edit_of_a_function_reaches_the_program_and_state_is_kept(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        assert program.ask("shop.CARTS.append(1) or shop.price(3)") == "6"

        said = program.edit("shop.py", "n * RATE", "n * RATE + 1")

        assert program.ask("shop.price(3), shop.CARTS, carts is shop.CARTS") == "(7, [1], True)"
        assert [line[10:].split()[:2] for line in said] == [
            ["edit", "shop.py"],
            ["patch", "shop:price"],
            ["done", "edit"],
        ]
        assert program.end() == 0


def test_an_error_is_told_once_with_what_still_runs_and_its_end_is_told(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")

        said = program.edit("shop.py", "n * RATE", "n * * RATE", until="still")
        assert said[1].split() == ["fail", "shop.py:4", "SyntaxError:", "invalid", "syntax"]
        assert program.ask("shop.price(3)") == "6"

        program.edit("shop.py", "n * * RATE", "n * RATE - 1", until="the error is over")
        assert program.ask("shop.price(3)") == "5"
        assert program.end() == 0


def test_an_error_that_is_taken_back_is_over(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        program.edit("shop.py", "RATE = 2", "RATE = 1 / 0", until="still")

        said = program.edit("shop.py", "1 / 0", "2", until="clear")

        assert said[-1].endswith("the files are again what the program runs")
        assert program.ask("shop.price(3)") == "6"


def test_a_failed_file_waits_for_the_other_file_of_the_edit(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        program.edit("shop.py", "CARTS", "from tax import TAX\nCARTS", until="still")
        (tmp_path / "tax.py").write_text("TAX = 5\n")
        program.edit("shop.py", "n * RATE", "n * TAX", until="the error is over")
        assert program.ask("shop.price(2)") == "10"


def test_a_program_without_edits_says_nothing(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("shop.price(1)")
        assert program.end() == 0
        assert program.said.rest() == []


def test_files_are_found_by_polling_too(tmp_path: Path) -> None:
    with running(tmp_path, SHOP, "--poll=0.05", "main.py") as program:
        program.ask("1")
        program.edit("shop.py", "n * RATE", "n * RATE + 1")
        assert program.ask("shop.price(3)") == "7"


def test_what_is_ignored_stays_as_it_is(tmp_path: Path) -> None:
    with running(tmp_path, SHOP + "-- other.py\nN = 1\n", "--ignore", "sh*.py", "main.py") as run:
        run.ask("__import__('other').N")
        run.save("shop.py", "def price(n): return 0\n")
        run.edit("other.py", "N = 1", "N = 2")
        assert run.ask("shop.price(3), __import__('other').N") == "(6, 2)"


SCRIPT = f"""
-- main.py
RATE = 2
STATE = []
def price(n):
    return n * RATE
class Cart:
    def total(self):
        return price(1)
cart = Cart()
{ANSWERS}
"""


def test_the_script_itself_is_live_up_to_where_it_runs(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPT) as program:
        assert program.ask("STATE.append(1) or cart.total()") == "2"

        program.edit("main.py", "n * RATE", "n * RATE + 1")
        assert program.ask("cart.total(), STATE, type(cart) is Cart") == "(3, [1], True)"

        program.edit("main.py", "RATE = 2", "RATE = 5")
        assert program.ask("cart.total(), STATE") == "(6, [1])"


def test_an_edit_of_the_statement_that_runs_needs_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPT) as program:
        program.ask("1")

        said = program.edit(
            "main.py", "flush=True)\n    except", "flush=1)\n    except", until="restart"
        )

        assert "main.py:11 the start of the program was edited, and it is running" in said[-1]
        assert program.ask("cart.total()") == "2"


GUARDED = """
-- pkg/__init__.py
-- pkg/__main__.py
from . import prices
def answer(line):
    return eval(line)
if __name__ == "__main__":
    import sys
    for line in sys.stdin:
        print(answer(line), flush=True)
-- pkg/prices.py
RATE = 2
"""


def test_a_main_module_is_live_too(tmp_path: Path) -> None:
    with running(tmp_path, GUARDED, "-m", "pkg") as program:
        program.ask("prices.RATE")
        program.edit("pkg/prices.py", "RATE = 2", "RATE = 3")
        assert program.ask("prices.RATE") == "3"
        program.edit("pkg/__main__.py", "return eval(line)", "return str(eval(line)) + '!'")
        assert program.ask("prices.RATE") == "3!"


PROFILED = f"""
-- main.py
import cProfile
import shop
profile = cProfile.Profile()
def calls():
    found = [(getattr(entry.code, "co_name", ""), entry.callcount) for entry in profile.getstats()]
    return sum(count for name, count in found if name == "price")
{ANSWERS}
-- shop.py
def price(n):
    return n * 2
"""


def test_a_profiler_goes_on_through_an_edit(tmp_path: Path) -> None:
    with running(tmp_path, PROFILED) as program:
        assert program.ask("profile.enable() or shop.price(1)") == "2"
        program.edit("shop.py", "n * 2", "n * 3")
        assert program.ask("shop.price(1)") == "3"
        program.edit("shop.py", "def", "RATE = 1\ndef")
        assert program.ask("shop.price(1), profile.disable()") == "(3, None)"
        assert program.ask("calls()") == "3"


INSTALLED = f"""
-- main.py
import sys
sys.path.insert(0, "lib/site-packages")
import dep, shop
{ANSWERS}
-- lib/site-packages/dep/__init__.py
N = 1
-- shop.py
N = 1
"""


@pytest.mark.parametrize("options", [(), ("--watch=lib/site-packages/dep",)])
def test_what_is_installed_is_live_when_asked_for(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    with running(tmp_path, INSTALLED, *options, "main.py") as program:
        program.ask("1")
        program.save("lib/site-packages/dep/__init__.py", "N = 2\n")
        if options:
            program.said.until(" done ")
        program.edit("shop.py", "N = 1", "N = 2")
        assert program.ask("dep.N, shop.N") == ("(2, 2)" if options else "(1, 2)")


def test_with_no_watch_nothing_changes_and_nothing_is_said(tmp_path: Path) -> None:
    with running(tmp_path, SHOP, "--no-watch", "main.py") as program:
        program.ask("1")
        program.save("shop.py", "def price(n): return 0\n")
        assert program.ask("shop.price(3)") == "6"
        assert program.ask("[name for name in sys.modules if 'running' in name]") == "[]"
        assert program.end() == 0
        assert program.said.rest() == []
