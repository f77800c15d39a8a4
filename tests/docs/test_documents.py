"""Everything that README.md, RULES.md and docs/ show is so: their blocks run."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from checks.dev import USAGE
from tests.docs.blocks import Block, BlockFailed, blocks_of, reader

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changes/*.md")])
MOST_LINES_OF_THE_README = 200


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def needs_a_shell(block: Block) -> None:
    if block.language == "console" and shutil.which("sh") is None:
        pytest.skip("no shell on the PATH, as where a Python is reached through a launcher")


@pytest.mark.process
@pytest.mark.timeout(900)  # a document may take a reader ten minutes
@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_what_a_document_shows_is_so(document: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")

    with reader(tmp_path) as run:
        for block in blocks_of(document.read_text()):
            needs_a_shell(block)
            try:
                run(block)
            except (BlockFailed, SyntaxError) as failure:
                report = f"{named(document)}:{block.line}\n{failure}"
                raise AssertionError(report) from None


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(Block("python", "", ">>> 1 + 1\n3\n", 1), id="a-wrong-result"),
        pytest.param(Block("console", "", "$ echo yes\nno\n", 1), id="a-wrong-output"),
        pytest.param(Block("console", "", "output without a command\n", 1), id="no-command"),
    ],
)
def test_a_document_that_is_wrong_is_noticed(block: Block, tmp_path: Path) -> None:
    needs_a_shell(block)

    with pytest.raises(BlockFailed), reader(tmp_path) as run:
        run(block)


def test_later_blocks_find_the_files_of_earlier_ones(tmp_path: Path) -> None:
    text = "```python a.py\nN = 1\n```\n```python\n>>> import a; a.N\n1\n```\n"

    with reader(tmp_path) as run:
        for block in blocks_of(text):
            run(block)


def ended(pid: int) -> bool:
    """Return whether a process ends within a while."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_what_a_block_leaves_running_is_ended(tmp_path: Path) -> None:
    block = Block("console", "", "$ sleep 600 > /dev/null 2>&1 & echo $! > pid.txt\n", 1)
    needs_a_shell(block)

    with reader(tmp_path) as run:
        run(block)
        pid = int((tmp_path / "pid.txt").read_text())
        os.kill(pid, 0)

    assert ended(pid)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < MOST_LINES_OF_THE_README


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_the_commands_that_a_document_names_exist(document: Path) -> None:
    words = set(re.findall(r"\./dev (\w+)", document.read_text()))

    assert words <= set(re.findall(r"\./dev (\w+)", USAGE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_the_links_of_a_document_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_fragments_of_the_changelog_are_named_for_what_they_are() -> None:
    fragments = [p.name for p in (ROOT / "changes").iterdir() if p.name != "README.md"]

    pattern = re.compile(r"[\w-]+\.(new|fix|change|removal)\.md")
    assert [name for name in fragments if not pattern.fullmatch(name)] == []
