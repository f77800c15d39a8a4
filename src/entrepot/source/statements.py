"""Top-level statements of a text, and the members of its classes.

A *statement* is the unit of comparison: one statement of a module's body, or of a class body
(then it is a *member*). Its *text* is the source lines that it stands on; its *signature* is what
executing it computes, without what only calling it would run: the bodies of functions are left
out, and so are the bodies of the members of a class, which are statements of their own.

Splitting a new text reuses what is known of the old one: lines at the beginning and at the end
that are the same hold the same statements, only the region between is parsed. This is exact,
since a statement starts with a clean tokenizer; where the region does not parse alone (a
decorator cut from its function, say) the whole text is parsed.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, TypeAlias

from .imports import imports_at_import
from .signatures import signature_of
from .text import common_lines
from .words import Words, imports_all, looks_up_by_text, settable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .imports import ImportFact
    from .text import Text

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


_DEFINING = frozenset({"FunctionDef", "AsyncFunctionDef", "ClassDef"})
#: Words without which a definition binds no other name of its module.
_BINDING_OTHERS = ("global", "modules", "import_module", "setattr", "delattr")
_NOT_IMPORTING = frozenset({"FunctionDef", "AsyncFunctionDef", "Assign", "AnnAssign", "Expr"})
WITHOUT_DOCSTRINGS = 2  # ``python -OO``


class Statement:
    """One statement of a module or class body.

    Attributes:
        first: Its first line, decorators included, counted from 1.
        last: Its last line.
        text: The source of these lines; statements that share a line get their own part of it.
        shift: How many lines it moved since ``node`` was parsed.
        is_docstring: Whether it is the string that begins a module.
    """

    __slots__ = (
        "_binds_its_name",
        "_has_star",
        "_imports",
        "_is_dynamic",
        "_members",
        "_node",
        "_settable",
        "_signature",
        "_words",
        "column",
        "first",
        "is_docstring",
        "last",
        "shift",
        "text",
    )

    def __init__(self, node: ast.stmt, text: str, shift: int = 0) -> None:
        last = node.end_lineno or node.lineno
        self.begin(node, text, first_line(node) + shift, last + shift)
        self.column = node.col_offset
        self.shift = shift

    def begin(self, node: ast.stmt | None, text: str, first: int, last: int) -> None:
        """Be a statement whose tree may be made later; it begins in the first column."""
        self._node = node
        self.first = first
        self.last = last
        self.column = 0
        self.text = text
        self.shift = 0
        self.is_docstring = False
        self._signature: str | None = None
        self._is_dynamic: bool | None = None
        self._has_star: bool | None = None
        self._settable: frozenset[str] | None = None
        self._binds_its_name: bool | None = None
        self._imports: list[ImportFact] | None = None
        self._words: Words | None = None
        self._members: list[Statement] | None = None

    def bind_docstring(self) -> None:
        r"""Let a string that begins a module be what it does: it assigns ``__doc__``.

        Example:
            >>> from entrepot.source.text import Text
            >>> split(Text("m", b"'What it sells.'\nRATE = 1"))[0].signature[:38]
            "Assign(targets=[Name(id='__doc__', ctx"
        """
        node = self.node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if not isinstance(node.value.value, str):
                return
            self.is_docstring = True
            if sys.flags.optimize >= WITHOUT_DOCSTRINGS:
                return
            target = ast.copy_location(ast.Name("__doc__", ast.Store()), node)
            self._node = ast.copy_location(ast.Assign([target], node.value), node)
            self._words = Words("__doc__")

    @property
    def node(self) -> ast.stmt:
        """The syntax tree.

        The line numbers in it are those of the text that it was parsed from, ``shift`` lines above
        (or below) where it stands now.
        """
        assert self._node is not None
        return self._node

    @property
    def is_parsed(self) -> bool:
        """Whether the syntax tree is there already."""
        return self._node is not None

    @property
    def kind(self) -> str:
        """The node's class name: ``"FunctionDef"``, ``"Assign"``, ``"If"``, and so on."""
        return type(self.node).__name__

    @property
    def name(self) -> str | None:
        """The name of a definition, ``None`` for any other statement."""
        return self.node.name if isinstance(self.node, DEFINITIONS) else None

    @property
    def is_function(self) -> bool:
        """Whether this is a ``def`` or an ``async def``."""
        return self.kind in {"FunctionDef", "AsyncFunctionDef"}

    @property
    def is_class(self) -> bool:
        """Whether this is a ``class`` statement."""
        return self.kind == "ClassDef"

    @property
    def signature(self) -> str:
        """What executing the statement computes, as text that can be compared.

        Example:
            >>> old, new = (ast.parse(s).body[0] for s in ("def f(a): return 1", "def f(a): pass"))
            >>> Statement(old, "").signature == Statement(new, "").signature
            True
        """
        if self._signature is None:
            self._signature = signature_of(self.node)
        return self._signature

    def mentions(self, word: str) -> bool:
        """Return whether a name may stand in the statement.

        Example:
            >>> Statement(ast.parse("a = rate").body[0], "a = rate").mentions("rate")
            True
        """
        return self._asked().have(word)

    def mentioned(self, words: Iterable[str]) -> list[str]:
        """Return those of many names that may stand in the statement, sorted."""
        return self._asked().among(words)

    @property
    def words(self) -> frozenset[str]:
        """All names that may stand in the statement, but for those that are not ASCII."""
        return self._asked().all()

    @property
    def has_known_words(self) -> bool:
        """Whether all words have been found already."""
        return self._words is not None and self._words.are_known

    def _asked(self) -> Words:
        if self._words is None:
            self._words = Words(self.text)
        return self._words

    @property
    def imports(self) -> list[ImportFact]:
        """The imports that executing the statement makes itself."""
        if self._imports is None:
            is_asked = self.kind not in _NOT_IMPORTING and self.mentions("import")
            self._imports = imports_at_import([self.node]) if is_asked else []
        return self._imports

    @property
    def is_dynamic(self) -> bool:
        """Whether names may be looked up by text, or all names of a module be imported."""
        if self._is_dynamic is None:
            self._is_dynamic = looks_up_by_text(self.text)
        return self._is_dynamic

    @property
    def may_bind_by_text(self) -> bool:
        """Whether names may be bound that do not stand in it, as far as its words tell."""
        return self.is_dynamic or self.mentions("setattr") or self.mentions("delattr")

    @property
    def binds_its_name(self) -> bool:
        r"""Whether it is a definition that binds its name and no other, as far as its words tell.

        Example:
            >>> from entrepot.source.text import Text
            >>> found = split(Text("m", b"def f(): pass\ndef g(a=(b := 1)): pass\nc = 1"))
            >>> [statement.binds_its_name for statement in found]
            [True, False, False]
        """
        if self._binds_its_name is None:
            self._binds_its_name = (
                self.kind in _DEFINING
                and ":=" not in self.text
                and not self.is_dynamic
                and not any(map(self.mentions, _BINDING_OTHERS))
            )
        return self._binds_its_name

    @property
    def in_place(self) -> ast.stmt | None:
        """The syntax tree with the lines of where it stands; ``None`` where it stands apart.

        That is on a line with another one, or where it is a docstring. To parse it again is far
        less work than to go through its tree.
        """
        if not self.shift:
            return self.node
        if self.column or self.is_docstring:
            return None
        return ast.parse("\n" * (self.first - 1) + self.text).body[0]

    @property
    def settable(self) -> frozenset[str]:
        """The names that it may set as attributes, or has as strings."""
        if self._settable is None:
            self._settable = settable(self.text)
        return self._settable

    @property
    def has_star(self) -> bool:
        """Whether all names of a module may be imported."""
        if self._has_star is None:
            self._has_star = imports_all(self.text)
        return self._has_star

    @property
    def members(self) -> list[Statement]:
        """The statements of a class body; empty for everything else."""
        if self._members is None:
            self._members = []
            if isinstance(self.node, ast.ClassDef):
                lines = self.text.split("\n")
                self._members = [
                    Statement(child, own_text(child, lines, self.first - self.shift), self.shift)
                    for child in self.node.body
                ]
        return self._members

    def moved(self, by: int) -> Statement:
        """Return the same statement ``by`` lines further down."""
        if not by:
            return self
        statement = Statement(self.node, self.text, self.shift + by)
        self.carry_over(statement, by)
        return statement

    def carry_over(self, other: Statement, by: int) -> None:
        """Tell the same statement, some lines further down, what is known of it."""
        other.shift = self.shift + by
        other.is_docstring = self.is_docstring
        other._node = self._node  # noqa: SLF001 (its own class)
        other._signature = self._signature  # noqa: SLF001
        other._is_dynamic = self._is_dynamic  # noqa: SLF001
        other._has_star = self._has_star  # noqa: SLF001
        other._settable = self._settable  # noqa: SLF001
        other._binds_its_name = self._binds_its_name  # noqa: SLF001
        other._imports = self._imports  # noqa: SLF001
        other._words = self._words  # noqa: SLF001

    def at(self, line: int) -> bool:
        """Return whether a line belongs to the statement."""
        return self.first <= line <= self.last

    def __repr__(self) -> str:
        return f"Statement({self.kind}, {self.text.splitlines()[0] if self.text else ''!r})"


