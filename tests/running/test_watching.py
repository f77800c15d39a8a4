"""What the hub sees of files, without waiting for any event."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from entrepot.running import hub
from entrepot.running.scope import Scope
from entrepot.running.snapshot import Snapshot, mark_of
from entrepot.running.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path


def watched(folder: Path, *names: str) -> Snapshot:
    snapshot = Snapshot()
    for name in names:
        file = folder / name
        file.write_text("old\n")
        snapshot.add(str(file), mark_of(os.stat(file)))
    return snapshot


def test_what_was_saved_before_the_watcher_looked_is_told(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("old\n")
    mark = mark_of(os.stat(file))
    file.write_text("newer\n")
    assert Snapshot().add(str(file), mark)


def test_a_renamed_save_a_removed_and_a_new_file_are_told(tmp_path: Path) -> None:
    snapshot = watched(tmp_path, "a.py", "b.py")
    (tmp_path / "a.py.swp").write_text("x")
    (tmp_path / "a.tmp").write_text("old\n")
    (tmp_path / "a.tmp").replace(tmp_path / "a.py")
    (tmp_path / "b.py").unlink()
    (tmp_path / "c.py").write_text("")

    assert sorted(os.path.basename(f) for f in snapshot.changed()) == ["a.py", "b.py", "c.py"]
    assert snapshot.changed() == []


def test_a_clock_that_goes_backwards_hides_no_save(tmp_path: Path) -> None:
    snapshot = watched(tmp_path, "a.py")
    (tmp_path / "a.py").write_text("new\n")
    os.utime(tmp_path / "a.py", (1, 1))
    assert snapshot.changed() == [str(tmp_path / "a.py")]


def test_a_folder_that_goes_and_comes_is_said_and_watched_anew(tmp_path: Path) -> None:
    folder = tmp_path / "pkg"
    folder.mkdir()
    snapshot = watched(folder, "a.py")
    (folder / "a.py").unlink()
    folder.rmdir()

    assert snapshot.changed() == [str(folder / "a.py")]
    assert snapshot.faults == {str(folder): "No such file or directory"}

    folder.mkdir()
    (folder / "a.py").write_text("back\n")
    assert snapshot.changed() == [str(folder / "a.py")]
    assert (snapshot.faults, snapshot.replaced) == ({}, {str(folder)})


def test_an_archive_that_modules_came_from_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "app.zip").write_bytes(b"PK")
    watcher = Watcher(1.0)

    assert watcher.add([str(tmp_path / "app.zip" / "shop.py"), ""]) == []
    assert watcher.changed() == []
    assert watcher.new_faults() == []


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("/app/shop.py", ""),
        ("/app/shop.txt", "no Python source"),
        ("/app/.venv/lib/python3.12/site-packages/x.py", "installed"),
        ("/app/gen/x.py", "ignored: /app/gen"),
        ("/app/x_pb2.py", "ignored: *_pb2.py"),
        ("/v/site-packages/mine/x.py", ""),
        ("/v/site-packages/other/x.py", "installed"),
        (os.__file__, "standard library"),
        (hub.__file__, "entrepot itself"),
    ],
)
def test_which_files_are_live(file: str, reason: str) -> None:
    scope = Scope(["/v/site-packages/mine"], ["/app/gen", "*_pb2.py"])
    assert scope.reason_against(file) == reason


def test_the_folder_of_sockets_must_be_its_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "sockets"
    hub.make_private_folder(str(folder))
    hub.make_private_folder(str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700

    folder.chmod(0o770)
    with pytest.raises(PermissionError, match="not a folder of this user alone"):
        hub.make_private_folder(str(folder))

    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        hub.make_private_folder(str(tmp_path / "link"))


def test_a_symlink_or_a_stale_socket_in_its_place_is_removed(tmp_path: Path) -> None:
    import socket

    target = tmp_path / "precious"
    target.write_text("kept")
    path = tmp_path / "1.sock"
    path.symlink_to(target)
    hub.remove_stale(str(path))
    assert not path.is_symlink()
    assert target.read_text() == "kept"

    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    hub.remove_stale(str(path))
    assert not path.exists()

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        with pytest.raises(FileExistsError, match="somebody listens there"):
            hub.remove_stale(str(path))
