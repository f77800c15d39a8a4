"""Who may ask a module for any of its names, with no text that says the module or the name.

``getattr(importlib.import_module(module), name)``, ``vars(sys.modules[name])``: what stands in
``readers.py`` looks for words, and there is none. So these statements are looked at one by one:
which modules ``import_module`` was called for while they were executed is recorded; where nothing
is, as of ``sys.modules``, it may have been any. A decorator or a metaclass that asks there wants
the module of what is defined (``sys.modules[cls.__module__]``): it does not read all names of it,
or each decorated class would run again for each new name.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY, ANY_ATTRIBUTE, OWN

from .attributes import is_a
from .readers import ASKING, that_mention
from .roots import modules_held, root_value

if TYPE_CHECKING:
    from entrepot.source.uses import Uses

    from .revision import LiveStatement, Record
    from .world import World


class Lookers:
    """Such statements of one world, found when they are asked for first."""

    __slots__ = ("_any", "_by_namespace", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._any: list[LiveStatement] = []
        self._by_namespace: dict[int, list[LiveStatement]] | None = None

    def of(self, record: Record) -> list[LiveStatement]:
        """Return the statements that may ask a module for any of its names."""
        if self._by_namespace is None:
            self._find()
        assert self._by_namespace is not None
        others = [live for live in self._any if live.record is not record]
        return [*self._by_namespace.get(id(record.namespace), ()), *others]

    def _find(self) -> None:
        self._by_namespace = {}
        asking = that_mention(self._world, ASKING, frozenset({ANY_ATTRIBUTE}))
        for live in asking.values():
            if live.statement.name is not None and not _loaded_by(self._world, live):
                continue
            modules = self._got(live)
            if modules is None:
                self._any.append(live)
                continue
            for key in modules:
                self._by_namespace.setdefault(key, []).append(live)

    def _got(self, live: LiveStatement) -> set[int] | None:
        """Return the namespaces of the modules that a statement gets, ``None`` for any."""
        found: list[Any] = []
        loaded = _loaded_by(self._world, live)
        for home, uses in self._world.parts(live):
            if ANY in uses.loads and not loaded:
                return None
            found += _got_by_name(home, uses, loaded)
        return {id(value.__dict__) for value in found if is_a(value, types.ModuleType)}


def modules_got(world: World, live: LiveStatement, *, old: bool = False) -> list[types.ModuleType]:
    """Return the modules that a statement, or what runs with it, may hand on, as far as is known.

    By names that are bound to them, out of containers and instances, or by their own names.
    """
    found: list[Any] = []
    loaded = _loaded_by(world, live)
    for home, uses in world.parts(live, old=old):
        found += [root_value(home, word) for word in uses.whole]
        found += _got_by_name(home, uses, loaded)
    return [value for value in found if is_a(value, types.ModuleType)]


def _got_by_name(home: Record, uses: Uses, loaded: set[str]) -> list[Any]:
    found: list[Any] = [root_value(home, word) for word in uses.loads - {OWN, ANY}]
    if ANY in uses.loads:
        found += [sys.modules.get(name) for name in loaded]
    return [*found, *modules_held(home, uses)]


def _loaded_by(world: World, live: LiveStatement) -> set[str]:
    """Return what ``import_module`` was called for while a statement was executed."""
    loaded = world.recorder.loaded
    sites = (live if live.old is None else live.old).sites
    return {name for site in sites for name in loaded.get(site, ())} if loaded else set()
