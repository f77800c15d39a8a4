"""Every way in which a running program can differ from a restart is seen, and named.

A fault is planted by letting the file change under the program without a reload: what the program
runs is stale in one known way. All faults are planted in one process, each in a module of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.process
SOURCE = Path(__file__).resolve().parents[2] / "src"


class Fault(NamedTuple):
    """One difference between what runs and what a restart gives.

    Attributes:
        title: What is planted.
        old: The module as it was imported.
        new: The module as it is on disk.
        paths: Where the differences are, without the module's name.
    """

    title: str
    old: str
    new: str
    paths: Sequence[str]


FAULTS: Sequence[Fault] = (
    Fault("a stale constant", "RATE = 1", "RATE = 2", ["RATE"]),
    Fault("a stale text", "NAME = 'old'", "NAME = 'new'", ["NAME"]),
    Fault("a value of another type", "N = 1", "N = 1.0", ["N"]),
    Fault(
        "another bound of a deque",
        "from collections import deque\nD = deque([1], maxlen=2)",
        "from collections import deque\nD = deque([1], maxlen=3)",
        ["D.maxlen"],
    ),
    Fault("a missing name", "", "NEW = 1", ["NEW"]),
    Fault("an extra name", "OLD = 1", "", ["OLD"]),
    Fault("a stale docstring of a module", "'old'", "'new'", ["__doc__"]),
    Fault("stale code", "def f(): return 1", "def f(): return 2", ["f.code"]),
    Fault(
        "stale code in a nested function",
        "def f():\n    def g(): return 1\n    return g",
        "def f():\n    def g(): return 2\n    return g",
        ["f.code"],
    ),
    Fault("a wrong line", "def f(): return 1", "\n\ndef f(): return 1", ["f.lines"]),
    Fault("a wrong column", "def f(): return 1", "def f(): return  1", ["f.lines"]),
    Fault("a stale default", "def f(x=1): pass", "def f(x=2): pass", ["f.default[0]"]),
    Fault("a missing default", "def f(x): pass", "def f(x=2): pass", ["f.default[0]"]),
    Fault("a stale keyword's default", "def f(*, k=1): 0", "def f(*, k=2): 0", ["f.default[k]"]),
    Fault("a stale parameter", "def f(x): pass", "def f(y): pass", ["f.code"]),
    Fault("a stale docstring", "def f(): 'old'", "def f(): 'new'", ["f.code", "f.doc"]),
    Fault("a missing function", "", "def f(): pass", ["f"]),
    Fault("another kind of function", "def f(): pass", "async def f(): pass", ["f.code"]),
    Fault("a name that leads to another kind", "f = 1", "def f(): pass", ["f"]),
    Fault(
        "a stale attribute of a function",
        "def f(): 0\nf.rate = 1",
        "def f(): 0\nf.rate = 2",
        ["f.rate"],
    ),
    Fault(
        "a stale value in a closure",
        "def mk(k): return lambda: k\nf = mk(1)",
        "def mk(k): return lambda: k\nf = mk(2)",
        ["f.cell[k]"],
    ),
    Fault("a stale attribute of a class", "class C: k = 1", "class C: k = 2", ["C.k"]),
    Fault("a missing member", "class C: pass", "class C:\n def m(self): 0", ["C.m"]),
    Fault("an extra member", "class C: k = 1", "class C: pass", ["C.k"]),
    Fault("a stale method", "class C:\n def m(s): 1", "class C:\n def m(s): a", ["C.m.code"]),
    Fault(
        "a stale property",
        "class C:\n p = property(lambda s: 1)",
        "class C:\n p = property(lambda s: 2)",
        ["C.p.get.code"],
    ),
    Fault(
        "a stale static method",
        "class C:\n @staticmethod\n def m(): return 1",
        "class C:\n @staticmethod\n def m(): return 2",
        ["C.m.function.code"],
    ),
    Fault(
        "another base",
        "class A: 0\nclass B: 0\nclass C(A): 0",
        "class A: 0\nclass B: 0\nclass C(B): 0",
        ["C.bases[0]", "C.mro"],
    ),
    Fault(
        "another metaclass",
        "class M(type): 0\nclass C: 0",
        "class M(type): 0\nclass C(metaclass=M): 0",
        ["C.metaclass"],
    ),
    Fault("a missing slot", "class C: __slots__ = ()", "class C: __slots__ = ('a',)", ["C.a"]),
    Fault("a stale element", "L = [1, 2]", "L = [1, 3]", ["L[1]"]),
    Fault("a missing element", "L = [1]", "L = [1, 2]", ["L[1]"]),
    Fault("a stale item", "D = {'a': 1}", "D = {'a': 2}", ["D['a']"]),
    Fault("items in another order", "D = dict(a=1, b=1)", "D = dict(b=1, a=1)", ["D.keys"]),
    Fault("a stale element of a set", "S = {1}", "S = {2}", ["S.elements"]),
    Fault("a stale item deep inside", "D = [{'a': [1]}]", "D = [{'a': [2]}]", ["D[0]['a'][0]"]),
    Fault(
        "a stale attribute of an instance",
        "class C: 0\nc = C()\nc.k = 1",
        "class C: 0\nc = C()\nc.k = 2",
        ["c.k"],
    ),
    Fault(
        "an instance of another class",
        "class A: 0\nclass B: 0\nc = A()",
        "class A: 0\nclass B: 0\nc = B()",
        ["c"],
    ),
    Fault(
        "two objects where one is",
        "A = [1]\nB = [1]",
        "A = [1]\nB = A",
        ["B"],
    ),
    Fault("one object where two are", "A = [1]\nB = A", "A = [1]\nB = [1]", ["B"]),
    Fault(
        "an alias of an older function",
        "def f(): 0\na = f",
        "def f(): 0\ndef g(): 0\na = g",
        ["a", "g"],
    ),
    Fault(
        "a stale partial",
        "import functools\np = functools.partial(print, 1)",
        "import functools\np = functools.partial(print, 2)",
        ["p.args[0]"],
    ),
    Fault(
        "a stale pattern",
        "import re\nP = re.compile('a')",
        "import re\nP = re.compile('b')",
        ["P"],
    ),
    Fault(
        "a stale cached function",
        "import functools\n@functools.cache\ndef f(): return 1",
        "import functools\n@functools.cache\ndef f(): return 2",
        ["f.__wrapped__.code"],
    ),
    Fault(
        "a stale bound method",
        "class C:\n def m(s): return 1\n def n(s): return 2\nm = C().m",
        "class C:\n def m(s): return 1\n def n(s): return 2\nm = C().n",
        ["m.function"],
    ),
    Fault(
        "a stale member of an enum",
        "import enum\nclass E(enum.Enum): A = 1",
        "import enum\nclass E(enum.Enum): A = 2",
        ["E.A._value_"],
    ),
    Fault(
        "a stale field",
        "from dataclasses import dataclass\n@dataclass\nclass C: x: int = 1",
        "from dataclasses import dataclass\n@dataclass\nclass C: x: int = 2",
        ["C.x", "C.__dataclass_fields__['x'].default", "C.__init__.default[0]"],
    ),
    Fault("an import of another module", "import json as x", "import csv as x", ["x"]),
    Fault("a file that no longer parses", "A = 1", "A = (", [""]),
    Fault("a module that no longer starts", "A = 1", "raise SystemExit(3)", [""]),
)
MAIN = """
import json, pathlib, sys
folder = str(pathlib.Path(__file__).parent)
import entrepot
live = entrepot.live(roots=[folder])
faults = json.loads(pathlib.Path(folder, "faults.json").read_text())
for name, (old, new) in faults.items():
    __import__(name)
