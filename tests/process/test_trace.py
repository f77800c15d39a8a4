"""``entrepot trace`` and ``entrepot why``: programs traced from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.process.case import environment
from tests.seeds.grounds import write
from tests.views.test_writers import read_importtime

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

SHOP = """
-- main.py
import shop
import money
from shop import cart
import only_here
print("ran")
-- shop/__init__.py
from . import cart
-- shop/cart.py
from money import rate
-- money.py
import tables
import shared
rate = 1
-- tables.py
-- shared.py
-- only_here.py
import shared
"""


def ran(
    folder: Path, program: str, *words: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run an entrepot command on a program's files, with no finders of site-packages."""
    write(folder, program)
    return subprocess.run(
        [sys.executable, "-S", "-m", "entrepot", *words],
        cwd=folder,
        env=environment(PYTHONDONTWRITEBYTECODE="1", **variables),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def facts_of(folder: Path, program: str, *words: str) -> dict[str, Any]:
    """Trace ``main.py`` and return what was written as JSON."""
    done = ran(folder, program, "trace", *words, "-o", "trace.json", "main.py")
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads((folder / "trace.json").read_text())
    return found


def names_of(facts: dict[str, Any]) -> list[str]:
    return [node["name"] for node in facts["imports"]]


def test_the_tree_stands_on_stderr_and_the_program_is_as_ever(tmp_path: Path) -> None:
    program = SHOP.replace('print("ran")', 'print("ran")\nraise SystemExit(3)')

    done = ran(tmp_path, program, "trace", "--full", "main.py")

    assert (done.returncode, done.stdout) == (3, "ran\n")
    labels = re.findall(
        r"ms (?:\d\d |\d  )([│├└─ ]*\w[\w.]*)  +\[compiled\]  (\S*:\d+)  (.*)", done.stderr
    )
    assert labels == [
        ("shop", "main.py:1", "import shop"),
        ("└─ shop.cart", ":1", "from . import cart"),
        ("   └─ money", ":1", "from money import rate"),
        ("      ├─ tables", ":1", "import tables"),
        ("      └─ shared", ":2", "import shared"),
        ("only_here", "main.py:4", "import only_here"),
    ]
    assert "\x1b" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("traced 6 imports; ")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        pytest.param("--format html main.py", "main.imports.html", id="html"),
        pytest.param("--format speedscope -m main", "main.speedscope.json", id="speedscope"),
        pytest.param("--format chrome main.py", "main.chrome.json", id="chrome"),
        pytest.param("--format importtime -o times.txt main.py", "times.txt", id="importtime"),
        pytest.param("-o page.html main.py", "page.html", id="by its suffix"),
    ],
)
def test_files_are_named_after_the_program_or_as_told(
    words: str, file: str, tmp_path: Path
) -> None:
    done = ran(tmp_path, SHOP, "trace", *words.split())

    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.startswith(f"wrote {file}\ntraced ")
    assert (tmp_path / file).stat().st_size > 100


def test_a_file_is_written_where_the_program_was_started(tmp_path: Path) -> None:
    program = """
    -- main.py
    import os
    os.mkdir("below")
    os.chdir("below")
    """

    assert facts_of(tmp_path, program)["program"] == ["main.py"]


def test_standard_output_can_be_asked_for(tmp_path: Path) -> None:
    done = ran(tmp_path, SHOP, "trace", "--format", "importtime", "-o", "-", "main.py")
    head, _, times = done.stdout.partition("\n")

    assert head == "ran"
    assert [name for name, *_ in read_importtime(times)][-1] == "only_here"


def test_a_budget_that_is_kept_is_told(tmp_path: Path) -> None:
    done = ran(tmp_path, SHOP, "trace", "--budget", "100s", "main.py")

    assert done.returncode == 0
    assert re.fullmatch(
        r"within the budget: [\d.]+ ms of 100000\.0 ms", done.stderr.splitlines()[-1]
    )


