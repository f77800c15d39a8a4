"""What the process runs of each module, statement by statement.

* A *record* is kept of every managed module: its text as executed, its code, the import-time
  *base* of its values.
* A *live statement* is a statement of a record as it runs now. It lives on through edits: the
  statement of the new text that matches it takes its place in it.
* A *live scope* is a function (class body, lambda, …) of a live statement, with the code that the
  process runs for it now.
* A *site* is a line of a module while it was imported: what ran during it was recorded there.

Nothing here is parsed before the first reload that needs it.
"""

from __future__ import annotations

from _bisect import bisect_right

from .content import Content, Packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from types import CodeType, ModuleType
    from typing import Any

    from entrepot.source.scopes import Path
    from entrepot.source.statements import Statement
    from entrepot.source.text import Text
    from entrepot.source.uses import Uses

    from .view import View


#: See ``source/imports.py``: when branches happen.
_FOR_CHECKERS = frozenset({"typing"})
_NOT_IN_MODULES = frozenset({"typing", "main"})


class Site:
    """A line of a module's own code during its import.

    It is told by an instruction of the code: to find its line takes as long as the code is.
    """

    __slots__ = ("_at", "_line", "live", "record")

    def __init__(self, record: Record, line: int | None, at: int = -1) -> None:
        self.record = record
        self._line = line
        self._at = at
        self.live: LiveStatement | None = None

    @property
    def line(self) -> int:
        """The line, 0 before the first."""
        if self._line is None:
            self._line = self.record.line_at(self._at)
        return self._line


class LiveScope:
    """One scope below a live statement, and the code that runs for it."""

    __slots__ = ("_uses", "changes_owner", "code", "live", "path")

    def __init__(self, live: LiveStatement, path: Path, code: CodeType) -> None:
        self._uses: Uses | None = None
        self.live = live
        self.path = path
        self.code = code
        self.changes_owner: bool | None = None  # see ``owners.py``

    @property
    def name(self) -> str:
        """The scope's qualified name within its module, such as ``"Cart.total"``."""
        return ".".join(name for name, _ in self.path)

    @property
    def uses(self) -> Uses:
        """What one run of the scope uses."""
        if self._uses is None:
            from entrepot.source.facts import uses_of_function
            from entrepot.source.uses import Uses

            node = self.live.node_of(self)
            self._uses = (
                Uses()
                if node is None
                else uses_of_function(node, self.code, self.live.record.never())
            )
        return self._uses

    def __repr__(self) -> str:
        return f"LiveScope({self.live.record.name}:{self.name})"


class LiveStatement:
    """A statement as the process runs it.

    Attributes:
        record: The module that it belongs to.
        statement: Its text and tree, of the revision that runs.
        codes: The code objects directly below it, in source order.
        scopes: All scopes below it by path.
        old: While a reload is prepared, the live statement whose place this one takes.
        paths: The paths that scopes of the old one have in this, ``None`` if all have the same.
        sites: Where it was while it was executed: what ran there is recorded by site.
    """

    __slots__ = ("_scopes", "_uses", "codes", "old", "paths", "record", "sites", "statement")

    def __init__(self, record: Record, statement: Statement, codes: list[CodeType]) -> None:
        self.record = record
        self.statement = statement
        self.codes = codes
        self.old: LiveStatement | None = None
        self.paths: dict[Path, Path] | None = None
        self.sites: list[Site] = []
        self._scopes: dict[Path, LiveScope] | None = None
        self._uses: Uses | None = None

    @property
    def scopes(self) -> dict[Path, LiveScope]:
        """The scopes by path, outer ones first."""
        if self._scopes is None:
            from entrepot.source.scopes import walk

            self._scopes = {path: LiveScope(self, path, code) for path, code in walk(self.codes)}
        return self._scopes

    @property
    def uses(self) -> Uses:
        """What executing the statement uses itself."""
        if self._uses is None:
            from entrepot.source.facts import uses_of

            self._uses = uses_of(self.statement.node, self.record.never())
        return self._uses

    def after(self, scope: LiveScope) -> LiveScope | None:
        """Return the scope that continues one of the statement whose place this one takes."""
        if self.paths is None or scope.live is self:
            return self.scopes.get(scope.path)
        path = self.paths.get(scope.path)
        return None if path is None else self.scopes[path]

    def moved(self, by: int) -> LiveStatement:
        """Return the statement as it is some lines further down; what is known of it stays."""
        from entrepot.source.scopes import shifted, walk

        live = LiveStatement(self.record, self.statement.moved(by), [])
        live.codes = [shifted(code, by) for code in self.codes]
        live.old = self
        live._uses = self._uses
        live._scopes = {path: LiveScope(live, path, code) for path, code in walk(live.codes)}
        for path, scope in self.scopes.items():
            live._scopes[path]._uses = scope._uses  # noqa: SLF001 (its own module)
        return live

    def node_of(self, scope: LiveScope) -> Any:
        """Return the syntax tree of a scope, ``None`` if it cannot be told."""
        from entrepot.source.nodes import node_at

        line = scope.code.co_firstlineno - self.statement.shift
        return node_at(self.statement.node, scope.code.co_name, line, scope.code)

    @property
    def where(self) -> str:
        """File and line, as in a traceback."""
        return f"{self.record.file}:{self.statement.first}"

    def __repr__(self) -> str:
        return f"LiveStatement({self.record.name}:{self.statement.first})"


