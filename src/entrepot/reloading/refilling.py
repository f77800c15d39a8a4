"""What ``functools.lru_cache`` remembers, taken out of it and given back.

A reload that fails has to leave every cache as it was, and the one connection that everybody gets
may be in one. A cache can be cleared, but not filled; so its function is called for each result,
in the old order, and answers what it answered before.
"""

from __future__ import annotations

import gc
import threading
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from .attributes import LRU, cached_by

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from .journal import Journal

MOST = 20_000


class Memory(NamedTuple):
    """What a cache remembered.

    Attributes:
        cache: What ``functools.lru_cache`` made.
        results: Pairs of a key and a result, those first that were used longest ago.
        mark: What stands between positional arguments and others in a key.
    """

    cache: Any
    results: list[tuple[Any, Any]]
    mark: Any


def memory_of(cache: Any) -> Memory | None:
    """Return what a cache remembers, ``None`` if it cannot be told.

    Example:
        >>> import functools
        >>> @functools.lru_cache(maxsize=2)
        ... def box(n, *, k=0): return [n, k]
        >>> one, two = box(1), box(2, k=5)
        >>> memory = memory_of(box)
        >>> box.cache_clear(); refill(memory)
        >>> box(1) is one, box(2, k=5) is two
        (True, True)
    """
    info = cache.cache_info()
    if not info.currsize or info.currsize > MOST:
        return Memory(cache, [], None) if not info.currsize else None
    inside = gc.get_referents(cache)
    held = next((x for x in inside if type(x) is dict and len(x) == info.currsize), None)
    marks = [x for x in inside if type(x) is object]
    if held is None or len(marks) != 1:
        return None
    if info.maxsize is None:
        return Memory(cache, list(held.items()), marks[0])
    link = type(next(iter(held.values())))
    parts = [x for x in inside[: 3 * len(held) + 1] if x is not link and x is not type(cache)]
    pairs = list(zip(parts[0 : 2 * len(held) : 2], parts[1 : 2 * len(held) : 2], strict=False))
    if {id(key) for key, _ in pairs} != set(map(id, held)):
        return None
    return Memory(cache, pairs, marks[0])


def refill(memory: Memory) -> None:
    """Let a cache remember what it did."""
    cache, results, mark = memory
    cache.cache_clear()
    function = cached_by(cache)
    assert function is not None
    below = _caches_below(cache)
    code = function.__code__
    own = threading.get_ident()
    answers = iter([result for _, result in results])
    other = FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    other.__kwdefaults__ = function.__kwdefaults__

    def answer(args: Any, keywords: Any) -> Any:
        return next(answers) if threading.get_ident() == own else other(*args, **keywords)

    function.__code__ = _answering(answer, code.co_freevars)
    try:
        typed = cache.cache_parameters()["typed"]
        for key, _ in results:
            for inner, _ in below:  # else it would answer, and not the function
                inner.cache_clear()
            args, keywords = _arguments(key, mark, typed=typed)
            cache(*args, **keywords)
    finally:
        function.__code__ = code
        for inner, known in below:
            give_back(inner, known)


def _caches_below(cache: Any) -> list[tuple[Any, Memory | None]]:
    """Return the caches that a cache is made around, with what they remember."""
    found = []
    while type(cache := cache.__wrapped__) is LRU:
        found.append((cache, memory_of(cache)))
    return found


def give_back(cache: Any, memory: Memory | None) -> None:
    """Let a cache remember what it did, or nothing if that is not known."""
    if memory is None:
        cache.cache_clear()
    else:
        refill(memory)


def lead_results(journal: Journal, cache: Any, source: Any, target: Any) -> bool:
    """Let a cache remember one object in the place of another; return whether it can be done.

    A cache of bounded size has its results in C, where nobody can put another one.

    Example:
        >>> import functools
        >>> from entrepot.reloading.journal import Journal
        >>> @functools.lru_cache
        ... def box(n): return [n]
        >>> new, old = box(1), [1]
        >>> lead_results(Journal(), box, new, old), box(1) is old, box(1) is new
        (True, True, False)
    """
    memory = memory_of(cache) if cached_by(cache) is not None else None
    if memory is None or vars(cache).get("__wrapped__") is source:
        return False
    led = [
        (target if key is source else key, target if result is source else result)
        for key, result in memory.results
    ]
    journal.note(lambda: give_back(cache, memory), memory, memory.results, *memory.results)
    refill(memory._replace(results=led))
    return True


def forget_results(journal: Journal, cache: Any, keys: Container[int]) -> None:
    """Let a cache forget what it remembers by some keys, told by their identity.

    Example:
        >>> import functools
        >>> from entrepot.reloading.journal import Journal
        >>> @functools.lru_cache
        ... def box(n): return [n]
        >>> one, two = box(1), box(2)
        >>> forget_results(Journal(), box, {id(memory_of(box).results[0][0])})
        >>> box(1) is one, box(2) is two
        (False, True)
    """
    memory = memory_of(cache) if cached_by(cache) is not None else None
    if memory is None:
        return
    left = [(key, result) for key, result in memory.results if id(key) not in keys]
    if len(left) < len(memory.results):
        journal.note(lambda: give_back(cache, memory), memory, memory.results, *memory.results)
        refill(memory._replace(results=left))


def _answering(answer: Callable[[Any, Any], Any], free: tuple[str, ...]) -> Any:
    def template(*args: Any, **keywords: Any) -> Any:
        target: Any = "answer"
        return target(args, keywords)

    code = template.__code__
    consts = tuple(answer if const == "answer" else const for const in code.co_consts)
    return code.replace(co_consts=consts, co_freevars=free)


def _arguments(key: Any, mark: Any, *, typed: bool) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments that a key was made of."""
    if type(key) is not tuple:
        return [key], {}
    at = next((n for n, part in enumerate(key) if part is mark), None)
    count = len(key) // 2 if typed and at is None else len(key)
    if at is None:
        return list(key[:count]), {}
    rest = key[at + 1 :]
    if typed:  # after the pairs come the types of all arguments
        rest = rest[: 2 * ((len(rest) - at) // 3)]
    return list(key[:at]), dict(zip(rest[::2], rest[1::2], strict=True))
