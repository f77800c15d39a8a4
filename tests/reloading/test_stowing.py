"""Texts of what runs lie outside of memory, and can be read whatever the program does."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import LostTextError
from entrepot.reloading.stowing import ENOUGH, SIZE, Stowage
from entrepot.source.text import Text
from tests.reloading.processes import printed_by
from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator

can_stow = pytest.mark.skipif(not Stowage().is_able, reason="texts stay in memory here")
REMARK = "# a remark\n" * (SIZE // 11 + 1)

#: A program that closes all descriptors, as one that becomes a daemon does, and forks.
DAEMON = """
import os, sys
import entrepot
from entrepot.reloading import stowing
stowing.TICK = 0.02  # Python takes longer to begin
live = entrepot.live(["."])
before = set(os.listdir("/proc/self/fd"))
import rates, shop
added = set(os.listdir("/proc/self/fd")) - before
assert all(int(number) >= 900 for number in added), added
assert not added or sys.version_info < (3, 13)
said = os.dup2(1, 2000)
os.closerange(0, 2000)
others = [os.open("shop.py", os.O_RDONLY) for _ in range(5)]
def save(name, old, new):
    with open(name) as file:
        text = file.read()
    with open(name, "w") as file:
        file.write(text.replace(old, new))
if len(sys.argv) > 1:
    live.rescue_texts()
save("shop.py", "RATE = 1", "RATE = 2")
child = os.fork()
report = live.apply()
places = [os.lseek(n, 0, 1) for n in others]
lines = [f"{report.status} {shop.RATE} {places}", *report.reasons]
os.write(said, "".join(f"{line}\\n" for line in lines).encode())
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
    return [name for name, held in found.items() if type(held[0]) is not memoryview]


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

    assert set(stowed(project)) == set(project.live.records)
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


def daemon(folder: Path, *arguments: str) -> list[str]:
    (folder / "rates.py").write_text(f"A = 1\n{REMARK}")
    (folder / "shop.py").write_text(f"RATE = 1\n{REMARK}")
    return printed_by(DAEMON, folder, *arguments)


@can_stow
@pytest.mark.parametrize("how", [["rescued"], *([[]] if sys.version_info >= (3, 13) else [])])
def test_a_program_may_close_every_descriptor_and_fork(how: list[str], tmp_path: Path) -> None:
    said = daemon(tmp_path, *how)

    assert said[:2] == ["ok 2 [0, 0, 0, 0, 0]"] * 2


@can_stow
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="there is no descriptor to close")
def test_an_edit_of_a_text_that_is_lost_is_refused(tmp_path: Path) -> None:
    said = daemon(tmp_path)

    reason = (
        f"{tmp_path / 'shop.py'}:1 the text of shop that runs is not known: the program has "
        f"closed the descriptor of the file that held it"
    )
    assert said[:4] == ["needs_restart 1 [0, 0, 0, 0, 0]", reason] * 2


@can_stow
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="there is no descriptor to close")
def test_a_text_that_is_lost_says_so_when_it_is_asked_for(project: Project) -> None:
    project.write(shop=f"RATE = 1\n{REMARK}")
    project.load("shop")
    text = project.live.records["shop"].text

    project.live.stowage.close()
    project.file("shop").write_text("RATE = 2\n")

    with pytest.raises(LostTextError) as caught:
        text.content  # noqa: B018 (a property)
    assert (str(caught.value), caught.value.file) == (
        f"cannot read the text that runs of {text.file!r}: the program has closed the "
        f"descriptor of the file that held it\n"
        f"  the process runs what it ran before\n"
        f"  restart the program to run the new text",
        text.file,
    )


@can_stow
def test_a_forked_process_and_its_parent_import_each_for_itself(project: Project) -> None:
    whole = "# a remark\n" * (ENOUGH // 11 + 1)
    project.write(shop=whole, parents=f"A = 'parent'\n{whole}", branch=f"A = 'child'\n{whole}")
    project.load("shop")

    child = os.fork()
    name = "parents" if child else "branch"
    project.load(name)
    is_good = project.live.records[name].text.content == project.file(name).read_bytes()
    if not child:
        os._exit(0 if is_good else 1)

    assert (os.waitpid(child, 0)[1], is_good, len(stowed(project))) == (0, True, 2)


@can_stow
@pytest.mark.parametrize("folder", ["is_missing", "forbids"])
def test_where_no_file_can_be_written_texts_stay_in_memory(
    folder: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    if folder == "is_missing":
        monkeypatch.setenv("TMPDIR", str(project.root / "nowhere"))
    else:
        monkeypatch.setattr(os, "write", forbid)
        monkeypatch.setattr(os, "pwrite", forbid)
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
