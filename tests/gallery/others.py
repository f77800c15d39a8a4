"""Programs that fail by a hidden module or by an entry of the module cache, and innocent ones."""

from __future__ import annotations

from tests.gallery.circles import Broken

OTHERS = [
    Broken(
        "a file called like a standard module",
        """
-- main.py
import random
assert random.randint(1, 1) == 1
-- random.py
def pick():
    return 4
""",
        "main.py:2", "", "rename", kind="shadowed",
    ),
    Broken(
        "such a file that is used for itself too",
        """
-- main.py
import tools
import queue
assert queue.Queue().empty() and tools.WORK == 2
-- tools.py
from queue import work
WORK = work()
-- queue.py
def work():
    return 2
""",
        "main.py:3", "", "rename", kind="shadowed",
    ),
    Broken(
        "a module where a standard package is meant",
        """
-- main.py
import json.decoder
assert json.decoder.JSONDecoder
-- json.py
dump = print
""",
        "main.py:1", "", "rename", kind="shadowed",
    ),
    Broken(
        "a folder called like a standard module",
        """
-- main.py
from statistics import mean
assert mean([1, 3]) == 2
-- statistics/__init__.py
-- statistics/daily.py
COUNT = 1
""",
        "main.py:1", "", "rename", kind="shadowed",
    ),
    Broken(
        "the program itself is called like what it imports",
        """
-- main.py
import runpy
runpy.run_path("app.py", run_name="__main__")
-- app.py
import calendar
assert calendar.isleap(2024)
-- calendar.py
import calendar
YEAR = 2024
""",
        "app.py:2", "", "rename", kind="shadowed",
    ),
    Broken(
        "None in the module cache",
        """
-- main.py
import sys
sys.modules["colorsys"] = None
import colorsys
assert colorsys.rgb_to_hsv
""",
        "main.py:3", "", "remove", kind="blocked",
    ),
]  # fmt: skip

#: Programs with circles that harm nobody: nothing fails, and there is nothing to report.
INNOCENT = {
    "an import inside a function": """
-- main.py
import a
assert a.value() == 2
-- a.py
from b import double
ONE = 1
def value(): return double()
-- b.py
def double():
    from a import ONE
    return ONE * 2
""",
    "an import for type checkers": """
-- main.py
import a
assert a.A().b(None) is None
-- a.py
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from b import B
class A:
    def b(self, b: B) -> None: ...
-- b.py
from a import A
class B:
    a = A()
""",
    "typing as a module": """
-- main.py
import a, b
-- a.py
import typing as t
if t.TYPE_CHECKING:
    import b
-- b.py
import a
""",
    "an import for the program only": """
-- main.py
import a
def go(): return 1
if __name__ == "__main__":
    import b
    assert b.go() == 1
-- a.py
A = 1
-- b.py
from main import go
""",
    "a package and its modules": """
-- main.py
import p
assert p.x.y.N == 1
-- p/__init__.py
from . import x
-- p/x.py
from . import y
-- p/y.py
N = 1
""",
}
