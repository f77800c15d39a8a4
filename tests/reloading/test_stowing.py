"""Texts of what runs lie outside of memory, and can be read whatever the program does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.reloading.stowing import ENOUGH, Stowage
from entrepot.source.text import Text
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[2] / "src"
can_stow = pytest.mark.skipif(not Stowage().is_able, reason="texts stay in memory here")
REMARK = "# a remark\n" * (ENOUGH // 11 + 1)

#: A program that closes all descriptors, as one that becomes a daemon does, and forks.
DAEMON = """
import os, sys
import entrepot
live = entrepot.live(["."])
before = os.listdir("/proc/self/fd")
import shop
assert os.listdir("/proc/self/fd") == before, (before, os.listdir("/proc/self/fd"))
said = os.dup2(1, 900)
os.closerange(0, 900)
others = [os.open("shop.py", os.O_RDONLY) for _ in range(5)]
with open("shop.py") as file:
    text = file.read()
with open("shop.py", "w") as file:
    file.write(text.replace("RATE = 1", "RATE = 2"))
child = os.fork()
report = live.apply()
os.write(said, f"{report.status} {shop.RATE} {[os.lseek(n, 0, 1) for n in others]}\\n".encode())
if child:
    os.waitpid(child, 0)
os._exit(0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


def held(project: Project) -> int:
    """Return how many bytes the session's texts hold in memory."""
    texts = [record.text for record in project.live.records.values()]
    return sum(len(text._content) for text in texts if isinstance(text._content, bytes))


@can_stow
def test_texts_are_stowed_away_together_and_an_edit_finds_them(project: Project) -> None:
    project.write(rates=f"RATE = 1\n{REMARK[: ENOUGH // 2]}", shop=f"import rates\n{REMARK}")
    project.write(last="import shop\n", empty="")

    project.load("empty")
    last = project.load("last")
    report = project.edit(rates=f"RATE = 2\n{REMARK[: ENOUGH // 2]}")

    assert held(project) == len(project.file("rates").read_bytes())  # as edited
    assert report.is_ok, str(report)
    assert last.shop.rates.RATE == 2
    assert project.live.records["shop"].text.content == project.file("shop").read_bytes()
    assert project.live.records["empty"].text.content == b""


@can_stow
def test_a_program_may_close_every_descriptor_and_fork(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(f"RATE = 1\n{REMARK}")

    done = subprocess.run(
        [sys.executable, "-c", DAEMON],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split("\n")[:2] == ["ok 2 [0, 0, 0, 0, 0]"] * 2, done.stderr


@can_stow
@pytest.mark.parametrize("folder", ["is_missing", "forbids"])
def test_where_no_file_can_be_written_texts_stay_in_memory(
    folder: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    if folder == "is_missing":
        monkeypatch.setenv("TMPDIR", str(project.root / "nowhere"))
    else:
        monkeypatch.setattr(os, "write", forbid)
    project.write(shop=f"RATE = 1\n{REMARK}")

    shop = project.load("shop")
    report = project.edit(shop=f"RATE = 2\n{REMARK}")

    assert not project.live.stowage.is_able
    assert (report.status, shop.RATE) == ("ok", 2)


def forbid(*arguments: object) -> int:
    raise RuntimeError(f"the program forbids it: {len(arguments)}")


def test_a_text_that_lies_elsewhere_is_the_same_text() -> None:
    text = Text("m.py", "RATE = 'ä'\n".encode())

    text.lie_in(b"...%s..." % text.content, 3, 3 + len(text.content))

    assert (text.source, text.lines[0]) == ("RATE = 'ä'\n", "RATE = 'ä'")
    assert repr(text) == "Text('m.py', 12 bytes)"
