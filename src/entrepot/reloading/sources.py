"""From which modules a module reads a name.

A name such as ``RATE`` may stand in hundreds of modules that all have one. Who reads that of one
module is looked for in all of them the first time; when the name is asked for again, of another
module, an index tells which modules can get it from there. It names too many rather than too few.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY

from .attributes import instance_dict, is_a, is_exactly
from .readers import BY_TEXT, ran_that_mention
from .roots import MOST, root_value
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Uses

    from .revision import LiveStatement, Record
    from .world import World

FEW = 4
_FIXED, _CHANGING = frozenset({tuple, frozenset}), frozenset({list, set, dict})
_HOLD_NO_MODULES = (types.ModuleType, type, types.FunctionType)


class _Gets:
    """What one module may read a name from.

    Attributes:
        keys: Identities of the modules' namespaces, of other objects in the places of modules.
        is_any: Whether it may be any module.
        is_passing: Whether it depends on what other modules hold: it must be asked anew.
    """

    __slots__ = ("is_any", "is_passing", "keys")

    def __init__(self) -> None:
        self.keys: set[int] = set()
        self.is_any = False
        self.is_passing = False

    def note(self, value: Any) -> None:
        """Note that the name may be read from a value, if that is a module."""
        self.keys.add(id(value))
        if issubclass(type(value), types.ModuleType):
            self.keys.add(id(value.__dict__))


class _OfName:
    """Who may read one name, by what it may be read from."""

    __slots__ = ("any", "by_home", "by_key", "stale")

    def __init__(self, homes: Iterable[str]) -> None:
        self.by_home: dict[str, _Gets] = {}
        self.by_key: dict[int, set[str]] = {}
        self.any: set[str] = set()
        self.stale = set(homes)

    def put(self, home: str, gets: _Gets) -> None:
        """Note what a module may read the name from, in place of what was known."""
        before = self.by_home.get(home)
        for key in () if before is None else before.keys:
            self.by_key[key].discard(home)
        self.by_home[home] = gets
        for key in gets.keys:
            self.by_key.setdefault(key, set()).add(home)
        if gets.is_any:
            self.any.add(home)
        else:
            self.any.discard(home)


class Sources:
    """Who may read names of which modules, for one world."""

    __slots__ = ("_asked", "_names", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked: set[str] = set()
        self._names: dict[str, _OfName] = {}

    def changed(self, name: str) -> None:
        """The namespace of a module has changed, or more is known of what it runs."""
        for known in self._names.values():
            known.stale.add(name)

    def readers_of(self, record: Record, name: str, also: Iterable[str]) -> list[Record]:
        """Return the modules that mention a name of a module and may read it from there.

        Args:
            record: The module that has the name.
            name: The name.
            also: Modules that have the module itself under some name.
        """
        homes = self._world.mentioning_one(name)
        if name not in self._asked or len(homes) <= FEW:
            self._asked.add(name)
            return list(homes.values())
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = _OfName(homes)
        again = known.stale & homes.keys()
        known.stale = set()
        for home in again:
            gets = _gets(self._world, homes[home], name)
            known.put(home, gets)
            if gets.is_passing:
                known.stale.add(home)
        found = {record.name, *also, *known.any}
        for key in (id(record.namespace), id(record.module)):
            found |= known.by_key.get(key, set())
        return sorted((homes[home] for home in found & homes.keys()), key=_order)


def _order(record: Record) -> int:
    return record.order


def _gets(world: World, home: Record, name: str) -> _Gets:
    """Return what one module may read a name from; ``readers.py`` says exactly what it reads."""
    found = _Gets()
    view = world.view(home)
    words = {name}
    for live in (*view.naming(words), *view.dynamic):
        _by_uses(world, home, live.uses, name, found)
        if name in live.uses.attributes:
            _by_getting(world, home, live, found)
    for scope in ran_that_mention(world, home, words | BY_TEXT):
        uses = world.current_uses(scope)
        _by_uses(world, home, uses, name, found)
        if name in uses.attributes:
            runners: dict[int, LiveStatement] = {}
            world.add_runners(scope, runners)
            for live in runners.values():
                _by_getting(world, home, live, found)
    return found


def _by_uses(world: World, home: Record, uses: Uses, name: str, found: _Gets) -> None:
    imported = [(module, level) for module, level, wanted in uses.imports if wanted == name]
    for module, level in (*imported, *uses.stars):
        value = world.module_named(home, module, level)
        found.note(value)
        if not is_a(value, types.ModuleType):
            found.is_passing = True
    for chain in uses.chains:
        if name in chain[1:]:
            _by_chain(home, chain, name, found)
    for whole in uses.whole:
        found.note(root_value(home, whole))


def _by_chain(home: Record, chain: Chain, name: str, found: _Gets) -> None:
    if chain[0] == ANY:
        found.is_any = True
        return
    value: Any = root_value(home, chain[0])
    for number, tail in enumerate(chain[1:]):
        if not is_a(value, types.ModuleType):
            found.is_passing = found.is_passing or number > 0
            return
        if tail == name:
            found.note(value)
        found.is_passing = found.is_passing or number > 0
        value = value.__dict__.get(tail)


def _by_getting(world: World, home: Record, live: LiveStatement, found: _Gets) -> None:
    """Note the modules that a statement gets otherwise than by a name that is bound to them."""
    if live.record is not home:
        found.is_passing = True
    for other, uses in world.parts(live):
        if other is not home:
            found.is_passing = True
        for word in uses.loads:
            if word == ANY:
                found.is_any = True
            else:
                found.note(root_value(other, word))
        for name in uses.reads:
            _by_holding(other.namespace.get(name), found)


def _by_holding(value: Any, found: _Gets) -> None:
    if is_atom(value) or issubclass(type(value), _HOLD_NO_MODULES):
        return
    if is_exactly(value, _FIXED):
        for item in value if len(value) <= MOST else ():
            found.note(item)
    elif is_exactly(value, _CHANGING) or instance_dict(value) is not None:
        found.is_any = True  # it may come to hold any
