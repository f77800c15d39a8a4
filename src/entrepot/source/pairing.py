"""Which scope of a new statement continues which of the old one: see ``scopes.py`` for paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .scopes import same_body, same_code, same_interface

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType

    from .scopes import Path


def pair(
    old: Mapping[Path, CodeType], new: Mapping[Path, CodeType], *, is_same: bool = False
) -> dict[Path, Path]:
    r"""Return for each old scope that goes on the path that it has now.

    Scopes go on within the one that continues theirs, under the same name. Where there are several
    of one name, and what is around them does the same as before, each goes on as the one in its
    place: that is what a restart would make there. Else first those that are the same, then those
    with the same body, then those that are called alike. Of the others the last goes on as the
    last, since it is the one that the name means; those without a name of their own (lambdas) from
    the first on.

    Args:
        old: The old scopes by path, outer ones first.
        new: The new ones.
        is_same: Whether the statement around them computes the same as the old one.

    Example:
        >>> from entrepot.source.scopes import nested, walk
        >>> def scopes(source):
        ...     return dict(walk(nested(compile(source, "m", "exec"))))
        >>> old = scopes("def f():\n  def g(): return 1\n  return g")
        >>> new = scopes("def f():\n  def g(): return 0\n  def g(): return 1\n  return g")
        >>> pair(old, new)[("f", 0), ("g", 0)]
        (('f', 0), ('g', 1))
        >>> old = scopes("class C:\n  def g(self): return 1\n  def g(self): return 2")
        >>> new = scopes("class C:\n  def g(self): return 2\n  def g(self): return 3")
        >>> pair(old, new)[("C", 0), ("g", 1)]
        (('C', 0), ('g', 1))
    """
    olds, news = _siblings(old), _siblings(new)
    pairs: dict[Path, Path] = {(): ()}
    alike: dict[Path, bool] = {(): is_same}
    for (outer, name), paths in olds.items():
        if outer not in pairs:
            continue
        mates = news.get((pairs[outer], name), [])
        if len(paths) == len(mates) > 1:
            if outer not in alike:
                alike[outer] = same_body(old[outer], new[pairs[outer]])
            if alike[outer]:
                pairs.update(zip(paths, mates, strict=True))
                continue
        _pair_siblings(old, new, list(paths), list(mates), pairs)
    del pairs[()]
    return pairs


def _siblings(scopes: Mapping[Path, CodeType]) -> dict[tuple[Path, str], list[Path]]:
    """Return the paths by the scope around them and their name, outer ones first."""
    found: dict[tuple[Path, str], list[Path]] = {}
    for path in scopes:
        found.setdefault((path[:-1], path[-1][0]), []).append(path)
    return found


def _pair_siblings(
    old: Mapping[Path, CodeType],
    new: Mapping[Path, CodeType],
    left_old: list[Path],
    left_new: list[Path],
    pairs: dict[Path, Path],
) -> None:
    """Pair scopes of one name."""
    if len(left_old) > 1 or len(left_new) > 1:
        for alike in (same_code, same_body, same_interface):
            _pair_alike(alike, old, new, left_old, left_new, pairs)
    if left_old and not left_old[0][-1][0].startswith("<"):
        left_old, left_new = left_old[::-1], left_new[::-1]
    pairs.update(zip(left_old, left_new, strict=False))


def _pair_alike(
    alike: Callable[[CodeType, CodeType], bool],
    old: Mapping[Path, CodeType],
    new: Mapping[Path, CodeType],
    left_old: list[Path],
    left_new: list[Path],
    pairs: dict[Path, Path],
) -> None:
    """Pair those that are alike, the last first; take them out of what is left."""
    for path in left_old[::-1]:
        mate = next((other for other in left_new[::-1] if alike(old[path], new[other])), None)
        if mate is not None:
            pairs[path] = mate
            left_old.remove(path)
            left_new.remove(mate)
