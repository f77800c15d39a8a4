"""Objects that statements may change: which ones, who else may change them, and who made them."""

from __future__ import annotations

import abc
import ast
import collections
import itertools
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ATTRIBUTE, ANY_ITEM, RESULT

from .attributes import NOTHING, attribute, derives_from, is_a, is_set_by_code
from .base import data_of
from .bound import callers, changed_by_name
from .brought import parts_brought
from .looking import (
    callee_touches,
    changes_when_called,
    is_builtin_container,
    only_looks,
    stores_into,
)
from .owners import changes_derived, changes_owner, changes_type, class_touched
from .passing import is_inert, passed_by
from .plain import is_reference
from .purity import PURE_METHODS
from .put_there import putting
from .unnamed import changed_unnamed, unnamed_runners

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from entrepot.source.uses import Touch, Uses

    from .revision import LiveScope, LiveStatement, Record
    from .world import World

#: Statements that may do nothing but store.
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.Delete, ast.Expr)
#: Of these, and of what derives from them, each item can be seen without its being named.
_CONTAINERS = (dict, list, set, collections.deque)


def touched(world: World, live: LiveStatement, *, apart: Container[str] = ()) -> dict[int, Any]:
    """Return the objects that executing a statement may change, by identity.

    Args:
        world: The program.
        live: The statement.
        apart: Names of its module that lead elsewhere now than before it ran: those of a loop.
    """
    found = _seen_before(world, live)
    for home, uses in world.parts(live):
        for touch, values in touches_of(world, home, uses):
            if not (home is live.record and touch.chain[0] in apart):
                found.update((id(value), value) for value in values)
        if not is_reference(live):
            found.update((id(value), value) for value in changed_by_name(world, home, uses))
    for scope in world.ran(live):
        unsaid = *class_touched(scope), *_derived(world, live, scope)
        for value in (*unsaid, *changed_unnamed(world, live, scope)):
            found[id(value)] = value
    if id(live) in world.effects:
        found.update(world.effects[id(live)][1])
    return found


def _derived(world: World, live: LiveStatement, scope: LiveScope) -> Iterator[type]:
    """Yield classes that a statement names, and on which a method of their base has set something.

    ``type(self).count += 1`` sets it on the class that ``Int()`` calls, not on the base.
    """
    owner: Any = scope.live.record.namespace.get(scope.path[0][0])
    if not is_a(owner, type) or not changes_type(scope):
        return
    words = {name for name in scope.code.co_names if name[:2] != "__"}
    for home, uses in world.parts(live):
        for value in _read(home, uses):
            is_below = is_a(value, type) and value is not owner and derives_from(value, owner)
            if is_below and not words.isdisjoint(data_of(value)):
                yield value


def _seen_before(world: World, live: LiveStatement) -> dict[int, Any]:
    """Return the objects that an earlier reload saw a statement change."""
    seen, found = world.recorder.seen, {}
    for site in (live.old or live).sites if seen else ():
        for module, name in seen.get(site, ()):
            record = world.records.get(module)
            value = NOTHING if record is None else record.namespace.get(name, NOTHING)
            if not is_inert(value):
                found[id(value)] = value
    return found


def touched_by(world: World, scope: LiveScope) -> dict[int, Any]:
    """Return the objects that a scope may change by the text that runs now."""
    home = scope.live.record
    found = [value for _, values in touches_of(world, home, scope.uses) for value in values]
    return {id(value): value for value in (*found, *class_touched(scope))}


def touches_of(world: World, home: Record, uses: Uses) -> list[tuple[Touch, list[Any]]]:
    """Return what code changes, each with the objects that may be meant by it.

    Rules ask that of the same code for one object after another: see ``touching.py``.
    """
    key, kept = (home.name, id(uses)), world.touching.kept
    known = None if kept is None else kept.get(key)
    if known is None:
        known = uses, [(touch, touch_objects(world, home, touch)) for touch in uses.touches]
        if kept is not None:
            kept[key] = known
    return known[1]


