"""A proposed change as something that can be applied: which lines of which file, and the new text.

A *change* replaces some lines of one file; a *remedy* is the changes that belong together, with a
sentence that says what they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Change:
    r"""Lines of one file, and what is to stand there.

    Attributes:
        file: The absolute file name. A file that is not there yet is made.
        line: The first line to replace, counted from 1; with ``end_line`` one less, the new
            lines come before it and nothing is replaced.
        end_line: The last line to replace.
        old: What stands there now, with its line ends, ``""`` for nothing.
        new: What is to stand there, ``""`` for nothing.
        rename_to: The new name of the file, when it is to be renamed and nothing else.
    """

    __slots__ = ("end_line", "file", "line", "new", "old", "rename_to")

    def __init__(
        self, file: str, line: int, end_line: int, old: str, new: str, rename_to: str = ""
    ) -> None:
        self.file = file
        self.line = line
        self.end_line = end_line
        self.old = old
        self.new = new
        self.rename_to = rename_to

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name, ``rename_to`` only where there is one."""
        fields: dict[str, object] = {
            "file": self.file,
            "line": self.line,
            "end_line": self.end_line,
            "old": self.old,
            "new": self.new,
        }
        return fields | ({"rename_to": self.rename_to} if self.rename_to else {})

    def __repr__(self) -> str:
        return f"Change({self.file!r}, {self.line}, {self.end_line}, {self.old!r}, {self.new!r})"


class Remedy:
    """What would help, as a sentence and as changes.

    Attributes:
        how: The kind: ``"direct"``, ``"typing"``, ``"defer"``, ``"lazy"``, ``"reorder"``,
            ``"move"``, ``"remove"``, ``"rename"``, ``"name"``.
        says: The sentence.
        changes: What to do, file by file.
        cost: How much it disturbs; the cheapest remedy is proposed.
        is_tried: Whether a rehearsal of the changed program got to its end.
    """

    __slots__ = ("changes", "cost", "how", "is_tried", "says")

    def __init__(self, how: str, says: str, changes: Sequence[Change], cost: float) -> None:
        self.how = how
        self.says = says
        self.changes = list(changes)
        self.cost = cost
        self.is_tried = False

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name."""
        changes = [change.as_dict() for change in self.changes]
        return {"how": self.how, "says": self.says, "tried": self.is_tried, "changes": changes}

    def __repr__(self) -> str:
        return f"Remedy({self.how!r}, {self.says!r})"


def changed_text(source: str, changes: Iterable[Change]) -> str:
    r"""Return a text with the changes of its file made.

    Raises:
        ValueError: What a change is to replace does not stand there.

    Example:
        >>> changed_text("a\nb\n", [Change("f.py", 2, 2, "b\n", "c\n")])
        'a\nc\n'
        >>> changed_text("a\nb\n", [Change("f.py", 2, 1, "", "c\n")])
        'a\nc\nb\n'
    """
    lines = lines_of(source)
    for change in sorted(changes, key=lambda c: (c.line, c.end_line), reverse=True):
        here = slice(change.line - 1, change.end_line)
        if "".join(lines[here]) != change.old:
            raise ValueError(f"{change.file}:{change.line} is not as it was")
        if change.line > 1 and lines and len(lines) < change.line and lines[-1][-1:] != "\n":
            lines[-1] += "\n"
        lines[here] = [change.new]
    return "".join(lines)


def lines_of(source: str) -> list[str]:
    r"""Return a text's lines with their ends, as the compiler counts them.

    Example:
        >>> lines_of("a\x0cb\nc")
        ['a\x0cb\n', 'c']
    """
    lines = source.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def changed_texts(texts_by_file: Mapping[str, str], changes: Sequence[Change]) -> dict[str, str]:
    """Return the texts of the files that changes touch, as they will be."""
    texts: dict[str, str] = {}
    for file in dict.fromkeys(change.file for change in changes):
        own = [change for change in changes if change.file == file]
        texts[file] = changed_text(texts_by_file.get(file, ""), own)
    return texts
