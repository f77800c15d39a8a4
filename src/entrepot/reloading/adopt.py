"""A live object takes over what a new one is: one table by kind.

``Adopter.adopt(old, new)`` returns the object to bind: ``old``, changed in place to be what
``new`` is, or ``new`` where that cannot be. State that the program made since the import is kept
(see ``base.py``). Four rules keep it right:

* (I6) an old object adopts at most one new object, a new object goes into at most one old one;
* (I5) what another statement has made and named stays that statement's;
* (I7) a value that was alive before the reload is never adopted: the statement only refers to it;
* (I8) what belongs to a module that is not managed never becomes something else.
"""

from __future__ import annotations

import collections
import functools
import types
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from . import values
from .attributes import delete_state, instance_dict, is_a, set_state, state_of
from .base import EMPTY, Base, held_by
from .caches import is_cache
from .deciding import Conflict, note_lost, spot_of
from .functions import adopt_function, own_dict, same_function
from .generated import adopt_globals, adopt_kind
from .instances import goes_on_anew, is_of_replaced, takes_class
from .journal import content_of, same_items
from .remade import Remade
from .succession import stand_in
from .tuples import adopt_tuple, is_bare_tuple
from .values import holds_only_attributes, is_atom, is_led_on, is_shared, same, same_plain
from .wrappers import adopt_cache, adopt_partial, adopt_wrapper, shows_adopted

if TYPE_CHECKING:
    from collections.abc import Callable

    from .journal import Journal
    from .methods import Passed

EVERYTHING = "*"


