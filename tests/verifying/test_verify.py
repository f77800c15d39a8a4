"""What ``Live.verify`` says about whole programs."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
SOURCE = Path(__file__).resolve().parents[2] / "src"
START = """
import pathlib, sys
import entrepot
folder = pathlib.Path(__file__).parent
live = entrepot.live(roots=[folder])
"""


def said(folder: Path, files: dict[str, str], main: str) -> str:
    """Return what a program prints that is live from its first line."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    (folder / "main.py").write_text(START + textwrap.dedent(main))
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_program_that_was_only_started_equals_a_restart(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "from .cart import Cart, total\n",
        "shop/cart.py": """
            import dataclasses, enum, functools, logging, re, threading, typing, weakref
            LOCK, LOG = threading.Lock(), logging.getLogger(__name__)
            T = typing.TypeVar("T")
            class Kind(enum.Flag):
                A = enum.auto()
                B = enum.auto()
            @dataclasses.dataclass
            class Cart(typing.Generic[T]):
                items: list = dataclasses.field(default_factory=list)
                @functools.cached_property
                def size(self): return len(self.items)
            class P(typing.Protocol):
                def size(self): ...
            CART = Cart([1])
            KNOWN = weakref.WeakSet([Kind, Cart])
            @functools.singledispatch
            def total(x): return 0
            @total.register
            def _(x: int): return x
        """,
    }

    out = said(tmp_path, files, "import shop\nprint(live.verify())")

    assert out.startswith("equal to a restart; 2 modules, "), out


def test_what_the_program_changed_itself_is_state_and_no_difference(tmp_path: Path) -> None:
    files = {
        "state.py": """
            COUNT = 0
            CACHE = {}
            SEEN = [1]
            class Box:
                made = 0
                def __init__(self): self.items = {}
            BOX = Box()
        """
    }
    main = """
        import state
        state.COUNT += 1
        state.CACHE["k"] = 1
        state.SEEN.append(2)
        state.Box.made = 7
        state.BOX.items["x"] = 2
        state.added = 1
        print(live.verify())
    """

    lines = said(tmp_path, files, main).splitlines()

    assert lines[-1].startswith("equal to a restart; 1 module, ")
    assert [line.split()[1].rstrip(":") for line in lines[:-1]] == [
        "state:BOX.items.keys",
        "state:BOX.items['x']",
        "state:Box.made",
        "state:CACHE.keys",
        "state:CACHE['k']",
        "state:COUNT",
        "state:SEEN[1]",
        "state:added",
    ]


def test_what_two_restarts_differ_in_is_left_out_and_listed(tmp_path: Path) -> None:
    files = {"m.py": "import os\nTOKEN = os.urandom(9)\nDEEP = {'pid': [os.getpid()]}\nX = 1\n"}

    out = said(tmp_path, files, "import m\nprint(live.verify())")

    *left_out, verdict = out.splitlines()
    assert left_out == ["left out  m:DEEP['pid'][0]", "left out  m:TOKEN"]
    assert verdict.startswith("equal to a restart; 1 module, ")


def test_a_namespace_that_a_module_keeps_is_no_object_of_its_own(tmp_path: Path) -> None:
    main = """
        import m
        (folder / "m.py").write_text("A = 2\\nB = 1\\nHELD = locals()\\nC = 3\\n")
        print(live.apply().status)
        print(live.verify())
    """

    out = said(tmp_path, {"m.py": "B = 1\nHELD = locals()\nA = 1\n"}, main).splitlines()

    assert out[0] == "ok"
    assert out[1].startswith("equal to a restart; 1 module, ")


def test_a_module_without_a_name_is_a_value_like_any(tmp_path: Path) -> None:
    text = """
        import types
        class Quiet(types.ModuleType):
            def __getattribute__(self, name):
                raise RuntimeError(name)
        QUIET = Quiet("quiet")
        BARE = types.ModuleType("bare")
        del BARE.__name__
    """

    first = said(tmp_path, {"m.py": text}, "import m\nprint(live.verify())").splitlines()[0]

    assert first.startswith("equal to a restart; 1 module, ")


def test_the_restart_has_the_environment_and_the_flags_of_the_program(tmp_path: Path) -> None:
    text = "import os, sys\nHELD = dict(os.environ)\nFLAGS = sys.flags, sys.dont_write_bytecode\n"

    first = said(tmp_path, {"m.py": text}, "import m\nprint(live.verify())").splitlines()[0]

    assert first.startswith("equal to a restart; 1 module, ")


def test_the_main_program_is_not_executed(tmp_path: Path) -> None:
    main = "print('once')\nimport m\nprint(live.verify().is_equal)"

    out = said(tmp_path, {"m.py": "class C: pass\n"}, main)

    assert out == "once\nTrue\n"


def test_the_main_program_under_its_other_name_is_no_difference(tmp_path: Path) -> None:
    main = """
        import multiprocessing, shop
        assert sys.modules["__mp_main__"] is sys.modules["__main__"]
        print(live.verify())
    """
    found = said(tmp_path, {"shop.py": "N = 1\n"}, main)
    assert found.startswith("equal to a restart; 1 module,")


