"""The annotations of a module, which belong to no statement alone.

Up to 3.13, and with postponed annotations, annotated statements write into ``__annotations__``, a
dict of the module: what an edit took away goes, and the order is that of the text.

From 3.14 on (PEP 649) a module has one function ``__annotate__`` for all its annotated statements,
and ``__conditional_annotations__``, the numbers of those that ran. One statement executed alone
puts a function there that knows only that statement. So the function of the whole new text is put
there in the end, with the numbers of all that ran, counted in the new text.
"""

from __future__ import annotations

import ast
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from .functions import HAS_ANNOTATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .journal import Journal
    from .revision import LiveStatement, Record
    from .world import World

NUMBERS = "__conditional_annotations__"
_NOTHING: Any = object()


def annotated(node: ast.AST) -> Iterator[str]:
    r"""Yield the names that a statement annotates in its module's own namespace, in order.

    Example:
        >>> list(annotated(ast.parse("if a:\n  x: int\nelse:\n  y: int = 1").body[0]))
        ['x', 'y']
    """
    if isinstance(node, ast.AnnAssign):
        if node.simple and isinstance(node.target, ast.Name):
            yield node.target.id
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
        return
    for child in ast.iter_child_nodes(node):
        yield from annotated(child)


class Annotations:
    """Keeps the annotations of modules right while their statements run one by one."""

    def __init__(self, journal: Journal, world: World) -> None:
        self.journal = journal
        self.world = world
        self._ran: dict[int, set[int]] = {}
        self._kept: dict[str, Any] = {}
        self._in_play: dict[str, Record] = {}

    def before(self, live: LiveStatement) -> None:
        """A statement is about to run."""
        names = list(annotated(live.statement.node))
        if not names:
            return
        record = live.record
        self._in_play[record.name] = record
        namespace = record.namespace
        self._kept = {name: namespace.get(name, _NOTHING) for name in (NUMBERS, "__annotate__")}
        held = namespace.get("__annotations__")
        if type(held) is dict and NUMBERS not in namespace:
            kept = {name: value for name, value in held.items() if name not in names}
            self.journal.refill(held, kept)  # so that what the statement adds is undone

    def after(self, live: LiveStatement) -> None:
        """The statement has run: what it alone put in the place of all is taken away."""
        if not self._kept:
            return
        namespace = live.record.namespace
        self._ran[id(live)] = set(namespace.get(NUMBERS, ()))
        for name, value in self._kept.items():
            if value is _NOTHING:
                namespace.pop(name, None)
            else:
                namespace[name] = value
        self._kept = {}

    def finish(self) -> None:
        """Give each module the annotations of its whole text."""
        for change in self.world.changes.values():
            lives = [*change.added, *change.removed, *change.signed]
            lives += [live.old for live in change.signed if live.old is not None]
            lives += change.lives if change.is_rearranged else ()
            if any(True for live in lives for _ in annotated(live.statement.node)):
                self._in_play[change.record.name] = change.record
            elif change.record.name not in self._in_play:
                self._move(change.record)
        for record in self._in_play.values():
            lives = self.world.lives(record)
            names = [name for live in lives for name in annotated(live.statement.node)]
            if self._is_deferred(record):
                self._set_function(record, names)
            else:
                self._set_dict(record, names)

    def _is_deferred(self, record: Record) -> bool:
        if not HAS_ANNOTATE:
            return False
        change = self.world.changes.get(record.name)
        flags = record.flags if change is None else change.flags
        return not flags & 0x1000000  # CO_FUTURE_ANNOTATIONS

    def _set_dict(self, record: Record, names: list[str]) -> None:
        held = record.namespace.get("__annotations__")
        if type(held) is not dict:
            return
        gone = {name for live in record.lives for name in annotated(live.statement.node)}
        kept = {name: held[name] for name in names if name in held}
        kept.update((name, value) for name, value in held.items() if name not in gone | {*names})
        if not names and not kept:
            self.journal.delete_item(record.namespace, "__annotations__")
        elif list(kept) != list(held):
            self.journal.refill(held, kept)

    def _set_function(self, record: Record, names: list[str]) -> None:
        namespace = record.namespace
        known = namespace.get(NUMBERS, ())
        starts: dict[int, int] = {}
        number = 0
        for live in record.lives:
            starts[id(live)] = number
            number += sum(1 for _ in annotated(live.statement.node))
        ran: set[int] = set()
        number = 0
        for live in self.world.lives(record):
            count = sum(1 for _ in annotated(live.statement.node))
            local = self._ran.get(id(live))
            if local is None:
                start = starts.get(id(live.old if live.old is not None else live), -count)
                local = {n for n in range(count) if start + n in known}
            ran |= {number + n for n in local}
            number += count
        self._forget_cached(record)
        if not names:
            for name in (NUMBERS, "__annotate__"):
                self.journal.delete_item(namespace, name)
            return
        self.journal.set_item(namespace, NUMBERS, ran)
        code = self._annotate_code(record)
        if code is not None:
            self.journal.set_item(namespace, "__annotate__", FunctionType(code, namespace))

    def _move(self, record: Record) -> None:
        """Give the function of annotations that are what they were the lines of the new text."""
        function = record.namespace.get("__annotate__")
        if type(function) is FunctionType and self._is_deferred(record):
            code = self._annotate_code(record)
            if code is not None and not function.__closure__:
                self.journal.set_attribute(function, "__code__", code)

    def _forget_cached(self, record: Record) -> None:
        """The dict that was asked for before is made anew when it is asked for again."""
        self.journal.delete_item(record.namespace, "__annotations__")

    def _annotate_code(self, record: Record) -> CodeType | None:
        change = self.world.changes.get(record.name)
        text = record.text if change is None else change.text
        flags = record.flags if change is None else change.flags
        from .changes import FUTURES

        whole: CodeType = compile(
            text.source, text.file, "exec", flags=flags & FUTURES, dont_inherit=True
        )
        return next(  # functions have such code, too, which asks for no numbers
            (
                const
                for const in whole.co_consts
                if isinstance(const, CodeType) and NUMBERS in const.co_names
            ),
            None,
        )
