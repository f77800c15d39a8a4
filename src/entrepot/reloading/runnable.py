"""The code of a statement that runs again, with the code objects and functions that are there.

A function is adopted before its decorators see it: what the import had noted on it is gone by
then, and what they note on it is the base of the next edit.
"""

from __future__ import annotations

import copy
import dis
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import nested
from entrepot.standard import ast

from .content import Content
from .functions import own_dict

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from .base import Base
    from .journal import Journal
    from .revision import LiveStatement

MARK = "<entrepot adopts here>"


class Noted:
    """What decorators note on functions that were there, for one reload."""

    def __init__(self) -> None:
        self._before: tuple[FunctionType, dict[str, Any]] | None = None
        self._made: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def clear(self) -> None:
        """Begin a pass."""
        self._before = None
        self._made.clear()

    def adopted(self, value: Any) -> Any:
        """Return what is about to be given to its decorators: a function, in most cases."""
        if type(value) is FunctionType:
            self._before = value, dict(own_dict(value) or {})
        return value

    def ran(self) -> None:
        """A statement has run."""
        if self._before is None:
            return
        (function, before), self._before = self._before, None
        own = own_dict(function)
        if own is not None:
            missing = object()
            made = {n: value for n, value in own.items() if before.get(n, missing) is not value}
            self._made.append((own, made))

    def settle(self, base: Base, journal: Journal) -> None:
        """Let what was noted be the base."""
        added: list[int] = []
        journal.note(lambda: [base.contents.pop(key, None) for key in added])
        for own, made in self._made:
            content = base.contents.get(id(own))
            if content is None or content.owner is not own:
                journal.set_item(base.contents, id(own), Content(own, made))
            else:
                base.hold(journal, content, made)
            added += base.take(made.values())


def marked(node: ast.stmt) -> ast.stmt:
    """Return a function's definition with the mark as its innermost decorator."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    made = copy.copy(node)
    mark = ast.copy_location(ast.Constant(MARK), node)
    mark.end_lineno, mark.end_col_offset = node.lineno, node.col_offset
    made.decorator_list = [*node.decorator_list, mark]
    return made


def with_codes(code: CodeType, codes: list[CodeType]) -> CodeType:
    """Return a statement's code with the code objects that its scopes have.

    Those compiled now are equal, but functions are found by the identity of their code: with
    others the next edit would not reach what this one made.
    """
    own = dict(zip(map(id, nested(code)), codes, strict=True))
    return code.replace(co_consts=tuple(own.get(id(const), const) for const in code.co_consts))


def with_adoption(code: CodeType, adopt: Callable[[Any], Any]) -> CodeType:
    """Put the adopting call in the place of its mark."""
    consts: list[Any] = []
    for const in code.co_consts:
        if isinstance(const, str) and const == MARK:
            consts.append(adopt)
        else:
            consts.append(const)
    return code.replace(co_consts=tuple(consts))


def raised_by(code: CodeType, namespace: dict[str, Any]) -> BaseException | None:
    """Execute a statement and return what it raised."""
    try:
        exec(code, namespace)
    except BaseException as error:  # noqa: BLE001
        return error
    return None


def bound_by_now() -> set[str]:
    """Return what the statement that runs has bound so far: ``first`` in ``import first, second``.

    That goes straight on: for what it may bind or not, where it stands tells nothing.
    """
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 (there is no other way down)
    while frame is not None:
        above, frame = frame, frame.f_back
        if frame is not None and frame.f_code is raised_by.__code__:
            done = (i for i in dis.get_instructions(above.f_code) if i.offset < above.f_lasti)
            return {i.argval for i in done if i.opname == "STORE_NAME"}
    return set()


def take_codes(journal: Journal, live: LiveStatement, codes: list[CodeType]) -> None:
    """Let a statement's scopes be those of the code that is run."""
    was = (live.codes, live._scopes)  # noqa: SLF001
    live.codes, live._scopes = codes, None  # noqa: SLF001

    def undo() -> None:
        live.codes, live._scopes = was  # noqa: SLF001

    journal.note(undo)
