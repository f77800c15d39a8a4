"""Which statements made an object: whoever undoes what was done to it has them run again.

A name may have been given a part of something, as in ``rates = Shop.rates``, and no other name
leads there. Then that was made with the whole of which it is a part.
"""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ITEM, called_chain, item_chain

from .attributes import instance_dict, is_a, names_of_class, state_of
from .passing import is_inert, passed_by
from .plain import is_reference
from .values import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.nodes import Chain

    from .revision import LiveScope, LiveStatement, Record
    from .world import World


def creators(world: World, value: Any) -> list[LiveStatement]:
    """Return the statements that made an object: bind it and do not only refer to it."""
    return _creators(world, value, set())


def _creators(world: World, value: Any, asked: set[int]) -> list[LiveStatement]:
    if is_shared(value):
        return []  # nobody made a logger
    asked.add(id(value))
    made = world.home_of(value) if is_a(value, type | types.FunctionType) else None
    homes = [] if made is None else world.homes_in(made, value)
    last = [
        live
        for module, name in homes or world.homes(value)
        for live in world.binders(world.records[module], name)[-1:]
    ]
    if found := [live for live in last if not is_reference(live)]:
        handed = (whole for live in found for whole in _handed_out(world, live, value))
        owners = (_creators(world, whole, asked) for whole in handed if id(whole) not in asked)
        return [*found, *next(filter(None, owners), ())]
    for live in last:
        chain = _given(live)
        for whole in _wholes(live.record, chain):
            if id(whole) not in asked and (found := _creators(world, whole, asked)):
                return found
        if chain and chain[0] not in live.record.namespace:  # ``del TABLE``
            return _before(world, live, chain[0])
    return []


def _handed_out(world: World, live: LiveStatement, value: Any) -> Iterator[Any]:
    """Yield what has the part that a call handed out: ``routes = get_app().routes``.

    The function reads a name of its module, and from there steps lead to the part. A method has
    it from its object: ``routes = app.get_routes()``.
    """
    called, steps = called_chain(getattr(live.statement.node, "value", None))
    passed = list(passed_by(live.record, called)) if called else []
    function = passed[-1] if passed and len(passed) == len(called) else None
    scope = world.scope_of(function.__code__) if type(function) is types.FunctionType else None
    if scope is not None:
        for chain in _read_by(scope):
            whole = (*chain, *steps)
            found = list(passed_by(scope.live.record, whole))
            if len(found) == len(whole) and found[-1] is value:
                yield from _wholes(scope.live.record, whole)
    for owner in passed if function is None and not steps else ():
        if not is_inert(owner) and any(part is value for part in state_of(owner).values()):
            yield owner


def _read_by(scope: LiveScope) -> list[Chain]:
    """Return the chains that a function reads, and the names with which they begin."""
    return sorted({*((name,) for name in scope.uses.reads), *scope.uses.chains})


def _given(live: LiveStatement) -> Chain:
    """Return the chain that a statement gives a name to, ``()`` for an import."""
    node = live.statement.node
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    chain = () if value is None else item_chain(value)
    return chain[: chain.index(ANY_ITEM) + 1] if ANY_ITEM in chain else chain


def _wholes(record: Record, chain: Chain) -> Iterator[Any]:
    """Yield what has the part that a chain leads to, the nearest first."""
    passed = list(passed_by(record, chain))[: max(len(chain) - 1, 0)] if chain else []
    for owner, tail in zip(reversed(passed), reversed(chain[1 : len(passed) + 1]), strict=True):
        if is_a(owner, type) or tail not in (instance_dict(owner) or ()):
            cls = owner if is_a(owner, type) else type(owner)
            yield from (kind for kind in cls.__mro__ if tail in names_of_class(kind))
        if not is_inert(owner):
            yield owner


def _before(world: World, live: LiveStatement, name: str) -> list[LiveStatement]:
    """Return the statements above one that had bound a name which is gone by now."""
    here = world.position(live)
    binders = world.binders(live.record, name)
    return [one for one in binders if not is_reference(one) and world.position(one) < here]
