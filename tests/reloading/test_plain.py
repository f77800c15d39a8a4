"""Statements that call nothing of the program are told from those that may change objects."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from entrepot.reloading.plain import is_plain
from entrepot.reloading.recorder import Recorder
from entrepot.reloading.revision import Record
from entrepot.reloading.world import World
from entrepot.source.text import Text

BASES = """
class Plain: pass
class Telling:
    def __init_subclass__(cls): pass
class Name:
    def __set_name__(self, owner, name): pass
Named = Name()
n = 1
"""
LATER = "from __future__ import annotations\n"


def told(text: str, first: str = "") -> bool:
    module: Any = types.ModuleType("m")
    exec(BASES, module.__dict__)
    content = (first + BASES + text).encode()
    code = compile(content, "m.py", "exec", dont_inherit=True)
    record = Record(module, "m", Text("m.py", content), code, 0)
    world = World({"m": record}, {}, Recorder())
    return is_plain(world, record.lives[-1])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("N = 5", id="constant"),
        pytest.param("N = M = (n, {'a': [n]}, -1, 60 * 60)", id="display"),
        pytest.param("N: list[int] = []", id="annotated"),
        pytest.param("import sys", id="import-of-what-is-loaded"),
        pytest.param("from sys import path", id="from-import"),
        pytest.param("def f(a: int = n) -> str: return g()", id="function"),
        pytest.param("f = lambda a=n: g()", id="lambda"),
        pytest.param(
            "class C(Plain):\n  x: int = n\n  @property\n  def y(self): return g()", id="class"
        ),
        pytest.param("def f(a: int | None = n) -> list[int] | Plain: pass", id="union"),
        pytest.param("class C:\n  x: int | str | None = None", id="union-in-a-class"),
        pytest.param(
            "class C:\n  @property\n  def y(self): pass\n  @y.setter\n  def y(self, v): pass",
            id="setter",
        ),
        pytest.param("if n: N = 1\nelse:\n  import sys", id="branches"),
    ],
)
def test_what_calls_nothing_is_plain(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("N = f()", id="call"),
        pytest.param("N = [x for x in n]", id="comprehension"),
        pytest.param("N = n + 1", id="operator-of-an-object"),
        pytest.param("n.x = 1", id="store"),
        pytest.param("import never_was", id="import-of-what-is-not-loaded"),
        pytest.param("from sys import never_was", id="name-that-is-not-there"),
        pytest.param("@n\ndef f(): pass", id="decorator"),
        pytest.param("def f(a=g()): pass", id="default-that-is-called"),
        pytest.param("class C(Telling): pass", id="base-that-is-told"),
        pytest.param("class C(metaclass=n): pass", id="metaclass"),
        pytest.param("class C:\n  x = g()", id="call-in-a-class"),
        pytest.param("if f(): N = 1", id="condition-that-is-called"),
        pytest.param("if n: f()", id="call-in-a-branch"),
        pytest.param("if n: N = 1\nelse: f()", id="call-in-the-other-branch"),
        pytest.param("if Plain: N = 1", id="condition-that-is-asked"),
        pytest.param("N = Plain | n", id="operator-that-is-no-union"),
        pytest.param("class C:\n  int = n\n  x = int | None", id="union-of-what-the-class-binds"),
        pytest.param("class C:\n  @n.setter\n  def n(self): pass", id="setter-of-an-object"),
        pytest.param("class C:\n  y = n\n  @y.setter\n  def y(self): pass", id="no-property"),
        pytest.param("class C:\n  y = Named", id="attribute-that-is-told-its-name"),
    ],
)
def test_what_may_call_something_is_not(text: str) -> None:
    assert not told(text)


def test_annotations_that_are_not_evaluated_call_nothing() -> None:
    text = "def f(a: g() | 1, *b: g(), **c: g()) -> g(): pass"
    assert told(text, LATER)
    assert told("class C:\n  x: g() = 1", LATER)
    is_evaluated = sys.version_info < (3, 14)
    assert told(text) is not is_evaluated
