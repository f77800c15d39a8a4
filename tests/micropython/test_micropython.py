"""Document 004 is about (Micro-)Python: its scenario on a real MicroPython, from npm."""

from __future__ import annotations

import re

import pytest

from tests.micropython.case import GOLDEN, NotAvailable, lines, package, screen

pytestmark = pytest.mark.process


def answers() -> dict[str, list[str]]:
    """Return what the golden screen shows for each line: the last time that it was typed."""
    found: dict[str, list[str]] = {}
    for part in GOLDEN.read_text().split("\n>>> ")[1:]:
        typed, *shown = part.splitlines()
        found[typed] = shown
    return found


def test_micropython_shows_the_golden_screen(pytestconfig: pytest.Config) -> None:
    cache = getattr(pytestconfig, "cache", None)
    if cache is None:
        pytest.skip("document 004 on MicroPython needs pytest's cache folder to install into")
    try:
        folder = package(cache.mkdir("micropython"))
    except NotAvailable as reason:
        pytest.skip(str(reason))

    shown = screen(folder)

    assert shown.splitlines() == GOLDEN.read_text().splitlines()


def test_the_golden_screen_is_of_the_lines_that_are_typed() -> None:
    typed = re.findall(r"^>>> (.*)$", GOLDEN.read_text(), re.MULTILINE)

    assert [line for line in typed if line] == lines()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("test_simple.sdcard_helper._mounted", ["True"]),
        ("sdcard_helper.is_mounted()", ["True"]),
        ("'sdcard_helper' in sys.modules", ["True"]),
        (
            "id(sys.modules['sdcard_helper']) == id(sdcard_helper)"
            " == id(test_simple.sdcard_helper)",
            ["True"],
        ),
        (
            "id(sdcard_helper._mounted) == id(test_simple.sdcard_helper._mounted) == id(True)",
            ["True"],
        ),
        ("[name for name in dir(test_simple) if name[0] != '_']", ["['sdcard_helper']"]),
        (
            "sorted(name for name in dir(sdcard_helper) if name[:2] != '__')",
            ["['_mounted', 'is_mounted', 'mount']"],
        ),
        ("one.config.DATABASE_URL is two.config.DATABASE_URL", ["True"]),
        ("import expensive_module", []),
        ("sdcard_helper._mounted, test_simple.sdcard_helper._mounted", ["(False, True)"]),
        ("fake_module", ["'Hello'"]),
        ("'raising' in sys.modules", ["False"]),
    ],
)
def test_micropython_agrees_with_document_004_and_with_cpython(
    typed: str, shown: list[str]
) -> None:
    assert answers()[typed] == shown


@pytest.mark.parametrize(
    ("typed", "last_line"),
    [
        ("'math' in sys.modules", "False"),
        ("nothing is None", "True"),
        ("import left", "ImportError: can't import name other"),
        ("import importlib", "ImportError: no module named 'importlib'"),
    ],
)
def test_micropython_differs_from_cpython(typed: str, last_line: str) -> None:
    assert answers()[typed][-1] == last_line
