"""Results that ``functools.lru_cache`` remembers, and that the edit has made stale.

A statement that runs again would get what a function computed at import. So before it runs the
cache of a function goes, if that function, or what it called while the statement was imported, was
edited, or reads a name whose value has changed. In the end the same is done for whoever calls
later: the cache of a function goes, if something that it may call was edited, or has moved. Other
caches stay: what they hold may be state, as the one connection that everybody gets.
"""

from __future__ import annotations

import gc
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from entrepot.source.scopes import is_function

from .attributes import LRU, cached_by, held_in, is_a
from .computed import Computed
from .reach import CALLED, Reach
from .refilling import forget_results, give_back, memory_of
from .tuples import is_bare_tuple
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from types import CodeType

    from .adopt import Adopter
    from .base import Base
    from .effects import Note
    from .journal import Journal
    from .plan import Plan
    from .refilling import Memory
    from .revision import LiveScope, LiveStatement, Record
    from .world import World


#: Who has these in its code may call a method without its name.
_BY_TEXT = frozenset(
    {"getattr", "attrgetter", "methodcaller", "getmembers", "vars", "dir", "__dict__", "eval",
     "exec", "globals", "locals"}
)  # fmt: skip


class Caches:
    """Forgets results for one pass of a reload.

    Attributes:
        moved: Names whose values have changed, with their modules: ``{"RATE": {"prices"}}``.
        passing: Names that were bound to what a later statement finds, and binds again.
    """

    def __init__(self, plan: Plan, adopter: Adopter) -> None:
        world = self.world = plan.world
        self._base = adopter.base
        self._adopter = adopter
        self.computed = Computed(plan, adopter)
        self.moved: dict[str, set[str]] = {}
        self.passing: set[str] = set()
        self._cleared: set[int] = set()
        self._known: dict[int, tuple[Any, int, Memory | None]] = {}
        self._hits: list[tuple[Any, int]] = []  # before the statement that runs
        scopes = set(edited_bodies(world))
        patches = [patch for change in world.changes.values() for patch in change.patches]
        ran = {scope for scope in scopes if id(scope.code) in world.recorder.runners}
        self._new = [
            {id(code) for scope, code in patches if scope in some} for some in (scopes, ran)
        ]
        self._edited_names = [
            {(scope.live.record.name, scope.path[-1][0]) for scope in some}
            for some in (scopes, ran)
        ]
        own = {scope for change in world.changes.values() for scope in change.bodies}
        self._around = {
            (scope.live.record.name, scope.path[0][0])
            for scope in scopes
            if len(scope.path) == 1 and scope not in own and not is_function(scope.code)
        }
        edited = [scope.code for scope in scopes]
        self._edited = set(map(id, edited))
        self._edited_places = {(code.co_filename, code.co_qualname) for code in edited}

    def forget(self) -> None:
        """Begin a pass."""
        self.moved.clear()
        self.passing.clear()
        self._cleared.clear()
        self.computed.forget()

    def take_back(self) -> None:
        """Let caches remember what they did before a pass that came to nothing."""
        for cache, misses, memory in self._known.values():
            if cache.cache_info().misses != misses or id(cache) in self._cleared:
                give_back(cache, memory)
        self._known.clear()

    def clear_stale(self, live: LiveStatement, records: list[Record]) -> list[Any]:
        """Clear the caches whose results the statement must not see, each once; return them."""
        found: list[Any] = []
        caches = _caches(records, self._base)
        for cache in caches:
            if id(cache) not in self._known:
                misses = cache.cache_info().misses
                self._known[id(cache)] = (cache, misses, memory_of(cache))
        ran = self.world.ran(live) if caches or self._base.computing else []
        is_new = not ran and self.world.before(live) is None  # nobody knows yet what it calls
        by_name: dict[str, list[LiveScope]] = {}
        for scope in ran:
            by_name.setdefault(scope.path[-1][0], []).append(scope)
        for cache in caches:
            if id(cache) in self._cleared:
                continue
            arguments = partial(_arguments, cache, self._adopter.changes)
            if self._may_differ(cached_by(cache), arguments, by_name) or (
                is_new and self._is_due(cache)
            ):
                self._cleared.add(id(cache))
                cache.cache_clear()
                found.append(cache)
        self.computed.clear_stale(
            live,
            lambda function, owner: self._may_differ(
                function, lambda: owner, by_name, at_import=True
            ),
        )
        self._hits = [(cache, cache.cache_info().hits) for cache in caches]
        return found

    def _may_differ(
        self,
        function: FunctionType,
        arguments: Callable[[], list[Any]],
        by_name: dict[str, list[LiveScope]],
        *,
        at_import: bool = False,
    ) -> bool:
        """Return whether a function may compute something else now than it did at import.

        Args:
            function: What was called.
            arguments: Returns what it was called with.
            by_name: What ran with the statement that called it.
            at_import: Whether an import has called it, so that what never ran there is no matter.
        """
        code = function.__code__
        if (code.co_filename, code.co_qualname) in self._edited_places:
            return True
        mine = [
            scope
            for scope in by_name.get(code.co_name, ())
            if scope.code.co_qualname == code.co_qualname
        ]
        return any(self._is_stale(scope, by_name) for scope in mine) or bool(
            mine and self._is_in_reach(function, arguments(), at_import=at_import)
        )

    def note_moved(self, notes: Iterable[Note]) -> None:
        """Objects have changed that no statement made anew: what was remembered of them is stale.

        Who reads them is told when all has run, and runs after it in the next pass.
        """
        for root in (root for note in notes for root in note.roots):
            for module, name in self.world.homes(root):
                self.moved.setdefault(name, set()).add(module)

    def codes_of_hits(self) -> dict[int, CodeType]:
        """Return what may have computed the results that a statement got from caches."""
        return {
            key: code
            for cache, hits in self._hits
            if cache.cache_info().hits > hits
            for key, code in Reach(self.world, cached_by(cache), _arguments(cache)).codes.items()
        }

    def _is_stale(self, scope: LiveScope, by_name: dict[str, list[LiveScope]]) -> bool:
        """Return whether something that a function may have called was edited, or has moved."""
        seen: set[int] = set()
        waiting = [scope]
        while waiting:
            current = waiting.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            uses = self.world.current_uses(current)
            words = uses.reads | uses.attributes
            if id(current.code) in self._edited or not words.isdisjoint(self.moved):
                return True
            if not words.isdisjoint(self.passing):
                return True
            waiting += _inside(current, by_name)
            for word in words | _own_names(current.live.record, uses.reads):
                waiting += by_name.get(word, ())
                waiting += by_name.get("__init__", ()) if word[:1].isupper() else ()
        return False

    def stale_at_last(self, edited: Iterable[Any]) -> Iterator[Any]:
        """Yield the caches whose results the program must not see after the edit.

        What was cleared before a statement ran holds what was computed since, as after a restart.
        What a cache that remembers nothing would compute, nobody asks: most are empty.

        Args:
            edited: Caches of functions that were edited.
        """
        self.computed.clear_stale(None, partial(self._is_in_reach, at_import=True))
        yield from (cache for cache in edited if id(cache) not in self._cleared)
        for cache in self._base.caches():
            is_empty = not cache.cache_info().currsize
            if not is_empty and id(cache) not in self._cleared and self._is_due(cache):
                yield cache

    def forget_given_away(self, journal: Journal) -> None:
        """Let caches forget results that have become what statements got elsewhere.

        ``ROWS = load(3)`` keeps its list when it is edited to ``load(4)``: what ``load(3)`` gives
        is another one from now on.
        """
        adopter = self._adopter
        taken = {id(old): old for old, _ in adopter.strangers if not self.world.homes(old)}
        taken.update(adopter.taken)
        for cache, _, before in self._known.values():
            if before is None or id(cache) in self._cleared:
                continue
            given = {id(key) for key, result in before.results if taken.get(id(result)) is result}
            if given:
                forget_results(journal, cache, given)

    def _is_due(self, cache: Any) -> bool:
        """Return whether the program must not see what a cache remembers."""
        return self._is_in_reach(
            cached_by(cache),
            _arguments(cache, self._adopter.changes),
            gives_instances=self._gives_instances(cache),
        )

    def may_differ_now(self, function: FunctionType) -> bool:
        """Return whether a function that anybody may call gives something else after the edit."""
        return self._is_in_reach(function, [])

    def _gives_instances(self, cache: Any) -> bool:
        """Return whether all that a cache remembers are instances of the program's classes.

        They are what they were: the one service that everybody gets goes on with its state.
        """
        memory = memory_of(cache)
        is_managed = self._base.is_managed_class
        return memory is not None and all(is_managed(type(got)) for _, got in memory.results)

    def _is_in_reach(
        self,
        function: FunctionType,
        arguments: list[Any],
        *,
        gives_instances: bool = False,
        at_import: bool = False,
    ) -> bool:
        """Return whether a function may run what was edited, or read what has moved.

        Also where no name says so: ``self.x = 1`` runs what the class has put there.
        """
        words = {*self._edited_names[at_import], *self._moved()}
        if not words:
            return False
        reach = Reach(self.world, function, arguments)
        if not self._new[at_import].isdisjoint(reach.codes) or self._shows_change(
            (*arguments, *reach.classes.values()), reach
        ):
            return True
        if gives_instances and reach.names.isdisjoint(_BY_TEXT):
            words = {word for word in words if not self._only_makes(reach, *word)}
        return any(name in reach.names and module in reach.modules for module, name in words)

    def _shows_change(self, values: Iterable[Any], reach: Reach) -> bool:
        """Return whether code reads what has changed of one of some objects, as ``self.rate``.

        No name of its own need lead to them.
        """
        changes = self._adopter.changes
        names = (changes.get(id(value)) for value in values)
        return any(
            found is not None and ("*" in found or not reach.names.isdisjoint(found))
            for found in names
        )

    def _only_makes(self, reach: Reach, module: str, name: str) -> bool:
        """Return whether a class is made an instance of as it was, whatever else it can do now."""
        cls: Any = self.world.records[module].namespace.get(name)
        if not is_a(cls, type) or not self._base.is_managed_class(cls):
            return False
        if name not in self.moved or module not in self.moved[name]:
            return (module, name) in self._around
        changed = self._adopter.changes.get(id(cls))
        return changed is not None and changed.isdisjoint({"*", *reach.names, *CALLED})

    def _moved(self) -> Iterator[tuple[str, str]]:
        return ((module, name) for name, modules in self.moved.items() for module in modules)


