"""What an edit changes in one module: statements matched, code compiled, nothing done yet.

The new statements are compiled one by one from the tree of the new text, so that line numbers,
qualified names and columns are those of the file; statements that only moved get their old code
with its lines shifted.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
from typing import TYPE_CHECKING

from entrepot.source.pairing import pair
from entrepot.source.regions import taken_over
from entrepot.source.scopes import (
    HOLDS_LINES,
    can_shift,
    makes_the_same,
    nested,
    same_body,
    shifted,
    walk,
)
from entrepot.source.signatures import same_signature
from entrepot.source.statements import DEFINITIONS, resplit

from .diff import match
from .revision import LiveStatement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import CodeType

    from entrepot.source.statements import Statement
    from entrepot.source.text import Text

    from .revision import LiveScope, Record

FUTURES = 0
for _name in __future__.all_feature_names:
    FUTURES |= getattr(__future__, _name).compiler_flag


class ModuleChange:
    """One module of an edit.

    Attributes:
        record: The module as it runs.
        text: Its new text.
        flags: Future flags of the new text.
        lives: The statements of the new text; ``live.old`` is the one that it continues.
        removed: Live statements that nothing continues.
        added: New statements that continue none.
        signed: Statements that continue one of another signature.
        patches: Old and new code of every scope whose code object differs.
        edited: Those of them that do not only stand on other lines.
        bodies: Old scopes whose body is another now, or is gone.
        codes: What statements of another text were compiled to, by their identity.
    """

    __slots__ = (
        "_is_rearranged",
        "added",
        "bodies",
        "codes",
        "edited",
        "flags",
        "imported",
        "lives",
        "patches",
        "record",
        "removed",
        "signed",
        "text",
    )

    def __init__(self, record: Record, text: Text, flags: int) -> None:
        self.record = record
        self.text = text
        self.flags = flags
        self.lives: list[LiveStatement] = []
        self.removed: list[LiveStatement] = []
        self.added: list[LiveStatement] = []
        self.signed: list[LiveStatement] = []
        self.patches: list[tuple[LiveScope, CodeType]] = []
        self.edited: list[tuple[LiveScope, CodeType]] = []
        self.bodies: list[LiveScope] = []
        self.codes: dict[int, CodeType] = {}
        self.imported: frozenset[str] = frozenset()
        self._is_rearranged: bool | None = None

    @property
    def is_rearranged(self) -> bool:
        """Whether statements that go on have changed places; all are known when it is asked."""
        if self._is_rearranged is None:
            place = {id(live): number for number, live in enumerate(self.record.lives)}
            numbers = [place[id(live.old)] for live in self.lives if live.old is not None]
            self._is_rearranged = numbers != sorted(numbers)
        return self._is_rearranged

    def let_go(self) -> None:
        """Forget the old statements and their code."""
        self.lives = []  # the record has them
        self.codes.clear()
        patches = (self.patches, self.edited)
        for known in (self.removed, self.added, self.signed, *patches, self.bodies):
            known.clear()


def change_of(record: Record, text: Text) -> ModuleChange:
    """Return what a new text changes in a module.

    Raises:
        SyntaxError: The new text is not Python.
    """
    old = [live.statement for live in record.lives]
    new = taken_over(text, record.text, old)
    if new is not None:
        try:
            return _change_to(record, text, new)
        except SyntaxError:
            pass  # who parses all that is new tells it
    return _change_to(record, text, resplit(text, record.text, old))


def _change_to(record: Record, text: Text, new: list[Statement]) -> ModuleChange:
    """Return what a text changes whose statements are known."""
    old_lives = record.lives
    old = [live.statement for live in old_lives]
    flags = _future_flags(new, text)
    change = ModuleChange(record, text, flags)
    change.imported = imported_names(new)
    pairs = match(old, new)
    is_same_language = flags == record.flags & FUTURES
    called = _called_otherwise(old, new, pairs)
    for position, statement in enumerate(new):
        mate = pairs.get(position)
        before = None if mate is None else old_lives[mate]
        is_alike = not (called and statement.mentioned(called))
        change.lives.append(_live(change, statement, before, is_same_language, is_alike))
    taken = set(pairs.values())
    change.removed = [live for number, live in enumerate(old_lives) if number not in taken]
    for live in change.removed:
        change.bodies.extend(live.scopes.values())
    return change


def _called_otherwise(
    old: Sequence[Statement], new: Sequence[Statement], pairs: Mapping[int, int]
) -> frozenset[str]:
    """Return the names that one text imports and the other does not: see ``beside``."""
    same = {at: mate for at, mate in pairs.items() if old[mate].text == new[at].text}
    taken = set(same.values())
    edited = [statement for number, statement in enumerate(old) if number not in taken]
    edited += [statement for number, statement in enumerate(new) if number not in same]
    if not any(s.mentions("import") for s in edited):
        return frozenset()
    return imported_names(old) ^ imported_names(new)


def _live(
    change: ModuleChange,
    statement: Statement,
    old: LiveStatement | None,
    is_same_language: bool,  # noqa: FBT001
    is_called_alike: bool,  # noqa: FBT001
) -> LiveStatement:
    """Return the live statement for a new one; note how it differs from the old.

    Where another instruction calls ``io.open()``, since the text imports ``io`` now or no more,
    the code is another one and does the same.
    """
    record = change.record
    is_same_language = is_same_language and change.text.file == record.file
    is_alike = is_same_language and is_called_alike
    if old is not None and is_alike and old.statement.text == statement.text:
        by = statement.first - old.statement.first
        column = statement.column - old.statement.column
        if not by and not column:
            old.old = old
            return old
        if not column and all(can_shift(code) for code in old.codes):
            live = old.moved(by)
            change.patches.extend((s, live.scopes[path].code) for path, s in old.scopes.items())
            return live
    live = LiveStatement(record, statement, [])
    if statement.is_class and not statement.is_parsed:
        live.codes = nested(_compiled_unparsed(change, statement))
    else:
        code = compiled(live, change.text.file, change.flags, change.imported)
        change.codes[id(live)] = code
        live.codes = nested(code)
    live.old = old
    if old is None:
        change.added.append(live)
        return live
    is_same = is_same_language and old.statement.text == statement.text
    is_same = is_same or _makes_the_same(old, live) or same_signature(old.statement, statement)
    if not is_same or (not is_same_language and _has_annotations(statement.node)):
        change.signed.append(live)
    _compare_scopes(change, old, live, is_same=is_same)
    return live


def _makes_the_same(old: LiveStatement, new: LiveStatement) -> bool:
    """Return whether it is seen by its code that an edited class is made as before.

    Its head is the same if it was not parsed. To compare the trees of a long class is more work.
    """
    if new.statement.is_parsed or len(old.codes) != 1 or len(new.codes) != 1:
        return False
    return makes_the_same(old.codes[0], new.codes[0])


def _compare_scopes(
    change: ModuleChange, old: LiveStatement, new: LiveStatement, *, is_same: bool
) -> None:
    codes = dict(walk(new.codes))
    first = len(change.edited)
    olds = {path: scope.code for path, scope in old.scopes.items()}
    new.paths = pair(olds, codes, is_same=is_same)
    for path, scope in old.scopes.items():
        if path not in new.paths:
            change.bodies.append(scope)
            continue
        code = codes[new.paths[path]]
        if code is not scope.code:
            change.edited.append((scope, code))
            if not same_body(scope.code, code):
                change.bodies.append(scope)
    change.patches += change.edited[first:]


def compiled(live: LiveStatement, file: str, flags: int, imported: frozenset[str]) -> CodeType:
    """Return the code of one statement, with the lines that it has in its file."""
    statement = live.statement

    def nodes(node: ast.stmt) -> list[ast.stmt]:
        return [node, *beside(statement, imported, node)]

    return compile_in_place(statement, nodes, file, flags)


def _compiled_unparsed(change: ModuleChange, statement: Statement) -> CodeType:
    """Return the code of a statement that stands alone on its lines, made of its text.

    It is not what is run for it: what is compiled beside would be a line of its own.
    """
    names = ", ".join(statement.mentioned(change.imported))
    never = f"if 0: import {names}\n" if names else ""
    source = "\n" * (statement.first - 1) + f"{statement.text}\n{never}"
    code: CodeType = compile(
        source, change.text.file, "exec", flags=change.flags, dont_inherit=True
    )
    return code


def compile_in_place(
    statement: Statement, nodes: Callable[[ast.stmt], list[ast.stmt]], file: str, flags: int
) -> CodeType:
    """Compile a statement with the lines of where it stands.

    Args:
        statement: The statement.
        nodes: Makes the trees to compile from the statement's.
        file: The file that the code names.
        flags: Future flags.
    """
    if can_shift_statement(statement):  # far less work than to walk through the tree
        return shifted(compile_nodes(nodes(statement.node), file, flags), statement.shift)
    node = statement.in_place
    if node is not None:
        return compile_nodes(nodes(node), file, flags)
    with lines_in_place(statement):
        return compile_nodes(nodes(statement.node), file, flags)


def can_shift_statement(statement: Statement) -> bool:
    """Return whether the code of a statement can be moved: see ``can_shift``.

    Not upwards: code of a module is on line 1, and nothing is above that.
    """
    if statement.shift <= 0:
        return not statement.shift
    return not HOLDS_LINES or not statement.mentions("class")


def imported_names(statements: Iterable[Statement]) -> frozenset[str]:
    """Return the names that imports at the top of a text bind."""
    found: set[str] = set()
    for statement in statements:
        is_asked = statement.name is None and statement.mentions("import")
        waiting: list[ast.AST] = [statement.node] if is_asked else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            elif not isinstance(node, (*DEFINITIONS, ast.Lambda, ast.expr)):
                waiting += ast.iter_child_nodes(node)
    return frozenset(found - {"*"})  # that is no name, but stands in ``x * y``


def beside(statement: Statement, imported: frozenset[str], node: ast.stmt) -> list[ast.stmt]:
    """Return what is compiled with a statement, and does nothing, to get the code of a whole text.

    It stands where the statement's tree does.

    The compiler calls ``name.method()`` in another way if the text imports the name.
    """
    names = [ast.alias(name) for name in statement.mentioned(imported)]
    if not names:
        return []
    never = ast.If(ast.Constant(value=False), [ast.Import(names)], [])
    for part in ast.walk(ast.copy_location(never, node)):
        if isinstance(part, ast.stmt | ast.expr | ast.alias):
            ast.copy_location(part, node)
    return [never]


@contextlib.contextmanager
def lines_in_place(statement: Statement) -> Iterator[None]:
    """Return a context in which a statement's tree has the lines of where it stands."""
    ast.increment_lineno(statement.node, statement.shift)
    try:
        yield
    finally:
        ast.increment_lineno(statement.node, -statement.shift)


