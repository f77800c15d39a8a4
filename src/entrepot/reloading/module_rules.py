"""The rules about whole modules: gone, there at last, in another order.

Each yields *dues*, as those in ``rules.py`` do.
"""

from __future__ import annotations

import ast
import sys
from bisect import bisect_left
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import instance_dict, is_a
from .bindings import names_elsewhere
from .depending import is_alias
from .passing import passed_by
from .readers import locations_read, readers, uses_read
from .revision import absolute
from .rules import last_before, reaches_another
from .touches import touched, touchers, values_read
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrepot.source.uses import Uses

    from .changes import ModuleChange
    from .order import Order
    from .revision import LiveStatement, Record
    from .rules import Due
    from .world import World


def read_in_another_order(world: World, change: ModuleChange) -> Iterator[Due]:
    """(6b) What reads an object runs again when it has changed places with what changes that."""
    number = world.view(change.record, old=True).number
    new = {id(live): place for place, live in enumerate(change.lives)}

    def have_changed_places(one: LiveStatement, other: LiveStatement) -> bool:
        if one is other or one.old is None or other.old is None or id(other) not in new:
            return False
        was_first = number(one.old) < number(other.old)
        return was_first != (new[id(one)] < new[id(other)])

    for live in _moved(change, number):
        for value in touched(world, live).values():
            for module, name in world.homes(value):
                for reader in readers(world, world.records[module], name):
                    if have_changed_places(live, reader) and not is_alias(world, reader, value):
                        what = f"{live.where} changes {name} before or after it now"
                        yield reader, "order", what
            for other in touchers(world, value):  # by a name that is not the object's
                if have_changed_places(live, other):
                    yield other, "order", f"{live.where} changes what it changes, too"
        for value in values_read(world, live):
            for toucher in () if is_alias(world, live, value) else touchers(world, value):
                if have_changed_places(live, toucher):
                    what = f"{toucher.where} changes what it reads before or after it now"
                    yield live, "order", what


def bound_by_text_before(world: World, change: ModuleChange) -> Iterator[Due]:
    """(6a) What bound names by text is gone or edited: what had bound those before it runs.

    Which names these were is in no text, if the value does not tell that the statement above made
    it: ``DEBUG = False`` above ``globals().update(LOCAL)``.
    """
    record, number = change.record, world.view(change.record, old=True).number
    edited = [live.old for live in change.signed if live.old is not None]
    gone = [live for live in (*change.removed, *edited) if world.binds_by_text(live)]
    if not gone:
        return
    last = max(gone, key=number)
    for name in sorted(world.names_bound(record, old=True) & record.base.keys()):
        for owner in world.own_binders(record, name, old=True)[-1:]:
            live = world.now(owner)
            is_above = number(owner) < number(last) and live is not None and name[:2] != "__"
            if live is not None and is_above and not _tells(owner, record.base[name]):
                yield live, "6a", f"{last.where} may have bound {name} after it"


def _tells(owner: LiveStatement, value: object) -> bool:
    """Return whether a value can only be that of the statement which stands for it."""
    node = owner.statement.node
    if isinstance(node, ast.FunctionDef) and not node.decorator_list:
        return type(value) is FunctionType and value.__code__.co_filename == owner.record.file
    return not is_atom(value) and not isinstance(getattr(node, "value", None), ast.Constant)


def changers_of_made_module(world: World, live: LiveStatement) -> Iterator[Due]:
    """(6d) What changes a module that the program has made runs after what changes it again.

    Such as ``del made.helper`` after ``vars(made).update(vars(own))``, where a module puts one of
    its own making in its place. Of what the import system has made each name counts by itself.
    """
    made = {id(value) for value in _modules_touched(live) if _is_made(world, value)}
    if not made:
        return
    here = world.position(live)
    for other in world.lives(live.record):
        if world.position(other) > here and not made.isdisjoint(map(id, _modules_touched(other))):
            yield other, "6d", f"it changes a module that {live.where} changes before it"


