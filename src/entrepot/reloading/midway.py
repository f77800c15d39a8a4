"""What a statement has bound already when it imports a module in its midst.

    try:
        from .units import METRE
        from .rooms import Room         # rooms.py asks its package for METRE
    except ImportError:
        Room = None

To a statement of ``rooms.py`` the names above the import are there, and those below it are not.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from entrepot.source.statements import DEFINITIONS

from .arriving import named
from .order import DEEPEST
from .outcomes import Refused
from .revision import absolute
from .values import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.source.imports import ImportFact

    from .revision import LiveStatement, Record
    from .world import World

_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Midway:
    """What statements of modules read that another statement binds before it imports them.

    Such a statement runs again as a whole: what is below its import runs before it or after it,
    and never in its midst. So what it has bound may be no other when all has run.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[str, str], tuple[LiveStatement | None, set[str]]] = {}
        self._read: list[tuple[LiveStatement, Record, str, Any]] = []

    def begin(self) -> None:
        """A pass begins."""
        self._read.clear()

    def is_bound(
        self, live: LiveStatement, record: Record, name: str, binders: Iterable[LiveStatement]
    ) -> bool:
        """Return whether a name is bound by then, by a statement that imports the one's module.

        Args:
            live: The statement that reads it.
            record: The module of the name.
            name: It.
            binders: The statements that bind it.
        """
        key = record.name, live.record.name
        if key not in self._known:
            self._known[key] = self._bound_in(record, live.record)
        importing, names = self._known[key]
        if name not in names or not any(other is importing for other in binders):
            return False
        self._read.append((live, record, name, record.namespace.get(name)))
        return True

    def check(self) -> None:
        """All statements have run: what was read is bound still.

        Raises:
            Refused: It is bound to something else now.
        """
        for live, record, name, value in self._read:
            if not same(record.namespace.get(name), value):
                importing, _ = self._known[record.name, live.record.name]
                where = record.file if importing is None else importing.where
                raise Refused(
                    f"{live.where} reads {record.name}.{name}, which {where} binds anew before it "
                    f"imports {live.record.name}: restart"
                )

    def _bound_in(self, record: Record, below: Record) -> tuple[LiveStatement | None, set[str]]:
        """Return the statement by which a module imports another, and what is bound above."""
        imported = below
        for _ in range(DEEPEST):
            parent = imported.parent
            if parent is None:
                break
            if parent.record is record:
                old = self._world.live_of(parent)
                live = None if old is None else self._world.now(old)
                return live, set() if live is None else _bound_above(live, record, imported.name)
            imported = parent.record
        return None, set()


def _bound_above(live: LiveStatement, record: Record, name: str) -> set[str]:
    for fact in live.statement.imports:
        if name in named(absolute(record, fact.module, fact.level), fact.name):
            return set(_names_above(live.statement.node, fact))
    return set()


def _names_above(node: ast.stmt, fact: ImportFact) -> Iterator[str]:
    waiting: list[ast.AST] = [node]
    for part in waiting:
        if isinstance(part, ast.Import) and part.lineno == fact.line:
            names = [alias.name for alias in part.names]
            aliases = part.names[: names.index(fact.module)] if fact.module in names else []
            yield from map(_name_of, aliases)  # ``units`` in ``import units, rooms``
        elif isinstance(part, ast.stmt) and part is not node and part.lineno >= fact.line:
            continue
        elif isinstance(part, DEFINITIONS):
            yield part.name
        elif isinstance(part, ast.Import | ast.ImportFrom):
            yield from map(_name_of, part.names) if part.lineno < fact.line else ()
        elif isinstance(part, ast.Name):
            yield from [part.id] if isinstance(part.ctx, ast.Store) else []
        elif not isinstance(part, _SCOPES):
            waiting += ast.iter_child_nodes(part)


def _name_of(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]
