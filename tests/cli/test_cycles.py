"""``entrepot cycles`` and ``entrepot explain``: exit codes, formats, bad input."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from entrepot.cli.main import main
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from pathlib import Path

CIRCLE = """
-- shop/__init__.py
-- shop/cart.py
from .prices import total
RATE = 2
-- shop/prices.py
from .cart import RATE
def total():
    return RATE
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, CIRCLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_cycle_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cycles", "shop"]) == 1
    assert "cycle   shop.cart -> shop.prices -> shop.cart\n" in capsys.readouterr().out


def test_no_cycle_is_clean(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "shop" / "prices.py").write_text("def total(): return 2\n")

    assert main(["cycles", "."]) == 0
    assert capsys.readouterr().out.startswith("found no cycle in 3 modules; ")


def test_a_folder_that_is_not_there_is_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cycles", "nowhere"]) == 2
    assert capsys.readouterr().err == (
        "entrepot cycles: cannot read 'nowhere': No such file or directory\n"
        "  nothing was looked at\n"
        "  name a folder or a file: entrepot cycles src\n"
    )


def test_bad_files_are_reported_and_the_rest_is_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "shop" / "broken.py").write_text("def f(:\n")
    (folder / "shop" / "latin.py").write_bytes(b"NAME = '\xe9'\n")
    (folder / "shop" / "null.py").write_bytes(b"N = 1\0\n")
    (folder / "shop" / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(folder / "shop" / "pipe.py")  # who reads it waits for ever

    assert main(["cycles", ".", "--format", "json"]) == 1

    found = json.loads(capsys.readouterr().out)
    unread = {entry["file"].rpartition("/")[2] for entry in found["unread"]}
    assert unread == {"broken.py", "latin.py", "null.py", "gone.py", "pipe.py"}
    assert [cycle["modules"] for cycle in found["cycles"]] == [["shop.cart", "shop.prices"]]


def test_edges_say_when_they_happen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "def total():\n    from .cart import RATE\n    return RATE\n"
    (folder / "shop" / "prices.py").write_text(text)

    assert main(["cycles", ".", "--format=json"]) == 0

    edges = json.loads(capsys.readouterr().out)["edges"]
    assert [(e["importer"], e["imported"], e["imports"][0]["when"]) for e in edges] == [
        ("shop.cart", "shop.prices", "import"),
        ("shop.prices", "shop.cart", "function"),
    ]


def test_sarif_has_the_cut_as_a_fix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cycles", ".", "--format", "sarif"]) == 1

    run = json.loads(capsys.readouterr().out)["runs"][0]
    (result,) = run["results"]
    where = result["locations"][0]["physicalLocation"]
    replaced = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert (result["ruleId"], result["level"]) == ("cycle", "error")
    assert where["artifactLocation"] == {"uri": "shop/prices.py", "uriBaseId": "ROOT"}
    assert where["region"] == {"startLine": 1}
    assert replaced["deletedRegion"]["startLine"] == 1
    assert replaced["insertedContent"] == {"text": ""}


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ("github", "::error file=shop/prices.py,line=1,title=import cycle::import cycle: "),
        ("mermaid", "flowchart LR"),
        ("dot", "digraph cycles {"),
    ],
)
def test_other_formats(
    shape: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cycles", ".", "--format", shape]) == 1
    assert capsys.readouterr().out.startswith(line)


def test_a_text_without_a_failed_import_is_not_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"all is well\n")))

    assert main(["explain"]) == 0
    assert capsys.readouterr().out == "found no failed import to explain\n"


def test_a_traceback_is_explained_and_the_change_is_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices, cart = folder / "shop" / "prices.py", folder / "shop" / "cart.py"
    (folder / "app.py").write_text("import shop.cart\n")
    (folder / "trace.txt").write_text(
        "Traceback (most recent call last):\n"
        f'  File "{folder}/app.py", line 1, in <module>\n    import shop.cart\n'
        f'  File "{cart}", line 1, in <module>\n    from .prices import total\n'
        f'  File "{prices}", line 1, in <module>\n    from .cart import RATE\n'
        "ImportError: cannot import name 'RATE' from partially initialized module 'shop.cart' "
        f"(most likely due to a circular import) ({cart})\n"
    )

    assert main(["explain", "trace.txt", "--format", "json", "--apply"]) == 1

    story = json.loads(capsys.readouterr().out)
    assert (story["kind"], story["remedy"]["how"]) == ("circular", "defer")
    assert prices.read_text() == ("def total():\n    from .cart import RATE\n    return RATE\n")