def test_what_an_object_of_an_installed_class_holds_now_is_open(tmp_path: Path) -> None:
    files = {
        "site-packages/web.py": """
            class App:
                def __init__(self):
                    self.stack, self.routes, self.first = None, [], None
                def add(self, function):
                    self.routes.append([function])
                    self.first = self.routes[0]
                    return self.routes[0]
        """,
        "api.py": "import web\nRATE = 2\napp = web.App()\nroute = app.add(len)\n",
    }
    main = """
        sys.path.append("site-packages")
        import api
        api.app.stack, api.app.first, api.app.routes = [1], api.app, []
        verdict = live.verify()
        print(verdict)
        print(verdict.is_equal)
        (folder / "api.py").write_text((folder / "api.py").read_text().replace("2", "3"))
        print(live.verify())
    """
    *first, equal, differs, again, last = said(tmp_path, files, main).splitlines()

    assert first == [
        "open      api:app: 4 facts in an object of web.App, "
        "which the program may have changed since its import",
        "0 differences from a restart, 1 object open; 1 module, 14 facts compared",
    ]
    assert equal == "False"  # nobody knows
    assert differs == "differs   api:RATE: int 2, a restart has int 3"
    assert again == first[0]
    assert last == "1 difference from a restart, 1 object open; 1 module, 14 facts compared"


def test_a_reload_keeps_the_program_equal_to_a_restart(tmp_path: Path) -> None:
    files = {"rates.py": "RATE = 1\n", "shop.py": "from rates import RATE\nTWICE = RATE * 2\n"}
    main = """
        import shop
        (folder / "rates.py").write_text("'''Rates.'''\\nRATE = 5\\n")
        print(live.verify())
        print(live.apply().status, shop.TWICE, live.verify().is_equal)
    """

    out = said(tmp_path, files, main).splitlines()

    assert out[:3] == [
        "differs   rates:RATE: int 1, a restart has int 5",
        "differs   rates:__doc__: NoneType None, a restart has str 'Rates.'",
        "differs   shop:RATE: int 1, a restart has int 5",
    ]
    assert out[3] == "differs   shop:TWICE: int 2, a restart has int 10"
    assert out[4].startswith("4 differences from a restart; 2 modules, ")
    assert out[5] == "ok 10 True"


def test_a_module_whose_file_is_gone_is_a_difference(tmp_path: Path) -> None:
    main = "import m\n(folder / 'm.py').unlink()\nprint(live.verify())"

    first = said(tmp_path, {"m.py": "X = 1\n"}, main).splitlines()[0]

    error = "ModuleNotFoundError: No module named 'm'"
    assert first == f"differs   m: a module, a restart has an error: {error}"


def test_a_module_that_ends_the_process_is_told(tmp_path: Path) -> None:
    main = """
        import m
        (folder / "m.py").write_text("import os; os._exit(4)")
        try:
            live.verify()
        except entrepot.errors.VerifyError as error:
            print(error)
    """

    assert said(tmp_path, {"m.py": "X = 1\n"}, main) == (
        "cannot compare the program with a restart: it ended with status 4: it said nothing\n"
        "  the process runs what it ran before\n"
        "  import the program's modules in a new Python to see what is wrong\n"
    )


def test_looking_changes_nothing_in_the_program(tmp_path: Path) -> None:
    files = {
        "m.py": """
            ASKED = []
            class Nosy:
                def __getattribute__(self, name):
                    ASKED.append(name)
                    return object.__getattribute__(self, name)
                def __iter__(self): ASKED.append("iter"); return iter(())
                def __repr__(self): ASKED.append("repr"); return "nosy"
                def __eq__(self, other): ASKED.append("eq"); return True
                __hash__ = object.__hash__
            class Words(list):
                def __iter__(self): ASKED.append("words"); return iter(())
            n, w = Nosy(), Words([1])
            d = {n: n}
            def __getattr__(name):
                ASKED.append(name)
                raise AttributeError(name)
        """
    }
    main = "import m\nm.ASKED.clear()\nprint(live.verify().is_equal, m.ASKED)"

    assert said(tmp_path, files, main) == "True []\n"


def test_the_import_system_in_charge_and_its_lists_are_no_difference(tmp_path: Path) -> None:
    text = """
        from importlib.util import cache_from_source, find_spec, module_from_spec
        from sys import meta_path, modules, path
        TABLE = {"make": module_from_spec}
    """
    main = """
        entrepot.take_over()
        import m
        from entrepot.engine import specs
        print(m.TABLE["make"] is specs.module_from_spec)
        print(live.verify())
    """

    ours, verdict = said(tmp_path, {"m.py": text}, main).splitlines()

    assert ours == "True"
    assert verdict.startswith("equal to a restart; 1 module, ")


def test_what_pickle_remembers_in_a_class_is_no_difference(tmp_path: Path) -> None:
    files = {"m.py": "class Cart:\n    def __init__(self): self.items = []\nCART = Cart()\n"}
    main = "import copy, m\n_ = copy.copy(m.CART)\nprint('__slotnames__' in vars(m.Cart))\n"

    out = said(tmp_path, files, main + "print(live.verify())").splitlines()

    assert out[0] == "True"
    assert out[1].startswith("equal to a restart; 1 module, ")