class Record:
    """What is known of one managed module.

    Attributes:
        name: The name it was executed under.
        code: The module code that was executed, whose nested code objects the sites name.
        text: The text that the process runs now.
        parent: The site that imported it first, ``None`` if unmanaged code did.
        order: When its execution began, counted over the process.
        sites: Where its import was when something ran, by instruction: ``{12: Site}``.
        is_recorded: Whether its import was recorded; ``False`` after a late start.
        missing: What it imported in vain and went on without; ``None`` before anybody asked.
        is_learned: Whether what can be known after a late start is known already.
        doubt: After a late start, why what runs is not known; see ``late.py``.
    """

    __slots__ = (
        "_base",
        "_has_star",
        "_lines",
        "_lives",
        "_view",
        "code",
        "doubt",
        "error",
        "file",
        "flags",
        "is_learned",
        "is_recorded",
        "missing",
        "module",
        "name",
        "namespace",
        "order",
        "parent",
        "revision",
        "sites",
        "text",
        "words",
    )

    def __init__(
        self, module: ModuleType, name: str, text: Text, code: CodeType, order: int
    ) -> None:
        self.module = module
        self.name = name
        self.namespace: dict[str, Any] = module.__dict__
        self.file = text.file
        self.text = text
        self.code = code
        self.flags = code.co_flags
        self.order = order
        self.parent: Site | None = None
        self.sites: dict[int, Site] = {}
        self._base = Content(None, {})
        self.error: BaseException | None = None
        self.is_recorded = True
        self.is_learned = False
        self.missing: list[str] | None = None
        self.doubt: str | None = None
        self.revision = 1
        self.words: frozenset[str] | None = None
        self._lives: list[LiveStatement] | None = None
        self._has_star: bool | None = None
        self._view: View | None = None
        self._lines: list[tuple[int, int]] | None = None

    @property
    def base(self) -> Any:
        """Import-time values by name, see ``base.py``."""
        return self._base.held

    @property
    def is_complete(self) -> bool:
        """Whether its import is over."""
        return type(self._base) is Packed or bool(self._base.held)

    def note_base(self) -> list[Any]:
        """Note what the names are bound to now, and return that."""
        names, values = self.namespace, self.namespace.values()
        both = (*names, *values)  # in one go, as other threads may run
        self._base = Packed(None, list(both))
        builtins = names.get("__builtins__")
        return [value for value in both[len(both) // 2 :] if value is not builtins]

    @property
    def view(self) -> View:
        """The statements that run, to look them up; good until the text is another."""
        if self._view is None or self._view.lives is not self.lives:
            from .view import View

            self._view = View(self.lives)
        return self._view

    @property
    def lives(self) -> list[LiveStatement]:
        """The statements that run, in order.

        Raises:
            SyntaxError: The text is not Python: it is not what was executed.
        """
        if self._lives is None:
            from entrepot.source.blocks import split_compiled

            self._lives = _made_live(self, split_compiled(self.text, self.code))
            self._lines = None
        return self._lives

    @lives.setter
    def lives(self, lives: list[LiveStatement]) -> None:
        self._lives = lives
        self.words = self.missing = self._has_star = None

    def line_at(self, offset: int) -> int:
        """Return the line of an instruction of the code that the import executed."""
        if self._lines is None:
            self._lines = [(start, line or 0) for start, _, line in self.code.co_lines()]
        found = bisect_right(self._lines, offset, key=_first) - 1
        return self._lines[found][1] if found >= 0 else 0

    @property
    def is_parsed(self) -> bool:
        """Whether the statements are known already."""
        return self._lives is not None

    def never(self) -> frozenset[str]:
        """Return which branches its code never takes: what is for type checkers, or a start."""
        if self.namespace.get("TYPE_CHECKING"):
            return frozenset()
        return _FOR_CHECKERS if self.name == "__main__" else _NOT_IN_MODULES

    def mentions(self, word: str, runners: Container[int]) -> bool:
        """Return whether code that an import of the module runs may mention a name.

        Args:
            word: The name.
            runners: Identities of code objects of functions that ran during imports.
        """
        if self._lives is not None:
            return self.text.mentions(word)
        return word in self.words_that_run(runners)

    def words_that_run(self, runners: Container[int]) -> frozenset[str]:
        """Return all names that code may mention which an import of the module runs."""
        if self._lives is not None:
            return self.text.words
        if self.words is None:
            from .mentions import words_of

            is_known = self.is_recorded or self.is_learned
            self.words = frozenset(words_of(self.code, runners if is_known else None))
        return self.words

    @property
    def has_star(self) -> bool:
        """Whether the module may import all names of another one."""
        if self._lives is None:
            return ("*",) in self.code.co_consts
        if self._has_star is None:
            self._has_star = any(live.statement.has_star for live in self._lives)
        return self._has_star

    def __repr__(self) -> str:
        return f"Record({self.name!r}, revision {self.revision})"


def _first(pair: tuple[int, int]) -> int:
    return pair[0]


def origin_of(module: ModuleType) -> Any:
    """Return the name of the file that a module was loaded from, ``None`` without one."""
    spec = getattr(module, "__spec__", None)
    file = getattr(spec, "origin", None) or getattr(module, "__file__", None)
    return file if isinstance(file, str) else None


def absolute(record: Record, name: str, level: int) -> str:
    """Return the absolute name that an import in a module means."""
    package = record.namespace.get("__package__") or ""
    for _ in range(level - 1):
        package = package.rpartition(".")[0]
    if not level:
        return name
    return f"{package}.{name}" if name else package


def _made_live(record: Record, statements: list[Statement]) -> list[LiveStatement]:
    """Pair the statements of the executed text with the code objects that were executed."""
    from entrepot.source.scopes import nested

    lives = [LiveStatement(record, statement, []) for statement in statements]
    firsts = [statement.first for statement in statements]
    for code in nested(record.code):
        position = bisect_right(firsts, code.co_firstlineno) - 1
        if position >= 0:
            lives[_by_count(lives, position)].codes.append(code)
    for site in record.sites.values():
        position = bisect_right(firsts, site.line) - 1
        if position >= 0:
            for live in lives[_first_on_line(lives, position) : position + 1]:
                live.sites.append(site)
            site.live = lives[position]
    return lives


def _by_count(lives: list[LiveStatement], position: int) -> int:
    """Return which of several statements on one line takes the next code object."""
    first = _first_on_line(lives, position)
    if first == position:
        return position
    from entrepot.source.nodes import function_nodes

    for candidate in range(first, position):
        live = lives[candidate]
        if len(live.codes) < sum(1 for _ in function_nodes(live.statement.node)):
            return candidate
    return position


def _first_on_line(lives: list[LiveStatement], position: int) -> int:
    line = lives[position].statement.first
    while position and lives[position - 1].statement.last >= line:
        position -= 1
    return position
