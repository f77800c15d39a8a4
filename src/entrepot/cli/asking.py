"""``entrepot status``, ``plan``, ``retry``, ``verify``, ``restart``: ask a running program.

The program's hub listens on a socket in a folder that only its user can enter. Which program is
meant is told by ``--pid``; without it, the only one, or the only one that was started here.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from typing import TYPE_CHECKING, Any

from entrepot.running.wire import Unpacker, packed

from .keeping import folder_of_sockets

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 120.0
COMMANDS = ("status", "plan", "retry", "verify", "restart")

HELP = """\
usage: entrepot status|retry|verify|restart [--pid PID] [--json]
       entrepot plan FILE [--pid PID] [--json]

Ask a program that runs under `entrepot run`.

status   what is kept live, what is not and why, and the error that is outstanding
plan     what the running program would do with FILE as it is saved now
retry    bring the program up to what is saved, though it failed before
verify   is the program what a restart would give?
restart  start the program anew

options:
  --pid PID    which program, when several run
  --json       one line of JSON for each process of the program
  -h, --help   show this and exit

Exit codes: 0 clean, 1 an error is outstanding or a difference was found, 2 nobody to ask, or
wrong usage.
"""


class CannotAsk(Exception):
    """Nobody can be asked. ``str()`` is the whole message."""


def ask(command: str, words: list[str]) -> int:
    """Ask a running program, and print its answer.

    Returns:
        The exit code.
    """
    if "-h" in words or "--help" in words:
        print(HELP, end="")
        return 0
    try:
        pid, is_json, rest = _options(command, words)
        answers = list(_exchanged(_chosen(pid), command, rest))
    except CannotAsk as error:
        print(f"entrepot {command}: {error}", file=sys.stderr)
        return 2
    for answer in answers:
        if is_json:
            print(json.dumps({k: v for k, v in answer.items() if k != "lines"}))
            continue
        if len(answers) > 1:
            print(f"process {answer['pid']}")
        for verb, what, why in answer["lines"]:
            for line in (why or what).splitlines() if not (what and why) else [""]:
                print(f"{verb:<8}{line}" if line else f"{verb:<8}{what:<28}  {why}".rstrip())
    return max((int(answer["code"]) for answer in answers), default=2)


def _options(command: str, words: list[str]) -> tuple[int | None, bool, list[str]]:
    pid, is_json, rest = None, False, list(words)
    files: list[str] = []
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word == "--json":
            is_json = True
        elif name == "--pid":
            value = value if equals else (rest.pop(0) if rest else "")
            if not value.isdigit():
                raise CannotAsk(f"{value!r} is no process\n  write: --pid 1234")
            pid = int(value)
        elif word.startswith("-") or command != "plan" or files:
            raise CannotAsk(
                f"cannot follow {word!r}\n  entrepot {command} --help lists the options"
            )
        else:
            files.append(os.path.abspath(word))
    if command == "plan" and not files:
        raise CannotAsk("which file is meant is missing\n  name it: entrepot plan app.py")
    return pid, is_json, files


def _chosen(pid: int | None) -> str:
    """Return the socket of the program that is meant."""
    folder = folder_of_sockets()
    found = sockets(folder)
    if pid is not None:
        path = os.path.join(folder, f"{pid}.sock")
        if path not in found:
            raise CannotAsk(f"process {pid} does not run under entrepot run\n  {_running(found)}")
        return path
    alive = {path: hello for path in found if (hello := _hello(path))}
    here = {path: hello for path, hello in alive.items() if hello["folder"] == os.getcwd()}
    for candidates in (here, alive):
        if len(candidates) == 1:
            return next(iter(candidates))
    if not alive:
        raise CannotAsk("no program runs under entrepot run\n  start one: entrepot run app.py")
    raise CannotAsk(f"several programs run\n  {_running(list(here or alive))}; choose by --pid")


def _running(paths: list[str]) -> str:
    pids = [os.path.basename(path).removesuffix(".sock") for path in paths]
    return f"running: {', '.join(pids)}" if pids else "none does"


def _hello(path: str) -> dict[str, Any] | None:
    try:
        return next(_exchanged(path, "hello", []), None)
    except CannotAsk:
        return None


def sockets(folder: str) -> list[str]:
    """Return the sockets of this user's programs; others' files in their place are left alone.

    Raises:
        CannotAsk: The folder is not this user's alone.
    """
    try:
        status = os.lstat(folder)
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotAsk(f"cannot read {folder}: {error.strerror}") from None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise CannotAsk(
            f"{folder} is not a folder of this user alone\n"
            f"  nobody was asked; whoever can write there could answer in a program's place"
        )
    paths = [os.path.join(folder, name) for name in names if name.endswith(".sock")]
    return [path for path in paths if stat.S_ISSOCK(os.lstat(path).st_mode)]


def _exchanged(path: str, verb: str, words: list[str]) -> Iterator[dict[str, Any]]:
    """Ask over a socket; yield the answers of the program's processes."""
    unpacker = Unpacker()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(path)
            connection.sendall(packed("ask", verb, *words))
            while received := connection.recv(65536):
                for word, *answers in unpacker.feed(received):
                    if word == "answers":
                        yield from map(json.loads, answers)
                        return
        except OSError as error:
            pid = os.path.basename(path).removesuffix(".sock")
            raise CannotAsk(
                f"process {pid} does not answer: {error}\n  it may have ended, or be stopped"
            ) from None