def touch_objects(world: World, home: Record, touch: Touch) -> list[Any]:
    """Return the objects that one touch may change."""
    passed = list(passed_by(home, touch.chain))
    values = [value for value in passed if not is_inert(value)]
    if touch.how in {"call", "method"} and len(passed) == len(touch.chain):
        called = attribute(passed[-1], touch.word) if touch.word else passed[-1]
        if changes_when_called(world, called):
            return [*values, called] if touch.word else values
    if not values or touch.how == "call":
        return []
    if len(passed) == len(touch.chain) and is_inert(passed[-1]) and touch.how != "store":
        return []  # a number, a member of an enum: whoever gets it cannot change where it is
    last = values[-1]
    if touch.chain[-1] == RESULT and type(last) is types.FunctionType:
        return [*values, *_returned(world, last)]
    if touch.how == "method" and touch.word in PURE_METHODS and is_builtin_container(last):
        return values[:-1]
    if touch.how == "method" and type(last) is types.FunctionType:
        return values
    if touch.how == "method" and only_looks(world, last, touch.word):
        return values[:-1]
    if touch.how == "method" and is_a(last, type):
        is_registry = touch.word == "register" and is_a(last, abc.ABCMeta)
        return [last] if is_registry or changes_derived(world, last, touch.word) else []
    if touch.how == "argument":
        if touch.chain[-1] == ANY_ITEM:
            values = [v for v in values if not is_a(v, type | types.FunctionType)]
        elif is_a(last, type | types.FunctionType) and not stores_into(world, home, touch):
            return []
        return values if callee_touches(world, home, touch) else []
    return values


def _returned(world: World, function: types.FunctionType) -> list[Any]:
    """Return the containers that a function may return, with what has them: those that it reads.

    Such as ``ROUTES`` of its module, or ``app.routes`` and ``app``.
    """
    scope = world.scope_of(function.__code__)
    if scope is None:
        return []
    found = []
    for chain in (*((name,) for name in scope.uses.reads), *scope.uses.chains):
        passed = list(passed_by(scope.live.record, chain))
        if len(passed) == len(chain) and issubclass(type(passed[-1]), dict | list | set):
            found += [value for value in passed if not is_inert(value)]
    return found


def touchers(world: World, value: Any) -> list[LiveStatement]:
    """Return the statements whose execution may change an object."""
    known = world.touchers.get(id(value))
    if known is None:
        known = world.touchers[id(value)] = (value, _touchers(world, value))
    return known[1]


def _touchers(world: World, value: Any) -> list[LiveStatement]:
    found: dict[int, LiveStatement] = {}
    names = world.names_of(value)
    for name in names:
        for record, uses, live, scope in world.touching.texts(name):
            if uses_touch(world, record, uses, value):
                if live is not None:
                    found[id(live)] = live
                if scope is not None:
                    world.add_runners(scope, found)
    found.update(callers(world, value, names))
    for name in names if callable(value) else ():
        for scope in world.touching.methods(name, changes_owner):
            if any(owner is value for owner in class_touched(scope)):
                world.add_runners(scope, found)
    unsaid = putting(world, value) if is_a(value, type) else unnamed_runners(world, value)
    found.update((id(live), live) for live in unsaid)
    for live in world.lives_run():
        for scope in world.ran_now(live):
            if uses_touch(world, scope.live.record, world.current_uses(scope), value):
                found[id(live)] = live
    for live, effects in world.effects.values():
        if id(value) in effects:
            found[id(live)] = live
    for site in world.recorder.seen:
        live = None if site.live is None else world.now(site.live)
        if live is not None and id(value) in _seen_before(world, live):
            found[id(live)] = live
    return list(found.values())


def uses_touch(world: World, home: Record, uses: Uses, value: Any) -> bool:
    """Return whether code may change an object."""
    return any(item is value for _, found in touches_of(world, home, uses) for item in found)


def changed_later(
    world: World, live: LiveStatement, *, only_attributes: bool = False
) -> Iterator[tuple[Any, LiveStatement]]:
    """Yield what a statement reads that another one changes after it, with that one.

    Args:
        world: The program.
        live: The statement.
        only_attributes: Whether it asks objects for no more than attributes that it says: what
            ``first = Cart.total`` gives a name to is another one once ``Cart.total`` is set.
    """
    yield from _changed_after(world, live, world.parts(live), only_attributes=only_attributes)
    yield from _changed_after(world, live, parts_brought(world, live), only_attributes=False)