def first_line(node: ast.stmt) -> int:
    r"""Return the first line of a statement, its decorators included.

    Example:
        >>> first_line(ast.parse("@cache\ndef f(): pass").body[0])
        1
    """
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def split(text: Text) -> list[Statement]:
    """Return the statements of a text, in order.

    Raises:
        SyntaxError: The text is not Python.
    """
    statements = _statements(text.source, text.lines, text.file, 0)
    if statements:
        statements[0].bind_docstring()
    return statements


def resplit(text: Text, old: Text, statements: list[Statement]) -> list[Statement]:
    """Return the statements of a text that is an edit of another one.

    Statements on unchanged lines are taken over from ``statements``, which are those of ``old``
    (moved where lines were added or removed above them).

    Raises:
        SyntaxError: The text is not Python.
    """
    head, tail = common_lines(old.lines, text.lines)
    before = 0
    while before < len(statements) and statements[before].last <= head:
        before += 1
    if before < 2 or shares_line(statements, before):  # a docstring, a future import
        return split(text)
    after = len(statements)
    first_same = len(old.lines) - tail + 1  # the first line of the common end
    while after > before and statements[after - 1].first >= first_same:
        after -= 1
    if shares_line(statements, after):
        return split(text)
    moved = len(text.lines) - len(old.lines)
    start = statements[before - 1].last
    stop = statements[after].first + moved - 1 if after < len(statements) else len(text.lines)
    region = text.lines[start:stop]
    try:
        middle = _statements("\n" * start + "\n".join(region) + "\n", text.lines, text.file, 0)
    except SyntaxError:
        return split(text)
    if any(is_future(statement.node) for statement in middle):
        return split(text)
    return [
        *statements[:before],
        *middle,
        *(statement.moved(moved) for statement in statements[after:]),
    ]


def is_future(node: ast.stmt) -> bool:
    """Return whether a statement asks for a future feature."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def shares_line(statements: list[Statement], position: int) -> bool:
    """Return whether the statements before and at a position stand on one line."""
    return (
        0 < position < len(statements)
        and statements[position].first <= statements[position - 1].last
    )


def _statements(source: str, lines: list[str], file: str, shift: int) -> list[Statement]:
    tree = ast.parse(source, file)
    return [Statement(node, own_text(node, lines, 1), shift) for node in tree.body]


def own_text(node: ast.stmt, lines: list[str], base: int) -> str:
    """Return the source of a node; ``lines[0]`` is line ``base``.

    A node that shares its first or last line with another statement gets its own part only.
    """
    first, last = first_line(node), node.end_lineno or node.lineno
    own = lines[first - base : last - base + 1]
    end = own[-1].encode()[node.end_col_offset :].lstrip() if own else b""
    begins = first == node.lineno and own and own[0].encode()[: node.col_offset].strip()
    if begins or (end and not end.startswith(b"#")):
        own[-1] = own[-1].encode()[: node.end_col_offset].decode()
        if first == node.lineno:
            own[0] = own[0].encode()[node.col_offset :].decode()
    return "\n".join(own)
