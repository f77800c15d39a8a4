"""``entrepot trace --steps``: five numbered steps, cached imports included."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

MAIN = """
-- module1.py
print("Running module1")
import module2
-- module2.py
value = 1
-- main.py
import module1
import module1
from module2 import value as v
try:
    import nothing_like_this
except ImportError:
    pass
"""

STEPS = """\
main.py:1  import module1
  1 look     'module1' is not in the cache
  2 find     'module1': found by PathFinder, not by BuiltinImporter, FrozenImporter
  2 create   'module1', an object of type module, from module1.py
  3 cache    sys.modules['module1']
  4 compile  the source module1.py, _ ms
      module1.py:2  import module2
        1 look     'module2' is not in the cache
        2 find     'module2': found by PathFinder, not by BuiltinImporter, FrozenImporter
        2 create   'module2', an object of type module, from module2.py
        3 cache    sys.modules['module2']
        4 compile  the source module2.py, _ ms
        4 execute  'module2', _ ms
        5 bind     'module2' in the globals of module1 (derived)
  4 execute  'module1', _ ms
  5 bind     'module1' in the globals of __main__ (derived)
main.py:2  import module1
  1 look     'module1' is in the cache
  5 bind     'module1' in the globals of __main__ (derived); \
found in the cache: bound, not executed
main.py:3  from module2 import value as v
  1 look     'module2' is in the cache
  5 bind     'value' as 'v' in the globals of __main__ (derived); \
found in the cache: bound, not executed
main.py:5  import nothing_like_this
  1 look     'nothing_like_this' is not in the cache
  2 find     'nothing_like_this': found by no finder, not by BuiltinImporter, FrozenImporter, \
PathFinder
  2 fail     'nothing_like_this': ModuleNotFoundError: No module named 'nothing_like_this'
  5 bind     nothing; the import failed
traced 5 imports: 2 modules executed, 2 imports found in the cache, 1 failed; _ ms
"""


def traced(folder: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Trace a program, on an interpreter without finders of site-packages."""
    write(folder, program)
    return subprocess.run(
        [sys.executable, "-S", "-m", "entrepot", "trace", "--steps", *words],
        cwd=folder,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def steps_of(folder: Path, program: str, words: str = "main.py") -> str:
    """Return the steps as text, without the legend and with times taken out."""
    done = traced(folder, program, *words.split())
    _legend, _, steps = done.stderr.partition("\n\n")
    return re.sub(r"\d+\.\d\d ms", "_ ms", steps)


def facts_of(folder: Path, program: str, words: str = "main.py") -> list[dict[str, Any]]:
    """Return the steps as facts."""
    done = traced(folder, program, "--format", "json", *words.split())
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_the_steps_of_each_import_are_numbered(tmp_path: Path) -> None:
    assert steps_of(tmp_path, MAIN) == STEPS


def test_the_program_prints_and_ends_as_ever(tmp_path: Path) -> None:
    done = traced(tmp_path, MAIN + "raise SystemExit(3)", "main.py")

    assert (done.returncode, done.stdout) == (3, "Running module1\n")


def test_a_module_is_traced_like_a_script(tmp_path: Path) -> None:
    steps = steps_of(tmp_path, MAIN, "-m main")

    assert steps.startswith(STEPS.splitlines()[0])


def test_a_package_comes_before_what_is_in_it_and_is_told_once(tmp_path: Path) -> None:
    program = """
    -- pkg/__init__.py
    -- pkg/sub.py
    from . import other
    -- pkg/other.py
    -- main.py
    import pkg.sub as s
    """

    facts = facts_of(tmp_path, program)

    assert [f["name"] for f in facts if f["verb"] == "create"] == ["pkg", "pkg.sub", "pkg.other"]
    assert [f["text"] for f in facts if f["verb"] == "statement"] == [
        "import pkg.sub as s",
        "from . import other",
    ]
    assert [(f["tail"], f["parent"]) for f in facts if f["verb"] == "attach"] == [
        ("other", "pkg"),
        ("sub", "pkg"),
    ]


def test_a_circular_import_finds_the_module_partially_initialized(tmp_path: Path) -> None:
    program = """
    -- a.py
    import b
    -- b.py
    import a
    -- main.py
    import a
    """

    looks = [f for f in facts_of(tmp_path, program) if f["verb"] == "look" and f["found"]]

    assert [(f["name"], f["partially_initialized"]) for f in looks] == [("a", True)]


def test_a_module_that_raises_is_told_to_leave_the_cache(tmp_path: Path) -> None:
    program = """
    -- bad.py
    1 / 0
    -- main.py
    import bad
    """

    done = traced(tmp_path, program, "main.py")

    assert (
        "  4 fail     'bad': ZeroDivisionError: division by zero; "
        "it is taken out of the cache again\n" in done.stderr
    )
    assert done.returncode == 1


def test_the_error_that_ends_the_program_shows_no_frame_of_the_tracer(tmp_path: Path) -> None:
    program = """
    -- bad.py
    try:
        import nothing_like_this
    except ImportError as error:
        raise ValueError("no good") from error
    -- main.py
    import bad
    """

    done = traced(tmp_path, program, "main.py")
    shown = done.stderr[done.stderr.index("Traceback") :]

    assert [line.strip() for line in shown.splitlines() if line.startswith("  File")] == [
        f'File "{tmp_path}/bad.py", line 2, in <module>',
        f'File "{tmp_path}/main.py", line 1, in <module>',
        f'File "{tmp_path}/bad.py", line 4, in <module>',
    ]


def test_calls_that_import_are_told_as_such(tmp_path: Path) -> None:
    program = """
    -- made.py
    -- main.py
    import importlib
    importlib.import_module("made")
    __import__("made")
    """

    facts = facts_of(tmp_path, program)

    assert [(f["line"], f["name"]) for f in facts if f["verb"] == "call"] == [
        (2, "made"),
        (3, "made"),
    ]


def test_the_tracer_leaves_nothing_behind_and_imports_nothing_that_is_shown(
    tmp_path: Path,
) -> None:
    program = """
    -- main.py
    import atexit
    def look():
        import builtins, sys
        print(builtins.__import__.__class__.__name__)
    atexit.register(look)
    """

    done = traced(tmp_path, program, "--format=json", "main.py")
    facts = [json.loads(line) for line in done.stderr.splitlines()]

    assert done.stdout == "builtin_function_or_method\n"
    assert [f["text"] for f in facts if f["verb"] == "statement"] == ["import atexit"]


def test_threads_are_told_apart(tmp_path: Path) -> None:
    program = """
    -- one.py
    -- main.py
    import _thread
    done = _thread.allocate_lock()
    done.acquire()
    def work():
        import one
        done.release()
    _thread.start_new_thread(work, ())
    done.acquire()
    """

    facts = facts_of(tmp_path, program)
    threads = {f["text"]: f["thread"] for f in facts if f["verb"] == "statement"}

    assert threads["import one"] != threads["import _thread"]
    assert [f["depth"] for f in facts if f.get("text") == "import one"] == [0]
