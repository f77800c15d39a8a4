"""The line in which a class begins: from Python 3.13 on the class itself says it.

``inspect.getsource(Cart)`` starts at ``Cart.__firstlineno__``. A class that an edit only moves is
not made again, so it is told its new line, as functions are given code with new lines.
"""

from __future__ import annotations

import ast
import sys
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any, cast

from entrepot.source.scopes import is_function

from .attributes import is_a, names_of_class
from .base import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .base import Base
    from .changes import ModuleChange
    from .journal import Journal
    from .revision import Record

LINE = "__firstlineno__"
HAVE_LINES = sys.version_info >= (3, 13)


def tell_lines(base: Base, journal: Journal, changes: Iterable[ModuleChange]) -> None:
    """Tell the classes of edited modules in which lines they begin now."""
    if not HAVE_LINES:
        return
    everywhere: list[type] = []
    for change in changes:
        moved = {
            (scope.code.co_qualname, scope.code.co_firstlineno): code.co_firstlineno
            for scope, code in change.patches
            if not is_function(scope.code) and scope.code.co_firstlineno != code.co_firstlineno
        }
        if not moved:
            continue
        found = set(_tell(base, journal, _named_classes(change.record), moved))
        if found != moved.keys() or _may_repeat(change):  # in a function, or known by no name
            everywhere = everywhere or list(_all_classes())
            _tell(base, journal, _made_in(change.record, everywhere), moved)


def _may_repeat(change: ModuleChange) -> bool:
    """Return whether a loop makes classes: a name leads to the last one only."""
    nodes = [scope.live.statement for scope, _ in change.patches if not is_function(scope.code)]
    return any(
        isinstance(part, ast.For | ast.While)
        for statement in nodes
        if statement.name is None
        for part in ast.walk(statement.node)
    )


def _tell(
    base: Base, journal: Journal, classes: Iterable[type], moved: dict[tuple[str, int], int]
) -> list[tuple[str, int]]:
    """Tell classes their lines; return by name and line those for which there is one."""
    found = []
    told: set[int] = set()
    for cls in classes:
        place = cls.__qualname__, names_of_class(cls).get(LINE)
        if id(cls) in told or place not in moved:
            continue
        told.add(id(cls))
        found.append(place)
        journal.set_attribute(cls, LINE, moved[place])
        body = names_of_class(cls).get("__classdictcell__")  # of a named tuple, from 3.14 on
        if type(body) is CellType and is_a(body.cell_contents, dict):
            journal.set_item(body.cell_contents, LINE, moved[place])
        held = base.of(cls)
        if held is not EMPTY:
            base.hold(journal, base.contents[id(cls)], {**held, LINE: moved[place]})
    return found


def _named_classes(record: Record) -> Iterator[type]:
    """Yield the classes of a module that its names lead to, and those inside them."""
    waiting = [value for value in list(record.namespace.values()) if is_a(value, type)]
    waiting = [cls for cls in waiting if cls.__module__ == record.name]
    for cls in waiting:
        yield cls
        prefix = f"{cls.__qualname__}."
        waiting += [
            inner
            for inner in list(names_of_class(cls).values())
            if is_a(inner, type) and inner.__qualname__.startswith(prefix)
        ]


def _made_in(record: Record, classes: list[type]) -> Iterator[type]:
    """Yield the classes that a module has made, whatever module they say."""
    for cls in classes:
        members = names_of_class(cls).values()
        if cls.__module__ == record.name or any(
            type(member) is FunctionType and member.__globals__ is record.namespace
            for member in list(members)
        ):
            yield cls


def _all_classes() -> Iterator[type]:
    seen: set[int] = set()
    waiting: list[type] = [object]
    while waiting:
        cls: Any = waiting.pop()
        if id(cls) not in seen:
            seen.add(id(cls))
            if LINE in names_of_class(cls):
                yield cls
            waiting += cast("list[type]", type.__subclasses__(cls))
