"""What goes wrong around a running program is told in a line, and survived: it goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.running.case import ANSWERS, PATIENCE, Running, running
from tests.seeds.grounds import write

from .terminal import RUN, in_terminal
from .test_asking import asked

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

SHOP = f"""
-- main.py
import os, shop, pkg.part
{ANSWERS}
-- shop.py
RATE = 2
def price(n):
    return n * RATE
-- pkg/__init__.py
-- pkg/part.py
def part():
    return 1
"""


def words_of(lines: list[str]) -> list[str]:
    """Return what was told, without the time and the margin."""
    return [" ".join(line[10:].split()) for line in lines]


def test_a_folder_that_is_removed_is_told_and_taken_when_it_is_back(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        shutil.rmtree(tmp_path / "pkg")
        said: list[str] = []
        while not {"fault", "still"} <= {line.split()[0] for line in said}:  # in any order
            said += words_of([program.said.next()])
        assert program.ask("pkg.part.part()") == "1"

        (tmp_path / "pkg").mkdir()
        (tmp_path / "pkg" / "__init__.py").touch()
        (tmp_path / "pkg" / "part.py").write_text("def part():\n    return 2\n")
        program.said.until("the error is over")

        assert "fault cannot read pkg: No such file or directory" in said
        assert program.ask("pkg.part.part()") == "2"
        assert program.end() == 0


def as_plain_user() -> tuple[str, ...]:
    """Return what makes a program one that may not read everything, as root may."""
    if os.getuid():
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may read everything")
    return (setpriv, "--bounding-set=-dac_override,-dac_read_search")


def test_a_file_that_may_not_be_read_is_told_and_taken_when_it_may(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"

    with running(tmp_path, SHOP, before=as_plain_user()) as program:
        assert program.ask("shop.price(1)") == "2"
        secret = tmp_path / "shop.py.tmp~"
        secret.write_text(file.read_text().replace("RATE = 2", "RATE = 3"))
        secret.chmod(0)
        secret.replace(file)
        said = words_of(program.said.until(" still "))
        assert program.ask("shop.price(1)") == "2"

        file.chmod(0o644)
        program.said.until("the error is over")

        assert said == [
            "edit shop.py",
            "fail shop.py PermissionError: Permission denied",
            "still nothing changed: the program runs on as before; save again to retry",
        ]
        assert program.ask("shop.price(1)") == "3"
        assert program.end() == 0


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        (tmp_path / "shop.py").rename(tmp_path / "kept.txt")
        (tmp_path / "shop.py").mkdir()
        said = words_of(program.said.until(" still "))
        (tmp_path / "shop.py").rmdir()
        (tmp_path / "kept.txt").rename(tmp_path / "shop.py")
        program.said.until("the files are again what the program runs")

        assert said[-2] == "fail shop.py IsADirectoryError: Is a directory"
        assert program.ask("shop.price(1)") == "2"


FILES = 1000


def test_a_thousand_files_are_checked_out_and_back(tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("needs git")

    def in_git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gc.auto=0")
        subprocess.run([git, *who, *words], cwd=tmp_path, check=True, capture_output=True)

    def save_all(number: int) -> None:
        for n in range(FILES):
            text = f"def value(x):\n    return x + {n + number}\n"
            (tmp_path / f"part{n}.py").write_text(text)
        (tmp_path / "shop.py").write_text(f"RATE = {2 + number}\n")

    main = f"import shop\nparts = [__import__(f'part{{n}}') for n in range({FILES})]\n{ANSWERS}"
    save_all(1)
    in_git("init", "-q", "-b", "one")
    in_git("add", ".")
    in_git("commit", "-q", "-m", "one")
    in_git("checkout", "-q", "-b", "two")
    save_all(5)
    in_git("commit", "-q", "-a", "-m", "two")
    in_git("checkout", "-q", "one")
    total = f"sum(part.value(0) for part in parts) - sum(range({FILES})), shop.RATE"

    with running(tmp_path, f"-- main.py\n{main}") as program:
        before = program.ask(total)
        answers = []
        for branch, expected in (("two", "(5000, 7)"), ("one", "(1000, 3)")):
            in_git("checkout", "-q", branch)
            while program.ask(total) != expected:
                program.said.until(" done ")
            answers.append(program.ask(total))
        assert program.end() == 0
        said = program.said.rest()

    assert before == "(1000, 3)"
    assert answers == ["(5000, 7)", "(1000, 3)"]
    assert not [line for line in said if "fault" in line]


def test_a_clock_that_goes_back_hides_no_save(tmp_path: Path) -> None:
    file = tmp_path / "shop.py"

    with running(tmp_path, SHOP) as program:
        program.ask("1")
        for number in (3, 4):
            text = file.read_text().replace(f"RATE = {number - 1}", f"RATE = {number}")
            beside = tmp_path / "shop.py.tmp~"
            beside.write_text(text)
            os.utime(beside, (1, 1))  # both are as old, and as long
            beside.replace(file)
            program.said.until(" done ")
            assert program.ask("shop.price(1)") == str(number)


FULL = SHOP.replace(
    "import os, shop",
    "import os, resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nimport shop",
)


def test_a_full_disk_keeps_no_edit_back(tmp_path: Path) -> None:
    """No bytecode file, no line of the log can be written."""
    with running(tmp_path, FULL, "--log=said.json", "main.py") as program:
        program.ask("1")
        program.save("shop.py", "RATE = 5\ndef price(n):\n    return n * RATE\n")
        while program.ask("shop.price(1)") != "5":
            time.sleep(0.01)
        assert program.end() == 0
        assert program.said.rest() == []
        assert (tmp_path / "said.json").read_text() == ""
        assert not list(tmp_path.glob("__pycache__/shop*"))


def test_without_a_place_for_the_socket_the_program_is_live_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with running(tmp_path, SHOP, TMPDIR=str(tmp_path / "file")) as program:
        program.ask("1")
        (said,) = words_of(program.said.until("fault"))
        program.edit("shop.py", "RATE = 2", "RATE = 3")

        assert said.startswith("fault no socket at file/entrepot-")
        assert said.endswith(".sock: Not a directory")
        assert program.ask("shop.price(1)") == "3"


def hub_of(program: Running, folder: Path) -> int:
    """Return the process that watches for a program."""
    asked(folder, "status")
    socket = f"{program.process.pid}.sock"
    found = [
        int(entry.name)
        for entry in Path("/proc").glob("[0-9]*")
        if socket in _command(entry) and int(entry.name) != program.process.pid
    ]
    (hub,) = found
    return hub


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_text()
    except OSError:
        return ""  # it has ended


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_a_watcher_that_is_killed_is_replaced_and_no_save_is_missed(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        hub = hub_of(program, tmp_path)
        os.kill(hub, signal.SIGSTOP)  # so that it cannot tell of this
        program.save("shop.py", "RATE = 3\ndef price(n):\n    return n * RATE\n")
        os.kill(hub, signal.SIGKILL)
        said = words_of(program.said.until(" done "))
        assert program.ask("shop.price(1)") == "3"
        program.edit("shop.py", "RATE = 3", "RATE = 4")
        assert program.ask("shop.price(1)") == "4"
        status = json.loads(asked(tmp_path, "status", "--json")[1])

    assert said[0] == "watch the watcher was ended another one watches now"
    assert status["edits"] == 2


CLOSED = """
-- main.py
import os, signal, sys, time
import shop
signal.signal(signal.SIGHUP, signal.SIG_IGN)
while not os.path.exists("stop"):
    with open("answer.tmp", "w") as stream:
        stream.write(str(shop.price(1)))
    os.replace("answer.tmp", "answer")
    time.sleep(0.01)
