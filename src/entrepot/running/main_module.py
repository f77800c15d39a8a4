"""The ``__main__`` module of a running program: what of it can be kept live.

The module is still being executed: its *start*, the statement at which it stands (``app.run()``,
or what is below ``if __name__ == "__main__"``), has not ended, and what comes after has not begun.
So what is kept live is the text before the start, which has been executed as a module's is. An
edit of the start itself needs a restart: it says how the program begins.
"""

from __future__ import annotations

import os
import sys
import threading

from entrepot.reloading.revision import Record
from entrepot.source.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import CodeType, FrameType
    from typing import Any

_ONLY_TREE = 0x400  # ast.PyCF_ONLY_AST, without loading ast
_LAST = 1 << 60


class StartEdited(Exception):
    """An edit concerns the statements that the program is in, or is to come to.

    Attributes:
        reason: File and line, and what is the matter.
    """

    def __init__(self, file: str, line: int) -> None:
        super().__init__(file, line)
        self.reason = f"{file}:{line} the start of the program was edited, and it is running"


class MainModule:
    """What is known of a program's ``__main__``.

    Attributes:
        file: Its file, absolute and without links.
        content: What the file held when the program was started.
    """

    def __init__(self, module: Any, file: str, content: bytes) -> None:
        self.module = module
        self.file = file
        self.content = content
        self._start = -1  # how many statements come before the start; all, if it is -1

    def record(self) -> Record | None:
        """Return a record of what was executed so far, None if it is not known what that was."""
        try:
            whole = compile(self.content, self.file, "exec", dont_inherit=True)
            tree = _tree(self.content, self.file)
        except (SyntaxError, ValueError):
            return None
        frame = frame_of(self.module)
        if frame is not None and frame.f_code != whole:
            return None  # another text
        self._start = _start_in(tree, None if frame is None else frame.f_lineno)
        before = self.cut(self.content)
        code: CodeType = compile(before, self.file, "exec", dont_inherit=True)
        record = Record(self.module, "__main__", Text(self.file, before), code, _LAST)
        record.is_recorded = False
        return record

    def cut(self, content: bytes) -> bytes:
        """Return the part of a text of the module that comes before the start.

        Raises:
            SyntaxError: The text is not Python.
            StartEdited: What comes from the start on is not what it was.
        """
        new = _tree(content, self.file)
        if self._start < 0:
            return content
        whole = _tree(self.content, self.file)
        old = whole.body[self._start :]
        at = len(new.body) - len(old)
        begins = _begin_of_program(new)
        if begins is not None and self._start == _begin_of_program(whole):
            at = begins  # what comes after it may have been edited: it has not begun
        if at < 0 or _told(new.body[at:]) != _told(old):
            line = new.body[max(at, 0)].lineno if new.body else 1
            raise StartEdited(self.file, line)
        if at == len(new.body):
            return content
        lines = content.splitlines(keepends=True)
        return b"".join(lines[: _first_line(new.body[at]) - 1])


def main_module_of_script(module: Any) -> MainModule | None:
    """Return what is known of a script that is about to be started."""
    file = module.__dict__.get("__file__")
    if not isinstance(file, str):
        return None
    try:
        with open(file, "rb") as stream:
            return MainModule(module, os.path.realpath(file), stream.read())
    except OSError:
        return None


def frame_of(module: Any) -> FrameType | None:
    """Return the frame that executes a module on the main thread, None if it has ended."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001
    found = None
    while frame is not None:
        if frame.f_globals is module.__dict__ and frame.f_code.co_name == "<module>":
            found = frame
        frame = frame.f_back
    return found


def _tree(content: bytes, file: str) -> ast.Module:
    tree: Any = compile(content, file, "exec", _ONLY_TREE, dont_inherit=True)
    found: ast.Module = tree
    return found


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", ())
    lines: list[int] = [statement.lineno, *(decorator.lineno for decorator in decorators)]
    return min(lines)


def _start_in(tree: ast.Module, line: int | None) -> int:
    """Return how many statements come before the start, given the line that is executed."""
    candidates = [_begin_of_program(tree)]
    if line is not None:
        before = [n for n, statement in enumerate(tree.body) if _first_line(statement) <= line]
        candidates.append(before[-1] if before else 0)
    known = [candidate for candidate in candidates if candidate is not None]
    return min(known, default=-1)


def _begin_of_program(tree: ast.Module) -> int | None:
    """Return where ``if __name__ == "__main__"`` stands."""
    from entrepot.standard import ast

    for number, statement in enumerate(tree.body):
        if isinstance(statement, ast.If):
            names = {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
            values = {
                node.value for node in ast.walk(statement.test) if isinstance(node, ast.Constant)
            }
            if "__name__" in names and "__main__" in values:
                return number
    return None


def _told(statements: list[ast.stmt]) -> list[str]:
    """Return statements as text that tells whether two are the same program."""
    from entrepot.standard import ast

    return [ast.dump(statement) for statement in statements]