def _modules_touched(live: LiveStatement) -> Iterator[ModuleType]:
    """Yield the modules that a statement itself may change something of."""
    for touch in live.uses.touches:
        for value in passed_by(live.record, touch.chain):
            if is_a(value, ModuleType):
                yield value


def _is_made(world: World, module: ModuleType) -> bool:
    """Return whether no loader has made a module, but the program."""
    name = (instance_dict(module) or {}).get("__name__")
    if not isinstance(name, str):  # the program may have set anything
        return True
    record = world.records.get(name)
    return module is not (record.module if record is not None else sys.modules.get(name))


def definition_reached_elsewhere(world: World, change: ModuleChange) -> Iterator[Due]:
    """What reads a name that another module's statement bound before it, and does not now, runs.

    A function that counts in a name of its module is called by other modules, too.
    """
    for (_, name), home in names_elsewhere(world, change).items():
        binders = world.old_binders(home, name), world.binders(home, name)
        for live in readers(world, home, name):
            if reaches_another(world, live, *binders):
                yield live, "order", f"{name} is bound by another statement before {live.where}"


def _moved(change: ModuleChange, number: Callable[[LiveStatement], int]) -> list[LiveStatement]:
    """Return as few statements as can have been moved for the rest to stand in their old order."""
    if not change.is_rearranged:
        return []
    lives = [live for live in change.lives if live.old is not None]
    places = [number(live.old) for live in lives if live.old is not None]
    ends: list[int] = []  # of a row in order, of each length: the place that it ends with
    length = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        length.append(at)
    moved, wanted = [], len(ends) - 1
    for live, known in zip(reversed(lives), reversed(length), strict=True):
        if known == wanted:
            wanted -= 1
        else:
            moved.append(live)
    return moved[::-1]


def readers_of_module(world: World, record: Record) -> Iterator[Due]:
    """What imports a module whose file is gone runs again, and fails as in a fresh process."""
    for other in world.records.values():
        if other is record or not world.mentions(other, record.name.rpartition(".")[2]):
            continue
        for live in world.lives(other):
            if _imports(world, live, record):
                yield live, "deleted", f"the file of {record.name} is gone"
    yield from _copiers_of_submodule(world, record)
    site = record.parent  # it may have imported it by a name that is made as text
    before = None if site is None else world.live_of(site)
    importer = None if before is None else world.now(before)
    if importer is not None and not importer.statement.is_function:
        yield importer, "deleted", f"the file of {record.name} is gone"


def _copiers_of_submodule(world: World, record: Record) -> Iterator[Due]:
    """Yield the star imports that have copied a module from its package, which has it no more."""
    package, _, tail = record.name.rpartition(".")
    home = world.records.get(package)
    for other in world.records.values() if home is not None else ():
        if home is not None and other.has_star and other.namespace.get(tail) is record.module:
            for live in world.view(other).dynamic:
                if live.uses.stars and uses_read(world, other, live.uses, home, tail):
                    yield live, "deleted", f"the file of {record.name} is gone"


#: What a module says of the file that it was loaded from.
_OF_ITS_FILE = ("__cached__", "__file__", "__loader__", "__package__", "__path__", "__spec__")


def readers_of_moved(world: World, record: Record) -> Iterator[Due]:
    """What asks a module for its file runs again when that is another one, or a package's.

    What ran before the module was there asked for nothing of it: ``sys.modules.get("shop")``.
    """
    for name in _OF_ITS_FILE:
        for live in readers(world, record, name):
            if world.position(live) > world.order.prefix(record):
                yield live, "moved", f"{record.name} is loaded from another file"
    for live in world.lives(record):
        if any(level for _, uses in world.parts(live) for _, level, *_ in _imports_in(uses)):
            yield live, "moved", f"what it imports is told from where {record.name} is"


def _imports_in(uses: Uses) -> list[tuple[Any, ...]]:
    return [*uses.imports, *uses.stars]


