"""What a statement did to objects while it ran, whoever made them and however it came by them.

Before statements run, the objects that can be reached from the modules in play are noted with
what they hold. After each statement the notes are compared with what is held now: so it is known
which objects it changed, also through a getter, a method or a C function. That has three uses:

* what a reload has done is undone as a whole when it fails;
* what statements change belongs to the *base*: only what the program changed is state;
* a statement *touches* the objects that it was seen to change (see ``rules.py``).
"""

from __future__ import annotations

from types import CellType, FunctionType

from .attributes import delete_state, is_a, native_setters, set_state
from .base import EMPTY, data_of
from .holding import CONTAINERS, Holdings, parts_inside
from .journal import Journal, fill, fill_cell, move_to_end, names_of, same_items
from .values import ALL_ATOMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .adopt import Adopter
    from .base import Base
    from .content import Content
    from .revision import LiveStatement, Record

MOST_OF_A_MODULE = 5_000
MOST = 20_000


class Note:
    """One object, what it held at the start, and what it held when it was looked at last.

    Attributes:
        base: What it held when its import was over, ``EMPTY`` if that was not noted.
        roots: What it was reached from: values of names, such as ``[{"a": [1]}]`` for the list.
        by: The statement that changed it last.
        is_changed: Whether a statement changed it: what other threads do meanwhile stays.
    """

    __slots__ = ("base", "by", "is_changed", "owner", "roots", "seen", "start")

    def __init__(self, owner: Any, held: Any, base: Any = EMPTY) -> None:
        self.owner = owner
        self.base = base
        self.start = held
        self.seen = held
        self.roots: list[Any] = []
        self.is_changed = False
        self.by: LiveStatement | None = None


class Change:
    """An object that a statement changed: what it held before, its base, and what that held.

    Attributes:
        stored: What the statement put where the program's own stays after all, by key.
    """

    __slots__ = ("before", "content", "held", "note", "stored")

    def __init__(self, note: Note, before: Any, content: Content | None, held: Any) -> None:
        self.note = note
        self.before = before
        self.content = content
        self.held = held
        self.stored: dict[Any, Any] = {}


class _Inside:
    """What objects hold, while many modules are gone through that lead to the same ones.

    Attributes:
        known: By identity: its note, what is inside, and whether that is what leads anywhere.
    """

    __slots__ = ("_kept", "known")

    def __init__(self) -> None:
        self.known: dict[int, tuple[Note | None, list[Any], bool]] = {}
        self._kept: list[list[Any]] = []  # another object must not get the identity of one of them

    def leading(self, parts: list[Any]) -> list[Any]:
        """Return those of some objects that hold anything, or that nobody has looked into."""
        get = self.known.get
        self._kept.append(parts)
        return [
            part
            for part in parts
            if not (type(type(part)) is type and type(part) in ALL_ATOMS)
            and ((there := get(id(part))) is None or there[0] is not None or there[1])
        ]


