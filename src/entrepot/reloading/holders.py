"""Who holds new objects: what was made just now, mostly; else it is looked for everywhere."""

from __future__ import annotations

import gc
import types
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from .attributes import is_a, state_of
from .journal import names_of
from .references import references

if TYPE_CHECKING:
    from collections.abc import Container

AT_ONCE = 32  # objects that are asked in one call what they refer to: most to nothing new
MANY = 300  # objects, of which the holders are looked for


class Found(NamedTuple):
    """Who holds new objects.

    Attributes:
        holders: They.
        owners: Whose own dicts are among them, by identity: a new class's, nobody's.
        later: Identities of those that neither were made just now nor were named to ask.
    """

    holders: list[Any]
    owners: dict[int, type | None]
    later: set[int]


def holders_of_young(
    targets: dict[int, tuple[Any, Any]],
    adopted: list[Any],
    lightly: Container[int],
    before: dict[int, Any],
) -> Found:
    """Find who holds new objects.

    While statements run, the youngest generation of the garbage collector is what they made. How
    often these refer to an object is counted; only if it is referred to more often, others are
    asked: who held some before, what earlier statements made, and at last the whole heap.

    Args:
        targets: New objects by identity, each the first of a pair.
        adopted: Older objects that are asked too: they have taken over what new ones held, or
            were changed while these were made, as a registry is.
        lightly: Those for which no others are asked.
        before: Who held others, and was found in the whole heap: a registry, a cache.
    """
    young: Any = gc.get_objects(generation=0)
    known = set(map(id, young))
    young += {id(value): value for value in adopted if id(value) not in known}.values()
    holders, counts = _among(young, targets)
    known.update(map(id, adopted))
    strictly = {key: pair for key, pair in targets.items() if key not in lightly}
    others: Any = [value for key, value in before.items() if key not in known]
    later: set[int] = set()
    if others and _held_by_more(strictly, counts):
        later |= _ask(others, strictly, holders, counts)
        known.update(map(id, others))
    older: Any = []
    if _held_by_more(strictly, counts):  # what earlier statements made is a bit older
        older = [value for value in gc.get_objects(generation=1) if id(value) not in known]
        later |= _ask(older, strictly, holders, counts)
    more = _held_by_more(strictly, counts)
    owners: dict[int, type | None] = {id(found): None for found in holders}
    if any(type(found) is dict and "__module__" in found for found in holders):  # as a class's
        for objects in (young, older):
            owners.update((id(names_of(value)), value) for value in _classes(objects))
        del objects
    ours = {id(young), id(older), id(others), id(holders), id(more), id(owners)}
    del young, older, others
    if more:
        known = ours.union(map(id, holders))
        found = [found for found in holders_of(more) if id(found) not in known]
        holders += found
        later.update(map(id, found))
    return Found(holders, owners, later)


def _ask(
    objects: list[Any],
    targets: dict[int, tuple[Any, Any]],
    holders: list[Any],
    counts: dict[int, int],
) -> set[int]:
    """Add which of some objects hold targets too, and how often; return their identities."""
    found, others = _among(objects, targets)
    holders += found
    for key, count in others.items():
        counts[key] += count
    return set(map(id, found))


def _among(
    objects: list[Any], targets: dict[int, tuple[Any, Any]]
) -> tuple[list[Any], dict[int, int]]:
    """Return which of some objects hold targets; how often they and that list refer to each."""
    holders: list[Any] = []
    counts = dict.fromkeys(targets, 0)
    for first in range(0, len(objects), AT_ONCE):
        some = objects[first : first + AT_ONCE]
        if counts.keys().isdisjoint(map(id, gc.get_referents(*some))):
            continue
        for holder in some:
            parts = gc.get_referents(holder)
            if counts.keys().isdisjoint(map(id, parts)):
                continue
            for key in map(id, parts):
                if key in counts:
                    counts[key] += 1
            holders.append(holder)
            if id(holder) in counts:
                counts[id(holder)] += 1
    for key in counts.keys() & set(map(id, objects)):
        counts[key] += 1  # that of the list of them; what others made is not in it
    return holders, counts


def _classes(objects: list[Any]) -> list[type]:
    kinds = dict(zip(map(id, map(type, objects)), map(type, objects), strict=True))
    metaclasses = {key for key, kind in kinds.items() if issubclass(kind, type)}
    return [value for value in objects if id(type(value)) in metaclasses]


def holders_of(sources: list[Any]) -> list[Any]:
    """Return who holds some objects, wherever.

    ``gc.get_referrers`` compares each reference of the heap with each of them. Where they are
    many, it is sooner to look each reference up.
    """
    if len(sources) <= MANY:
        passed = tuple(sources)  # from 3.13 on what is passed counts as a referrer
        ours = {id(passed), id(sources)}
        return [holder for holder in gc.get_referrers(*passed) if id(holder) not in ours]
    wanted = set(map(id, sources))
    everything, found = gc.get_objects(), []
    for first in range(0, len(everything), AT_ONCE):
        some = everything[first : first + AT_ONCE]
        if not wanted.isdisjoint(map(id, gc.get_referents(*some))):
            found += [one for one in some if not wanted.isdisjoint(map(id, gc.get_referents(one)))]
    return [holder for holder in found if holder is not sources]


def _held_by_more(targets: dict[int, tuple[Any, Any]], counts: dict[int, int]) -> list[Any]:
    """Return the objects to which more refer than was counted: the variable here does too."""
    return [
        source for key, (source, _) in targets.items() if references([source]) > counts[key] + 1
    ]


def weak_pairs(pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return the weak references to new objects, each with one like it to the old object.

    Most of those to classes are Python's own, by which a class knows its subclasses: only what a
    collection of the library made (``WeakValueDictionary``, ``WeakSet``) is led on.
    """
    found = []
    olds = {id(new): old for new, old in pairs}
    for new, old in pairs:
        if not weakref.getweakrefcount(new):
            continue
        for reference in weakref.getweakrefs(new):
            kind: Any = type(reference)
            if is_a(new, type) and type(reference.__callback__) is not types.FunctionType:
                continue
            if is_a(reference, weakref.WeakMethod):
                method = reference()
                function: Any = method and olds.get(id(method.__func__), method.__func__)
                made: Any = method and kind(types.MethodType(function, old))
            elif is_a(reference, weakref.ref):
                made = weakref.ref.__new__(kind, old, reference.__callback__)
                for name, value in state_of(reference).items():
                    object.__setattr__(made, name, value)
            else:
                continue
            if made is not None:
                found.append((reference, made))
    return found
