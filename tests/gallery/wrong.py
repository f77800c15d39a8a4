"""Programs that are wrong by their modules, not by an import that fails: what the doctor finds."""

from __future__ import annotations

from typing import NamedTuple


class Wrong(NamedTuple):
    """A program that fails by one file under two names, or by a change of the module cache.

    Attributes:
        title: What is wrong, as a sentence without a final stop.
        program: Its files, as `tests.seeds.grounds.write` understands them.
        kind: The kind of the finding.
        place: Where, as ``"file:line"``.
        words: What is run, as after ``python``.
    """

    title: str
    program: str
    kind: str
    place: str
    words: tuple[str, ...] = ("main.py",)


WRONG = [
    Wrong(
        "path entry inside the package, isinstance fails",
        """
-- main.py
import sys, os
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "shop"))
from shop.cart import Cart
from cart import Cart as Other
assert Cart is Other, "two classes"
-- shop/__init__.py
-- shop/cart.py
class Cart:
    pass
""",
        "duplicate", "main.py:5",
    ),
    Wrong(
        "twin through a helper with short name",
        """
-- main.py
import sys, os
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "shop"))
import shop.state
import shop.view
shop.state.COUNT += 1
assert shop.view.count() == 1
-- shop/__init__.py
-- shop/state.py
COUNT = 0
-- shop/view.py
import state

def count():
    return state.COUNT
""",
        "duplicate", "shop/view.py:1",
    ),
    Wrong(
        "registry filled twice",
        """
-- main.py
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).resolve().parent / "app"))
import registry
from app import plugins
assert registry.NAMES == ["plugin"], registry.NAMES
-- app/__init__.py
-- app/registry.py
NAMES = []
-- app/plugins.py
from .registry import NAMES
NAMES.append("plugin")
""",
        "duplicate", "main.py:4",
    ),
    Wrong(
        "script imported by its helper, exception class",
        """
-- main.py
class Problem(Exception):
    pass

def run():
    import helper
    try:
        helper.work()
    except Problem:
        return "handled"

if __name__ == "__main__":
    assert run() == "handled"
-- helper.py
def work():
    from main import Problem
    raise Problem("x")
""",
        "duplicate", "helper.py:2",
    ),
    Wrong(
        "script imported by its helper, module state",
        """
-- main.py
import sys

JOBS = []

def main():
    import worker
    worker.add("a")
    assert JOBS == ["a"], JOBS

if __name__ == "__main__":
    main()
-- worker.py
import main

def add(job):
    main.JOBS.append(job)
""",
        "duplicate", "worker.py:1",
    ),
    Wrong(
        "singledispatch registered on the twin",
        """
-- main.py
from functools import singledispatch

@singledispatch
def show(value):
    return "?"

class Point:
    pass

if __name__ == "__main__":
    import kinds
    assert show(Point()) == "point", show(Point())
-- kinds.py
from main import Point, show

@show.register
def _(value: Point):
    return "point"
""",
        "duplicate", "kinds.py:1",
    ),
    Wrong(
        "run by -m, a twin",
        """
-- pkg/__init__.py
-- pkg/app.py
TASKS = []

def task(function):
    TASKS.append(function)
    return function

if __name__ == "__main__":
    from pkg import tasks
    assert [t.__name__ for t in TASKS] == ["hello"], TASKS
-- pkg/tasks.py
from pkg.app import task

@task
def hello():
    pass
""",
        "duplicate", "pkg/tasks.py:1", words=("-m", "pkg.app"),
    ),
    Wrong(
        "src as a package and on the path",
        """
-- main.py
import sys, os
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "src"))
from src.base import Base
from model import Model
assert issubclass(Model, Base)
-- src/__init__.py
-- src/base.py
class Base: pass
-- src/model.py
from base import Base
class Model(Base): pass
""",
        "duplicate", "src/model.py:1",
    ),
    Wrong(
        "deleted to get a fresh one",
        """
-- main.py
import sys
import settings
from settings import Settings

del sys.modules["settings"]
import settings
assert settings.Settings is Settings
-- settings.py
class Settings:
    pass
""",
        "tampering", "main.py:5",
    ),
    Wrong(
        "popped in a helper function",
        """
-- main.py
import plugin, fresh, user
fresh.fresh("plugin")
import plugin
assert plugin.STATE is user.STATE
-- user.py
from plugin import STATE
-- plugin.py
STATE = []
-- fresh.py
import sys, importlib

def fresh(name):
    "A fresh module."
    sys.modules.pop(name, None)
    return importlib.import_module(name)
""",
        "tampering", "fresh.py:5",
    ),
    Wrong(
        "loop deletes a package",
        """
-- main.py
import app.core
kept = app.core.Core
import clean
clean.clean()
import app.core
assert app.core.Core is kept
-- clean.py
import sys

def clean():
    for name in list(sys.modules):
        if name == "app" or name.startswith("app."):
            del sys.modules[name]
-- app/__init__.py
-- app/core.py
class Core: pass
""",
        "tampering", "clean.py:6",
    ),
    Wrong(
        "replaced by a fake over several lines",
        """
-- main.py
import json
import fakes
import json
assert json.loads("1") == 1
-- fakes.py
import sys

class Fake:
    def loads(self, text):
        return None

sys.modules["json"] = (
    Fake()
)
""",
        "tampering", "fakes.py:7",
    ),
    Wrong(
        "update with a dict over several lines",
        """
-- main.py
import stubs
import csv
assert csv.reader
-- stubs.py
import sys, types

sys.modules.update({
    "csv": types.ModuleType("csv"),
    "html": types.ModuleType("html"),
})
""",
        "tampering", "stubs.py:3",
    ),
    Wrong(
        "setdefault and chained assignment",
        """
-- main.py
import sys, types

colorsys = sys.modules["colorsys"] = types.ModuleType("colorsys")
import colorsys
assert colorsys.rgb_to_hsv
""",
        "tampering", "main.py:3",
    ),
    Wrong(
        "the popped module is used afterwards",
        """
-- main.py
import swap, textwrap
assert textwrap is swap.swapped()
-- swap.py
import sys
import textwrap
def swapped():
    old = sys.modules.pop("textwrap")
    import textwrap
    return textwrap if old is None else textwrap
""",
        "tampering", "swap.py:4",
    ),
    Wrong(
        "string in the cache",
        """
-- main.py
import sys
sys.modules["bisect"] = "Hello"
import bisect
assert bisect.bisect
""",
        "tampering", "main.py:2",
    ),
    Wrong(
        "None in the cache and a guarded import",
        """
-- main.py
import off
try:
    import zlib
except ImportError:
    zlib = None
assert zlib is not None
-- off.py
import sys
sys.modules["zlib"] = None
""",
        "tampering", "off.py:2",
    ),
]  # fmt: skip
