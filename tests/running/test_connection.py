"""What the program has to say reaches the hub, whenever the hub begins to read or to listen."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.running.connection import Connection
from entrepot.running.hub import Hub
from entrepot.running.keeper import Keeper
from entrepot.running.settings import Settings
from entrepot.running.watcher import Watcher
from entrepot.running.wire import Unpacker

if TYPE_CHECKING:
    from pathlib import Path

MESSAGES = 5000


class ManyModules:
    """A program that imports more modules than the hub has room for while it starts."""

    def __init__(self) -> None:
        self.new: list[str] = []

    def new_marks(self) -> list[str]:
        return [self.new.pop()]


@pytest.mark.timeout(300)
def test_what_a_hub_has_no_room_for_is_sent_when_it_reads() -> None:
    ours, theirs = socket.socketpair()
    program: Any = ManyModules()
    keeper = Keeper(program, None, Settings(0.0, None), print, "")  # type: ignore[arg-type]
    keeper._connection = hub = Connection(ours.detach())
    keeper._is_warm = True
    keeper._start_thread()
    for number in range(MESSAGES):
        program.new = [str(number)]
        keeper.tell_files()
    assert hub.has_unsent  # while nobody reads

    seen: list[list[str]] = []
    unpacker = Unpacker()
    while len(seen) < MESSAGES:
        seen += unpacker.feed(theirs.recv(65536))

    keeper._at_exit()
    hub.close()
    theirs.close()
    assert seen == [["files", str(number)] for number in range(MESSAGES)]


def test_a_hub_whose_program_was_started_anew_lets_the_next_one_listen(tmp_path: Path) -> None:
    path = str(tmp_path / "sockets" / "1.sock")
    first, second = Hub(Watcher(0.1)), Hub(Watcher(0.1))
    ours, theirs = socket.socketpair()
    first.listen(path)
    first.add(theirs, is_program=True)  # a process that the program forked is still there

    second.listen(path)  # and asks the first one to leave
    while not first._is_replaced:
        for key, _ in first._selector.select(None):
            key.data()
    assert not os.path.exists(path)
    second._try_to_listen()
    assert os.path.exists(path)
    assert second._listen_until == 0

    for peer in list(first._peers):
        first._leave(peer)
    first.close()
    assert os.path.exists(path)  # it is the second one's
    second.close()
    ours.close()
