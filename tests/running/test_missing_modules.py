"""A module that an edit imports before it is there, or before it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .case import ANSWERS, running

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

SHOP = f"""
-- main.py
import shop
{ANSWERS}
-- shop.py
N = 1
"""


def test_an_edit_that_failed_is_tried_again_when_the_module_comes(tmp_path: Path) -> None:
    with running(tmp_path, SHOP) as program:
        program.ask("1")
        program.edit("shop.py", "N = 1", "from tax import N", until=" still ")
        program.save("tax.py", "N = 1 / 0\n")
        wrong = program.said.until(" still ")
        program.save("other.py", "X = 1\n")  # tried again, and failed in the same way: not told
        program.save("tax.py", "N = 7\n")
        over = program.said.until("the error is over")

        assert program.ask("shop.N") == "7"
        assert [line.split()[1:] for line in wrong if " fail " in line] == [
            ["tax.py:1", "ZeroDivisionError:", "division", "by", "zero"]
        ]
        assert not [line for line in over if " fail " in line]
        assert program.end() == 0


PLUGINS = f"""
-- main.py
import plugins
{ANSWERS}
-- plugins/__init__.py
import importlib, pkgutil
TABLE = {{}}
for info in pkgutil.iter_modules(__path__):
    TABLE[info.name] = importlib.import_module(f"{{__name__}}.{{info.name}}")
-- plugins/gzip.py
N = 1
"""


def test_a_plugin_comes_to_a_folder_that_is_listed_and_goes(tmp_path: Path) -> None:
    with running(tmp_path, PLUGINS) as program:
        program.ask("1")
        program.edit("plugins/gzip.py", "1", "3")  # from here on the folder is watched
        program.save("plugins/zstd.py", "N = 2\n")
        program.said.until("done ")
        both = program.ask("sorted(plugins.TABLE)")
        (program.folder / "plugins/zstd.py").unlink()
        program.said.until("done ")

        assert both == "['gzip', 'zstd']"
        assert program.ask("sorted(plugins.TABLE)") == "['gzip']"
        assert program.end() == 0