def edited_bodies(world: World) -> Iterator[LiveScope]:
    """Yield the scopes that were edited, with those around them.

    What a function remembers was computed by the functions inside it, too.
    """
    for change in world.changes.values():
        for scope in change.bodies:
            yield from with_outer(scope)


def with_outer(scope: LiveScope) -> Iterator[LiveScope]:
    """Yield a scope and those around it."""
    scopes = scope.live.scopes
    for count in range(len(scope.path), 0, -1):
        if scope.path[:count] in scopes:
            yield scopes[scope.path[:count]]


def _own_names(record: Record, words: Iterable[str]) -> set[str]:
    """Return how functions and classes call themselves that a module has by some names."""
    values: list[Any] = [record.namespace.get(word) for word in words]
    return {value.__name__ for value in values if is_a(value, FunctionType | type)}


def _inside(scope: LiveScope, by_name: dict[str, list[LiveScope]]) -> Iterator[LiveScope]:
    """Yield those of some scopes that stand directly in a scope: nothing need name a lambda."""
    names = {path[-1][0] for path in scope.live.scopes if path[:-1] == scope.path}
    for name in names:
        for other in by_name.get(name, ()):
            if other.live is scope.live and other.path[:-1] == scope.path:
                yield other


def _arguments(cache: Any, changed: Container[int] = ()) -> list[Any]:
    """Return one argument of each class that a cache remembers results for, and those changed."""
    found: dict[int, Any] = {}  # by the class: it may have no hash
    for held in gc.get_referents(cache):
        waiting = list(held) if type(held) is dict and held is not vars(cache) else []
        while waiting:
            part = waiting.pop()
            if is_a(part, tuple | frozenset):
                waiting += part
            key = id(part)
            found[key if key in changed or is_a(part, type) else id(type(part))] = part
    return list(found.values())


