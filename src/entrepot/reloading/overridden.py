"""State that a statement stored over, and that is told.

``TABLE["a"] = cost(2)`` runs again, or is new, and the program had put something else by that key:
what the edit says wins, and the place is listed. What only counts on (``hits["a"] += 1``) has read
what was there, and goes on with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .attributes import is_a, state_of
from .base import EMPTY, data_of
from .deciding import Conflict, spot_of
from .touches import touch_objects
from .values import same

if TYPE_CHECKING:
    from .effects import Change, Note
    from .merging import Merger
    from .revision import LiveStatement


def note_overridden(merger: Merger, live: LiveStatement, change: Change, now: Any) -> None:
    """Note where a statement has put something else than the program had there.

    Whether that stays so is seen when all statements have run.
    """
    note = change.note
    start, base, before = note.start, note.base, change.before
    if not (is_a(start, dict) and is_a(base, dict) and is_a(before, dict)):
        return
    for key, new in now.items():
        was, known = start.get(key, EMPTY), base.get(key, EMPTY)
        if was is EMPTY or was is new or before.get(key) is not was or key in change.stored:
            continue
        if same(known, was) or _is_special(note.owner, key):
            continue
        if not _counts_on(merger, live, note.owner, was, new):
            owner: Any = note.owner
            if not is_a(owner, dict | type):
                owner = spot_of(owner, key)[0]
            told = Conflict(owner, key, known, was, _place(merger, note, key))
            merger.adopter.undecided.append(told)


def _is_special(owner: Any, key: Any) -> bool:
    """Return whether Python itself keeps a class's attribute, such as the docstring."""
    return is_a(owner, type) and key[:2] == "__" == key[-2:]


def _counts_on(merger: Merger, live: LiveStatement, owner: Any, was: Any, new: Any) -> bool:
    """Return whether a statement may have made a number of the one that was there."""
    if not (is_a(was, int | float) and is_a(new, int | float)):
        return False
    hows = {
        touch.how
        for home, uses in merger.world.parts(live)
        for touch in uses.touches
        if any(value is owner for value in touch_objects(merger.world, home, touch))
    }
    return hows != {"store"}


def _place(merger: Merger, note: Note, key: Any) -> str:
    """Return in words where an item or an attribute is."""
    owner = note.owner
    tail = f"[{key!r}]" if is_a(owner, dict) else f".{key}"
    for root in (owner, *note.roots):
        for home in merger.world.homes(root):
            held = data_of(root) if is_a(root, type) else state_of(root)
            way = next((f".{name}" for name, value in held.items() if value is owner), "")
            return ".".join(home) + way + tail
    return f"{type(owner).__name__}{tail}"
