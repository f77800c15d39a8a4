"""Objects that can take over nothing, made again by the text that had made them before.

A class body that runs again makes its ``ids = itertools.count(1)`` again, and an ``__init__``
that got a line makes its ``self.jobs = queue.Queue()`` again. Nothing can be merged into such an
object. But where its own text is as it was, and what that reads is too, a new one is what the old
one had been at first: so the old one stays, with what the program has done to it since.
"""

from __future__ import annotations

import functools
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import instance_dict, is_a, is_exactly
from .base import EMPTY
from .defaults import is_literal, said_as_before
from .making import Making
from .plain import is_plain
from .values import holds_only_attributes, is_atom, is_view

if TYPE_CHECKING:
    from .adopt import Adopter
    from .revision import LiveStatement
    from .world import World

_MERGED = (dict, list, set, tuple, frozenset, bytearray, FunctionType, type)
_CALLED = frozenset({functools.partial, type(functools.cache(len)), BuiltinFunctionType})
_TABLES = frozenset({list, dict, set})


class Remade:
    """Tells which objects are made as they were before, for one reload.

    Attributes:
        live: The statement that has run.
        whole: The instance whose attribute is merged now, and all that a new one holds.
    """

    def __init__(self) -> None:
        self.live: LiveStatement | None = None
        self.whole: tuple[Any, dict[str, Any]] = (None, {})
        self._world: World | None = None
        self._is_changed = False  # by the import, what was asked for last
        self._start: dict[str, dict[str, Any]] = {}

    def begin(self, world: World, start: dict[str, dict[str, Any]]) -> None:
        """Take the program, and the namespaces as they were before the reload."""
        self._world, self._start = world, start

    def is_of_library(self, function: FunctionType) -> bool:
        """Return whether a function belongs to a module that is not managed."""
        world = self._world
        return world is not None and id(function.__globals__) not in world.by_namespace

    def may_make(self, value: Any) -> bool:
        """Return whether the statement that has run may have made an object.

        Nobody tells how old an ``object()`` is, nor what holds it: a statement that calls nothing
        only refers to one of another's, and must not take it for its own.
        """
        live, world = self.live, self._world
        return type(value) is not object or not live or not world or not is_plain(world, live)

    def is_filled_by_calls(
        self, adopter: Adopter, function: FunctionType, name: str, both: tuple[Any, Any]
    ) -> bool:
        """Return whether a default of a function holds what calls have put into it.

        Args:
            adopter: Of the reload.
            function: As the new text has made it.
            name: The parameter.
            both: The default of before, and the new one.
        """
        is_table = is_exactly(both[1], _TABLES) and type(both[0]) is type(both[1])
        is_made = not is_table and adopter.is_new(both[1]) and _is_opaque(adopter, *both)
        if self._world is None or not (is_table or is_made):
            return False
        found = said_as_before(self._world, function.__code__, name)
        if found is None:
            return False
        if is_table:
            return is_literal(found[1])  # what it was at first is told by its text alone
        making = Making(self._world, self._start, adopter, self.live)
        if not making.reads_the_same(found[0], [found[1]], ()):
            return False
        adopter.pair(*both)
        return True

    def adopt(self, adopter: Adopter, spot: tuple[Any, Any] | None, old: Any, new: Any) -> Any:
        """Return what stands at a spot: the old object if that is made as before."""
        if self.is_alike(adopter, spot, old, new):
            adopter.pair(old, new)
            return old
        if not self._is_changed:
            return adopter.adopt(old, new)
        before, adopter.edited = adopter.edited, old  # what it has got since is told
        try:
            return adopter.adopt(old, new)
        finally:
            adopter.edited = before

    def is_alike(self, adopter: Adopter, spot: tuple[Any, Any] | None, old: Any, new: Any) -> bool:
        """Return whether a new object at a spot is made as the old one was."""
        self._is_changed = False
        if spot is None or self._world is None or not _is_opaque(adopter, old, new):
            return False
        owner, name = spot
        if type(owner) is dict and owner is instance_dict(self.whole[0]):
            owner = self.whole[0]
        if not adopter.is_new(new) or is_a(owner, list):
            return False
        making = Making(self._world, self._start, adopter, self.live, self.whole)
        self._is_changed = making.is_changed_by_import((old, new), name)
        if self._is_changed:
            return False
        if is_a(owner, dict):
            return making.is_same_item(name)
        return type(name) is str and making.is_as_before(owner, name)


def _is_opaque(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether nothing tells what an object was at first, so that nothing can be merged."""
    kind = type(new)
    if type(old) is not kind or old is new or is_atom(new) or is_a(new, _MERGED) or is_view(new):
        return False
    if is_exactly(new, _CALLED) or hasattr(kind, "__get__"):
        return False
    if holds_only_attributes(kind):
        return not adopter.base.is_managed_class(kind) and adopter.base.of(old) is EMPTY
    has_own: Any = kind.__eq__
    return has_own is object.__eq__ or kind.__hash__ is None
