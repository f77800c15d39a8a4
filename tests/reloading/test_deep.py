"""What is linked or nested very deep is reloaded like anything else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from entrepot.reloading import depth
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: On 3.11 the limit of recursion guards C's stack too, and is raised less.
LEVELS = 5_000 if sys.version_info >= (3, 12) else 800

CHAINS = {
    "nodes": "class Node:\n    def __init__(self, below): self.below = below\n"
    "chain = Node(K)\n{again}chain = Node(chain)\n",
    "lists": "chain = [K]\n{again}chain = [chain]\n",
    "dicts": "chain = {{'below': K}}\n{again}chain = {{'below': chain}}\n",
    "tuples": "chain = (K,)\n{again}chain = (chain,)\n",
    "partials": "import functools\nchain = functools.partial(max, K)\n"
    "{again}chain = functools.partial(chain)\n{again}chain.below = 1\n",
    "closures": "def wrap(f):\n    def inner(): return f\n    return inner\n"
    "chain = lambda: K\n{again}chain = wrap(chain)\n",
    "attributes": "def made(below):\n    def inner(): pass\n    inner.below = below\n"
    "    return inner\nchain = K\n{again}chain = made(chain)\n",
    "aliases": "x0 = [K]\n" + "".join(f"x{n} = x{n - 1}\n" for n in range(1, 1_000)),
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


@pytest.mark.parametrize("kind", CHAINS)
def test_a_chain_of_thousands_is_reloaded(project: Project, kind: str) -> None:
    text = CHAINS[kind].format(again=f"for _ in range({LEVELS}): ")
    project.write(shop=f"K = 1\n{text}")
    shop = project.load("shop")

    report = project.edit(shop=f"K = 2\n{text}")

    assert (report.status, report.error, shop.K) == ("ok", None, 2)


def test_what_stands_last_in_a_chain_follows(project: Project) -> None:
    text = CHAINS["nodes"].format(again=f"for _ in range({LEVELS}): ")
    project.write(shop=f"K = 1\n{text}")
    shop = project.load("shop")
    held = shop.chain

    project.edit(shop=f"K = 2\n{text}")

    last = shop.chain
    while not isinstance(last, int):
        last = last.below
    assert (last, shop.chain is held) == (2, True)


def test_a_deep_expression_is_read(project: Project) -> None:
    text = f"TOTAL = {'+ '.join(['K '] * 900)}\n"
    project.write(shop=f"K = 1\n{text}")
    shop = project.load("shop")

    project.edit(shop=f"K = 2\n{text}")

    assert shop.TOTAL == 1_800


def test_code_of_the_program_runs_with_its_own_limit_of_recursion(project: Project) -> None:
    project.write(shop="import sys\nLIMIT = sys.getrecursionlimit(), 1\n")
    shop = project.load("shop")
    before = sys.getrecursionlimit()

    project.edit(shop="import sys\nLIMIT = sys.getrecursionlimit(), 2\n")

    assert (shop.LIMIT, sys.getrecursionlimit()) == ((before, 2), before)


def test_a_limit_of_recursion_that_an_edit_sets_stays(project: Project) -> None:
    project.write(shop="K = 1\n")
    project.load("shop")
    before = sys.getrecursionlimit()

    try:
        project.edit(shop=f"import sys\nsys.setrecursionlimit({before + 7})\nK = 2\n")
        after = sys.getrecursionlimit()
    finally:
        sys.setrecursionlimit(before)

    assert after == before + 7


def test_what_is_too_deep_is_refused_and_the_next_edit_taken(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CHAINS["nodes"].format(again="for _ in range(900): ")
    project.write(shop=f"K = 1\n{text}")
    shop = project.load("shop")
    monkeypatch.setattr(depth, "DEEPEST", sys.getrecursionlimit())

    refused = project.edit(shop=f"K = 2\n{text}")
    before = shop.K
    project.edit(shop=f"K = 1\n{text}def price(): return 3\n")

    assert (refused.status, before, shop.price()) == ("needs_restart", 1, 3)
    assert refused.reasons == [
        "what the edit changes is linked or nested deeper than can be followed: restart, or raise "
        "`sys.setrecursionlimit`"
    ]


@pytest.mark.parametrize(
    "text",
    ["x = " + "-" * 100_000 + "1\n", "x = " + "+".join(["1"] * 50_000) + "\n"],
    ids=["for the parser", "for the compiler"],
)
def test_a_text_too_deep_for_python_fails_as_in_a_fresh_process(
    project: Project, text: str
) -> None:
    project.write(shop="x = 1\n")
    shop = project.load("shop")

    report = project.edit(shop=text)

    assert (report.status, type(report.error)) in [
        ("failed", MemoryError),
        ("failed", RecursionError),
    ]
    assert (shop.x, project.live.fault) == (1, None)
    assert project.edit(shop="x = 2\n").status == "ok"
    assert shop.x == 2


def test_a_text_that_is_compiled_but_not_parsed_is_refused(project: Project) -> None:
    project.write(shop="x = 1\n")
    shop = project.load("shop")

    report = project.edit(shop="x = " + "+".join(["1"] * 2_500) + "\n")

    is_parsed = report.status == "ok"  # 3.12 counts the depth of a tree apart, and stops earlier
    assert is_parsed or report.reasons == [depth.TOO_DEEP]
    assert shop.x == (2_500 if is_parsed else 1)
    assert project.edit(shop="x = 2\n").status == "ok"
    assert shop.x == 2
