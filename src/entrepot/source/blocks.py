"""The statements of a text that was compiled, without parsing all of it.

The code object of a module tells on which lines its functions and classes begin: there, in the
first column, a statement begins for sure. What stands between two such lines is a *block*: a
definition, and what follows it up to the next one. A definition ends before the next line that
begins in the first column; so it need not be parsed before somebody asks for its tree. Everything
else is parsed, block by block, and where a block cannot be cut for sure, as a whole.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from types import CodeType
from typing import TYPE_CHECKING

from .statements import Statement, own_text, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .text import Text

_HEAD = re.compile(r"(async[ \t]+def|def|class)[ \t]+(\w+)")
_KINDS: Mapping[str, str] = {"def": "FunctionDef", "class": "ClassDef"}
FIRST_COLUMN = re.compile(r"^[^ \t\n#)\]}]", re.MULTILINE)


class Definition(Statement):
    """A function or class whose tree is made when it is asked for.

    Attributes:
        file: Its file, for what the parser says.
    """

    __slots__ = ("_above", "_kind", "_name", "file")

    def __init__(self, text: str, first: int, last: int, kind: str, name: str, file: str) -> None:
        self.begin(None, text, first, last)
        self._above = first - 1
        self._kind = kind
        self._name = name
        self.file = file

    @property
    def node(self) -> ast.stmt:
        """The syntax tree."""
        if self._node is None:
            self._node = ast.parse("\n" * self._above + self.text, self.file).body[0]
        return self._node

    @property
    def kind(self) -> str:
        """The node's class name."""
        return self._kind

    @property
    def name(self) -> str:
        """The name of the definition."""
        return self._name

    def moved(self, by: int) -> Statement:
        """Return the same statement ``by`` lines further down."""
        if not by:
            return self
        first, last = self.first + by, self.last + by
        found = Definition(self.text, first, last, self._kind, self._name, self.file)
        found._above = self._above
        self.carry_over(found, by)
        return found


def split_compiled(text: Text, code: CodeType) -> list[Statement]:
    r"""Return the statements of a text that a code object was compiled from.

    Raises:
        SyntaxError: It was not.

    Example:
        >>> from entrepot.source.text import Text
        >>> source = "A = 1\ndef f():\n    return A\nB = 2\n"
        >>> found = split_compiled(Text("m", source.encode()), compile(source, "m", "exec"))
        >>> found == split(Text("m", source.encode())), [(s.kind, s.first) for s in found]
        (False, [('Assign', 1), ('FunctionDef', 2), ('Assign', 4)])
    """
    lines = text.lines
    names = {
        const.co_firstlineno - 1: const.co_name
        for const in code.co_consts
        if isinstance(const, CodeType) and const.co_name[:1] != "<"
    }
    cuts = sorted(at for at in names if at < len(lines) and _begins(lines[at]))
    if not cuts or any("\r" in lines[at] or "\f" in lines[at] for at in cuts):
        return split(text)
    starts = _lines_in_first_column(text.source)
    try:
        found = parsed(text, 0, cuts[0])
        for number, at in enumerate(cuts):
            end = cuts[number + 1] if number + 1 < len(cuts) else len(lines)
            found += _block(text, at, end, names[at], starts)
    except SyntaxError:  # cut in a wrong place: nothing was taken over from it
        return split(text)
    if found:
        found[0].bind_docstring()
    return found


def _begins(line: str) -> bool:
    return line[:1] == "@" or _HEAD.match(line) is not None


def _lines_in_first_column(source: str) -> list[int]:
    """Return the lines with code in the first column, from 0 on; a bracket may close there."""
    found, line, last = [], 0, 0
    for match in FIRST_COLUMN.finditer(source):
        line += source.count("\n", last, match.start())
        last = match.start()
        found.append(line)
    return found


def _block(text: Text, at: int, end: int, name: str, starts: list[int]) -> list[Statement]:
    """Return the statements between two lines, the first of which begins a definition."""
    lines, head = text.lines, at
    while head < end and not (found := _HEAD.match(lines[head])):
        head += 1
    if head == end or found is None or found[2] != name:
        return parsed(text, at, end)
    position = bisect_right(starts, head)
    rest = starts[position] if position < len(starts) and starts[position] < end else end
    last = last_line(lines, head, rest)
    own = "\n".join(lines[at : last + 1])
    if rest < end and not _is_closed(own):
        return parsed(text, at, end)
    if any('"""' in line or "'''" in line for line in lines[last + 1 : rest]):
        return parsed(text, at, end)  # a line of a string that looks like a remark
    if lines[last][-1:] == "\\":
        return parsed(text, at, end)
    kind = _KINDS.get(found[1], "AsyncFunctionDef")
    definition = Definition(own, at + 1, last + 1, kind, name, text.file)
    return [definition, *parsed(text, rest, end)]


def last_line(lines: list[str], head: int, end: int) -> int:
    """Return the last line that is not blank and no remark."""
    last = end - 1
    while last > head and (not lines[last].strip() or lines[last].lstrip()[0] == "#"):
        last -= 1
    return last


def _is_closed(own: str) -> bool:
    """Return whether no string that goes over several lines is open at the end of some text.

    What follows must be Python, too; so a closing quote there would be noticed.
    """
    double, single = own.count('"""'), own.count("'''")
    return not (double and single) and double % 2 == 0 and single % 2 == 0 and "\\\n" not in own


def parsed(text: Text, start: int, end: int) -> list[Statement]:
    """Return the statements between two lines by parsing these alone."""
    lines = text.lines[start:end]
    if not any(lines):
        return []
    nodes = ast.parse("\n" * start + "\n".join(lines) + "\n", text.file).body
    return [Statement(node, own_text(node, text.lines, 1)) for node in nodes]
