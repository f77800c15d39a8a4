"""What a cell binds, read from its text; and how names follow."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.notebook.cells import read_cell
from entrepot.notebook.names import Names
from entrepot.reloading.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator


def from_m(name: str) -> tuple[str, str]:
    return ("m", name)


@pytest.mark.parametrize(
    ("source", "bindings"),
    [
        ("from m import a, b as c", [("a", from_m("a")), ("c", from_m("b"))]),
        ("from m import *", [("*", from_m("*"))]),
        ("from . import a", []),
        ("import m.n", [("m", None)]),
        ("import m as x", [("x", None)]),
        ("a = 1", [("a", None)]),
        ("a, *b = 1, 2", [("a", None), ("b", None)]),
        ("a += 1", [("a", None)]),
        ("del a", [("a", None)]),
        ("for a in x: pass", [("a", None)]),
        ("with x as a: pass", [("a", None)]),
        ("try: pass\nexcept E as a: pass", [("a", None)]),
        ("def a(): b = 1", [("a", None)]),
        ("class a:\n    b = 1", [("a", None)]),
        ("(a := 1)", [("a", None)]),
        ("[b for b in x if (a := b)]", [("a", None)]),
        ("match x:\n    case {'k': [a, *b]}: pass", [("a", None), ("b", None)]),
        ("if x:\n    from m import a\nelse:\n    a = None", [("a", from_m("a")), ("a", None)]),
        ("a = b\nfrom m import a", [("a", None), ("a", from_m("a"))]),
        ("get_ipython().run_cell_magic('time', '', 'from m import a\\n')", [("a", from_m("a"))]),
        ("get_ipython().run_line_magic('time', 'a = 1')", [("a", None)]),
        ("get_ipython().run_cell_magic('html', '', 'a = 1')", []),
        ("lambda: (a := 1)", []),
        ("a = (", []),
        ("", []),
    ],
)
def test_bindings_of_a_cell(source: str, bindings: list[Any]) -> None:
    assert read_cell(source).bindings == bindings


def test_scripts_of_a_cell() -> None:
    line = "get_ipython().run_line_magic('run', {!r})"

    assert read_cell(line.format("-i script.py a b")).scripts == ["script.py"]
    assert read_cell(line.format("'my script'")).scripts == ["my script"]
    assert read_cell(line.format("-m module")).scripts == []


@pytest.fixture
def m() -> Iterator[ModuleType]:
    module = ModuleType("m")
    module.__dict__.update(a=[1], b=[2])
    sys.modules["m"] = module
    yield module
    del sys.modules["m"]


class Notebook:
    """Names, and a module that is edited by hand."""

    def __init__(self, module: ModuleType, *cells: str) -> None:
        self.namespace: dict[str, Any] = {}
        self.names = Names(self.namespace)
        self.base = dict(module.__dict__)
        self.module = module
        for cell in cells:
            exec(cell, self.namespace)
            self.names.ran(cell)

    def edit(self, **values: object) -> list[str]:
        """Rebind names of the module as a reload would; return which names followed."""
        self.names.note(lambda name: self.base if name == "m" else None)
        for name, value in values.items():
            if value is None:
                del self.module.__dict__[name]
            else:
                setattr(self.module, name, value)
        journal = Journal()
        rebound = self.names.rebind(journal)
        journal.commit()
        return rebound


def test_an_alias_follows(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import a as x, b")

    assert notebook.edit(a=[3]) == ["x"]
    assert notebook.namespace["x"] == [3]
    assert notebook.namespace["b"] is m.__dict__["b"]


def test_a_name_bound_again_is_the_notebooks(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import a", "a = a")

    assert notebook.edit(a=[3]) == []
    assert notebook.namespace["a"] == [1]
    assert notebook.names.left == ["a is yours since (m.a is not followed)"]


def test_a_name_imported_again_follows_again(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import a", "a = 5", "from m import a")

    assert notebook.edit(a=[3]) == ["a"]


def test_a_name_that_the_module_bound_again_at_run_time_follows_the_edit(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import a")
    m.__dict__["a"] = [7]

    assert notebook.edit(a=[3]) == ["a"]


def test_a_name_that_is_gone_stays_and_is_told(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import a")

    assert notebook.edit(a=None) == []
    assert notebook.namespace["a"] == [1]
    assert notebook.names.left == ["a stays as it was (m.a is no more)"]


def test_a_star_import_brings_and_takes(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import *", "mine = 1")

    assert notebook.edit(a=None, c=[4], mine=[5]) == ["c"]
    assert "a" not in notebook.namespace
    assert notebook.namespace["mine"] == 1
    assert notebook.names.left == [
        "a is gone (m.a is no more)",
        "mine is yours (m.mine is not followed)",
    ]


def test_what_a_failed_reload_rebound_is_put_back(m: ModuleType) -> None:
    notebook = Notebook(m, "from m import a, b")
    notebook.names.note(lambda name: notebook.base)
    old = m.__dict__["a"]
    m.__dict__["a"] = [3]
    journal = Journal()

    notebook.names.rebind(journal)
    journal.roll_back()

    assert notebook.namespace["a"] is old