def importers_of_appeared(world: World, record: Record, names: list[str]) -> Iterator[Due]:
    """What tried in vain to import a module runs again when the module is there."""
    for live in world.lives(record):
        for node in ast.walk(live.statement.node):
            wanted = set()
            if isinstance(node, ast.Import):
                wanted = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                source = absolute(record, node.module or "", node.level)
                wanted = {source, *(f"{source}.{alias.name}" for alias in node.names)}
            if not wanted.isdisjoint(names) and not live.statement.is_function:
                yield live, "appeared", f"{', '.join(names)} can be imported now"
                break


def _imports(world: World, live: LiveStatement, record: Record) -> bool:
    for node in ast.walk(live.statement.node):
        if isinstance(node, ast.Import) and any(
            f"{alias.name}.".startswith(f"{record.name}.") for alias in node.names
        ):
            return not live.statement.is_function
        if isinstance(node, ast.ImportFrom):
            module = world.module_named(live.record, node.module or "", node.level)
            if module is record.module and not live.statement.is_function:
                return True
            tails = {alias.name for alias in node.names}
            if getattr(module, "__name__", "") == record.name.rpartition(".")[0] and (
                record.name.rpartition(".")[2] in tails
            ):
                return not live.statement.is_function
    return False


def imported_in_another_order(world: World) -> Iterator[Due]:
    """A statement runs again when the order of imports lets it read what another one bound."""
    moved = world.order.moved
    tails = {name.rpartition(".")[2] for name in moved}
    for record in world.records.values() if moved else ():
        if record.name not in moved and not any(world.mentions(record, tail) for tail in tails):
            continue
        for live in world.lives(record):
            old = world.before(live)
            if old is None:
                continue
            for home, name in locations_read(world, live):
                places = {record.name, home.name, f"{home.name}.{name}"}
                is_in_play = not places.isdisjoint(moved)
                if home is record or not is_in_play:
                    continue
                if _sees(world, live, home, name) != _saw(world, old, home, name):
                    yield live, "order", f"{home.name} is imported before or after it now"
                    break


def changed_in_another_order_elsewhere(world: World) -> Iterator[Due]:
    """A statement runs again when an object that it reads is changed before it now, or after it.

    The one that changes it stands in a module that is imported elsewhere now.
    """
    moved = [world.records[name] for name in world.order.moved if name in world.records]
    for other in (live for record in moved for live in world.lives(record)):
        old = world.before(other)
        for value in touched(world, other).values() if old is not None else ():
            for module, name in world.homes(value):
                for live in readers(world, world.records[module], name):
                    before = world.before(live)
                    if before is None or old is None or live is other:
                        continue
                    if is_alias(world, live, value):
                        continue
                    was_first = world.old_order.position(before) < world.old_order.position(old)
                    if was_first != (world.position(live) < world.position(other)):
                        yield live, "order", f"{other.where} changes {name} before or after it now"


def _sees(world: World, live: LiveStatement, home: Record, name: str) -> tuple[int, int]:
    """Return which binder of a location a statement finds, and how far a module's import is."""
    reached = last_before(world.order, world.binders(home, name), live)
    before = None if reached is None else world.before(reached)
    return id(before or reached), _stage(world, world.order, live, f"{home.name}.{name}")


def _saw(world: World, old: LiveStatement, home: Record, name: str) -> tuple[int, int]:
    reached = last_before(world.old_order, world.old_binders(home, name), old)
    return id(reached), _stage(world, world.old_order, old, f"{home.name}.{name}")


def _stage(world: World, order: Order, live: LiveStatement, name: str) -> int:
    """Return 1 if a module's execution has begun where a statement stands, 2 if it is over."""
    record = world.records.get(name)
    if record is None:
        return 0
    prefix, here = order.prefix(record), order.position(live)
    if here[: len(prefix)] == prefix:
        return 1
    return 2 if prefix < here else 0
