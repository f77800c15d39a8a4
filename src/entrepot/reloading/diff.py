"""The difference of two revisions of a module, statement by statement.

Statements match by what they are, not where they stand: first those with the same text, then
definitions by name, then the rest by signature, then assignments to the same names. Of several
definitions of one name those with the same decorators belong together; of the others the last to
the last, since it is the one that the name means. Pure.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from entrepot.source.statements import Statement


def match(old: Sequence[Statement], new: Sequence[Statement]) -> dict[int, int]:
    r"""Return for each new statement that continues an old one, by position, which.

    Example:
        >>> from entrepot.source.statements import split
        >>> from entrepot.source.text import Text
        >>> old = split(Text("m", b"A = 1\ndef f(): pass\nB = 2"))
        >>> new = split(Text("m", b"def f(): return 1\nB = 3\nC = 4"))
        >>> match(old, new)
        {0: 1, 1: 2}
    """
    pairs: dict[int, int] = {}
    head = 0
    limit = min(len(old), len(new))
    while head < limit and _by_text(old[head]) == _by_text(new[head]):
        pairs[head] = head
        head += 1
    tail = 0
    while tail < limit - head and _by_text(old[-1 - tail]) == _by_text(new[-1 - tail]):
        pairs[len(new) - 1 - tail] = len(old) - 1 - tail
        tail += 1
    added = len(new) - tail - head
    while (
        head + tail == len(old)
        and head
        and added
        and (_by_text(old[head - 1]) == _by_text(new[head + added - 1]))
    ):  # one that stands there twice now goes on as the last
        head -= 1
        del pairs[head]
        pairs[head + added] = head
        tail += 1
    left_old = list(range(head, len(old) - tail))
    if head and head < len(new) - tail and _by_text(old[head - 1]) == _by_text(new[head]):
        pairs[head] = pairs.pop(head - 1)
    left_new = [p for p in range(max(head - 1, 0), len(new) - tail) if p not in pairs]
    for key in (_by_text, _by_decorators, _by_name, _by_signature, _by_targets):
        if not left_old or not left_new:
            break
        _match_by(key, old, new, left_old, left_new, pairs)
    return dict(sorted(pairs.items()))


def _match_by(
    key: Callable[[Statement], Hashable],
    old: Sequence[Statement],
    new: Sequence[Statement],
    left_old: list[int],
    left_new: list[int],
    pairs: dict[int, int],
) -> None:
    """Match what is left by a key; of equal keys the last first: the last binds a name."""
    waiting: dict[Hashable, list[int]] = {}
    for position in left_old[::-1]:
        found = key(old[position])
        if found is not None:
            waiting.setdefault(found, []).append(position)
    for position in left_new[::-1]:
        candidates = waiting.get(key(new[position]))
        if candidates:
            mate = candidates.pop(0)
            pairs[position] = mate
            left_new.remove(position)
            left_old.remove(mate)


def _by_text(statement: Statement) -> Hashable:
    return statement.text, statement.kind  # a docstring is one only as long as it stands first


def _by_decorators(statement: Statement) -> Hashable:
    if statement.name is None or statement.text[:1] != "@":
        return None
    decorators: list[ast.expr] = getattr(statement.node, "decorator_list", [])
    return (statement.name, *map(ast.dump, decorators)) if decorators else None


def _by_name(statement: Statement) -> Hashable:
    return None if statement.name is None else (statement.name,)


def _by_signature(statement: Statement) -> Hashable:
    return statement.signature


def _by_targets(statement: Statement) -> Hashable:
    from entrepot.source.facts import uses_of

    if statement.name is not None:
        return None
    binds = frozenset(uses_of(statement.node).binds)
    return (statement.kind in {"Import", "ImportFrom"}, binds) if binds else None
