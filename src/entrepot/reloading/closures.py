"""What a closure keeps for itself, and the statements that had changed it: a rule of its own.

``call.count += 1`` in a wrapper, ``nonlocal total``, ``seen.append(x)``: no name of a module leads
there, only the function does. So when a statement is gone, or does something else now, the
functions that ran in it are asked whether they change such a thing; whatever leads to one of them,
and stands in the text that ran, is made anew, and its readers bring it to what it is now. What a
statement does again is seen when it runs.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .base import data_of
from .index import Inside, collect, is_missing
from .looking import changed_of_free
from .makers import creators

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType, FunctionType

    from entrepot.source.scopes import Path

    from .changes import ModuleChange
    from .revision import LiveScope, LiveStatement, Record
    from .rules import Due
    from .world import World


def kept_by_closures(world: World, change: ModuleChange) -> Iterator[Due]:
    """(6f) What a removed statement did to what a closure keeps is undone."""
    for live in change.removed:
        yield from _undone(world, live, set(), set())


def called_no_more(world: World, live: LiveStatement, codes: Iterable[CodeType]) -> Iterator[Due]:
    """(6f) So is what a statement did that has run again, and calls the closure no more."""
    old = world.before(live)
    if old is not None:
        scopes = [scope for scope in map(world.scope_of, codes) if scope is not None]
        yield from _undone(world, old, set(map(_key, scopes)), _words(world, live, old=False))


def _undone(
    world: World, live: LiveStatement, ran: set[tuple[str, Path]], now: set[str]
) -> Iterator[Due]:
    """Yield what made the closures that a statement called before.

    Args:
        world: The program.
        live: The statement, as it was.
        ran: What ran when it was executed now.
        now: The names in that.
    """
    scopes = [scope for scope in world.ran(live) if changes_closure(scope)]
    words = _words(world, live, old=True) if scopes else set()
    for scope in scopes:
        still = now if _key(scope) in ran else set[str]()
        if words <= still:
            continue  # it got there by the same names as before
        roots = [v for one in _with_makers(scope) for v in _roots(world, live, one, words, still)]
        for root in roots:
            for creator in creators(world, root):
                if world.before(creator) is not live:
                    yield creator, "6f", f"{live.where} changed what it keeps, before the edit"


def _with_makers(scope: LiveScope) -> Iterator[LiveScope]:
    """Yield a scope, and those around it that have the same free variables.

    Of ``@command("a")``, what ``command`` has made changes what both keep, and is gone by now.
    """
    yield scope
    outer = scope.live.scopes.get(scope.path[:-1])
    while outer is not None and not set(scope.code.co_freevars).isdisjoint(outer.code.co_freevars):
        yield outer
        outer = outer.live.scopes.get(outer.path[:-1])


def _key(scope: LiveScope) -> tuple[str, Path]:
    return scope.live.record.name, scope.path


def changes_closure(scope: LiveScope) -> bool:
    """Return whether a function may change a variable that it does not own, or what that holds."""
    if not set(scope.code.co_freevars) - {"__class__"}:
        return False
    if changed_of_free(scope) - {"__class__"}:
        return True
    known = scope.uses.asked
    if "nonlocal" not in known:  # each statement that ran it asks
        node = scope.live.node_of(scope)
        parts = () if node is None else ast.walk(node)
        known["nonlocal"] = any(isinstance(part, ast.Nonlocal) for part in parts)
    return bool(known["nonlocal"])


def _words(world: World, live: LiveStatement, *, old: bool) -> set[str]:
    """Return the names, of attributes too, in what runs with a statement, by either text."""
    found = [live.uses]
    found += [scope.uses if old else world.current_uses(scope) for scope in world.ran(live)]
    return {word for uses in found for word in uses.reads | uses.attributes}


def _roots(
    world: World, live: LiveStatement, scope: LiveScope, before: set[str], now: set[str]
) -> Iterator[Any]:
    """Yield the values of names that lead to closures that a statement called before."""
    name, scopes = scope.path[0][0], _by_now(world, scope)
    near = {id(r): r for r in (live.record, scope.live.record, *world.mentioning((name,)))}
    others = (record for record in world.records.values() if id(record) not in near)
    functions: dict[int, FunctionType] = {}
    inside = Inside()
    for record in (*near.values(), *others):
        known = list(functions.values())
        if not any(is_missing(one, known, world.recorder, inside) for one in scopes):
            return
        for value in _said_otherwise(record, before, now):
            found = _led_to(record, value, scopes)
            functions.update((id(one), one) for one in found)
            said = [one for one in found if _is_said(world, value, one, before)]
            if any(not now or not _is_said(world, value, one, now) for one in said):
                yield value


def _said_otherwise(record: Record, before: set[str], now: set[str]) -> Iterator[Any]:
    """Yield the values of a module that text may have said before, and does not say now.

    If anything is said now, that is told by names that are said no more: few values have one.
    """
    gone = before - now
    for name, value in list(record.namespace.items()):
        is_class = is_a(value, type)
        if not now or (
            not gone.isdisjoint(data_of(value)) if is_class else name in gone and callable(value)
        ):
            yield value


def _by_now(world: World, scope: LiveScope) -> list[LiveScope]:
    """Return a scope as its functions ran it before, and as they run it once they are patched.

    What only stands in other lines now has other code too.
    """
    now = world.now(scope.live)
    after = None if now is None or now is scope.live else now.after(scope)
    return [scope] if after is None else [scope, after]


def _led_to(record: Record, value: Any, scopes: list[LiveScope]) -> list[FunctionType]:
    """Return the functions of some scopes that a value of a module leads to."""
    found: dict[int, list[FunctionType]] = {id(scope.code): [] for scope in scopes}
    home = {"__name__": record.name, "value": value}
    collect(home, {id(scope.code): scope for scope in scopes}, found, set(), [])
    return [function for functions in found.values() for function in functions]


def _is_said(world: World, value: Any, function: FunctionType, words: set[str]) -> bool:
    """Return whether text that ran has the name by which it got a function."""
    if is_a(value, type):
        names = {name for name, member in data_of(value).items() if _is_in(member, function)}
        return any(name in words or name[:2] == "__" == name[-2:] for name in names) or not names
    return not callable(value) or not words.isdisjoint(world.names_of(value))


def _is_in(member: Any, function: FunctionType) -> bool:
    code = function.__code__
    found: dict[int, list[FunctionType]] = {id(code): []}
    wanted: Any = {id(code): None}
    collect({"member": member}, wanted, found, set(), [])
    return any(one is function for one in found[id(code)])