def test_over_the_budget_the_worst_are_named_and_the_exit_code_is_1(tmp_path: Path) -> None:
    words = ["trace", "--format", "importtime", "--budget=1us"]
    done = ran(tmp_path, SHOP, *words, "main.py")
    failed = ran(tmp_path, SHOP + "raise SystemExit(7)", *words, "main.py")

    assert done.returncode == 1
    assert "the slowest by themselves\n   1" in done.stderr
    assert re.fullmatch(
        r"over the budget by [\d.]+ ms: [\d.]+ ms of 0\.00 ms", done.stderr.splitlines()[-1]
    )
    assert failed.returncode == 7


def test_a_program_that_fails_is_told_up_to_there(tmp_path: Path) -> None:
    program = """
    -- main.py
    import fine
    import bad
    -- fine.py
    -- bad.py
    1 / 0
    """

    done = ran(tmp_path, program, "trace", "main.py")

    assert done.returncode == 1
    assert "[compiled; failed by ZeroDivisionError: division by zero]" in done.stderr
    assert done.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_an_error_shows_no_frame_of_a_recording_of_every_import(tmp_path: Path) -> None:
    program = """
    -- main.py
    import bad
    -- bad.py
    import nothing_like_this
    """

    done = ran(tmp_path, program, "trace", "--every", "main.py")

    shown = done.stderr[done.stderr.index("Traceback") :]
    assert [line.strip() for line in shown.splitlines() if line.startswith("  File")] == [
        f'File "{tmp_path}/main.py", line 1, in <module>',
        f'File "{tmp_path}/bad.py", line 1, in <module>',
    ]


def test_a_faulty_script_is_told_as_python_does(tmp_path: Path) -> None:
    done = ran(tmp_path, "-- main.py\nx = = 1\n", "trace", "main.py")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "SyntaxError: invalid syntax"


def test_only_the_parent_tells_of_a_program_that_forks(tmp_path: Path) -> None:
    program = """
    -- main.py
    import os, sys
    import one
    sys.stdout.flush()
    child = os.fork()
    if not child:
        import two
    else:
        os.waitpid(child, 0)
        import three
    print("ended")
    -- one.py
    -- two.py
    -- three.py
    """

    done = ran(tmp_path, program, "trace", "--format", "importtime", "main.py")

    assert (done.returncode, done.stdout) == (0, "ended\nended\n")
    assert [name for name, *_ in read_importtime(done.stderr)] == ["one", "three"]


def test_a_program_that_ends_at_once_leaves_no_report(tmp_path: Path) -> None:
    done = ran(tmp_path, "-- main.py\nimport os\nos._exit(4)\n", "trace", "main.py")

    assert (done.returncode, done.stdout, done.stderr) == (4, "", "")


def test_modules_of_the_programs_folder_do_not_stand_in_for_those_of_the_report(
    tmp_path: Path,
) -> None:
    program = SHOP + "".join(
        f"-- {name}.py\nraise LookupError({name!r})\n"
        for name in ("json", "html", "dataclasses", "textwrap", "string", "datetime", "shutil")
    )

    for suffix in ("json", "html", "txt"):
        done = ran(tmp_path, program, "trace", "-o", f"trace.{suffix}", "main.py")
        assert done.returncode == 0, done.stderr
        assert done.stderr.startswith(f"wrote trace.{suffix}\n")


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_not_change_how_the_program_ends(
    redirection: str, tmp_path: Path
) -> None:
    write(tmp_path, "-- main.py\nimport one\nraise SystemExit(5)\n-- one.py\n")
    command = f"{sys.executable} -S -m entrepot trace main.py {redirection}"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=environment(), timeout=60, check=False
    )

    assert done.returncode == 5


def test_a_terminal_that_writes_only_ascii_gets_ascii(tmp_path: Path) -> None:
    done = ran(tmp_path, SHOP, "trace", "--full", "main.py", PYTHONIOENCODING="ascii")

    assert "`- shop.cart" in done.stderr
    assert done.stderr.isascii()


