"""Which statements read a location: a name of a module, under whatever name others know it."""

from __future__ import annotations

import ast
import re
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY

from .attributes import is_a
from .roots import gets, is_module, modules_held, root_value
from .stars import star_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Uses

    from .revision import LiveScope, LiveStatement, Record
    from .world import Location, World

_OWN = frozenset({"__name__"})  # a module says so to get itself: ``sys.modules[__name__]``
#: What stands in code that lists the attributes of an object, or asks for any of them.
ASKING = frozenset(
    {"getattr", "hasattr", "attrgetter", "methodcaller", "vars", "dir", "getmembers",
     "getmembers_static", "__dict__"}
)  # fmt: skip
BY_TEXT = frozenset({"globals", "locals", "vars", "dir", "eval", "exec", "__import__"})


def readers(world: World, record: Record, name: str) -> list[LiveStatement]:
    """Return every statement (as it will be) whose execution reads a location."""
    found: dict[int, LiveStatement] = {}
    words: dict[str, set[str]] = {}
    for place, alias in world.homes(record.module):
        words.setdefault(place, {name}).add(alias)
    for home in world.sources.readers_of(record, name, words):
        _readers_in(world, home, (record, name), words.get(home.name, {name}), found)
    known = world.mentioning_one(name)
    if record.name not in known:
        _readers_in(world, record, (record, name), words.get(record.name, {name}), found)
    for home in world.mentioning_one(record.name.rpartition(".")[2]).values():
        if home.has_star and home is not record and home.name not in known:
            for live in world.view(home).dynamic:
                if live.uses.stars and uses_read(world, home, live.uses, record, name):
                    found[id(live)] = live
    for place, aliases in words.items():
        if place not in known and place != record.name:
            _handed_on_in(world, world.records[place], record, aliases - {name}, found)
    for live in world.lookers.of(record):
        found[id(live)] = live
    return list(found.values())


def _handed_on_in(
    world: World, home: Record, record: Record, aliases: set[str], found: dict[int, LiveStatement]
) -> None:
    """Add who looks at a module as a whole (``vars(settings)``) and says no name of it."""
    lives, scopes = _naming_alone(world, home, frozenset(aliases))
    for live in lives:
        if _is_whole(home, live.uses, record):
            found[id(live)] = live
    for scope in scopes:
        if _is_whole(home, world.current_uses(scope), record):
            world.add_runners(scope, found)


def _naming_alone(
    world: World, home: Record, aliases: frozenset[str]
) -> tuple[list[LiveStatement], list[LiveScope]]:
    """Return what has a name by itself, as an argument, and asks for an object as a whole."""
    found = world.naming_alone.get((home.name, aliases))
    if found is None:
        words = "|".join(map(re.escape, sorted(aliases)))
        alone = re.compile(rf"(?<![.\w])(?:{words})\b(?!\s*[.\w])")
        lives = [
            live
            for live in world.view(home).naming(aliases)
            if alone.search(live.statement.text) and live.uses.whole
        ]
        scopes = [
            scope
            for scope in ran_that_mention(world, home, aliases)
            if alone.search(scope.live.statement.text) and world.current_uses(scope).whole
        ]
        found = world.naming_alone[home.name, aliases] = lives, scopes
    return found


def _is_whole(home: Record, uses: Uses, record: Record) -> bool:
    return any(is_module(root_value(home, whole), record) for whole in uses.whole)


def _readers_in(
    world: World,
    home: Record,
    location: tuple[Record, str],
    words: set[str],
    found: dict[int, LiveStatement],
) -> None:
    """Add the readers in one module, whose code has one of some words: the name, the module."""
    record, name = location
    view = world.view(home)
    words = words | _OWN if home is record else words
    for live in (*view.naming(words), *view.dynamic):
        if uses_read(world, home, live.uses, record, name) or (
            name in live.uses.attributes and gets_module(world, live, record)
        ):
            found[id(live)] = live
    for scope in ran_that_mention(world, home, words | BY_TEXT):
        uses = world.current_uses(scope)
        if uses_read(world, home, uses, record, name):
            world.add_runners(scope, found)
        elif name in uses.attributes:
            runners: dict[int, LiveStatement] = {}
            world.add_runners(scope, runners)
            found.update(
                (key, by) for key, by in runners.items() if gets_module(world, by, record)
            )


def gets_module(world: World, live: LiveStatement, record: Record) -> bool:
    """Return whether a statement gets a module otherwise than by a name that is bound to it."""
    return any(gets(home, uses, record) for home, uses in world.parts(live))


def ran_that_mention(world: World, home: Record, words: AbstractSet[str]) -> list[LiveScope]:
    """Return the scopes of a module that ran during imports and may mention one of some words."""
    key = (home.name, frozenset(words))
    found = world.ran_mentioning.get(key)
    if found is None:
        found = world.ran_mentioning[key] = _ran_that_mention(world, home, key[1])
    return found