-- shop.py
RATE = 2
def price(n):
    return n * RATE
"""


#: The same, as most programs are.
ENDED = CLOSED.replace("signal.SIG_IGN", "signal.SIG_DFL")


def wait_for_answer(folder: Path, expected: str) -> None:
    end = time.monotonic() + PATIENCE
    while not (folder / "answer").exists() or (folder / "answer").read_text() != expected:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_terminal_that_is_closed_keeps_no_edit_back(tmp_path: Path) -> None:
    write(tmp_path, CLOSED)
    process, terminal = in_terminal(tmp_path, *RUN, "main.py")
    try:
        wait_for_answer(tmp_path, "2")
        os.close(terminal)
        (tmp_path / "shop.py").write_text("RATE = 3\ndef price(n):\n    return n * RATE\n")
        wait_for_answer(tmp_path, "3")
        (tmp_path / "stop").touch()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait(PATIENCE)


def test_a_program_that_does_not_ignore_it_ends_with_its_terminal(tmp_path: Path) -> None:
    write(tmp_path, ENDED)
    process, terminal = in_terminal(tmp_path, *RUN, "main.py")
    try:
        wait_for_answer(tmp_path, "2")
        os.close(terminal)
        assert process.wait(PATIENCE) == -signal.SIGHUP
    finally:
        process.kill()
        process.wait(PATIENCE)
