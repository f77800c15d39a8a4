"""An edited text is cut into the same statements as by parsing all of it."""

from __future__ import annotations

import ast
import random
from pathlib import Path
from typing import Any

import pytest

import entrepot
from entrepot.source.regions import taken_over
from entrepot.source.statements import Statement, split
from entrepot.source.text import Text

SOURCES = sorted(Path(entrepot.__file__).parent.rglob("*.py"))
LIBRARY = sorted(Path(ast.__file__).parent.glob("*.py"))[::6]

BEFORE = b"""\
import os
A = 1
def before(x):
    return x
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
@d
def after():
    return B
if A:
    D = 2
class E:
    def g(self):
        return 1
"""


def facts(statements: list[Statement]) -> list[Any]:
    return [
        (s.first, s.last, s.column, s.text, s.kind, s.name, s.is_docstring) for s in statements
    ]


def trees(statements: list[Statement]) -> list[str]:
    return [ast.dump(statement.node) for statement in statements]


def cut(old: bytes, new: bytes) -> list[str] | None:
    """Return the classes that are not parsed of a text as an edit of another one.

    Its statements are those of a parser. That it is no Python is seen at once, or when what was
    not parsed is compiled.
    """
    before, after = Text("m.py", old), Text("m.py", new)
    found = taken_over(after, before, split(before))
    if found is None:
        return None
    unparsed = [one for one in found if not one.is_parsed]
    try:
        for one in unparsed:
            compile(one.text, "m.py", "exec")
    except SyntaxError:
        return ["no Python"]
    names = [str(one.name) for one in unparsed]
    expected = split(Text("m.py", new))
    assert facts(found) == facts(expected)
    assert trees(found) == trees(expected)
    return names


@pytest.mark.parametrize(
    ("old", "new", "unparsed"),
    [
        pytest.param(b"return a", b"return os.fspath(a)", ["C"], id="body"),
        pytest.param(b"a=1", b"b=1", [], id="parameter"),
        pytest.param(b"return a", b"return a\n    def h(self): ...", [], id="another-member"),
        pytest.param(b"return a\n", b"return [\n]\n", ["C"], id="bracket-in-first-column"),
        pytest.param(b"    two = 2\n", b"    # two = 2\n", [], id="last-member"),
        pytest.param(b"        return a\n", b"", ["no Python"], id="no-body"),
        pytest.param(b"return a\n", b"return '''a\n", ["no Python"], id="string-opened"),
        pytest.param(b"return a\n", b"return a\ntwo = 2\n", None, id="class-ends-there"),
        pytest.param(b"            first", b"first", [], id="in-first-column"),
        pytest.param(b"[str]", b"[bytes]", [], id="bases"),
        pytest.param(b"B = 2", b"B = 3", [], id="after-it"),
        pytest.param(b"import os", b"import os, sys", None, id="first-statement"),
        pytest.param(b"A = 1\n", b"A = 2\n", None, id="second-statement"),
        pytest.param(b"return x", b"return x + 1", [], id="function"),
        pytest.param(b"    def g(self):\n        return 1", b"    pass", [], id="last-statement"),
        pytest.param(b"# end\nB", b"    three = 3\nB", None, id="behind-its-end"),
        pytest.param(b"@d\n", b"", [], id="decorator-gone"),
        pytest.param(b"@d\n", b"@d\n@e\n", [], id="decorator-added"),
        pytest.param(b"@d\n", b"@d\nX = 1\n", None, id="decorator-of-nothing"),
        pytest.param(b"if A:\n    D", b"else:\n    D", None, id="else-of-nothing"),
        pytest.param(b"return a", b"return a \\", ["C"], id="continued"),
        pytest.param(b"B = 2", b"from __future__ import annotations", None, id="future"),
    ],
)
def test_one_edit_is_cut_as_it_is_parsed(
    old: bytes, new: bytes, unparsed: list[str] | None
) -> None:
    assert cut(BEFORE, BEFORE.replace(old, new, 1)) == unparsed


def test_what_stands_between_two_edits_goes_on() -> None:
    old = Text("m.py", BEFORE)
    new = Text("m.py", BEFORE.replace(b"return x", b"return -x").replace(b"return 1", b"return 2"))
    statements = split(old)

    found = taken_over(new, old, statements)

    assert found is not None
    assert [one in statements for one in found] == [True] * 2 + [False] + [True] * 4 + [False]


def test_a_definition_that_is_in_a_string_now_is_no_statement() -> None:
    edited = BEFORE.replace(b"B = 2", b"B = '''").replace(b"if A:", b"'''\nif A:")

    assert cut(BEFORE, edited.replace(b"return x", b"return -x")) is None


LINES = (
    "    x = 1", "        return 3", "    def q(self, a=2): pass", '    """', "# remark", "",
    "y = 2", '        """doc', "    )", "        x = (", "    @property", "        \\", "@wrap",
    "else:", "class C:", "from __future__ import division", "def f(): pass", "\x0c", "]",
)  # fmt: skip


def edited(lines: list[str], rnd: random.Random) -> list[str]:
    lines = list(lines)
    for _ in range(rnd.randrange(1, 4)):
        at, kind = rnd.randrange(len(lines)), rnd.randrange(5)
        if kind == 0:
            del lines[at : at + rnd.randrange(1, 4)]
        elif kind == 1:
            lines.insert(at, rnd.choice(lines))
        elif kind == 2:
            lines[at] = rnd.choice(LINES)
        elif kind == 3:
            lines[at] = lines[at].replace("self", "self_", 1).replace("1", "2", 1)
        else:
            lines[at : at + 2] = lines[at : at + 2][::-1]
        lines = lines or [""]
    return lines


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("file", [*SOURCES[::3], *LIBRARY], ids=lambda file: file.name)
def test_edits_of_real_texts_are_cut_as_they_are_parsed(file: Path) -> None:
    rnd = random.Random(file.name)
    content = file.read_bytes()
    try:
        lines = Text(file.name, content).lines
    except SyntaxError:
        return
    for _ in range(6):
        cut("\n".join(lines).encode(), "\n".join(edited(lines, rnd)).encode())
