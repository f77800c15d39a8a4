"""What ``entrepot run`` has that ``python`` has not, and what it must not bring along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.process.case import Ended, environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


def ended(folder: Path, program: str, *words: str, **variables: str) -> Ended:
    """Run an interpreter with these words in the program's folder, and return how it ended."""
    write(folder, program)
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ended(done.stdout, done.stderr, done.returncode)


RUN = ("-m", "entrepot", "run")

SERVICE = """
-- pkg/__init__.py
-- pkg/service.py
import sys
class Service:
    @classmethod
    def start(cls):
        print("started", cls.__name__)
def main():
    print(sys.argv, __name__, sys.modules["__main__"].__name__)
    return 4
def fail():
    raise ValueError("no service")
"""


def test_a_function_is_called_and_its_result_is_the_exit_code(tmp_path: Path) -> None:
    assert ended(tmp_path, SERVICE, *RUN, "pkg.service:main", "-x", "y") == Ended(
        "['pkg.service:main', '-x', 'y'] pkg.service __main__\n", "", 4
    )


def test_a_method_is_called_too_and_none_is_success(tmp_path: Path) -> None:
    assert ended(tmp_path, SERVICE, *RUN, "pkg.service:Service.start") == Ended(
        "started Service\n", "", 0
    )


@pytest.mark.parametrize(
    ("target", "last_line"),
    [
        ("pkg.service:fail", "ValueError: no service"),
        ("pkg.service:nope", "ImportError: cannot import name 'nope' from 'pkg.service'"),
        ("pkg.nope:main", "ModuleNotFoundError: No module named 'pkg.nope'"),
    ],
)
def test_a_function_that_fails_shows_no_frame_of_ours(
    target: str, last_line: str, tmp_path: Path
) -> None:
    done = ended(tmp_path, SERVICE, *RUN, target)

    assert done.code == 1
    assert done.err.splitlines()[-1].startswith(last_line)
    assert "entrepot" not in done.err


def test_a_file_with_a_colon_in_its_name_is_a_script(tmp_path: Path) -> None:
    assert ended(tmp_path, "-- a:b\nprint('a script')", *RUN, "a:b").out == "a script\n"


TELL = """
-- other.py
-- main.py
import sys
import other
if "entrepot.engine" in sys.modules:
    import entrepot
    print(type(entrepot.current()).__name__)
else:
    print("no engine")
"""


def test_imports_go_through_our_system(tmp_path: Path) -> None:
    assert ended(tmp_path, TELL, *RUN, "main.py") == Ended("ImportSystem\n", "", 0)


def test_switched_off_the_engine_is_not_even_loaded(tmp_path: Path) -> None:
    assert ended(tmp_path, TELL, *RUN, "main.py", ENTREPOT="0") == Ended("no engine\n", "", 0)


def test_a_closed_standard_input_is_an_empty_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, *RUN, "-"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        preexec_fn=lambda: os.close(0),
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_no_watch_is_what_happens_anyway(tmp_path: Path) -> None:
    assert ended(tmp_path, TELL, *RUN, "--no-watch", "main.py").out == "ImportSystem\n"


BROKEN = """
-- sitecustomize.py
import entrepot.engine.takeover as takeover
from entrepot.errors import TakeOverError
def take_over(level="core"):
    raise TakeOverError("take over", "python imports by itself", "report this")
takeover.take_over = take_over
-- main.py
print("the program")
"""


def test_when_nothing_can_be_taken_over_the_program_still_runs(tmp_path: Path) -> None:
    path = environment()["PYTHONPATH"]

    done = ended(tmp_path, BROKEN, *RUN, "main.py", PYTHONPATH=f"{tmp_path}:{path}")

    assert done == Ended(
        "the program\n",
        "entrepot: cannot take over\n"
        "  now: python imports by itself\n"
        "  report this\n"
        "  the program runs, without entrepot\n",
        0,
    )


HEAVY = {
    "argparse", "ast", "collections", "contextlib", "dataclasses", "enum", "functools", "inspect",
    "json", "logging", "re", "typing",
}  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--no-watch",)], ids=["live", "not live"])
def test_the_program_finds_nothing_more_but_entrepot_and_a_few_small_standard_modules(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    program = "-- main.py\nimport sys\nprint(*sys.modules)\n-- stock.py\nimport {}\nimport main"
    needed = "sys" if options else "threading"  # it must be loaded by the main thread

    stock = set(ended(tmp_path, program.format(needed), "-m", "stock").out.split())
    more = set(ended(tmp_path, program, *RUN, *options, "main.py").out.split()) - stock

    assert {name.partition(".")[0] for name in more} <= sys.stdlib_module_names | {"entrepot"}
    assert more.isdisjoint(HEAVY)


LAUNCHER = """
-- bin/entrepot
import sys
from entrepot.cli.main import main
sys.exit(main())
-- app/main.py
import sys
print(sys.path[0].rpartition("/")[2], "bin" in [p.rpartition("/")[2] for p in sys.path[:2]])
1/0
"""


def test_the_installed_command_does_the_same(tmp_path: Path) -> None:
    done = ended(tmp_path, LAUNCHER, "bin/entrepot", "run", "app/main.py")

    assert (done.out, done.code) == ("app False\n", 1)
    assert done.err == ended(tmp_path, LAUNCHER, "app/main.py").err


@pytest.mark.parametrize(
    ("end", "code"),
    [("KeyboardInterrupt", -signal.SIGINT), ("ValueError", 1), ("SystemExit(3)", 3)],
)
def test_the_installed_command_ends_as_the_program_does(
    tmp_path: Path, end: str, code: int
) -> None:
    program = LAUNCHER.replace("1/0", f"import threading\nraise {end}")
    words = ("bin/entrepot", "run", "app/main.py")

    done = ended(tmp_path, program, *words, PYTHONMALLOC="debug")

    assert done.code == code
    assert done.err == ended(tmp_path, program, "app/main.py").err


HOST = """
-- host.py
import sys
from entrepot.cli.main import main
def start():
    print("result", main(["run", "main.py"]))
start()
-- main.py
import sys
print(__name__, sys._getframe(1) is not None, len(sys.argv))
"""


def test_below_another_program_the_frames_of_that_stay(tmp_path: Path) -> None:
    assert ended(tmp_path, HOST, "host.py") == Ended("__main__ True 1\nresult 0\n", "", 0)


def test_a_coverage_tool_or_profiler_can_run_the_command(tmp_path: Path) -> None:
    done = ended(tmp_path, TELL, "-m", "cProfile", "-m", "entrepot", "run", "main.py")

    assert done.out.startswith("ImportSystem\n")
    assert "function calls" in done.out
    assert (done.err, done.code) == ("", 0)
