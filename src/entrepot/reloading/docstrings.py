"""The rules about docstrings: an edited one goes into its function, and who read it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.source.by_name import ANY_ATTRIBUTE
from entrepot.source.scopes import docstring

from .caches import with_outer
from .readers import readers
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .changes import ModuleChange
    from .revision import LiveStatement
    from .rules import Due
    from .world import World

#: What asks for a docstring: by its name, by a function of the standard library, by any name.
_DOCSTRINGS = frozenset({"__doc__", "getdoc", ANY_ATTRIBUTE})
#: What takes the docstring of a function that it gets, with no name that says so.
_COPYING = frozenset({"property", "cached_property"})


def decorated_docstring(world: World, change: ModuleChange) -> Iterator[Due]:
    """A decorator may have read the docstring: the definition runs again when it changed."""
    del world
    for scope, code in change.patches:
        if docstring(scope.code) == docstring(code):
            continue
        node = scope.live.node_of(scope)
        if getattr(node, "decorator_list", None):
            live = next((new for new in change.lives if new.old is scope.live), None)
            if live is not None:
                yield live, "docstring", f"the docstring of {scope.name} was edited"


def asked_for_docstring(world: World, change: ModuleChange) -> Iterator[Due]:
    """Who reads a function by any of its names, and asks for docstrings, has the old one."""
    for scope, code in change.patches:
        if docstring(scope.code) == docstring(code):
            continue
        for outer in list(with_outer(scope))[1:]:
            if not _COPYING.isdisjoint(outer.uses.reads | outer.uses.attributes):
                runners: dict[int, LiveStatement] = {}
                world.add_runners(outer, runners)
                for live in runners.values():
                    yield live, "docstring", f"{outer.name} copied that of {scope.name} there"
        name = scope.path[0][0]
        value = change.record.namespace.get(name)
        names = {(change.record.name, name), *(() if is_atom(value) else world.homes(value))}
        for home, other in sorted(names):
            for live in readers(world, world.records[home], other):
                parts = world.parts(live)
                if any(not _DOCSTRINGS.isdisjoint(uses.attributes) for _, uses in parts):
                    yield live, "docstring", f"{live.where} may have read that of {scope.name}"
