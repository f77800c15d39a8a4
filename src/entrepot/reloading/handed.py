"""Whether a statement has handed on what it made: to a registry, a table, somebody's closure.

Of a decorator, or of a loop in the body of a class, no text tells that. Where another statement
that says the same names has just run, what that made shows it: either nothing but its name and its
own parts hold it, or somebody else has it.
"""

from __future__ import annotations

import gc
import weakref
from types import FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .holders import holders_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .revision import LiveStatement

#: What has more parts counts as handed on.
_MOST = 2_000


def says_no_more(first: LiveStatement, second: LiveStatement) -> bool:
    """Return whether executing a statement reads no name that another one does not read."""
    one, other = first.uses, second.uses
    return one.reads <= other.reads and one.attributes <= other.attributes


def is_handed_on(value: Any, home: dict[str, Any], is_new: Callable[[Any], bool]) -> bool:
    """Return whether more than a name and its own parts hold what a statement has just made.

    A function in it counts as well: a decorator of a method may have kept that. Who refers to it
    weakly holds it too; the one such reference that a class has is that of its base.

    Args:
        value: What was made.
        home: The namespace that has the name.
        is_new: Tells whether an object was made just now.
    """
    parts, waiting = {id(value): value}, [value]
    while waiting:
        for part in gc.get_referents(waiting.pop()):
            if id(part) not in parts and gc.is_tracked(part) and is_new(part):
                parts[id(part)] = part
                waiting.append(part)
        if len(parts) > _MOST:
            return True
    shown = [value]  # and no closure over it: a cell is a holder
    shown += [part for part in parts.values() if type(part) is FunctionType]
    if any(weakref.getweakrefcount(part) > is_a(part, type) for part in shown):
        return True
    known = {*parts, id(home), id(parts)}
    return any(id(holder) not in known for holder in holders_of(shown))