class Adopter:
    """Adoption within one reload.

    Attributes:
        changes: What readers can see differ now, by the identity of the object that adopted:
            attribute names of classes, ``"*"`` for anything. Such as ``{140…: {"total"}}``.
        classes: The classes among them of which that has not been told yet.
        twins: New objects whose old ones adopted them: ``{id(new): (new, old)}``.
        equals: New values in whose places equal old ones stay, in the same way.
        dropped: Places where an edit overrode what the program had made.
        undecided: Places where that will be seen when all statements have run.
    """

    def __init__(self, journal: Journal, base: Base, is_new: Callable[[Any], bool]) -> None:
        self.journal = journal
        self.base = base
        self.is_new = is_new
        self.is_anothers: Callable[[Any], bool] = lambda _value: False
        self.changes: dict[int, set[str]] = {}
        self.classes: dict[int, type] = {}
        self.set_by_code: dict[int, set[str]] = {}  # attributes of instances, by the class
        self.twins: dict[int, tuple[Any, Any]] = {}
        self.equals: dict[int, tuple[Any, Any]] = {}
        self.thirds: dict[int, tuple[Any, Any]] = {}  # tuples made of an old and a new one
        self.taken: dict[int, Any] = {}
        self.dropped: list[str] = []
        self.undecided: list[Conflict] = []
        self.lost: list[tuple[Any, Any, Any, str]] = []  # containers that were made anew as edited
        self.emptied: list[tuple[Any, str, int, str]] = []  # see ``note_lost``
        self.gone: list[tuple[Any, str]] = []  # items with state that nothing new continues
        self.place = ""
        self.remade = Remade()
        self.edited: Any = None  # the value of a name whose own statement was edited
        self.forwards: list[tuple[FunctionType, Any]] = []
        self.replaced: list[tuple[Any, Any]] = []
        self.led: list[tuple[Any, Any]] = []  # of another kind: see ``succession.py``
        self.strangers: list[tuple[Any, Any]] = []
        self.copies: list[tuple[dict[str, Any], dict[str, Any]]] = []  # see ``generated.py``
        self.passed: list[Passed] = []  # methods that classes have no more by their names
        self.before: dict[int, tuple[Any, Any, Any]] = {}  # owner, its base, its live content
        self.stale: list[Any] = []  # caches whose function adopted another
        self.registered: list[tuple[Any, frozenset[type]]] = []  # what the program registered
        self.registries: dict[int, tuple[Any, frozenset[type]]] = {}  # as they were before

    def adopt(self, old: Any, new: Any) -> Any:
        """Return ``old`` made into ``new`` where that can be, else ``new``."""
        if old is new:
            return old
        twin = self.twins.get(id(new))
        if twin is not None and twin[0] is new:
            return twin[1]
        if is_atom(new) or is_atom(old):
            return self.kept(old, new) if same(old, new) else new
        if not self._same_kind(old, new):
            made = goes_on_anew(self, old, new)
            return stand_in(self, old, new) if made is None else made
        if is_bare_tuple(new) and is_bare_tuple(old):
            return adopt_tuple(self, old, new)
        if type(new) is frozenset:  # one of another statement stays with that: this is a copy
            is_same = same(old, new) and old <= new  # also the hashes that are noted in them
            return self.kept(old, new) if is_same and not self.is_anothers(old) else new
        if id(old) in self.taken or not self.is_new(new) or self.is_anothers(old):
            return new
        return self.take_over(old, new)

    def _same_kind(self, old: Any, new: Any) -> bool:
        """Return whether two objects are of one class, or of a class and its twin."""
        if type(old) is type(new) or (is_a(old, type) and is_a(new, type)):
            return True
        twin = self.twins.get(id(type(new)))
        if twin is not None:
            return twin[1] is type(old)
        if adopt_kind(self, type(old), type(new)):
            return True
        return is_of_replaced(self, old, new) and takes_class(self.journal, old, type(new))

    def take_over(self, old: Any, new: Any) -> Any:
        """Let an object be what a new one is, and return it, or ``new`` where that cannot be."""
        if is_a(new, type):
            from .members import adopt_class_and_members

            return adopt_class_and_members(self, old, new)
        if type(new) is FunctionType:
            if not adopt_globals(self, old, new):
                return stand_in(self, old, new)
            if id(old) in self.taken:  # within its own namespace
                return self.adopt(old, new)
            self.pair(old, new)
            own = own_dict(old)
            base = EMPTY if own is None else self.base.of(own)
            visible = adopt_function(self, old, new, base)
            own = own_dict(old)
            if own is not None:
                self.note_base(own, dict(own_dict(new) or {}))
            parts = (old.__closure__, old.__defaults__, (old.__kwdefaults__ or {}).values())
            if visible or any(self.is_changed(part) for held in parts for part in held or ()):
                self.change(old)
            return old
        if is_a(new, dict | list | set | bytearray | collections.deque):
            return self._container(old, new)
        if type(new) is CellType:
            from .containers import adopt_cell

            return adopt_cell(self, old, new)
        if is_a(new, property | staticmethod | classmethod | types.MethodType):
            return adopt_wrapper(self, old, new)
        if type(new) is functools.partial:
            return adopt_partial(self, old, new)
        if is_cache(old) and is_cache(new):
            return adopt_cache(self, old, new)
        return self._instance(old, new)

    def revived(self, new: Any) -> Any:
        """Return what an edit took away from the place, made into what is new there, or that."""
        old = self.base.departed.at(self.place)
        return new if old is None else self.adopt(old, new)

    # bookkeeping

    def of_pass(self) -> tuple[Any, ...]:
        """Return the tables and lists of one pass."""
        found = (
            self.replaced,
            self.led,
            self.dropped,
            self.undecided,
            self.stale,
            self.lost,
            self.passed,
        )
        tables = (self.twins, self.equals, self.thirds, self.taken, self.before, self.registries)
        return (*tables, self.copies, self.gone, self.strangers, *found)

    def replace(self, old: Any, new: Any) -> None:
        """Note that ``new`` takes the place of ``old`` everywhere: ``old`` cannot adopt it."""
        if id(old) in self.taken:
            return
        self.taken[id(old)] = old
        self.replaced.append((old, new))
        self.change(new)
        if is_a(old, type):
            self.change(old)  # what is derived from it, and its instances, are so still

    def pair(self, old: Any, new: Any) -> None:
        """Note that ``old`` adopts ``new``."""
        self.twins[id(new)] = (new, old)
        self.taken[id(old)] = old

    def change(self, owner: Any, *names: str) -> None:
        """Note that readers of an object can see a difference."""
        self.changes.setdefault(id(owner), set()).update(names or (EVERYTHING,))
        if is_a(owner, type):
            self.classes[id(owner)] = owner

    def is_changed(self, value: Any) -> bool:
        """Return whether readers of a value can see a difference since before the reload."""
        return values.shows_any(value, self.changes.keys())

    def merge(
        self, base: Any, live: Any, new: Any, place: str, spot: tuple[Any, Any] | None = None
    ) -> Any:
        """Return the value of one place.

        Args:
            base: What the import had put there, or ``EMPTY``.
            live: What is there.
            new: What the new text puts there.
            place: Where that is, in words.
            spot: Its owner and key, where the statements to come may make it the base's again.
        """
        if base is EMPTY or live is base:
            return self.remade.adopt(self, spot, live, new)
        if self.alike(base, new) or self.remade.is_alike(self, spot, base, new):
            if not is_atom(new):
                self.kept(base, new)  # of it is known what it was: so it stays the base
            return live
        if spot is not None and is_atom(base) and is_atom(new):
            self.undecided.append(Conflict(*spot, base, live, place))
            return new
        self.dropped.append(place)
        return self.adopt(base, new)

    def alike(self, base: Any, new: Any, depth: int = 8) -> bool:
        """Return whether a new value is what the base was when the import was over."""
        if base is new or same(base, new):
            return True
        twin = self.twins.get(id(new))
        if twin is not None and twin[1] is base:
            return id(base) not in self.changes
        if type(base) is not type(new) or not depth:
            return False
        if is_a(base, tuple) and not instance_dict(base) and not instance_dict(new):
            items = list(tuple.__iter__(base)), list(tuple.__iter__(new))
            return len(items[0]) == len(items[1]) and all(
                self.alike(a, b, depth - 1) for a, b in zip(*items, strict=True)
            )
        if type(base) is FunctionType:
            return same_function(base, new)
        if type(base) is object:
            return self.is_new(new)
        held = self.base.of(base)
        if held is EMPTY or is_a(base, type):
            return False
        fresh = held_by(new)
        if is_a(held, dict):
            return held.keys() == fresh.keys() and all(
                self.alike(value, fresh[key], depth - 1) for key, value in held.items()
            )
        if is_a(held, list):
            return len(held) == len(fresh) and all(
                self.alike(a, b, depth - 1) for a, b in zip(held, fresh, strict=True)
            )
        return bool(held == fresh)

    def kept(self, old: Any, new: Any) -> Any:
        """Note that an old value stands where an equal new one would, in the base too."""
        self.equals[id(new)] = (new, old)
        return old

    def _container(self, old: Any, new: Any) -> Any:
        from .containers import cannot_hold, is_filled, merged

        if cannot_hold(self, old, new):
            self.replace(old, new)
            return new
        self.pair(old, new)
        base = self.base.of(old)
        live = content_of(old)
        self.before.setdefault(id(old), (old, base, live))
        fresh = content_of(new)
        if self.edited is old and not self._as_before(live if base is EMPTY else base, fresh):
            self._note_lost(old, base, live)
            base = EMPTY  # its own statement was edited: it is made anew
            content = merged(self, live, live, fresh, old)
        else:
            content = merged(self, base, live, fresh, old)
        if not is_filled(old, live, content):
            self.journal.refill(old, content)
        if not self._as_before(live if base is EMPTY else base, fresh):
            self.change(old)
        if is_a(new, collections.defaultdict) and old.default_factory is not (new.default_factory):
            before = old.default_factory
            self.journal.note(lambda: setattr(old, "default_factory", before))
            old.default_factory = self.adopt(before, new.default_factory)
        if instance_dict(new) is not None:
            self._attributes(old, new)
        self.note_base(old, fresh)
        return old

    def _note_lost(self, owner: Any, base: Any, live: Any) -> None:
        if base is not EMPTY and not same_items(base, live):
            self.lost.append((owner, base, live, self.place))

    def _as_before(self, base: Any, fresh: Any) -> bool:
        """Return whether fresh content (items already adopted) is the base's."""
        if is_a(base, dict):
            from .containers import same_keys

            return same_keys(base, fresh) and all(
                self._same_now(a, b) for a, b in zip(base.values(), fresh.values(), strict=True)
            )
        if is_a(base, list):
            return len(base) == len(fresh) and all(map(self._same_now, base, fresh))
        return bool(base == fresh)

    def differing(self, owner: Any, before: Any, now: Any) -> list[str]:
        """Return what readers see differ of an object that was not known to have changed."""
        if id(owner) in self.changes:
            return []
        if is_a(owner, type):
            return [
                name
                for name in before.keys() | now.keys()
                if not self._same_now(before.get(name, EMPTY), now.get(name, EMPTY))
            ]
        return [] if self._as_before(before, now) else [EVERYTHING]

    def _same_now(self, base: Any, fresh: Any) -> bool:
        twin = self.twins.get(id(fresh))
        value = twin[1] if twin is not None and twin[0] is fresh else fresh
        if self.is_changed(value):
            return False
        return value is base or same(base, value)

    def note_base(self, owner: Any, fresh: Any) -> None:
        """What the new text made is the base of the next edit."""
        content = self.base.contents.get(id(owner))
        if content is not None:
            self.base.hold(self.journal, content, self.mapped(fresh))

    def mapped(self, content: Any) -> Any:
        """Return content with the old objects in the places of their twins."""

        def old_of(value: Any) -> Any:
            key = id(value)
            twin = self.twins.get(key) or self.equals.get(key) or self.thirds.get(key)
            return twin[1] if twin is not None and twin[0] is value else value

        if isinstance(content, dict):
            return {old_of(key): old_of(value) for key, value in content.items()}
        if isinstance(content, set):
            return {old_of(item) for item in content}
        return [old_of(item) for item in content] if isinstance(content, list) else content

    def _instance(self, old: Any, new: Any) -> Any:
        """An instance takes over the attributes of a new one; opaque objects cannot."""
        if is_shared(new):
            return new
        if not holds_only_attributes(type(new)):
            if shows_adopted(self, old, new) or same(old, new):
                return self.kept(old, new)
            if not same_plain(old, new):
                if is_led_on(type(old)):
                    note_lost(self, old, new)
                    self.replace(old, new)
                return new
        self.pair(old, new)
        note_lost(self, old, new)
        self._attributes(old, new)
        return old

    def _attributes(self, old: Any, new: Any) -> None:
        self.merge_attributes(old, new, old)
        if not is_a(old, dict | list | set):
            self.note_base(old, state_of(new))

    def merge_attributes(self, old: Any, new: Any, into: Any) -> None:
        """Let an object have the attributes of an old one and a new one, merged."""
        base = self.base.of(old)
        base = base if is_a(base, dict) and not is_a(old, dict) else EMPTY
        live, fresh = state_of(old), state_of(new)
        self.before.setdefault(id(old), (old, base, live))
        keep_state = self.base.is_managed_class(type(old)) or base is not EMPTY
        for name, value in fresh.items():
            if name not in live:
                if not (base is not EMPTY and name in base and self.alike(base[name], value)):
                    set_state(self.journal, into, name, value)
                continue
            was = base.get(name, EMPTY) if base is not EMPTY else EMPTY
            place, self.remade.whole = f"{self.place}.{name}", (into, fresh)
            merged = (
                self.merge(was, live[name], value, place, spot_of(into, name))
                if keep_state
                else self.adopt(live[name], value)
            )
            if merged is not live[name]:
                set_state(self.journal, into, name, merged)
        for name in live:
            if name not in fresh and (not keep_state or (base is not EMPTY and name in base)):
                if base is not EMPTY and name in base and not same(live[name], base[name]):
                    self.dropped.append(f"{self.place}.{name}")
                if name in state_of(into):  # else its layout has no room for it
                    delete_state(self.journal, into, name)
        if not self._as_before(live if base is EMPTY else base, fresh):
            self.change(into)
