"""The tree of a trace: who imported whom, and what the time went into."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import entrepot
from entrepot.errors import TraceError
from entrepot.views.tree import STEPS
from tests.views.traces import SHOP, node_of, system_with, traced

if TYPE_CHECKING:
    from pathlib import Path


def test_imports_stand_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    trace = traced(tmp_path, SHOP, "shop")

    assert [(node.name, node.parent and node.parent.name) for node in trace.tree.imports] == [
        ("shop", None),
        ("shop.cart", "shop"),
        ("rates", "shop.cart"),
        ("nothing_like_this", "shop.cart"),
    ]


def test_an_import_tells_who_asked_and_how_it_was_found(tmp_path: Path) -> None:
    node = node_of(traced(tmp_path, SHOP, "shop"), "rates")

    place = node.asked_at
    assert place is not None
    assert (place.file, place.line, place.statement) == (
        str(tmp_path / "shop" / "cart.py"),
        1,
        "import rates",
    )
    assert (node.finder, node.declined, node.loader) == ("PathFinder", [], "SourceFileLoader")
    assert (node.kind, node.file) == ("compiled", str(tmp_path / "rates.py"))
    assert (node.outcome, node.is_package, node.thread) == ("loaded", False, 1)


def test_an_import_that_no_finder_answers_names_those_that_were_asked(tmp_path: Path) -> None:
    node = node_of(traced(tmp_path, SHOP, "shop"), "nothing_like_this")

    assert (node.outcome, node.finder, node.declined) == ("failed", None, ["PathFinder"])
    assert node.error == "ModuleNotFoundError: No module named 'nothing_like_this'"
    assert (node.kind, node.file, node.steps["find"] > 0) == ("", None, True)


def test_a_module_whose_code_fails_tells_by_what(tmp_path: Path) -> None:
    node = node_of(traced(tmp_path, SHOP, "shop.bad"), "shop.bad")

    assert (node.outcome, node.error, node.kind) == ("failed", "LookupError: no", "compiled")


def test_bytecode_is_told_from_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    first = traced(tmp_path, SHOP, "rates")
    second = traced(tmp_path, "-- other.py\n", "rates")

    assert node_of(first, "rates").kind == "compiled"
    assert node_of(second, "rates").kind == "bytecode"


def test_the_times_of_the_steps_add_up_without_rest(tmp_path: Path) -> None:
    tree = traced(tmp_path, SHOP, "shop", "shop.bad").tree

    for node in tree.imports:
        assert tuple(node.steps) == STEPS
        assert sum(node.steps.values()) == node.own
        assert node.own + sum(child.total for child in node.children) == node.total
    assert sum(node.own for node in tree.imports) == tree.imported <= tree.total


def test_a_statement_over_several_lines_is_told_on_one(tmp_path: Path) -> None:
    program = """
    -- main.py
    from rates import (  # the rates
        VALUE as rate,
        OTHER,
    )
    -- rates.py
    VALUE = OTHER = 1
    """

    place = node_of(traced(tmp_path, program, "main"), "rates").asked_at

    assert place is not None
    assert place.statement == "from rates import (VALUE as rate, OTHER)"


def test_a_file_that_cannot_be_read_has_no_statement(tmp_path: Path) -> None:
    program = """
    -- main.py
    exec(compile("import rates", "gone.py", "exec"))
    -- rates.py
    """

    place = node_of(traced(tmp_path, program, "main"), "rates").asked_at

    assert place is not None
    assert (place.file, place.line, place.statement) == ("gone.py", 1, "")


def test_threads_are_kept_apart(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system, entrepot.trace(system=system) as trace:
        system.import_module("rates")
        thread = threading.Thread(target=lambda: system.import_module("shop"))
        thread.start()
        thread.join()

    assert trace.tree.threads == 2
    assert [node.name for node in trace.tree.roots_of(1)] == ["rates"]
    assert [node.name for node in trace.tree.roots_of(2)] == ["shop"]
    assert trace.tree.imported == node_of(trace, "rates").total


def test_an_import_that_is_under_way_is_shown_as_unfinished(tmp_path: Path) -> None:
    program = """
    -- main.py
    import rates
    look()
    -- rates.py
    """
    seen: list[tuple[str, str]] = []
    with system_with(tmp_path, program) as system, entrepot.trace(system=system) as trace:

        def look() -> None:
            seen.extend((node.name, node.outcome) for node in trace.tree.imports)

        try:
            system.modules["builtins_of_test"] = look
            (tmp_path / "main.py").write_text("import rates, builtins_of_test as look\nlook()\n")
            system.import_module("main")
        finally:
            del system.modules["builtins_of_test"]

    assert seen == [("main", "unfinished"), ("rates", "loaded")]
    assert node_of(trace, "main").outcome == "loaded"


def test_with_every_statement_also_those_found_in_the_cache_are_known(tmp_path: Path) -> None:
    (tmp_path / "once.py").write_text("")
    (tmp_path / "twice.py").write_text("import once\nimport once\nfrom os import path\n")
    sys.path.insert(0, str(tmp_path))
    try:
        with entrepot.trace(every=True) as trace:
            importlib.import_module("twice")
    finally:
        sys.path.remove(str(tmp_path))
        for name in ("once", "twice"):
            sys.modules.pop(name, None)

    assert trace.tree.asked is not None
    asked = [(p.name, p.line, *names) for p, names in trace.tree.asked if p.name == "twice"]
    assert asked == [
        ("twice", 1, "once"),
        ("twice", 2, "once"),
        ("twice", 3, "os", "os.path"),
    ]
    assert entrepot.current() is None


def test_a_trace_can_be_begun_only_once(tmp_path: Path) -> None:
    with system_with(tmp_path, SHOP) as system:
        with entrepot.trace(system=system) as trace:
            pass
        with pytest.raises(TraceError) as refused, trace:
            pass

    assert str(refused.value) == (
        "cannot begin a trace a second time\n"
        "  nothing was recorded\n"
        "  call entrepot.trace() for another"
    )


def test_a_trace_that_has_not_begun_has_nothing_to_show() -> None:
    with pytest.raises(TraceError) as refused:
        str(entrepot.trace())

    assert str(refused.value) == (
        "cannot show a trace that has not begun\n"
        "  nothing was recorded\n"
        "  write: with entrepot.trace():"
    )


def test_a_trace_refuses_when_entrepot_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT", "0")
    with pytest.raises(TraceError) as refused, entrepot.trace():
        pass

    assert str(refused.value) == (
        "cannot trace: ENTREPOT=0 in the environment switches entrepot off\n"
        "  nothing was recorded\n"
        "  take it out of the environment"
    )
