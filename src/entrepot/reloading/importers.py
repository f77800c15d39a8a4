"""Who imported a module first, of modules that nobody recorded.

The module cache has modules in the order in which their imports *ended*: what a module imports
stands before it. Read from its end, that order is a walk through the tree of imports, each module
before those that it imported, the last of them first. So each module is below one of the modules
on the way from a root to the one before it: below the outermost of them that imports it, by its
text, not later than it imports the next one on that way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .order import imported, may_import

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .revision import LiveStatement, Record


class _Step:
    """A module on the way, and the statement by which it imports the next one.

    Attributes:
        imports: The first statement that imports a module, and its number, by the module's name.
        link: The number of the statement that imports the next module; ``None`` if none says so.
    """

    __slots__ = ("imports", "link", "record")

    def __init__(self, record: Record, records: Mapping[str, Record]) -> None:
        self.record = record
        self.link: int | None = None
        self.imports: dict[str, tuple[int, LiveStatement]] = {}
        for number, live in enumerate(record.lives):
            if may_import(live):
                for found in imported(records, record, live):
                    if not record.name.startswith(f"{found.name}."):  # its package came before it
                        self.imports.setdefault(found.name, (number, live))


def find(late: list[Record], records: Mapping[str, Record]) -> None:
    """Note for each late module which statement imported it, and in which order they began.

    Args:
        late: The modules, in the order in which their imports ended.
        records: All managed modules by name.
    """
    path: list[_Step] = []
    below: dict[str, list[Record]] = {record.name: [] for record in late}
    roots: list[Record] = []
    for record in reversed(late):
        depth = _depth(path, record.name)
        if depth is None:
            roots.append(record)
        else:
            importer = path[depth]
            importer.link, live = importer.imports[record.name]
            record.parent = live.sites[0]
            below[importer.record.name].append(record)
            del path[depth + 1 :]
        path.append(_Step(record, records))
    numbers = sorted(record.order for record in late)
    waiting = roots  # the last one first, as below
    for number in numbers:
        record = waiting.pop()
        record.order = number
        waiting += below[record.name]


def _depth(path: list[_Step], name: str) -> int | None:
    """Return which module on the way imports another one first; ``None`` if none says so."""
    stop = len(path)
    while stop:
        start = stop - 1
        while start and path[start - 1].link is not None:
            start -= 1
        for depth in range(start, stop):
            step = path[depth]
            if name in step.imports:
                is_last = depth == stop - 1
                if is_last or step.link is None or step.imports[name][0] <= step.link:
                    return depth
        stop = start
    return None
