"""The words of ``%entrepot`` and ``%aimport``, and what it answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("IPython")

from entrepot.notebook.completion import completions
from entrepot.notebook.words import MEANINGS, WordsError, parse
from tests.notebook.session import Notebook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    ("line", "word", "flags"),
    [
        ("", "now", set()),
        ("0", "off", set()),
        ("1", "explicit", set()),
        ("2", "on", set()),
        ("2-", "on", set()),
        ("complete -p", "on", {"print"}),
        ("-p -l ALL", "on", {"print", "log"}),
        ("3 --hide-errors --full", "on", {"hide_errors"}),
        ("explicit", "explicit", set()),
    ],
)
def test_autoreloads_words_are_understood(line: str, word: str, flags: set[str]) -> None:
    command = parse(line)

    assert command.word == word
    assert {name for name, is_set in command.flags.items() if is_set} == flags


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bogus", "there is no word 'bogus'"),
        ("on off", "'on' takes no 'off'"),
        ("-x", "unrecognized arguments: -x"),
        ("keep 'shop", "No closing quotation"),
    ],
)
def test_what_is_no_word_is_refused(line: str, message: str) -> None:
    with pytest.raises(WordsError) as caught:
        parse(line)

    assert str(caught.value) == message


def test_every_word_is_completed() -> None:
    words = {word for word in MEANINGS if word and not word.isdigit()}

    assert words <= set(completions("%entrepot ", {}))
    assert completions("%autoreload co", {}) == ["complete"]
    assert completions("x = 1", {}) == []
    assert completions("%entrepot on ", {}) == []


@pytest.mark.process
def test_the_words_in_a_notebook(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\nCARTS = {}\n", other="N = 1\n")
    notebook.cell("import shop, other")
    notebook.cell("%entrepot off")
    notebook.save(shop="N = 2\nCARTS = {}\n", other="N = 2\n")
    notebook.cell("shop.N")
    notebook.cell("%entrepot plan")
    notebook.cell("%entrepot status")
    notebook.cell("%entrepot 1")
    notebook.cell("%aimport shop")
    notebook.cell("shop.N, other.N")
    notebook.cell("%entrepot now")
    notebook.cell("shop.N, other.N")
    notebook.cell("%entrepot why other")
    notebook.cell("%entrepot keep shop.CARTS")
    notebook.cell("%entrepot keep shop.MISSING")
    notebook.cell("%entrepot bogus")
    notebook.cell("%aimport -other")
    notebook.cell("%aimport")
    notebook.cell("%entrepot verify")
    notebook.cell("shop.N = 7")
    notebook.save(other="N = 3\n")
    notebook.cell("%entrepot verify")

    *ran, same, _, verdict = notebook.run()
    (
        _,
        _,
        off,
        plan,
        status,
        _,
        _,
        explicit,
        _,
        everything,
        why,
        keep,
        missing,
        bogus,
        _,
        listed,
    ) = ran

    assert off.value == "1"
    assert plan.said.splitlines() == [
        "entrepot: the edit would do 2 things; nothing has changed",
        "  run     shop.py:1  shop.py:1 was edited (changed)",
        "  run     other.py:1  other.py:1 was edited (changed)",
    ]
    assert "run     shop.py:1" in plan.html[0]
    assert status.said.splitlines()[0] == (
        "entrepot: off: no edits are taken; 2 modules live; 2 edits waiting"
    )
    assert "wait    other.py" in status.html[0]
    assert explicit.value == "(2, 1)"
    assert everything.value == "(2, 2)"
    assert "run     other.py:1" in why.html[0]
    assert "import  other  by the notebook, or before entrepot" in why.html[0]
    assert keep.said == "entrepot: 1 name keeps its value\n  keep    shop.CARTS"
    assert missing.said == "entrepot: cannot keep 'shop.MISSING': no live module has that name"
    assert bogus.out == (
        "%entrepot: there is no word 'bogus'\n"
        "  nothing was changed\n"
        "  %entrepot? lists the words\n"
    )
    assert listed.out == "live:     shop\nexcluded: other\n"
    assert re.match(r"entrepot: equal to a restart; 2 modules, \d+ facts compared\n", same.said)
    assert re.match(r"entrepot: 1 difference from a restart; 2 modules, ", verdict.said)
    assert "  differs   other:N: int 2, a restart has int 3" in verdict.said.splitlines()
    assert "  state     shop:N: int 7" in verdict.said.splitlines()


@pytest.mark.process
def test_autoreload_gives_way(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(shop="N = 1\n", der="from shop import N\nD = N * 10\n")
    notebook.cell("%load_ext autoreload\n%autoreload 2")
    notebook.cell("import der")
    notebook.cell("%autoreload 3 -p")
    notebook.save(shop="N = 2\n")
    notebook.cell("der.D")
    notebook.cell("%unload_ext entrepot")
    notebook.cell("%entrepot")

    first, *_, after, _, gone = notebook.run()

    assert first.said == (
        "entrepot: autoreload is off; %autoreload means %entrepot in this notebook"
    )
    assert after.value == "20"
    assert after.out.startswith("entrepot: shop.py is live: 3 statements run again")
    assert "`%entrepot` not found" in gone.out


@pytest.mark.process
def test_whole_packages_can_be_chosen(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save_file("pkg/__init__.py", "")
    notebook.save_file("pkg/sub.py", "N = 1\n")
    notebook.save(plain="N = 1\n")
    notebook.cell("import pkg.sub, plain")
    notebook.cell("%entrepot 1")
    notebook.cell("%aimport pkg")
    notebook.save_file("pkg/sub.py", "N = 2\n")
    notebook.save(plain="N = 2\n")
    notebook.cell("pkg.sub.N, plain.N")
    notebook.cell("%aimport p*n")
    notebook.cell("pkg.sub.N, plain.N")

    *_, chosen, _, more = notebook.run()

    assert (chosen.value, more.value) == ("(2, 1)", "(2, 2)")


@pytest.mark.process
def test_a_name_that_is_kept_stays_whatever_happens_to_what_it_was_made_from(
    tmp_path: Path,
) -> None:
    notebook = Notebook(tmp_path)
    notebook.save(config="SIZE = 1\n", shop="from config import SIZE\nPOOL = [SIZE]\nN = SIZE\n")
    notebook.cell("import shop; pool = shop.POOL")
    notebook.cell("%entrepot keep shop.POOL")
    notebook.save(config="SIZE = 2\n")
    notebook.cell("shop.POOL, shop.N, shop.POOL is pool")
    notebook.save(shop="from config import SIZE\nPOOL = [SIZE, 'edited']\nN = SIZE\n")
    notebook.cell("shop.POOL")

    *_, kept, edited = notebook.run()

    assert kept.value == "([1], 2, True)"
    assert "keep    shop.POOL" in kept.html[0]
    assert edited.value == "[2, 'edited']"