def that_mention(
    world: World, words: frozenset[str], attributes: frozenset[str] = frozenset()
) -> dict[int, LiveStatement]:
    """Return the statements that mention an attribute, or during which code ran that does.

    Args:
        world: The program.
        words: The attribute, as it is known to the class and as it stands in the text.
        attributes: What is asked for, if that is not what stands in the text.
    """
    found = world.by_attribute.get(words | attributes)
    if found is None:
        found = world.by_attribute[words | attributes] = {}
        wanted = attributes or words
        for record in world.mentioning(words):
            for live in world.view(record).naming(words):
                if not wanted.isdisjoint(live.uses.attributes):
                    found[id(live)] = live
            for scope in ran_that_mention(world, record, words):
                if not wanted.isdisjoint(world.current_uses(scope).attributes):
                    world.add_runners(scope, found)
    return found


def _ran_that_mention(world: World, home: Record, words: AbstractSet[str]) -> list[LiveScope]:
    found = []
    for old in _old_that_mention(world, home, words):
        now = world.now(old)
        for scope in old.scopes.values():
            if id(scope.code) not in world.recorder.runners:
                continue
            current = scope if now is None else now.after(scope) or scope
            if not words.isdisjoint(current.code.co_names) or _imports_all(current):
                found.append(scope)
    return found


def _old_that_mention(world: World, home: Record, words: AbstractSet[str]) -> list[LiveStatement]:
    old = world.view(home, old=True)
    found = {id(live): live for live in (*old.naming(words), *old.dynamic)}
    if home.name in world.changes:
        now = world.view(home)
        for live in (*now.naming(words), *now.dynamic):
            if live.old is not None:
                found[id(live.old)] = live.old
    return list(found.values())


def _imports_all(scope: LiveScope) -> bool:
    return ("*",) in scope.code.co_consts


def uses_read(world: World, home: Record, uses: Uses, record: Record, name: str) -> bool:
    """Return whether uses in module ``home`` read the location ``record.name``."""
    if home is record:
        if name in uses.reads:
            return True
        if uses.is_dynamic and not uses.stars:
            return True
    for module, level, wanted in uses.imports:
        if wanted == name and is_module(world.module_named(home, module, level), record):
            return True
    for module, level in uses.stars:
        if is_module(world.module_named(home, module, level), record) and (
            name == "__all__" or name in star_names(record.module) or name[:1] != "_"
        ):
            return True
    for chain in uses.chains:
        if name in chain[1:] and _chain_reads(home, chain, record, name):
            return True
    return _is_whole(home, uses, record)


def _chain_reads(home: Record, chain: Chain, record: Record, name: str) -> bool:
    if chain[0] == ANY:
        return chain[1] == name
    value: Any = root_value(home, chain[0])
    for tail in chain[1:]:
        if not is_a(value, types.ModuleType):
            return False
        if tail == name and is_module(value, record):
            return True
        value = value.__dict__.get(tail)
    return False


def _got_otherwise(world: World, home: Record, uses: Uses) -> list[Record]:
    """Return the modules whose attributes code may read without a name that is bound to them."""
    if not uses.attributes:
        return []
    if ANY in uses.loads:
        return list(world.records.values())
    records = (world.home_of(module) for module in modules_held(home, uses))
    return [record for record in records if record is not None]


def locations_read(world: World, live: LiveStatement) -> Iterator[tuple[Record, str]]:
    """Yield the locations that executing a statement reads, those of managed modules.

    To delete a name it must be there.
    """
    found: dict[Location, Record] = {}
    if isinstance(live.statement.node, ast.Delete):
        found.update({(live.record.name, name): live.record for name in live.uses.binds})
    for home, uses in world.parts(live):
        names = set(uses.reads)
        if uses.is_dynamic and not uses.stars:
            names |= _all_names(world, home)
        found.update({(home.name, name): home for name in names})
        found.update(said_locations(world, home, uses))
        for record in _got_otherwise(world, home, uses):
            names = uses.attributes & record.namespace.keys()
            found.update({(record.name, name): record for name in names})
    for (_, name), record in found.items():
        yield record, name


def said_locations(world: World, home: Record, uses: Uses) -> dict[Location, Record]:
    """Return the locations of other modules that code names, or of a module that it asks whole."""
    found: dict[Location, Record] = {}
    for module, level, name in uses.imports:
        record = world.home_of(world.module_named(home, module, level))
        if record is not None:
            found[record.name, name] = record
    for module, level in uses.stars:
        source = world.module_named(home, module, level)
        record = world.home_of(source)
        if record is not None:
            found.update({(record.name, name): record for name in star_names(source)})
    for word in uses.whole:  # ``vars(settings)``
        value = root_value(home, word)
        record = world.home_of(value) if is_a(value, types.ModuleType) else None
        if record is not None:
            found.update({(record.name, name): record for name in _all_names(world, record)})
    for chain in uses.chains:
        found.update(_locations_on(world, home, chain))
    return found


def _locations_on(world: World, home: Record, chain: Chain) -> Iterator[tuple[Location, Record]]:
    """Yield the locations that a chain leads through: ``shop.prices.RATE`` reads two."""
    value: Any = root_value(home, chain[0])
    for name in chain[1:]:
        record = world.home_of(value) if is_a(value, types.ModuleType) else None
        if record is None:
            return
        yield (record.name, name), record
        value = record.namespace.get(name)


def _all_names(world: World, record: Record) -> set[str]:
    """Return the names that a module may have, with those of the modules below it."""
    start = f"{record.name}."
    below = {name.removeprefix(start) for name in world.records if name.startswith(start)}
    return world.names_bound(record) | {name for name in below if "." not in name}
