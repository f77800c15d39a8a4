"""Modules that functions import which are called while modules are imported.

Such an import executes a module in the statement that calls the function, wherever that stands:
``TOTAL = cart.total()`` may be the first to import what ``total`` imports.
"""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING, TypeAlias

from entrepot.source.imports import imports_at_import
from entrepot.source.scopes import is_function

from .arriving import named
from .revision import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from entrepot.source.imports import ImportFact

    from .changes import ModuleChange
    from .revision import LiveScope, LiveStatement, Record
    from .world import World

    Import: TypeAlias = tuple[Record, ImportFact]  # the module of the function comes first

_IMPORT = dis.opmap["IMPORT_NAME"]


def imports_itself(code: CodeType) -> bool:
    """Return whether code is a function's that imports when it is called.

    Example:
        >>> def load(): import wave
        >>> imports_itself(load.__code__), imports_itself(compile("import wave", "m", "exec"))
        (True, False)
    """
    return _IMPORT in code.co_code[::2] and is_function(code)


def calls_of(world: World) -> dict[int, tuple[LiveStatement, list[Import]]]:
    """Return what statements will import by functions that ran with them, by their identity."""
    found: dict[int, tuple[LiveStatement, list[Import]]] = {}
    for scope in _importing(world):
        home, facts = scope.live.record, _facts(world, scope)
        before = set(map(_said, _facts_of(scope))) if facts else set()
        for runner in world.runners(scope) if facts else ():
            now = world.now(runner)
            if now is not None:
                found.setdefault(id(now), (now, []))[1].extend(
                    (home, fact)
                    for fact in facts
                    if _said(fact) not in before or _may_have_run(world, home, fact, runner)
                )
    return found


def _said(fact: ImportFact) -> tuple[str, int, str | None]:
    return fact.module, fact.level, fact.name


def _may_have_run(world: World, home: Record, fact: ImportFact, runner: LiveStatement) -> bool:
    """Return whether an import may have been executed when its function ran at a statement.

    It may stand below a condition. What it imports was executed later: then it was not.
    """
    here = world.old_order.position(runner)
    wanted = named(absolute(home, fact.module, fact.level), fact.name)
    records = (world.records[name] for name in wanted if name in world.records)
    return all(world.old_order.prefix(record) <= here for record in records)


def _importing(world: World) -> Iterator[LiveScope]:
    """Yield the scopes of functions that ran at import, and import now or did."""
    for entry in list(world.recorder.runners.values()):
        scope = world.scope_of(entry.code) if imports_itself(entry.code) else None
        if scope is not None:
            yield scope
    for change in world.changes.values():
        for scope, new in change.patches:
            if imports_itself(new) and not imports_itself(scope.code):
                yield scope


def _facts(world: World, scope: LiveScope) -> list[ImportFact]:
    """Return what one run of a scope will import, as far as its text says."""
    now = world.now(scope.live)
    if now is None:
        return []
    current = scope if now is scope.live else now.after(scope)
    return [] if current is None else _facts_of(current)


def _facts_of(scope: LiveScope) -> list[ImportFact]:
    return imports_at_import(getattr(scope.live.node_of(scope), "body", None) or [])


def changed_by_call(world: World, change: ModuleChange) -> Iterator[Import]:
    """Yield what functions of an edit import now or did, which ran while modules were imported."""
    for scope, new in change.edited:
        if world.runners(scope) and (imports_itself(new) or imports_itself(scope.code)):
            facts = (*_facts_of(scope), *_facts(world, scope))
            yield from ((change.record, fact) for fact in facts)
