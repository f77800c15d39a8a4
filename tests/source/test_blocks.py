"""A text whose code is known is cut into the same statements as by parsing it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import entrepot
from entrepot.source.blocks import Definition, split_compiled, with_edited_class
from entrepot.source.statements import Statement, resplit, split
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


BEFORE = b"""\
import os
A = 1
class C(os.PathLike[str]):
    one = 1

    def f(self, a=1):
        return a

    def g(self):
        text = \'\'\'
            first
        \'\'\'
        return text

    two = 2
# end
B = 2
"""


@pytest.mark.parametrize(
    ("old", "new", "is_cut"),
    [
        pytest.param(b"return a", b"return os.fspath(a)", True, id="body"),
        pytest.param(b"a=1", b"b=1", True, id="parameter"),
        pytest.param(b"one = 1\n", b"one = 1\n    three = [\n\n    ]\n", True, id="more-lines"),
        pytest.param(b"one = 1\n", b"one = [\n)]\n", True, id="bracket-in-first-column"),
        pytest.param(b"    two = 2\n", b"    # two = 2\n", True, id="last-line"),
        pytest.param(b"        return a\n", b"", True, id="no-body"),
        pytest.param(b"return a\n", b"return '''a\n", True, id="string-opened"),
        pytest.param(b"one = 1\n", b"one = 1\ntwo = 2\n", False, id="class-ends-there"),
        pytest.param(b"            first", b"first", False, id="in-first-column"),
        pytest.param(b"[str]", b"[bytes]", False, id="bases"),
        pytest.param(b"B = 2", b"B = 3", False, id="after-it"),
        pytest.param(b"A = 1", b"A = 3", False, id="above-it"),
        pytest.param(b"# end\nB", b"    three = 3\nB", False, id="behind-its-end"),
    ],
)
def test_a_class_of_which_lines_are_others_is_cut_as_it_is_parsed(
    old: bytes, new: bytes, is_cut: bool
) -> None:
    before, after = Text("m.py", BEFORE), Text("m.py", BEFORE.replace(old, new, 1))

    found = with_edited_class(after, before, split(before))

    assert (found is not None) is is_cut
    if found is None:
        return
    edited = found[2]
    assert not edited.is_parsed
    try:
        expected = resplit(after, before, split(before))
    except SyntaxError:
        with pytest.raises(SyntaxError):
            compile(edited.text, "m.py", "exec")
    else:
        assert facts(found) == facts(expected)
        assert trees(found) == trees(expected)
