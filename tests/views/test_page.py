"""The page of a trace: one file, with all facts in it, that can load nothing from elsewhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.views import page
from tests.views.traces import SHOP, node_of, traced

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.views.tracing import Trace


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    return traced(tmp_path / "files", SHOP, "shop", "shop.bad")


def facts_of(html: str) -> dict[str, Any]:
    """Return the facts in a page."""
    found = re.search(r'<script type="application/json" id="tree">(.*?)</script>', html, re.DOTALL)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    return facts


def test_the_page_has_the_facts_of_each_import(trace: Trace) -> None:
    facts = facts_of(page.tree_as_page(trace.tree))
    rows = [dict(zip(facts["fields"], row, strict=True)) for row in facts["imports"]]
    node, row = node_of(trace, "rates"), rows[2]
    texts = facts["texts"]

    assert [r["name"] for r in rows] == [n.name for n in trace.tree.imports]
    assert (row["parent"], row["total"], row["steps"]) == (1, node.total, [*node.steps.values()])
    assert (texts[row["statement"]], row["asked_line"]) == ("import rates", 1)
    assert texts[row["kind"]] == "compiled"
    assert texts[rows[3]["error"]].startswith("ModuleNotFoundError")
    assert (rows[3]["file"], [texts[d] for d in rows[3]["declined"]]) == (-1, ["PathFinder"])


def test_the_page_names_nothing_outside_of_itself_and_may_load_nothing(trace: Trace) -> None:
    html = page.tree_as_page(trace.tree)

    assert "default-src 'none'" in html
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", html) == []
    assert re.findall(r"https?://|@import|url\(|fetch\(|XMLHttpRequest|WebSocket", html) == []
    assert "<!-- " not in html


def test_no_text_of_a_program_can_end_the_script_or_become_markup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = """
    -- odd.py
    exec(compile("import rates", "</script><script>alert(1)</script>.py", "exec"))
    -- rates.py
    """
    monkeypatch.setattr("sys.argv", ["<img src=x onerror=alert(1)>.py"])

    html = page.tree_as_page(traced(tmp_path, program, "odd").tree)

    assert "alert(1)</script>" not in html
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;.py" in html
    assert "</script><script>alert(1)</script>.py:1" not in html
    assert "</script><script>alert(1)</script>.py" in facts_of(html)["texts"]