class Effects:
    """The notes of one run.

    Attributes:
        notes: By the identity of the object: ``{140…: Note}``.
        own: Identities of what the notes are made of, for who looks for holders.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self.notes: dict[int, Note] = {}
        self.own: set[int] = set()
        self._of: dict[str, list[Note]] = {}
        self._of_builtins: dict[int, list[Note]] = {}
        self._together: dict[tuple[str, ...], list[Note]] = {}
        self._holdings = Holdings(base)
        self.own.add(id(self._holdings.known))  # who looks for holders of a class finds it

    def begin(self, journal: Journal) -> None:
        """A pass begins: when it comes to nothing, what was noted so far is put back."""
        notes = list(self.notes.values())
        journal.note(lambda: self._put_back(notes))

    def watch(self, records: Iterable[Record], journal: Journal) -> None:
        """Note what can be reached from the names of some modules, if that was not done yet.

        Attributes that the program has given to functions of theirs count as state from now on.
        What is noted in the midst of a pass is put back to what it was then, before what was
        changed earlier is, and noted anew in the next pass.
        """
        names, known = [], len(self.notes)
        inside = _Inside()
        for record in records:
            if record.name not in self._of:
                self.take_attributes([record], journal)
                self._of[record.name] = self._of_module(record.namespace, inside)
                names.append(record.name)
        if not names:
            return
        new = list(self.notes.values())[known:]
        self._together.clear()

        def forget() -> None:
            self._together.clear()
            self._of_builtins.clear()
            for name in names:
                self._of.pop(name, None)
            for note in new:
                self.notes.pop(id(note.owner), None)
            self._put_back(new)
            for note in new:
                self.own -= {id(note.start), id(note.roots)}

        journal.note(forget)

    def take_attributes(self, records: Iterable[Record], journal: Journal) -> None:
        """Note that attributes which functions of some modules have got since are state."""
        for record in {record.name: record for record in records}.values():
            self.base.take_attributes(journal, record.namespace.values())

    def _of_module(self, namespace: dict[str, Any], inside: _Inside) -> list[Note]:
        """Note what the names of a module lead to; the built-in ones, which all have, once."""
        builtins = namespace.get("__builtins__")
        if id(builtins) not in self._of_builtins:
            self._of_builtins[id(builtins)] = self._walk([builtins], inside)
        own = [value for name, value in list(namespace.items()) if name != "__builtins__"]
        return self._walk(own, inside) + self._of_builtins[id(builtins)]

    def _walk(self, roots: list[Any], inside: _Inside) -> list[Note]:
        found: list[Note] = []
        seen: set[int] = set()
        known, notes = inside.known, self.notes
        for root in roots if len(notes) < MOST else ():
            waiting = [root]
            while waiting:
                value = waiting.pop()
                key, kind = id(value), type(value)
                if key in seen or (type(kind) is type and kind in ALL_ATOMS):
                    continue
                seen.add(key)
                there = known.get(key)
                if there is None:
                    note, parts = self._look_into(value)
                    known[key] = note, parts, False
                else:
                    note, parts, is_cut = there
                    if not is_cut:  # it is come by again, and most parts lead nowhere
                        parts = inside.leading(parts)
                        known[key] = note, parts, True
                waiting += parts
                if note is not None:
                    note.roots.append(root)
                    found.append(note)
                    if len(found) >= MOST_OF_A_MODULE or len(notes) >= MOST:
                        return found
        return found

    def _look_into(self, value: Any) -> tuple[Note | None, list[Any]]:
        """Return the note of an object, if it holds anything, and what is inside it."""
        held = None if type(value) is FunctionType else self._holdings.of(value)  # most hold none
        if held is None:
            return None, parts_inside(value)
        note = self.notes.get(id(value))
        if note is None:
            note = self.notes[id(value)] = Note(value, held, self.base.of(value))
            self.own |= {id(held), id(note.roots)}
        if type(held) is bytes:
            return note, []
        return note, list(held.values() if type(held) is dict else held)

    def held(self, note: Note) -> Any:
        """Return what an object holds now, also if nobody would look at it any more."""
        now = self._holdings.of(note.owner)
        if now is None and is_a(note.owner, type):  # it says now that it is of elsewhere
            return data_of(note.owner)
        return note.start if now is None else now

    def differing(self, note: Note, adopter: Adopter) -> list[str]:
        """Return what readers see differ of an object that was changed, and not made anew."""
        return adopter.differing(note.owner, note.start, self.held(note))

    def changed(self, records: Iterable[Record]) -> list[Change]:
        """Return what changed of the objects of some modules.

        What they hold now is noted by ``look``: until then nothing of ours holds it.
        """
        found = []
        is_still = self._holdings.is_still
        for note in self._among(records):
            if is_still(note.owner, note.seen):
                continue
            if not same_items(note.seen, self.held(note)):
                content = self.base.contents.get(id(note.owner))
                if content is not None and content.owner is not note.owner:
                    content = None
                held = None if content is None else content.held
                found.append(Change(note, note.seen, content, held))
                self._has_seen(note, None)
                note.is_changed = True
        return found

    def carry_over(self, journal: Journal, changes: list[Change]) -> None:
        """Let the base have what a statement changed: it is no state."""
        for change in changes:
            content = change.content
            if content is not None and content.held is change.held:  # else it was made anew
                now = self.held(change.note)
                if change.stored:
                    now = {**now, **change.stored}
                self.base.hold(journal, content, carried_over(change.held, change.before, now))

    def altered(self) -> list[Note]:
        """Return the objects that statements changed."""
        return [note for note in self.notes.values() if note.is_changed]

    def look(self, records: Iterable[Record]) -> None:
        """Note what the objects of some modules hold now."""
        is_still = self._holdings.is_still
        for note in self._among(records):
            if note.seen is not None and is_still(note.owner, note.seen):
                continue
            now = self.held(note)
            if note.seen is None or not same_items(note.seen, now):
                self._has_seen(note, now)

    def _has_seen(self, note: Note, seen: Any) -> None:
        if note.seen is not note.start:
            self.own.discard(id(note.seen))
        note.seen = seen
        if seen is not None:
            self.own.add(id(seen))

    def _among(self, records: Iterable[Record]) -> list[Note]:
        """Return the notes of some modules, each once."""
        names = tuple([record.name for record in records])
        found = self._together.get(names)
        if found is None:
            notes = {id(note): note for name in names for note in self._of.get(name, ())}
            found = self._together[names] = list(notes.values())
        return found

    def _put_back(self, notes: list[Note]) -> None:
        """Give every object that statements changed what it held at the start.

        An object that cannot be put back keeps no other from it; its error is raised in the end.
        """
        failed: Exception | None = None
        for note in notes:
            if note.is_changed:
                try:
                    now = self._holdings.of(note.owner)
                    if now is None and is_a(note.owner, type):
                        now = data_of(note.owner)
                    if now is not None and not same_items(note.start, now):
                        _set_held(note.owner, note.start, now)
                except Exception as error:  # noqa: BLE001
                    failed = failed or error
            self._has_seen(note, note.start)
            note.is_changed = False
        if failed is not None:
            raise failed


def _set_held(owner: Any, held: Any, now: Any) -> None:
    """Let an object hold what it held before."""
    scratch = Journal()
    if is_a(owner, CONTAINERS):
        fill(owner, held)
    elif type(owner) is CellType:
        fill_cell(owner, held)
    elif is_a(owner, type):
        setter, deleter = native_setters(type(owner))
        for name in now.keys() - held.keys():
            deleter(owner, name)
        for name, value in held.items():
            if now.get(name, EMPTY) is not value:
                setter(owner, name, value)
        put_in_order(owner, list(held))
    else:
        for name in now.keys() - held.keys():
            delete_state(scratch, owner, name)
        for name, value in held.items():
            if now.get(name, EMPTY) is not value:
                set_state(scratch, owner, name, value)


def put_in_order(cls: type, order: list[str]) -> None:
    """Let a class have its attributes in an order again: what was put back stands last."""
    namespace = names_of(cls)
    wanted = [name for name in order if name in namespace]
    if [name for name in namespace if name in set(order)] != wanted:
        move_to_end(namespace, wanted)


def carried_over(base: Any, before: Any, after: Any) -> Any:
    """Return a base with the change that led from one content to another.

    Example:
        >>> carried_over([1], [1, 5], [1, 5, 2])        # the program had added 5
        [1, 2]
        >>> carried_over({"a": 1}, {"a": 7}, {"a": 7, "b": 2})
        {'a': 1, 'b': 2}
    """
    if same_items(base, before):
        return after
    if is_a(base, dict) and isinstance(after, dict):
        out = {k: v for k, v in base.items() if k in after or k not in before}
        changed = {k: v for k, v in after.items() if k not in before or before[k] is not v}
        return out | changed
    if is_a(base, set):
        return (base - (before - after)) | (after - before)
    if is_a(base, list):
        gone = _without(before, after)
        return _without(base, gone) + _without(after, before)
    return base


def _without(items: list[Any], others: list[Any]) -> list[Any]:
    """Return the items that are not among others, each taken as often as it is there."""
    counts: dict[int, int] = {}
    for other in others:
        counts[id(other)] = counts.get(id(other), 0) + 1
    found = []
    for item in items:
        if counts.get(id(item), 0) > 0:
            counts[id(item)] -= 1
        else:
            found.append(item)
    return found