def clear(journal: Journal, cache: Any) -> None:
    """Clear a cache; undone, it remembers what it did."""
    memory = memory_of(cache)
    cache.cache_clear()
    journal.note(lambda: give_back(cache, memory))


def forget_by_weak_keys(adopter: Adopter, function: FunctionType) -> None:
    """Let an installed module's function forget what it remembers, if a table of it has changed.

    Such as what ``functools.singledispatch`` makes: by weak keys it remembers which function a
    class gets by its registry. It is told of what is registered with it, not of what was with the
    one that it has adopted.
    """
    held = [value for cell in function.__closure__ or () for value in held_in(cell)]
    if any(type(value) is dict and adopter.is_changed(value) for value in held):
        for value in held:
            if type(value) is WeakKeyDictionary and (known := vars(value)["data"]):
                adopter.journal.refill(known, {})


def is_cache(value: Any) -> bool:
    """Return whether a value is what ``functools.lru_cache`` makes of a function."""
    return cached_by(value) is not None


def _caches(records: list[Record], base: Base) -> list[Any]:
    """Return the caches that modules and their classes have, also below a ``classmethod``.

    Of the latter those that remember objects: values that cannot change are shared by all who got
    them, and would be others for those who ask again.
    """
    found: dict[int, Any] = {}
    for record in records:
        for value in list(record.namespace.values()):
            members = list(vars(value).values()) if is_a(value, type) else [value]
            for member in [m for m in members if type(m) is LRU]:
                while is_cache(member):  # and that which it is made around
                    found[id(member)] = member
                    member = member.__wrapped__  # noqa: PLW2901
    homes = {id(record.namespace) for record in records}
    for cache in base.caches():
        function = cached_by(cache)
        names = function.__globals__ if type(function) is FunctionType else None
        if id(names) in homes and id(cache) not in found:
            memory = memory_of(cache)
            results = [result for _, result in memory.results] if memory else []
            if not all(is_atom(result) or is_bare_tuple(result) for result in results):
                found[id(cache)] = cache
    return list(found.values())
