"""Where two snapshots differ, each difference told once.

What stands below a path that differs is not told again, except where the parent is only one of
two halves of the same thing (a function's code and its lines).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


class Difference(NamedTuple):
    """One path at which the live program is not what a restart would give.

    Attributes:
        path: Such as ``"shop.cart:Cart.total.code"``.
        live: What stands there in the running program, ``None`` for nothing.
        fresh: What a fresh process has there, ``None`` for nothing.
    """

    path: str
    live: str | None
    fresh: str | None

    def __str__(self) -> str:
        return f"{self.path}: {self.live or 'nothing'}, a restart has {self.fresh or 'nothing'}"


def differences(
    live: Mapping[str, str],
    fresh: Mapping[str, str],
    parents: Mapping[str, str],
    ignored: Collection[str] = (),
) -> Iterator[Difference]:
    """Yield where two snapshots differ, in the order of their paths.

    Args:
        live: Facts by path.
        fresh: The same, of a fresh process.
        parents: Of every path in either.
        ignored: Paths that are not compared, with all that stands below them.
    """
    different = {path for path in {*live, *fresh} if differ(live.get(path), fresh.get(path))}
    silent = set(ignored)
    for path in sorted(different):
        above = list(_above(path, parents))
        if path in silent or any(p in silent or p in different for p in above):
            continue
        if any("lazy" in {live.get(p), fresh.get(p)} for p in above):
            continue  # what stands below a name is there only once it is imported
        yield Difference(path, live.get(path), fresh.get(path))


def differ(one: str | None, two: str | None) -> bool:
    """Return whether two facts differ. A name that is still to be imported may be anything.

    Example:
        >>> differ("int 1", "int 2"), differ("lazy", "module json"), differ("lazy", None)
        (True, False, True)
    """
    if one is None or two is None:
        return one is not two
    return one != two and "lazy" not in {one, two}


def owners_of(
    found: Sequence[Difference], facts: Mapping[str, str], parents: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Return the objects of installed classes in which differences lie, by their paths.

    The outermost one counts. What one side has in such an object already, lies in it too.

    Example:
        >>> facts = {"api:app": "object of flask.app.Flask", "api:app.debug": "bool True"}
        >>> found = [Difference("api:app.debug", "bool True", "bool False")]
        >>> owners_of(found, facts, {"api:app.debug": "api:app", "api:app": "api"})
        {'api:app.debug': ('api:app', 'flask.app.Flask')}
    """
    owners: dict[str, tuple[str, str]] = {}
    for path, *sides in found:
        ways = [path, *(side[3:] for side in sides if side and side.startswith("is "))]
        above = [p for way in ways for p in (*reversed(list(_above(way, parents))), way)]
        for owner in above:
            cls = _installed_class(facts.get(owner, ""))
            if cls and owner != path:
                owners[path] = (owner, cls)
                break
    return owners


def _installed_class(fact: str) -> str:
    """Return the class of an object that a fact tells of, if it is neither managed nor Python's.

    A managed class is told by its path.
    """
    cls = fact.removeprefix("object of ") if fact.startswith("object of ") else ""
    is_pythons = cls.partition(".")[0] in sys.stdlib_module_names
    return "" if ":" in cls or " " in cls or is_pythons else cls


def _above(path: str, parents: Mapping[str, str]) -> Iterator[str]:
    parent = parents.get(path)
    while parent:
        yield parent
        parent = parents.get(parent)