def compile_nodes(nodes: list[ast.stmt], file: str, flags: int) -> CodeType:
    """Compile statements as a module of their own.

    A first string is not taken for a docstring: it is a statement like any other.
    """
    tree = ast.Module(body=list(nodes), type_ignores=[])
    code: CodeType = compile(tree, file, "exec", flags=flags, dont_inherit=True)
    return code


def _future_flags(statements: list[Statement], text: Text) -> int:
    """Return the flags of a text's future features.

    Raises:
        SyntaxError: It asks for one that is not there, or not at its beginning. Python says it.
    """
    flags = 0
    is_begun = False  # what it asks for after its beginning, a statement alone would be given
    for statement in statements:
        node = statement.node if "__future__" in statement.text else None
        if not isinstance(node, ast.ImportFrom) or node.module != "__future__" or node.level:
            is_begun = is_begun or not statement.is_docstring
            continue
        features = [getattr(__future__, alias.name, None) for alias in node.names]
        if is_begun or None in features:
            compile(text.content, text.file, "exec", dont_inherit=True)
        for feature in features:
            flags |= feature.compiler_flag if feature is not None else 0
    return flags


def _has_annotations(node: ast.stmt) -> bool:
    for child in ast.walk(node):
        if isinstance(child, ast.AnnAssign) or getattr(child, "annotation", None) is not None:
            return True
        if getattr(child, "returns", None) is not None:
            return True
    return False
