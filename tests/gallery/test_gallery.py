"""Every broken program is explained at the right line, and runs once the change is made."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from entrepot.views.cycles import cycles
from entrepot.views.explaining import explain
from tests.gallery.circles import CIRCLES, Broken
from tests.gallery.others import INNOCENT, OTHERS
from tests.gallery.strangers import STRANGERS
from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from entrepot.views.story import Story

    Done = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.process


MAIN = ("main.py",)


def ran(folder: Path, *words: str, program: Sequence[str] = MAIN) -> Done:
    return subprocess.run(
        [sys.executable, *words, *program],
        cwd=folder,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def each(programs: list[Broken]) -> pytest.MarkDecorator:
    ids = [program.title.replace(" ", "-") for program in programs]
    return pytest.mark.parametrize("broken", programs, ids=ids)


def place(story: Story, folder: Path, *verbs: str) -> list[str]:
    return [
        f"{fact.file.removeprefix(f'{folder}/')}:{fact.line}"
        for fact in story.facts
        if fact.verb in verbs
    ]


@each(CIRCLES + OTHERS + STRANGERS)
def test_a_broken_program_is_explained_and_the_change_makes_it_run(
    broken: Broken, tmp_path: Path
) -> None:
    folder = tmp_path.resolve()
    write(folder, broken.program)
    failed = ran(folder, program=broken.words)
    assert failed.returncode == 1, "the program must fail under python"

    story = explain(failed.stderr)

    assert story is not None, failed.stderr
    assert story.kind == broken.kind
    assert broken.needs in place(story, folder, "back", "need")
    if broken.binds:
        assert broken.binds in place(story, folder, "later")
    assert story.remedy is not None, story
    also = {"lazy"} if sys.version_info >= (3, 15) else set()  # it costs less than some others
    assert story.remedy.how in {broken.how, *also}, story
    story.apply()
    mended = ran(folder, program=broken.words)
    assert (mended.returncode, mended.stderr) == (0, ""), story


@each(CIRCLES + OTHERS + STRANGERS)
def test_under_run_the_story_follows_the_traceback(
    broken: Broken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path.resolve()
    write(folder, broken.program)
    monkeypatch.chdir(folder)

    told = ran(folder, "-m", "entrepot", "run", "--no-watch", program=broken.words)

    story = explain(ran(folder, program=broken.words).stderr)
    traceback, _, why = told.stderr.partition("\n\nwhy: ")
    assert told.returncode == 1
    assert traceback.startswith("Traceback (most recent call last)")
    assert f"why: {why}".split() == str(story).replace(f"{folder}/", "").split()


@pytest.mark.parametrize("title", INNOCENT)
def test_an_innocent_program_has_no_cycle(title: str, tmp_path: Path) -> None:
    write(tmp_path, INNOCENT[title])

    assert ran(tmp_path).returncode == 0
    assert cycles(str(tmp_path)).cycles == []


#: Cycles that no cut of one edge resolves: what is proposed for the failed program reorders.
WITHOUT_CUT = frozenset(
    {
        "a star import that comes too early",
        "star import and use of a missing name",
        "property of module through package attribute",
        "a submodule asked for as an attribute before it is one",
    }
)
#: Their imports are in functions and calls, which a graph of imports at import time does not have.
NOT_IN_THE_GRAPH = frozenset(
    {
        "an import inside a function that is called at once",
        "a function called while importing reaches back",
        "import_module at the top",
    }
)
IN_THE_GRAPH = [
    broken
    for broken in CIRCLES + STRANGERS
    if broken.kind == "circular" and broken.title not in NOT_IN_THE_GRAPH
]


@each(IN_THE_GRAPH)
def test_the_cycle_is_found_without_running_and_its_cut_harms_nobody(
    broken: Broken, tmp_path: Path
) -> None:
    folder = tmp_path.resolve()
    write(folder, broken.program)

    found = cycles(str(folder))

    assert any(cycle.failures_by_start for cycle in found.cycles), found
    has_cut = any(cycle.cut is not None for cycle in found.cycles)
    assert has_cut == (broken.title not in WITHOUT_CUT), found
    for _ in range(5):  # where modules are in several circles, one cut leaves the others
        with_cut = [cycle for cycle in found.cycles if cycle.cut is not None]
        if not with_cut:
            break
        with_cut[0].apply()
        found = cycles(str(folder))
    if has_cut:
        assert found.cycles == []
        assert ran(folder, program=broken.words).returncode == 0


def test_the_gallery_is_large_enough() -> None:
    assert len(CIRCLES) + len(OTHERS) + len(STRANGERS) >= 60


def test_the_story_can_be_switched_off(tmp_path: Path) -> None:
    write(tmp_path, CIRCLES[0].program)
    words = [sys.executable, "-m", "entrepot", "run", "--no-watch", "main.py"]

    told = subprocess.run(
        words, cwd=tmp_path, env=environment(ENTREPOT_EXPLAIN="0"), capture_output=True,
        encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip

    assert "why:" not in told.stderr
    assert told.stderr == ran(tmp_path).stderr