def test_threads_are_kept_apart(tmp_path: Path) -> None:
    program = """
    -- main.py
    import _thread
    done = _thread.allocate_lock()
    done.acquire()
    def work():
        import one
        done.release()
    _thread.start_new_thread(work, ())
    done.acquire()
    -- one.py
    """

    facts = facts_of(tmp_path, program)

    assert facts["threads"] == 2
    assert [(n["name"], n["thread"]) for n in facts["imports"]] == [("one", 2)]


@pytest.mark.skipif(sys.version_info < (3, 15), reason="lazy imports are new in 3.15")
def test_lazy_modules_are_shown_as_not_yet_loaded(tmp_path: Path) -> None:
    program = """
    -- main.py
    lazy import one
    lazy import two
    one.x
    -- one.py
    x = 1
    -- two.py
    """

    facts = facts_of(tmp_path, program)
    done = ran(tmp_path, program, "trace", "main.py")

    assert (names_of(facts), facts["lazy"]) == (["one"], ["two"])
    assert "lazy, not yet loaded\n    two\n" in done.stderr


def test_progress_is_shown_only_on_a_terminal_and_taken_away_again(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    program = """
    -- main.py
    import slow
    print("ran")
    -- slow.py
    import time
    end = time.perf_counter() + 0.1
    while time.perf_counter() < end:
        pass
    import other
    -- other.py
    """
    write(tmp_path, program)
    script = tmp_path / "terminal.py"
    script.write_text(
        "import os, pty, sys\n"
        "shown = []\n"
        "def read(fd):\n"
        "    shown.append(os.read(fd, 1024))\n"
        "    return b''.join(shown[-1:])\n"
        "status = pty.spawn([sys.executable, *sys.argv[1:]], read)\n"
        "sys.exit(os.waitstatus_to_exitcode(status))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), "-S", "-m", "entrepot", "trace", "main.py"],
        cwd=tmp_path,
        env=environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert pty
    assert done.returncode == 0, done.stderr
    assert re.search(rb"\r\x1b\[K2 imports  \d\.\d s  other\r", done.stdout)
    assert b"\r\x1b[Kran\r\n" in done.stdout


def test_why_tells_the_chain_the_others_and_what_is_only_loaded_for_it(tmp_path: Path) -> None:
    done = ran(tmp_path, SHOP, "why", "money", "main.py")

    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert re.sub(r"[\d.]+ ms", "_ ms", done.stderr) == (
        "brought in by\n"
        "  main.py:1           import shop             shop\n"
        "  shop/__init__.py:1  from . import cart      shop.cart\n"
        "  shop/cart.py:1      from money import rate  money\n"
        "also imported by 1 other statement\n"
        "  main.py:2  import money  __main__\n"
        "only loaded for it: 1 module\n"
        "  tables\n"
        "'money' took _ ms, _ ms of it by itself; without it 2 modules and _ ms less\n"
    )


def test_why_a_package_leaves_out_its_own_modules(tmp_path: Path) -> None:
    done = ran(tmp_path, SHOP, "why", "--format", "json", "shop", "main.py")
    facts = json.loads(done.stderr)

    assert [(p["file"], p["line"]) for p in facts["importers"]] == [(str(tmp_path / "main.py"), 3)]
    assert (facts["inside"], facts["alone"]) == (1, ["shop", "shop.cart"])


def test_why_says_what_was_not_imported_and_exits_with_1(tmp_path: Path) -> None:
    never = ran(tmp_path, SHOP, "why", "nowhere", "main.py")
    before = ran(tmp_path, "-- main.py\nimport sys\n", "why", "sys", "main.py")

    assert (never.returncode, never.stderr) == (1, "'nowhere' was not imported\n")
    assert (before.returncode, before.stderr) == (
        0,
        "'sys' was loaded before the program began\n"
        "imported by\n"
        "  main.py:1  import sys  __main__\n",
    )