def _changed_after(
    world: World,
    live: LiveStatement,
    parts: list[tuple[Record, Uses]],
    *,
    only_attributes: bool,
) -> Iterator[tuple[Any, LiveStatement]]:
    here = world.position(live)
    attributes = {name for _, uses in parts for name in uses.attributes}
    for value in _values_read(world, parts):
        for other in touchers(world, value):
            if other is live or world.position(other) <= here:
                continue
            words = _stored_words(world, other, value)
            is_class = is_a(value, type)
            is_seen = ANY_ATTRIBUTE in attributes or words & attributes - {""}
            is_table = is_builtin_container(value) or is_a(value, _CONTAINERS)
            is_used = words & _CREATING if is_class else is_table
            if is_seen or (is_used and not only_attributes):
                yield value, other
                break


def values_read(world: World, live: LiveStatement) -> Iterable[Any]:
    """Return the objects that executing a statement may read, with the classes of theirs."""
    return _values_read(world, world.parts(live))


def _values_read(world: World, parts: list[tuple[Record, Uses]]) -> Iterable[Any]:
    values: dict[int, Any] = {}
    for home, uses in parts:
        for value in _read(home, uses):
            if not is_inert(value) and not is_a(value, types.FunctionType):
                values[id(value)] = value
                kinds = (*_kinds(value), *_kinds(type(value)))  # who derives from it calls that
                values.update((id(k), k) for k in kinds if world.home_of(k) is not None)
    return values.values()


def _read(home: Record, uses: Uses) -> Iterator[Any]:
    """Yield what names lead to that code reads, its own and those of modules."""
    for name in uses.reads:
        yield home.namespace.get(name, NOTHING)
    for chain in uses.chains:
        passed = passed_by(home, chain)
        yield from itertools.islice((v for v in passed if type(v) is not types.ModuleType), 1)


def _kinds(value: Any) -> tuple[type, ...]:
    return value.__mro__ if issubclass(type(value), type) else ()


#: Methods that run when a class is called or derived from, without being named.
_CREATING = frozenset({"__call__", "__init__", "__init_subclass__", "__new__", "__prepare__"})


def is_lone_store(world: World, live: LiveStatement, value: object) -> bool:
    """Return whether a statement only stores to one constant key or attribute of an object."""
    if not isinstance(live.statement.node, _SIMPLE):
        return False
    words = _stored_words(world, live, value)
    if not words or "" in words or not _only_stores(world, live, value):
        return False
    if is_set_by_code(value, words) or world.was_set_by_code(value, words):
        return False  # what a property does with it is not undone by another store
    for other in touchers(world, value):
        if live not in (other, other.old) and live.old is not other:
            theirs = _stored_words(world, other, value)
            if theirs & words or "" in theirs:
                return False
    return True


def _only_stores(world: World, live: LiveStatement, value: object) -> bool:
    """Return whether a simple statement looks at nothing of what it changes."""
    node = live.statement.node
    own = live.uses
    if any(uses is not own and uses_touch(world, home, uses, value)
           for home, uses in world.parts(live)):  # fmt: skip
        return False
    read = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    names = {part.id for part in ast.walk(read) if isinstance(part, ast.Name)} if read else set()
    roots = {touch.chain[0] for touch in own.touches if touch.how == "store"}
    return names.isdisjoint(roots)


def stores_there(world: World, live: LiveStatement | None, value: object) -> bool:
    """Return whether a statement stores into an object where its old version did."""
    if live is None or live.old is None:
        return live is not None
    return _stored_words(world, live.old, value) <= _stored_words(world, live, value)


def _stored_words(world: World, live: LiveStatement, value: object) -> set[str]:
    words: set[str] = set()
    for home, uses in world.parts(live):
        for touch, found in touches_of(world, home, uses):
            if any(item is value for item in found):
                is_store = touch.how == "store" and found[-1] is value
                words.add(touch.word if is_store else "")
    return words


def is_last_toucher(world: World, live: LiveStatement, value: object) -> bool:
    """Return whether nothing that ran before the edit changes an object after a statement."""
    here = world.position(live)
    return all(
        world.position(other) <= here or world.before(other) is None
        for other in touchers(world, value)
    )
