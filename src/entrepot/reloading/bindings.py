"""Who binds names of a module from outside: by a function with ``global``, or as an attribute.

A statement of another module calls a function here that declares a name ``global``, or stores an
attribute of this module (``settings.LEVEL = 2``), itself or in what runs during it.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import is_function

from .attributes import is_a
from .readers import BY_TEXT, ran_that_mention
from .roots import root_value
from .setters import words_handed

if TYPE_CHECKING:
    from typing import TypeAlias

    from entrepot.source.nodes import Chain
    from entrepot.source.uses import Uses

    from .changes import ModuleChange
    from .revision import LiveScope, LiveStatement, Record
    from .world import Location, World

    #: What sets an attribute: its module, of what, whether of what it is handed as well, and the
    #: statement or the function that does.
    Storing: TypeAlias = tuple[Record, list[Chain], bool, LiveStatement | None, LiveScope | None]

#: Names that the import system and the interpreter bind in a module.
OF_IMPORT = frozenset(
    {"__annotate__", "__annotate_func__", "__annotations__", "__annotations_cache__",
     "__builtins__", "__cached__", "__conditional_annotations__", "__doc__", "__file__",
     "__lazy_modules__", "__loader__", "__name__", "__package__", "__path__", "__spec__",
     "__warningregistry__"}
)  # fmt: skip


def foreign_binders(world: World, record: Record, name: str, *, old: bool) -> list[LiveStatement]:
    """Return the statements of other modules that bind a name of a module."""
    found: dict[int, LiveStatement] = {}
    for live in world.view(record, old=True).naming(("global", "modules")):
        if live.statement.mentions(name) or world.now(live) is not live:
            for scope in live.scopes.values():
                is_used = id(scope.code) in world.recorder.runners
                if is_used and name in _uses(world, scope, old=old).binds:
                    _add_runners(world, scope, found, old=old)
    for other, chains, is_handed, setter, function in _storing(world, name, old=old):
        is_told = other is not record and any(_leads_to(other, each, record) for each in chains)
        if not is_told and not is_handed:
            continue
        setting = {} if setter is None else {id(setter): setter}
        if function is not None:
            _add_runners(world, function, setting, old=old)
        may = world.setters.may_hand
        found.update(
            (key, live)
            for key, live in setting.items()
            if is_told or may(live, record, name, old=old)
        )
    found.update((id(live), live) for live in world.setters.of(record, name, old=old))
    if not old:
        found.update(world.bind_elsewhere.get((record.name, name), {}))
    return [live for live in found.values() if live.record is not record]


#: Words without which no code binds names by text.
_BINDING = BY_TEXT | {"setattr", "delattr"}


def binders_by_text(world: World, record: Record, name: str, *, old: bool) -> list[LiveStatement]:
    """Return the statements that may have bound a name which no statement says, in order.

    ``exec("RATE = 2")`` binds it, as far as is known, and each other statement that may.
    """
    submodule = world.records.get(f"{record.name}.{name}")
    if submodule is not None and record.namespace.get(name) is submodule.module:
        return []  # its import has bound it
    if not old and world.told_binders(record, name, old=True):
        return []  # a statement did, which is gone
    view = world.view(record, old=old)
    found = {id(live): live for live in view.naming(_BINDING)}
    for scope in ran_that_mention(world, record, _BINDING):
        _add_runners(world, scope, found, old=old)
    here = [live for live in found.values() if live.record is record]
    return sorted(filter(world.binds_by_text, here), key=view.number)


def _storing(world: World, name: str, *, old: bool) -> list[Storing]:
    """Return what sets an attribute of a name, of whatever module: that does not change."""
    found = world.storing.get((name, old))
    if found is None:
        found = world.storing[name, old] = []
        for home in world.mentioning_one(name).values():
            if not _may_set(world, home, name, old=old):
                continue
            for live in world.view(home, old=old).naming((name,)):
                chains = _owners(live.uses, name) if _may_store(live, name) else []
                if chains:
                    is_looped = name in words_handed(live.uses, live.uses.binds)
                    found.append((home, chains, is_looped, live, None))
            for scope in ran_that_mention(world, home, {name}):
                uses = _uses(world, scope, old=old)
                chains, is_handed = _owners(uses, name), name in words_handed(uses)
                if chains or is_handed:
                    found.append((home, chains, is_handed, None, scope))
    return found


def _may_set(world: World, home: Record, name: str, *, old: bool) -> bool:
    """Return whether a module may set an attribute of a name, as far as is seen.

    Its statements are asked where they are known: most of them live on.
    """
    if home.is_parsed:
        return name in world.view(home, old=old).settable
    return home.text.may_set(name)


def _may_store(live: LiveStatement, name: str) -> bool:
    """Return whether executing a statement may set an attribute of a name, as far as is seen.

    A definition does so in the body of a class, or by calling what does it by text; so most of
    them need not be parsed.
    """
    statement = live.statement
    if statement.name is None or statement.mentions("setattr") or statement.mentions("delattr"):
        return True
    bodies = (scope.code for scope in live.scopes.values() if not is_function(scope.code))
    return any(name in code.co_names or name in code.co_consts for code in bodies)


def _owners(uses: Uses, name: str) -> list[Chain]:
    return [chain[:-1] for chain in uses.stores if chain[-1] == name]


def bound_elsewhere(
    world: World, live: LiveStatement, *, old: bool = False
) -> list[tuple[Record, str]]:
    """Return the names of other modules that a statement binds."""
    found: dict[tuple[str, str], Record] = {}
    parts = [(live.record, live.uses)]
    for scope in world.ran(live):
        uses = _uses(world, scope, old=old)
        parts.append((scope.live.record, uses))
        if scope.live.record is not live.record:
            found.update(
                {(scope.live.record.name, name): scope.live.record for name in uses.binds}
            )
    for home, uses in parts:
        for chain in uses.stores:
            owner = _module_of(home, chain[:-1])
            record = None if owner is None else world.home_of(owner)
            if record is not None and record is not live.record:
                found[record.name, chain[-1]] = record
    setters, ran = world.setters, [uses for _, uses in parts[1:]]
    for record, name in (*setters.set_by(live, old=old), *setters.handed(live, ran, old=old)):
        if record is not live.record:
            found[record.name, name] = record
    if not old:
        seen = world.bind_elsewhere.items()
        found.update((key, world.records[key[0]]) for key, by in seen if id(live) in by)
    return [(record, name) for (_, name), record in found.items()]


def names_elsewhere(world: World, change: ModuleChange) -> dict[Location, Record]:
    """Return what was bound in other modules by statements that are gone, edited, or ran edits."""
    left = [*change.removed, *(live.old for live in change.signed if live.old is not None)]
    left += [runner for scope in change.bodies for runner in world.runners(scope)]
    return {
        (home.name, name): home
        for live in left
        for home, name in bound_elsewhere(world, live, old=True)
    }


def says(live: LiveStatement, name: str) -> bool:
    """Return whether a statement itself binds a name, in its module or in another one."""
    return name in live.uses.binds or any(chain[-1] == name for chain in live.uses.stores)


def modules_given_a_class(live: LiveStatement) -> list[types.ModuleType]:
    """Return the modules that a statement gives a class: ``shop.__class__ = Shop``."""
    chains = [chain[:-1] for chain in live.uses.stores if chain[-1] == "__class__"]
    return [found for found in (_module_of(live.record, chain) for chain in chains) if found]


def _uses(world: World, scope: LiveScope, *, old: bool) -> Uses:
    return scope.uses if old else world.current_uses(scope)


def _add_runners(
    world: World, scope: LiveScope, found: dict[int, LiveStatement], *, old: bool
) -> None:
    if not old:
        world.add_runners(scope, found)
    else:
        found.update((id(live), live) for live in world.runners(scope))


def _leads_to(home: Record, chain: Chain, record: Record) -> bool:
    owner = _module_of(home, chain)
    return owner is not None and owner.__dict__ is record.namespace


def _module_of(home: Record, chain: tuple[str, ...]) -> types.ModuleType | None:
    """Return the module that a chain leads to."""
    value: Any = root_value(home, chain[0])
    for tail in chain[1:]:
        value = value.__dict__.get(tail) if is_a(value, types.ModuleType) else None
    return value if is_a(value, types.ModuleType) else None
