"""Which files were saved: by the kernel's events, and by looking; the same questions to both."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from entrepot.notebook.saves import Events, Looks, Saves, saves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

needs_events = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify")
WAYS = [
    pytest.param(Events, id="events", marks=needs_events),
    pytest.param(lambda: Looks("looks"), id="looks"),
]


@pytest.fixture(params=WAYS)
def watch(request: pytest.FixtureRequest) -> Iterator[Saves]:
    made: Saves = request.param()
    yield made
    made.close()


def watched(watch: Saves, folder: Path, *names: str) -> list[Path]:
    """Return files that exist and are watched, and were saved long ago."""
    files = [folder / name for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("N = 1\n")
    watch.watch(map(str, files), since=time.time() + 60)
    assert watch.take() == set()
    return files


def write(file: Path) -> None:
    file.write_text("N = 22\n")


def write_by_renaming(file: Path) -> None:
    other = file.with_suffix(".tmp")
    other.write_text("N = 22\n")
    other.replace(file)


def append(file: Path) -> None:
    with file.open("a") as stream:
        stream.write("M = 1\n")


def delete(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("save", [write, write_by_renaming, append, delete])
def test_a_save_is_known_at_once(
    watch: Saves, tmp_path: Path, save: Callable[[Path], None]
) -> None:
    a, b = watched(watch, tmp_path, "a.py", "b.py")

    save(a)

    assert watch.take() & {str(a), str(b)} == {str(a)}
    assert watch.take() == set()


def test_a_file_that_comes_back_is_known(watch: Saves, tmp_path: Path) -> None:
    (a,) = watched(watch, tmp_path, "a.py")
    a.unlink()
    watch.take()

    write(a)

    assert str(a) in watch.take()


def test_a_save_between_the_import_and_the_watch_is_known(watch: Saves, tmp_path: Path) -> None:
    a = tmp_path / "a.py"
    began = time.time()
    write(a)

    watch.watch([str(a)], since=began)

    assert watch.take() == {str(a)}


def test_a_folder_that_goes_and_comes_back_is_watched_on(watch: Saves, tmp_path: Path) -> None:
    (a,) = watched(watch, tmp_path, "x/y/a.py")
    (tmp_path / "x").rename(tmp_path / "z")
    assert watch.take() == {str(a)}

    a.parent.mkdir(parents=True)
    write(a)
    assert str(a) in watch.take()
    append(a)
    assert str(a) in watch.take()


def test_a_folder_above_a_watched_one_is_watched_too(watch: Saves, tmp_path: Path) -> None:
    _, below = watched(watch, tmp_path, "pkg/a.py", "b.py")

    write(below)

    assert watch.take() == {str(below)}


def test_many_saves_at_once_are_all_known(watch: Saves, tmp_path: Path) -> None:
    files = watched(watch, tmp_path, *(f"p{n % 7}/m{n}.py" for n in range(300)))

    for file in files:
        write(file)

    assert watch.take() >= set(map(str, files))


@needs_events
def test_a_file_that_is_being_written_waits_until_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.notebook.saves.PATIENCE", 1e9)  # however slow the machine is
    watch = Events()
    (a,) = watched(watch, tmp_path, "a.py")

    with a.open("w") as stream:
        stream.write("N = ")
        stream.flush()
        assert watch.take() == set()
        stream.write("2\n")

    assert watch.take() == {str(a)}
    watch.close()


@needs_events
def test_folders_that_the_kernel_refuses_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Events()
    monkeypatch.setattr(watch, "_add_one", lambda folder, wanted: False)
    (a,) = watched(watch, tmp_path, "a.py")

    write(a)

    assert watch.take() == {str(a)}
    assert "but for some folders" in watch.how
    watch.close()


def test_the_environment_can_ask_for_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPOT_POLL", "1")

    assert isinstance(saves(), Looks)


@needs_events
def test_a_watch_leaves_no_file_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    watch = saves()
    watch.close()

    assert len(os.listdir("/proc/self/fd")) == before
