"""A text whose code is known is cut into the same statements as by parsing it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import entrepot
from entrepot.source.blocks import Definition, split_compiled
from entrepot.source.statements import Statement, split
from entrepot.source.text import Text

OWN = sorted(Path(entrepot.__file__).parent.rglob("*.py"))
LIBRARY = sorted(Path(ast.__file__).parent.glob("*.py"))[::4]


def facts(statements: list[Statement]) -> list[Any]:
    return [
        (s.first, s.last, s.column, s.text, s.kind, s.name, s.shift, s.is_docstring)
        for s in statements
    ]


def trees(statements: list[Statement]) -> list[str]:
    return [ast.dump(statement.node, include_attributes=True) for statement in statements]


def both(content: bytes, file: str = "m.py") -> tuple[list[Statement], list[Statement]]:
    text = Text(file, content)
    code = compile(content, file, "exec", dont_inherit=True)
    return split_compiled(text, code), split(Text(file, content))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", [*OWN, *LIBRARY], ids=lambda file: file.name)
def test_real_texts_are_cut_as_they_are_parsed(file: Path) -> None:
    cut, parsed = both(file.read_bytes(), str(file))

    assert facts(cut) == facts(parsed)
    assert trees(cut) == trees(parsed)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('def f():\n    return """\nA = 1\n"""\nB = 2\n', id="string-in-first-column"),
        pytest.param("def f():\n    return '''\n# x'''\n# end\n", id="string-that-ends-as-remark"),
        pytest.param("def f():\n    return 'a\\\n# b'\n\nA = 1\n", id="continued-string"),
        pytest.param('def f():\n    # """\n    pass\nA = """\n"""\n', id="quotes-in-a-remark"),
        pytest.param("def f(\n    a,\n):\n    pass\nB = [\n1,\n]\n", id="brackets"),
        pytest.param("def f():\n    return [\n1,\n2]\nA = 1\n", id="bracket-in-first-column"),
        pytest.param("@d(\n'''\ndef f(): pass\n''')\ndef f(): pass\n", id="quoted-decorator"),
        pytest.param("def f(): pass; a = 1\nB = 2; C = 3\n", id="one-line"),
        pytest.param("if 1:\n    def f(): pass\nelse:\n    A = 1\ndef f(): 1\n", id="branches"),
        pytest.param("class C:\n    def f(self): pass\n\n    # end\n\n\nA = 1", id="class"),
        pytest.param("async def f():\n    pass\n# end\n\\\n\nA = 1\n", id="continued-line"),
        pytest.param('"""Doc."""\ndef f():\n    pass\n', id="docstring"),
        pytest.param(
            "d = lambda f: f\n@d\n@d\nclass C: pass\n@d\ndef f(): pass\n", id="decorated"
        ),
        pytest.param("def ﬁ(): pass\nA = 1\n", id="name-of-another-form"),
        pytest.param("def f():\r\n    pass\r\nA = 1\r\n", id="carriage-returns"),
        pytest.param("def f():\n    pass\n\x0cA = 1\n\x0cdef g(): pass\n", id="form-feeds"),
        pytest.param("def f(): pass\nA = lambda: 1\ndef f(): return 2\n", id="twice"),
    ],
)
def test_odd_texts_are_cut_as_they_are_parsed(text: str) -> None:
    cut, parsed = both(("d = lambda *a: lambda f: f\n" * ("@d(" in text) + text).encode())

    assert facts(cut) == facts(parsed)
    assert trees(cut) == trees(parsed)


def test_a_definition_is_not_parsed_before_it_is_asked_for() -> None:
    cut, _ = both(b"def f(): pass\ndef g(): pass\n")

    assert [type(statement) for statement in cut] == [Definition, Definition]
    assert [statement.moved(3).node.lineno for statement in cut] == [1, 2]
    assert [statement.moved(3).first for statement in cut] == [4, 5]


def test_a_text_that_is_not_the_codes_is_parsed() -> None:
    text = Text("m.py", b"A = 1\nB = '''\ndef f(): pass\n'''\n")
    code = compile("A = 1\n\ndef f(): pass\n", "m.py", "exec")

    assert facts(split_compiled(text, code)) == facts(split(text))
