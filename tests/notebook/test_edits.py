"""An edit between two cells: what the next cell sees, and what is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("IPython")

from tests.notebook.session import Notebook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]


def untimed(said: str) -> str:
    """Return what was said without how long it took."""
    return re.sub(r"\([\d.]+ ms\)", "(... ms)", said)


def test_an_edit_reaches_other_modules_and_the_names_that_cells_took(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(
        base="K = 1\ndef f():\n    return K\n",
        der="from base import K\nD = K * 10\nclass Price:\n    limit = K\n",
    )
    notebook.cell("from base import K as top, f; import der; price = der.Price()")
    notebook.save(base="K = 7\ndef f():\n    return 'new', K\n")
    notebook.cell("top, f(), der.D, price.limit, type(price) is der.Price")

    _, after = notebook.run()

    assert after.value == "(7, ('new', 7), 70, 7, True)"
    assert untimed(after.said) == (
        "entrepot: base.py is live: 1 function changed in place, 4 statements run again, "
        "top follows (... ms)"
    )
    assert "<details" in after.html[0]
    assert "base.K changed" in after.html[0]


def test_nothing_is_said_when_nothing_changed(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.save(shop="N = 1\n")
    notebook.cell("shop.N")

    cells = notebook.run()

    assert [cell.said + cell.out for cell in cells] == ["", "Out[3]: 1\n"]


def test_modules_imported_before_the_extension_are_live(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path, loads=False)
    notebook.save(shop="N = 1\ndef f():\n    return N\n")
    notebook.cell("from shop import N as n, f")
    notebook.cell("%load_ext entrepot")
    notebook.save(shop="N = 2\ndef f():\n    return -N\n")
    notebook.cell("n, f()")

    assert notebook.run()[-1].value == "(2, -2)"


def test_a_file_written_by_a_cell_is_live_in_the_next_one(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.cell("%%writefile shop.py\nN = 1\n")
    notebook.cell("from shop import N")
    for number in range(2, 6):
        notebook.cell(f"%%writefile shop.py\nN = {number}\n")
        notebook.cell("N")

    assert [cell.value for cell in notebook.run()[3::2]] == ["2", "3", "4", "5"]


def test_an_edit_that_comes_while_a_cell_runs_is_taken_after_it(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.cell("from pathlib import Path; Path('shop.py').write_text('N = 2\\n'); shop.N")
    notebook.cell("shop.N")

    _, during, after = notebook.run()

    assert during.value == "1"
    assert untimed(during.said) == (
        "entrepot: saved while the cell ran: shop.py is live: 1 statement run again (... ms)"
    )
    assert (after.value, after.said) == ("2", "")


def test_names_that_the_notebook_bound_itself_are_left_alone_and_this_is_said(
    tmp_path: Path,
) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\nM = 1\n")
    notebook.cell("from shop import N, M")
    notebook.cell("N = 1  # equal, and mine")
    notebook.save(shop="N = 2\nM = 2\n")
    notebook.cell("N, M")

    after = notebook.run()[-1]

    assert after.value == "(1, 2)"
    assert untimed(after.said) == (
        "entrepot: shop.py is live: 2 statements run again, M follows, "
        "N is yours since (shop.N is not followed) (... ms)"
    )


def test_a_star_import_brings_what_it_would_bring_now(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="A = 1\nB = 1\n")
    notebook.cell("from shop import *\nmine = 3")
    notebook.save(shop="A = 2\nmine = 2\nC = 2\n")
    notebook.cell("A, C, mine, 'B' in globals()")

    after = notebook.run()[-1]

    assert after.value == "(2, 2, 3, False)"
    assert "mine is yours (shop.mine is not followed)" in after.said


def test_a_syntax_error_is_said_once_and_its_end_too(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.save(shop="N = = 2\n")
    notebook.cell("shop.N")
    notebook.cell("shop.N")
    notebook.save(shop="N = 3\n")
    notebook.cell("shop.N")

    _, broken, again, mended = notebook.run()

    assert (broken.value, again.value, mended.value) == ("1", "1", "3")
    assert broken.said == (
        "entrepot: cannot take shop.py:1: SyntaxError: invalid syntax; "
        "nothing has changed, the code from before goes on"
    )
    assert again.said == ""
    assert untimed(mended.said) == (
        "entrepot: the trouble is over: shop.py is live: 1 statement run again (... ms)"
    )


def test_a_module_that_raises_leaves_everything_as_it_was(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(base="K = 1\n", shop="from base import K\nN = K\n")
    notebook.cell("import shop, base")
    notebook.save(base="K = 2\n", shop="from base import K\nN = K\nM = 1 / 0\n")
    notebook.cell("shop.N, shop.K, base.K, hasattr(shop, 'M')")

    after = notebook.run()[-1]

    assert after.value == "(1, 1, 1, False)"
    assert after.said == (
        "entrepot: cannot take shop.py:3: ZeroDivisionError: division by zero; "
        "nothing has changed, the code from before goes on"
    )


def test_a_file_put_back_as_it_was_ends_the_trouble(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.save(shop="N = = 2\n")
    notebook.cell("shop.N")
    notebook.save(shop="N = 1\n")
    notebook.cell("shop.N")
    notebook.cell("%entrepot retry")

    *_, back, retried = notebook.run()

    assert back.said.startswith("entrepot: the trouble is over")
    assert retried.said == "entrepot: nothing to retry: every edit was taken"


def test_without_file_events_every_file_is_looked_at(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.save(shop="N = 22\n")
    notebook.cell("shop.N")
    notebook.cell("%entrepot status")

    _, after, status = notebook.run(ENTREPOT_POLL="1")

    assert after.value == "22"
    assert "every file is looked at before each cell: ENTREPOT_POLL is set" in status.html[0]


def test_a_broken_file_does_not_hold_up_others(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(broken="N = 1\n", shop="N = 1\n")
    notebook.cell("import broken, shop")
    notebook.save(broken="N = = 2\n")
    notebook.cell("shop.N")
    notebook.save(shop="N = 2\n")
    notebook.cell("shop.N, broken.N")
    notebook.save(broken="N = 3\n")
    notebook.cell("shop.N, broken.N")

    *_, other, mended = notebook.run()

    assert other.value == "(2, 1)"
    assert untimed(other.said) == (
        "entrepot: shop.py is live: 1 statement run again (... ms); "
        "broken.py still cannot be taken"
    )
    assert mended.value == "(2, 3)"
    assert mended.said.startswith("entrepot: the trouble is over: broken.py is live")
