"""The statements of an edited text, with little of it parsed.

What the texts have in common at the beginning and at the end goes on, and so do the definitions
between that stand in the new text as they stood, in the same order, and what follows them. What is
left is *gaps*: each of them is parsed alone. A statement starts with a clean tokenizer, and a gap
that is Python by itself leaves one; so the statements are those of the whole text. A decorator
without its function, an ``else`` without its ``if``, or half of a string is not Python.

In a gap, a class need not be parsed if only the insides of its members are others: it ends before
the next line that begins in the first column. Whether it is Python is seen when it is compiled.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import chain, islice
from typing import TYPE_CHECKING

from .blocks import FIRST_COLUMN, Definition, last_line, parsed
from .statements import is_future, shares_line
from .text import common_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .statements import Statement
    from .text import Text

#: A class whose head ends on the line where it begins, without calls and strings.
_CLASS = re.compile(r"class[ \t]+\w+[ \t]*(\([\w \t.,=\[\]]*\))?[ \t]*:")
_INDENTED = re.compile(r"^([ \t]+)[^ \t\n#]", re.MULTILINE)
_TRIES = 8  # statements may begin alike: ``@overload``


def taken_over(text: Text, old: Text, statements: list[Statement]) -> list[Statement] | None:
    r"""Return the statements of a text that is an edit of another one, ``None`` if it is not sure.

    Then, as when a class that was not parsed turns out to be no Python, all is to be parsed that
    is new.

    Args:
        text: The new text.
        old: The old one.
        statements: Its statements.

    Example:
        >>> from entrepot.source.statements import split
        >>> from entrepot.source.text import Text
        >>> source = "A = 1\nB = 2\nclass C:\n    def f(self):\n        return 1\nE = 3\nF = 5"
        >>> old = Text("m", source.encode())
        >>> new = Text("m", source.replace("1\nE = 3", "2\n\nE = 4").encode())
        >>> found = taken_over(new, old, split(old))
        >>> [(s.kind, s.first, s.last) for s in found[2:]], found[2].is_parsed
        ([('ClassDef', 3, 5), ('Assign', 7, 7), ('Assign', 8, 8)], False)
    """
    head, tail = common_lines(old.lines, text.lines)
    begin = bisect_right(statements, head, key=_last)
    if begin < 2:  # a docstring, a future import
        return None
    end = bisect_right(statements, len(old.lines) - tail, key=_first)
    end = max(begin, end)
    if shares_line(statements, begin) or shares_line(statements, end):
        return None
    moved = len(text.lines) - len(old.lines)
    at, line = begin, statements[begin - 1].last
    stop = statements[end].first - 1 + moved if end < len(statements) else len(text.lines)
    found = statements[:begin]
    try:
        for number, place in _standing(text, old, statements[:end], begin, stop):
            one = statements[number]
            found += _gap(text, statements[at:number], line, place)
            found.append(one.moved(place + 1 - one.first))
            at, line = number + 1, place + 1 + one.last - one.first
        found += _gap(text, statements[at:end], line, stop)
    except (SyntaxError, _Unsure):
        return None
    return [*found, *(other.moved(moved) for other in statements[end:])]


class _Unsure(Exception):
    """Where statements are cut, or what they mean, is not told by the lines of a gap."""


def _last(statement: Statement) -> int:
    return statement.last


def _first(statement: Statement) -> int:
    return statement.first


def _standing(
    text: Text, old: Text, statements: list[Statement], begin: int, stop: int
) -> Iterator[tuple[int, int]]:
    """Yield the statements whose lines stand in the new text, and before which line each does.

    Definitions are looked for; what follows one that stands is found where it should be.

    Args:
        text: The new text.
        old: The old one.
        statements: Its statements, as far as they are looked for.
        begin: The first of them that is.
        stop: The line of the new text before which they are.
    """
    lines = text.lines
    above, line = begin - 1, statements[begin - 1].last
    there = set(lines[line:stop])
    for number in range(begin, len(statements)):
        one = statements[number]
        own = old.lines[one.first - 1 : one.last]
        places: Iterable[int] = ()
        if above == number - 1:
            places = [line + one.first - 1 - statements[above].last]
        if one.name is not None and own[0] in there:
            places = chain(places, islice(_places(lines, own[0], line, stop), _TRIES))
        elif shares_line(statements, number) or shares_line(statements, number + 1):
            continue
        for place in places:
            if lines[place : place + len(own)] == own and place + len(own) <= stop:
                yield number, place
                above, line = number, place + len(own)
                break


def _places(lines: list[str], line: str, start: int, stop: int) -> Iterator[int]:
    while True:
        try:
            start = lines.index(line, start, stop)
        except ValueError:
            return
        yield start
        start += 1


def _gap(text: Text, olds: list[Statement], start: int, stop: int) -> list[Statement]:
    """Return the statements between two lines, in the place of some old ones."""
    found: list[Statement] = []
    for one in olds:
        made = _class(text, one, start, stop) if one.kind == "ClassDef" else None
        if made is not None:
            found += [*parsed(text, start, made.first - 1), made]
            start = made.last
    found += parsed(text, start, stop)
    if any(one.is_parsed and is_future(one.node) for one in found):
        raise _Unsure
    return found


def _class(text: Text, one: Statement, start: int, stop: int) -> Definition | None:
    """Return a class as it is between two lines, ``None`` if it may be due by the edit."""
    lines = text.lines
    olds = one.text.split("\n")
    place = next(_places(lines, olds[0], start, stop), stop)
    head = 0
    while head < len(olds) and olds[head][:1] == "@":
        head += 1
    body = place + head + 1
    if body >= stop or not _CLASS.fullmatch(lines[body - 1]):
        return None
    if lines[place:body] != olds[: head + 1]:
        return None
    below = "\n".join(lines[body:stop])
    ends = FIRST_COLUMN.search(below)
    last = body + below.count("\n", 0, ends.start()) if ends else stop
    last = last_line(lines, body - 1, last) + 1
    own = lines[place:last]
    if own[-1][-1:] == "\\" or _members(own[head + 1 :]) != _members(olds[head + 1 :]):
        return None  # its tree will be asked for
    name = str(one.name)
    return Definition("\n".join(own), place + 1, last, one.kind, name, text.file)


def _members(lines: list[str]) -> list[str]:
    """Return the lines of a body where its statements begin; also some that lie in strings."""
    found = _INDENTED.search("\n".join(lines))
    if found is None:
        return []
    indent, deeper = found[1], (f"{found[1]} ", f"{found[1]}\t", f"{found[1]}#")
    return [line for line in lines if line.startswith(indent) and not line.startswith(deeper)]
