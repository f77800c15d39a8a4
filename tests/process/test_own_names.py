"""Files named like standard modules: found where `python` finds them, before the standard ones."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.process.case import environment
from tests.process.test_run import ended
from tests.running.case import ANSWERS, running

if TYPE_CHECKING:
    from pathlib import Path

#: Standard names whose files a program may have beside it.
NAMES = ("contextlib", "enum", "functools", "re", "select", "threading", "types", "typing")

OWN = """
-- bin/entrepot
import sys
from entrepot.cli.main import main
sys.exit(main())
-- bin/pip_makes
import re, sys
from entrepot.cli.main import main
sys.exit(main())
-- app/main.py
import sys
for name in {names!r}:
    try:
        module = __import__(name)
        print(name, getattr(module, "OWN", None), flush=True)
    except Exception as error:
        print(name, type(error).__name__)
print(sys.path[0])
""".format(names=(*NAMES, "dataclasses", "json"))


def files(folder: str, names: tuple[str, ...]) -> str:
    return "".join(
        f"-- {folder}/{name}.py\nOWN = {name!r}\nprint('executed', OWN)\n_shutdown = bool\n"
        for name in names  # C calls threading._shutdown()
    )


@pytest.mark.parametrize("options", [(), ("--no-watch",)], ids=["live", "not live"])
@pytest.mark.parametrize("own", [NAMES, ("typing",), ("enum",), ("select",)], ids=str)
def test_a_file_beside_the_script_comes_before_a_standard_module(
    tmp_path: Path, own: tuple[str, ...], options: tuple[str, ...]
) -> None:
    program = OWN + files("app", own)
    expected = ended(tmp_path, program, "app/main.py")

    for command in (("-m", "entrepot"), ("bin/entrepot",), ("bin/pip_makes",)):
        assert ended(tmp_path, program, *command, "run", *options, "app/main.py") == expected


def test_so_does_one_in_the_working_folder_for_a_module(tmp_path: Path) -> None:
    program = OWN + files(".", ("enum", "select", "re"))

    done = ended(tmp_path, program, "bin/pip_makes", "run", "-m", "app.main")

    assert done == ended(tmp_path, program, "-m", "app.main")


def test_so_does_one_on_the_path_of_the_environment_which_is_executed_once(tmp_path: Path) -> None:
    program = OWN + files("lib", ("enum", "select", "types"))
    path = f"{tmp_path}/lib:{environment()['PYTHONPATH']}"

    done = ended(tmp_path, program, "bin/entrepot", "run", "app/main.py", PYTHONPATH=path)

    assert done == ended(tmp_path, program, "app/main.py", PYTHONPATH=path)


def test_a_program_without_such_files_shares_what_is_loaded(tmp_path: Path) -> None:
    program = (
        "-- app/main.py\nimport sys\nprint('threading' in sys.modules, 'pkgutil' in sys.modules)"
    )
    done = ended(tmp_path, program, "-m", "entrepot", "run", "app/main.py")
    assert done.out == "True False\n"


#: Every name that a file can take and that comes after ``site``.
ALL = sorted(
    sys.stdlib_module_names
    - {*sys.builtin_module_names, "test", "this", "antigravity"}
    - {"_collections_abc", "_sitebuiltins", "abc", "codecs", "encodings", "genericpath", "io"}
    - {"ntpath", "os", "posixpath", "site", "stat", "sysconfig", "zipimport", "_sysconfigdata"}
    - {"collections", "keyword", "operator", "reprlib"}  # docs/limits.md
)  # fmt: skip

EDITED = """
-- shop.py
def price():
    return 3
-- app/main.py
import sys
sys.path.insert(1, {folder!r})
import shop
"""


def test_an_edit_executes_none_of_them(tmp_path: Path) -> None:
    stopping = "raise SystemExit(__name__)"
    program = EDITED.format(folder=str(tmp_path)) + ANSWERS
    program += "".join(f"-- app/{name}.py\n{stopping}\n" for name in ALL)
    with running(tmp_path, program, "app/main.py") as live:
        assert live.ask("shop.price()") == "3"
        live.edit("shop.py", "return 3", "return [n for n in range(4)]")
        assert live.ask("shop.price()") == "[0, 1, 2, 3]"
        live.edit("shop.py", "def price", "RATE: float = 2.5\ndef price")
        live.edit("shop.py", "return", "return (", until="SyntaxError")
