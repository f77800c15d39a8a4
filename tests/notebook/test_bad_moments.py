"""Edits at bad moments: broken at first, interrupted, deleted, half-written, nested, reset."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("IPython")

from entrepot.notebook.interrupts import Interrupts
from tests.notebook.session import Notebook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)

INTERRUPT = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"


@pytest.mark.process
def test_an_interrupt_in_a_statement_that_runs_again_undoes_the_edit(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(base="K = 1\n", shop="from base import K\nN = K\n")
    notebook.cell("import shop, base")
    notebook.save(base="K = 2\n", shop="from base import K\nN = K\n" + INTERRUPT)
    notebook.cell("1 / 0  # must not run: the user interrupted")
    notebook.cell("%entrepot off")
    notebook.cell("shop.N, base.K")
    notebook.save(shop="from base import K\nN = K\n")
    notebook.cell("%entrepot on")
    notebook.cell("shop.N, base.K")

    _, interrupted, *_, during, _, after = notebook.run()

    assert interrupted.said == (
        "entrepot: interrupted: nothing has changed, the code from before goes on; "
        "save again, or %entrepot retry"
    )
    assert interrupted.error == "KeyboardInterrupt: "
    assert during.value == "(1, 1)"
    assert after.value == "(2, 2)"


def test_an_interrupt_in_our_own_lines_waits() -> None:
    with Interrupts(lambda file: False) as interrupts:
        os.kill(os.getpid(), signal.SIGINT)

    assert interrupts.was_held


def test_an_interrupt_in_a_users_lines_is_raised() -> None:
    before = signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), Interrupts(lambda file: file == __file__):
        users_lines()

    assert signal.getsignal(signal.SIGINT) is before


def users_lines() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.process
def test_a_deleted_module_is_told_and_comes_back(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n", user="import shop\nD = shop.N\n")
    notebook.cell("import user, shop")
    notebook.delete("shop.py")
    notebook.cell("user.D, shop.N")
    notebook.save(shop="N = 2\n")
    notebook.cell("user.D")

    _, deleted, back = notebook.run()

    assert deleted.value == "(1, 1)"
    assert deleted.said == (
        "entrepot: cannot take shop.py: ModuleNotFoundError: No module named 'shop'; "
        "nothing has changed, the code from before goes on"
    )
    assert back.value == "2"
    assert back.said.startswith("entrepot: the trouble is over")


@pytest.mark.process
def test_a_reset_of_the_notebook_leaves_the_modules_live(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("from shop import N")
    notebook.cell("%reset -f")
    notebook.save(shop="N = 2\n")
    notebook.cell("'N' in globals()")
    notebook.cell("import shop; shop.N")

    *_, names, after = notebook.run()

    assert (names.value, after.value) == ("False", "2")


@pytest.mark.process
def test_files_that_cells_run_and_magics_that_run_code_count(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\nM = 1\nO = 1\n")
    notebook.save_file("script.py", "from shop import N\n")
    notebook.cell("%run script.py")
    notebook.cell("%%time\nfrom shop import M\n")
    notebook.cell("import asyncio\nawait asyncio.sleep(0)\nfrom shop import O")
    notebook.save(shop="N = 2\nM = 2\nO = 2\n")
    notebook.cell("N, M, O")

    assert notebook.run()[-1].value == "(2, 2, 2)"


@pytest.mark.process
def test_functions_and_threads_of_the_notebook_see_new_code(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="def price():\n    return 1\n")
    notebook.cell(
        "import queue, threading\n"
        "from shop import price\n"
        "asks, answers = queue.Queue(), queue.Queue()\n"
        "def work():\n"
        "    while asks.get():\n"
        "        answers.put(price())\n"
        "thread = threading.Thread(target=work); thread.start()\n"
        "class Double:\n"
        "    def total(self):\n"
        "        return 2 * price()\n"
        "double = Double()\n"
        "asks.put(1); answers.get()"
    )
    notebook.save(shop="def price():\n    return 10\n")
    notebook.cell("asks.put(1); answers.get(), double.total()")
    notebook.cell("asks.put(0); thread.join()")

    before, after, _ = notebook.run()

    assert (before.value, after.value) == ("1", "(10, 20)")


@pytest.mark.process
def test_an_edit_between_nested_cells_waits_for_the_outer_one(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop; from pathlib import Path")
    notebook.cell(
        "Path('shop.py').write_text('N = 2\\n')\n"
        "get_ipython().run_cell('inner = shop.N')\n"
        "print(inner, shop.N)"
    )
    notebook.cell("shop.N")

    _, nested, after = notebook.run()

    assert (nested.out.splitlines()[-1], after.value) == ("1 1", "2")


@pytest.mark.process
def test_a_module_that_nobody_else_imports_goes_with_its_file(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.delete("shop.py")
    notebook.cell("shop.N")
    notebook.save(shop="N = 2\n")
    notebook.cell("import shop; shop.N")
    notebook.save(shop="N = 3\n")
    notebook.cell("shop.N")

    _, gone, again, after = notebook.run()

    assert gone.said == (
        "entrepot: shop is gone, as its file is: import again once there is a file"
    )
    assert (gone.value, again.value, after.value) == ("1", "2", "3")


@pytest.mark.process
def test_a_fault_of_our_own_is_told_and_the_notebook_goes_on(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.cell(
        "import entrepot.reloading.session as session\n"
        "def broken(*_, **__):\n    raise RuntimeError('planted')\n"
        "session.Live.apply = broken"
    )
    notebook.save(shop="N = 2\n")
    notebook.cell("shop.N")
    notebook.cell("shop.N")

    *_, first, second = notebook.run()

    assert first.said == (
        "entrepot: a fault of entrepot itself (RuntimeError: planted); it is off now, "
        "nothing has changed, the code from before goes on; %entrepot on tries again"
    )
    assert (first.value, second.value, second.said) == ("1", "1", "")


@pytest.mark.process
def test_a_notebook_that_is_saved_while_an_edit_arrives_is_nothing_to_us(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n")
    notebook.cell("import shop")
    notebook.save_file("work.ipynb", '{"cells": [')
    notebook.save(shop="N = 2\n")
    notebook.save_file("work.ipynb", '{"cells": [], "metadata": {}, "nbformat": 4}')
    notebook.save_file(".work.ipynb.tmp", "")
    notebook.delete(".work.ipynb.tmp")
    notebook.cell("shop.N")
    notebook.cell("shop.N")

    *_, first, second = notebook.run()

    assert (first.value, second.value, second.said) == ("2", "2", "")
    assert first.said.startswith("entrepot: shop.py is live: ")
