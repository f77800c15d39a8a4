"""A running program asked from outside, and started anew."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.process.case import environment
from tests.running.case import ANSWERS, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

SHOP = f"""
-- main.py
import os, shop
{ANSWERS}
-- shop.py
def price(n):
    return n * 2
"""


def asked(folder: Path, *words: str) -> tuple[int, str, str]:
    """Ask the program that runs in a folder, once it listens: its hub begins beside it."""
    while True:
        answer = asked_now(folder, *words)
        is_too_early = "no program runs" in answer[2] or "does not run under" in answer[2]
        if answer[0] != 2 or not is_too_early:
            return answer


def asked_now(folder: Path, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "entrepot", *words],
        cwd=folder,
        env=environment(TMPDIR=str(folder), XDG_RUNTIME_DIR=""),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_status_tells_what_is_live_what_is_not_and_what_is_wrong(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        code, out, _ = asked(tmp_path, "status", "--json")
        answer = json.loads(out)
        assert (code, answer["error"], answer["waiting"]) == (0, None, [])
        assert answer["modules"]["shop"] == {"file": str(tmp_path / "shop.py"), "revision": 1}
        assert "os" in answer["not_watched"]["standard library"]

        program.edit("shop.py", "n * 2", "n * * 2", until="still")
        code, out, _ = asked(tmp_path, "status")
        assert code == 1
        assert out.splitlines()[-2:] == [
            "wait    shop.py                       saved, and not run",
            "fail    shop.py:2                     SyntaxError: invalid syntax",
        ]


def test_plan_tells_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    with running(tmp_path, SHOP, "--poll=100", "main.py") as program:
        program.ask("shop.price(1)")
        while not json.loads(asked(tmp_path, "status", "--json")[1])["watched_by"]:
            pass  # the first look at the files comes then, and the next one 100 s after it
        program.save("shop.py", "def price(n):\n    return n * 3\n")
        code, out, _ = asked(tmp_path, "plan", "shop.py")
        assert code == 0
        assert "shop" in out
        assert program.ask("shop.price(1)") == "2"

        assert asked(tmp_path, "retry")[0] == 0
        assert program.ask("shop.price(1)") == "3"


def test_verify_tells_whether_the_program_equals_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        program.edit("shop.py", "n * 2", "n * 3")
        code, out, _ = asked(tmp_path, "verify")
        assert code == 0
        assert re.fullmatch(
            r"verify  left out  __main__\n"
            r"verify  equal to a restart; 1 module, \d+ facts compared\n",
            out,
        )

        program.ask("setattr(shop.price, '__defaults__', (1,))")
        code, out, _ = asked(tmp_path, "verify")
        assert code == 1
        assert out.splitlines()[0] == (
            "verify  differs   shop:price.default[0]: int 1, a restart has nothing"
        )


def test_verify_says_that_there_was_nothing_to_compare(tmp_path: Path) -> None:
    with running(tmp_path, f"-- main.py\nimport os\n{ANSWERS}") as program:
        program.ask("1")
        _, out, _ = asked(tmp_path, "verify")

    assert out == "verify  nothing to compare with a restart; 0 modules, 0 facts compared\n"


def test_a_restart_keeps_process_arguments_environment_and_folder(tmp_path: Path) -> None:
    probe = "os.getpid(), __import__('sys').argv, os.getcwd(), os.environ['X'], shop.price(1)"
    with running(tmp_path, SHOP, "main.py", "-a", "b c", X="1") as program:
        before = program.ask(probe)
        program.ask("os.environ.update(X='2') or os.chdir('/')")
        first = json.loads(asked(tmp_path, "status", "--json")[1])["started"]

        assert asked(tmp_path, "restart", f"--pid={program.process.pid}")[0] == 0

        while json.loads(asked(tmp_path, "status", "--json")[1])["started"] == first:
            pass  # that is the program before, which could read what is asked
        after = program.ask(probe)
        assert eval(after) == eval(before)
        assert program.end() == 0


def test_after_a_restart_the_program_can_be_asked(tmp_path: Path) -> None:
    with running(tmp_path, SHOP, "--on-restart=restart", "main.py") as program:
        program.ask("1")
        first = json.loads(asked(tmp_path, "status", "--json")[1])["started"]
        program.edit("main.py", "flush=True)\n    except", "flush=1)\n    except", until="anew")
        while json.loads(asked(tmp_path, "status", "--json")[1])["started"] == first:
            pass  # that was the program before
        program.edit("shop.py", "n * 2", "n * 3")
        assert json.loads(asked(tmp_path, "status", "--json")[1])["edits"] == 1
        program.end()
        said = program.said.seen + program.said.rest()

    assert not [line for line in said if "fault" in line]


def test_nobody_to_ask_is_said(tmp_path: Path) -> None:
    assert asked_now(tmp_path, "status") == (
        2,
        "",
        "entrepot status: no program runs under entrepot run\n  start one: entrepot run app.py\n",
    )
    assert asked_now(tmp_path, "verify", "--pid", "1")[2].startswith(
        "entrepot verify: process 1 does not run under entrepot run\n  none does"
    )


def test_a_folder_that_others_can_enter_is_not_trusted(tmp_path: Path) -> None:
    folder = tmp_path / f"entrepot-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)

    code, _, err = asked_now(tmp_path, "status")

    assert code == 2
    assert err == (
        f"entrepot status: {folder} is not a folder of this user alone\n"
        f"  nobody was asked; whoever can write there could answer in a program's place\n"
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


#: Asks for the status as another user; ENTREPOT's own command would not even try.
AS_NOBODY = """
import os, socket, sys
os.setuid(65534)
try:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    connection.sendall(b"0000000aask\\0status")
    print("answered", connection.recv(99))
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_not_answered(open_folder: Path) -> None:
    with running(open_folder, SHOP) as program:
        program.ask("1")
        asked(open_folder, "status")
        path = open_folder / f"entrepot-{os.getuid()}" / f"{program.process.pid}.sock"
        assert path.is_socket()

        ask = [sys.executable, "-c", AS_NOBODY, str(path)]
        kept_out = subprocess.run(ask, capture_output=True, text=True).stdout
        path.parent.chmod(0o755)
        path.chmod(0o777)
        let_in = subprocess.run(ask, capture_output=True, text=True).stdout
        path.parent.chmod(0o700)

        assert kept_out == "PermissionError\n"
        assert let_in in ("answered b''\n", "ConnectionResetError\n", "BrokenPipeError\n")
        assert asked_now(open_folder, "status")[0] == 0


def test_something_else_in_the_place_of_the_socket_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / f"entrepot-{os.getuid()}"
    folder.mkdir(mode=0o700)
    precious = tmp_path / "precious"
    precious.write_text("kept")
    (folder / "1.sock").symlink_to(precious)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(folder / "2.sock"))

    code, _, err = asked_now(tmp_path, "status")
    assert (code, "no program runs under entrepot run" in err) == (2, True)
    assert precious.read_text() == "kept"

    with running(tmp_path, SHOP) as program:
        program.ask("1")
        assert asked(tmp_path, "status")[0] == 0
