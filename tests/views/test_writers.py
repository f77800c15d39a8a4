"""What is written of a trace: each format as its readers read it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.views.tree_text import Look, tree_as_text
from tests.views.traces import SHOP, node_of, traced

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.views.tracing import Trace


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    return traced(tmp_path / "files", SHOP, "shop", "shop.bad")


def written(trace: Trace, folder: Path, shape: str) -> str:
    file = folder / "written"
    trace.write(str(file), shape)
    return file.read_text("utf-8")


def test_text_shows_the_tree_with_who_asked(trace: Trace) -> None:
    tree, _, rest = trace.text(everything=True).partition("\n\n")
    rows = [re.sub(r"^( *[\d.]+ ms){2} (\d\d |\d  )", "", line) for line in tree.splitlines()]

    assert rows[1].startswith("shop                     [compiled]  ")
    assert rows[2:5] == [
        "└─ shop.cart             [compiled]  :1  from shop import cart",
        "   ├─ rates              [compiled]  :1  import rates",
        "   └─ nothing_like_this  [failed by ModuleNotFoundError: No module named "
        "'nothing_like_this']  :3  import nothing_like_this",
    ]
    assert rest.startswith("the slowest by themselves\n   1 ")


def test_the_last_line_of_text_says_how_much_there_was(trace: Trace) -> None:
    assert re.fullmatch(
        r"traced 3 imports, 2 failed; [\d.]+ ms of [\d.]+ ms spent importing: "
        r"find \d+ %, create \d+ %, read \d+ %, make \d+ %, execute \d+ %, bind \d+ %",
        trace.text().splitlines()[-1],
    )


def test_text_draws_branches_and_counts_what_it_folds(trace: Trace) -> None:
    for node in trace.tree.imports:
        node.total = {"shop": 1000, "shop.cart": 500}.get(node.name, 1) * 1_000_000
        node.own = node.total

    labels = [
        re.sub(r"^.{10}(?:.{15})?", "", line).partition("  ")[0]
        for line in trace.text().partition("\n\n")[0].splitlines()[1:]
    ]

    assert labels == ["shop", "└─ shop.cart +2", "shop.bad"]


def test_text_is_cut_to_the_terminal_and_painted(trace: Trace) -> None:
    lines = tree_as_text(trace.tree, everything=True, look=Look(60)).splitlines()
    painted = tree_as_text(trace.tree, look=Look(has_colour=True))

    assert max(len(line) for line in lines[:5]) <= 60
    assert "\x1b[1;31m" in painted


def test_text_is_ascii_where_nothing_else_can_be_written(trace: Trace) -> None:
    text = tree_as_text(trace.tree, look=Look(encoding="latin-1"))

    assert "`- shop.cart" in text
    assert text.isascii()


def test_an_empty_trace_is_written_in_every_format(tmp_path: Path) -> None:
    trace = traced(tmp_path / "files", SHOP)

    assert re.fullmatch(r"traced 0 imports; 0\.00 ms of [\d.]+ ms spent importing\n", trace.text())
    assert json.loads(written(trace, tmp_path, "json"))["imports"] == []
    check_speedscope(json.loads(written(trace, tmp_path, "speedscope")))
    assert len(json.loads(written(trace, tmp_path, "chrome"))["traceEvents"]) == 1
    assert written(trace, tmp_path, "importtime").count("\n") == 1


def test_json_has_every_fact(trace: Trace, tmp_path: Path) -> None:
    facts = json.loads(written(trace, tmp_path, "json"))
    node = node_of(trace, "rates")

    assert (facts["format"], facts["version"], facts["asked"]) == ("entrepot-trace", 1, None)
    assert facts["imports"][node.number - 1] == {
        "number": 3,
        "parent": 2,
        "thread": 1,
        "name": "rates",
        "asked_at": {
            "importer": node.asked_at and node.asked_at.name,
            "file": str(tmp_path / "files" / "shop" / "cart.py"),
            "line": 1,
            "statement": "import rates",
        },
        "outcome": "loaded",
        "error": None,
        "finder": "PathFinder",
        "declined": [],
        "loader": "SourceFileLoader",
        "kind": "compiled",
        "file": str(tmp_path / "files" / "rates.py"),
        "is_package": False,
        "began": node.began,
        "total": node.total,
        "own": node.own,
        "steps": node.steps,
    }


def check_speedscope(facts: dict[str, Any]) -> None:
    """Hold a file against what speedscope's schema asks of evented profiles.

    Those are: known frames, times that never go back, and each frame closed in reverse order.
    """
    assert facts["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    assert facts["profiles"]
    frames = facts["shared"]["frames"]
    assert all(set(frame) <= {"name", "file", "line", "col"} for frame in frames)
    for profile in facts["profiles"]:
        assert set(profile) == {"type", "name", "unit", "startValue", "endValue", "events"}
        assert (profile["type"], profile["unit"]) == ("evented", "nanoseconds")
        stack, last = [], profile["startValue"]
        for event in profile["events"]:
            assert set(event) == {"type", "frame", "at"}
            assert event["at"] >= last
            last = event["at"]
            if event["type"] == "O":
                assert 0 <= event["frame"] < len(frames)
                stack.append(event["frame"])
            else:
                assert (event["type"], stack.pop()) == ("C", event["frame"])
        assert not stack
        assert last <= profile["endValue"]


def test_speedscope_opens_and_closes_each_import(trace: Trace, tmp_path: Path) -> None:
    facts = json.loads(written(trace, tmp_path, "speedscope"))

    check_speedscope(facts)
    opened = [e["frame"] for e in facts["profiles"][0]["events"] if e["type"] == "O"]
    assert [facts["shared"]["frames"][frame]["name"] for frame in opened] == [
        node.name for node in trace.tree.imports
    ]


def test_chrome_has_one_complete_event_for_each_import(trace: Trace, tmp_path: Path) -> None:
    events = json.loads(written(trace, tmp_path, "chrome"))["traceEvents"]
    complete = [event for event in events if event["ph"] == "X"]

    assert [event["name"] for event in complete] == [node.name for node in trace.tree.imports]
    assert {event["ph"] for event in events} == {"X", "M"}
    for event in complete:
        assert {"name", "cat", "ph", "pid", "tid", "ts", "dur", "args"} == set(event)
        assert event["ts"] >= 0 < event["dur"]
    assert complete[2]["args"]["asked for by"].endswith("cart.py:1  import rates")


def read_importtime(text: str) -> list[tuple[str, int, int, int]]:
    """Read what ``-X importtime`` prints, as its viewers do: name, depth, self, cumulative."""
    found = []
    for line in text.splitlines()[1:]:
        matched = re.fullmatch(r"import time: +(\d+) \| +(\d+) \| ((?:  )*)(\S+)", line)
        assert matched, line
        own, total, indent, name = matched.groups()
        found.append((name, len(indent) // 2, int(own), int(total)))
    return found


def test_importtime_has_children_first_and_indented(trace: Trace, tmp_path: Path) -> None:
    text = written(trace, tmp_path, "importtime")

    assert text.startswith("import time: self [us] | cumulative | imported package\n")
    assert [(name, depth) for name, depth, _, _ in read_importtime(text)] == [
        ("rates", 2),
        ("nothing_like_this", 2),
        ("shop.cart", 1),
        ("shop", 0),
        ("shop.bad", 0),
    ]
    for name, _, own, total in read_importtime(text):
        node = node_of(trace, name)
        assert abs(own - node.own / 1000) <= 0.5
        assert abs(total - node.total / 1000) <= 0.5


def test_a_format_that_there_is_not_is_refused(trace: Trace, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no format 'pdf'; there are text, json, html, "):
        trace.write(str(tmp_path / "x"), "pdf")
    assert list(tmp_path.glob("x")) == []


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_of_the_tree_is_wider_than_the_terminal(width: int, tmp_path: Path) -> None:
    deep = "-- deep/__init__.py\nfrom . import a_module_with_quite_a_long_name\n"
    deep += "-- deep/a_module_with_quite_a_long_name.py\nfrom deep import another, _and_one_more\n"
    deep += "-- deep/another.py\n-- deep/_and_one_more.py\n"
    trace = traced(tmp_path, deep, "deep")

    lines = trace.text(width=width, everything=True).splitlines()

    assert max(map(len, lines)) <= width
    assert [line.rstrip() for line in lines] == lines