for name, (old, new) in faults.items():
    pathlib.Path(folder, name + ".py").write_text(new)
print(json.dumps(live.verify().as_dict()))
"""


def name_of(fault: Fault) -> str:
    return f"m{FAULTS.index(fault):02}"


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("faults")
    for fault in FAULTS:
        (folder / f"{name_of(fault)}.py").write_text(fault.old)
    (folder / "same.py").write_text("import enum\nclass C: k = [1]\ndef f(x=C): return x\n")
    faults = {name_of(fault): (fault.old, fault.new) for fault in FAULTS}
    (folder / "faults.json").write_text(json.dumps({**faults, "same": ("", _same(folder))}))
    (folder / "main.py").write_text(MAIN)
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _same(folder: Path) -> str:
    return (folder / "same.py").read_text()


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.title for fault in FAULTS])
def test_it_is_seen_and_named(verdict: dict[str, Any], fault: Fault) -> None:
    name = name_of(fault)
    paths = {d["path"] for d in verdict["differences"] if d["path"].partition(":")[0] == name}

    missed = {f"{name}:{path}" if path else name for path in fault.paths} - paths
    assert not missed, f"not seen: {missed}; seen: {paths}"


def test_what_is_the_same_is_no_difference(verdict: dict[str, Any]) -> None:
    assert not [d for d in verdict["differences"] if d["path"].startswith("same")]
    assert not verdict["kept"]
    assert not verdict["not_compared"]
