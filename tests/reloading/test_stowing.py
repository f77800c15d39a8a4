"""Texts of what runs lie outside of memory, and can be read whatever the program does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.reloading.stowing import SIZE, Stowage
from entrepot.source.text import Text
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[2] / "src"
can_stow = pytest.mark.skipif(not Stowage().is_able, reason="texts stay in memory here")
REMARK = "# a remark\n" * (SIZE // 11 + 1)

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


def stowed(project: Project) -> list[str]:
    """Return the modules whose texts do not lie in memory."""
    found = {name: record.text._content for name, record in project.live.records.items()}
    return [name for name, held in found.items() if "mmap" in str(type(held[0]))]


@can_stow
def test_texts_are_stowed_away_when_a_block_is_full_and_an_edit_finds_them(
    project: Project,
) -> None:
    third = REMARK[: SIZE // 3]
    project.write(rates=f"RATE = 1\n{third}", shop=f"import rates\n{third}", empty="")
    project.write(late=f"import shop\n{third}", last="import late\n", large=f"A = 1\n{REMARK}")

    project.load("empty")
    last = project.load("last")
    large = project.load("large")

    assert stowed(project) == ["empty", "last", "late", "shop", "large"]
    for name, record in project.live.records.items():
        assert record.text.content == project.file(name).read_bytes()

    report = project.edit(rates=f"RATE = 2\n{third}", large=f"A = 2\n{REMARK}")

    assert report.is_ok, str(report)
    assert (last.late.shop.rates.RATE, large.A) == (2, 2)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no such file here")
def test_what_is_no_usual_file_is_read_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("A = 1\n")
    with open("/proc/self/status", "rb", 0) as status, open(tmp_path / "part.py", "rb", 0) as file:
        stowage = Stowage()

        strange = stowage.read("/proc/self/status", status)[0]
        usual, seen = stowage.read("part.py", file)

    assert strange.content.startswith(b"Name:")
    assert strange.content.endswith(b"\n")
    assert (usual.content, seen.st_size) == (b"A = 1\n", 6)


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
