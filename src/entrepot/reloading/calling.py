"""Modules that functions import which are called while modules are imported.

Such an import executes a module in the statement that calls the function, wherever that stands:
``TOTAL = cart.total()`` may be the first to import what ``total`` imports.
"""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING, TypeAlias

from entrepot.source.imports import imports_at_import
from entrepot.source.scopes import is_function

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
        facts = [(scope.live.record, fact) for fact in _facts(world, scope)]
        for runner in world.runners(scope) if facts else ():
            now = world.now(runner)
            if now is not None:
                found.setdefault(id(now), (now, []))[1].extend(facts)
    return found


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
    node = None if current is None else current.live.node_of(current)
    return imports_at_import(getattr(node, "body", None) or []) if node is not None else []


def changed_by_call(world: World, change: ModuleChange) -> Iterator[Import]:
    """Yield what functions of an edit import now or did, which ran while modules were imported."""
    for scope, new in change.patches:
        if world.runners(scope) and (imports_itself(new) or imports_itself(scope.code)):
            before = imports_at_import(getattr(scope.live.node_of(scope), "body", None) or [])
            yield from ((change.record, fact) for fact in (*before, *_facts(world, scope)))
