"""Closures that live, of functions and methods that have moved to another module.

Who holds the function is led to the one that is there now. What it had made while the program ran
would go on with the old text, and with the names of the old module; no later edit would lead
there. So each is led to one like it, of the new text, that keeps what it keeps.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING

from entrepot.source.pairing import pair
from entrepot.source.scopes import docstring, is_function

from .attributes import is_a, names_of_class
from .defaults import has_other_defaults, is_made_by_a_function, redefault
from .functions import own_dict
from .index import functions_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CellType, CodeType

    from .patching import Patcher
    from .revision import LiveScope, LiveStatement

_FACTS = ("__name__", "__qualname__", "__doc__", "__module__")


def follow(patcher: Patcher) -> None:
    """Lead the closures of what has moved to such as the new text makes."""
    adopter = patcher.adopter
    wanted: dict[int, tuple[LiveScope, LiveScope]] = {}
    for old, new in _moved(patcher):
        paths = pair(*({path: s.code for path, s in x.scopes.items()} for x in (old, new)))
        for path, scope in old.scopes.items():
            is_closure = is_function(scope.code) and is_made_by_a_function(scope)
            if is_closure and path in paths:
                wanted[id(scope.code)] = (scope, new.scopes[paths[path]])
    if not wanted:
        return
    scopes = [scope for scope, _ in wanted.values()]
    records = {id(scope.live.record): scope.live.record for scope in scopes}
    found, _ = functions_of(scopes, list(records.values()), patcher.recorder)
    patcher.functions.update(found)
    for key, functions in found.items():
        before, after = wanted[key]
        for function in functions:
            if id(function) in adopter.taken:
                continue
            follower = _like(function, after.code, after.live.record.namespace)
            where = f"{before.live.where} {before.name}"
            if follower is None:
                patcher.unshaped.append((function, after.code, where))
                continue
            is_other = has_other_defaults(before, after)
            missing = redefault(adopter.journal, follower, before, after) if is_other else []
            if missing:
                patcher.without.append((function, missing, where))
            else:
                adopter.taken[id(function)] = function
                adopter.forwards.append((function, follower))


def _moved(patcher: Patcher) -> Iterator[tuple[LiveStatement, LiveStatement]]:
    """Yield the statements whose functions and classes another module has now, and those there."""
    found: dict[int, tuple[LiveStatement, LiveStatement]] = {}
    for old, new in _pairs(patcher):
        before, after = map(patcher.world.scope_of, (old.__code__, new.__code__))
        if before is None or after is None or before.path != after.path:
            continue
        if before.live.record is not after.live.record:
            found[id(before.live)] = (before.live, after.live)
    yield from found.values()


def _pairs(patcher: Patcher) -> Iterator[tuple[FunctionType, FunctionType]]:
    """Yield the functions that others take the place of, those of classes too."""
    for old, new in patcher.adopter.forwards:
        if type(new) is FunctionType:
            yield old, new
    for old, new in patcher.adopter.replaced:
        if is_a(old, type) and is_a(new, type):
            members = names_of_class(new)
            for name, member in names_of_class(old).items():
                if type(member) is FunctionType is type(members.get(name)):
                    yield member, members[name]


def _like(function: FunctionType, code: CodeType, names: dict[str, object]) -> FunctionType | None:
    """Return a function of another text that keeps what a closure keeps, ``None`` if it cannot."""
    own = function.__code__
    kept = dict(zip(own.co_freevars, function.__closure__ or (), strict=True))
    cells: list[CellType] = [kept[name] for name in code.co_freevars if name in kept]
    if len(cells) < len(code.co_freevars):
        return None
    made = FunctionType(code, names, None, function.__defaults__, tuple(cells))
    made.__kwdefaults__ = function.__kwdefaults__
    said = (own.co_name, own.co_qualname, docstring(own), function.__globals__.get("__name__"))
    for fact, by_text in zip(_FACTS, said, strict=True):
        if getattr(function, fact) != by_text:  # a wrapper says what it wraps
            setattr(made, fact, getattr(function, fact))
    if held := own_dict(function):
        made.__dict__.update(held)
    return made
