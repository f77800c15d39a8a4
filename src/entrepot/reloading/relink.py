"""References that lead to a twin are led to the object that adopted it.

While statements run again, others may take hold of a new object before its old one adopts it: a
decorator that registers it, a subclass, a closure. Afterwards each such *holder* is pointed at the
old object. The same is done, the other way round, for a class that could not adopt: what led to
the old one is led to the new one.

Holders are found by the garbage collector's own links: among what was made just now, and where the
count of references says that there are more, in the whole heap.
"""

from __future__ import annotations

import functools
import gc
from types import CellType, FrameType, FunctionType
from typing import TYPE_CHECKING, Any, cast

from .anew import REMADE, led_anew
from .attributes import LRU, instance_dict, is_a, is_native, state_of
from .classes import functions_in
from .contexts import hand_over, is_part_of_context
from .holders import holders_of, holders_of_young, weak_pairs
from .instances import in_use, is_running, made_anew
from .journal import names_of
from .native import declared
from .refilling import lead_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .journal import Journal


DEPTH = 200  # of ``dict[str, list[C] | None]`` each level is made anew, and is led to in its turn


def relink(
    journal: Journal,
    pairs: list[tuple[Any, Any]],
    is_own: Callable[[Any], bool],
    *,
    equals: Iterable[tuple[Any, Any]] = (),
    adopted: list[Any] | None = None,
    before: dict[int, Any] | None = None,
) -> dict[int, list[str]]:
    """Lead every reference to ``pairs[…][0]`` to ``pairs[…][1]``.

    All holders are found before the first of them is changed.

    Args:
        journal: Where to note the changes.
        pairs: What is led away from, and what to.
        is_own: Returns whether an object is one of ours that holds them for bookkeeping.
        equals: Values of which no more is asked than who holds them of what was made just now:
            to take one for the other changes nothing but their identity.
        adopted: What has adopted them, if they were made just now: then mostly it, or what is
            as young, holds them.
        before: By identity, containers of the program that held such objects before: they are
            asked before the whole heap is, and those that are found there are added.

    Returns:
        By the identity of what was led away from: kinds of holders that could not be changed.
    """
    relinker = _Relinker(journal, is_own, {} if before is None else before)
    equals = list(equals)
    pairs = [*pairs, *equals]
    relinker.equals.update((id(value), old) for value, old in equals)
    relinker.lightly.update(relinker.equals)
    for _ in range(DEPTH):
        if not pairs:
            break
        relinker.lead(pairs, adopted)
        pairs = relinker.next_pairs()
    for source, _ in pairs:
        relinker.cannot(source, f"a {type(source).__qualname__} nested deeper than {DEPTH}")
    return relinker.stuck


#: What holds an object without showing it: the descriptors of a class, weak references, caches.
_PASSED_OVER = frozenset(
    {"getset_descriptor", "member_descriptor", "weakref", "ReferenceType", "_lru_list_elem"}
)


class _Relinker:
    """Changes holders; what must be made anew is collected for the next walk."""

    def __init__(
        self, journal: Journal, is_own: Callable[[Any], bool], before: dict[int, Any]
    ) -> None:
        self.journal = journal
        self.is_own = is_own
        self.before = before
        self.stuck: dict[int, list[str]] = {}
        self.made: list[tuple[Any, Any, int]] = []
        self.roots: dict[int, int] = {}
        self.sources: set[int] = set()
        self.lightly: set[int] = set()  # values whose other holders may go on holding them
        self.equals: dict[int, Any] = {}  # what stands in the places of these values
        self.in_use: set[int] | None = None
        self.owners: dict[int, type | None] = {}
        self.classes: dict[int, type] = {}
        self.members: set[int] = set()  # what classes that are led away from have of their own

    def lead(self, pairs: list[tuple[Any, Any]], adopted: list[Any] | None) -> None:
        targets = {id(source): (source, target) for source, target in pairs}
        self.sources |= targets.keys()
        if adopted is None:
            holders, later = holders_of([source for source, _ in pairs]), set[int]()
        else:
            holders, self.owners, later = holders_of_young(
                targets, adopted, self.lightly, self.before
            )
        for source, target in pairs:
            if is_a(source, type) and is_a(target, type):
                for derived in cast("list[type]", type.__subclasses__(source)):
                    self._class(derived, source, target)  # of its bases it holds but the first
                if is_native(source):
                    self.members.update(map(id, declared(source).values()))
            elif is_a(source, type):  # it goes on for its instances, with its ``super()``
                cells = [cell for f in functions_in(source) for cell in f.__closure__ or ()]
                self.members.update(map(id, cells))
        if not holders:
            return
        hidden = {id(pairs), id(targets), id(holders), id(adopted)}
        hidden |= {id(self.made), id(self.journal)}
        hidden |= {id(pair) for pair in (*pairs, *targets.values(), *self.made)}
        hidden |= {id(self.owners), id(self.classes), id(self.equals), id(self.before)}
        for holder in holders:
            if id(holder) in hidden or id(holder) in self.journal.own or self.is_own(holder):
                continue
            if is_a(holder, FrameType):
                continue
            if id(holder) in later and is_a(holder, dict | list | set):
                self.before[id(holder)] = holder
            keys = {id(item) for item in gc.get_referents(holder)} & targets.keys()
            leads = {key: targets[key] for key in keys if targets[key][0] is not holder}
            if is_a(holder, REMADE):
                self._remake(holder, leads)
                continue
            of_class = leads.pop(id(type(holder)), None)
            for source, target in leads.values():
                self._one(holder, source, target)
            if of_class is not None:  # it may be made anew by this, with what it holds then
                self._one(holder, *of_class)

    def next_pairs(self) -> list[tuple[Any, Any]]:
        """Return what was made anew, to be led to in its turn; nothing else refers to it."""
        self.roots.update((id(holder), root) for holder, _, root in self.made)
        pairs = [(holder, made) for holder, made, _ in self.made]
        self.made.clear()
        return pairs

    def _remake(self, holder: Any, leads: dict[int, tuple[Any, Any]]) -> None:
        if is_a(holder, tuple):
            leads = {
                key: (source, target)
                for key, (source, target) in leads.items()
                if not (is_a(source, type) and _is_mro_or_bases(holder, source))
            }
        if not leads:
            return
        self.again(holder, led_anew(holder, leads), next(iter(leads.values()))[0])

    def again(self, holder: Any, made: Any, source: Any) -> None:
        """What holds ``holder`` is to hold ``made``, which was made of it."""
        if made is not None:
            if id(source) in self.lightly:
                self.lightly.add(id(holder))
            else:
                self.lightly.discard(id(holder))  # nobody may go on with what it holds
            made = self.equals.get(id(holder), made)
            self.made.append((holder, made, self.roots.get(id(source), id(source))))

    def cannot(self, source: Any, what: str) -> None:
        self.stuck.setdefault(self.roots.get(id(source), id(source)), []).append(what)

    def _one(self, holder: Any, source: Any, target: Any) -> None:
        journal = self.journal
        if is_a(holder, dict):
            self._dict(holder, source, target)
        elif is_a(holder, list):
            if type(holder) is list or is_a(holder, list):
                journal.refill(holder, [target if item is source else item for item in holder])
        elif is_a(holder, set):
            journal.refill(holder, {target if item is source else item for item in holder})
        elif type(holder) is CellType:
            if id(holder) not in self.members:
                journal.set_cell(holder, target)
        elif type(holder) is FunctionType:
            self._function(holder, source, target)
        elif is_a(holder, type):
            self._class(holder, source, target)
        elif type(holder) is functools.partial:
            part: Any = holder
            before = part.__reduce__()[2]
            function, args, keywords, names = before
            after = (target if function is source else function, args, keywords, names)
            journal.note(lambda: part.__setstate__(before), before, *before)
            part.__setstate__(after)
        elif is_a(source, type) and type(holder) is source and is_native(source):
            return  # ``left_of`` looks what is left of it
        elif is_a(source, type) and type(holder) is source and not is_a(target, type):
            return  # a function stands there now: the class goes on for its instances
        elif is_a(source, type) and type(holder) is source:
            self._state(holder, source, target)
            if id(holder) not in self.sources:  # else another one goes on in its place
                self._instance_class(holder, source, target)
        elif type(holder).__name__ in _PASSED_OVER or id(holder) in self.members:
            return
        elif is_running(holder) and not is_a(source, type):
            return  # it goes on with what it began with, as a frame does
        elif is_part_of_context(holder, source):
            if not hand_over(journal, source, target):
                self.cannot(source, "a context that another thread is in")
        elif type(holder) is not LRU or not lead_results(journal, holder, source, target):
            self._state(holder, source, target)

    def _dict(self, holder: dict[Any, Any], source: Any, target: Any) -> None:
        if "__module__" in holder and "__doc__" in holder and "__name__" not in holder:
            known = id(holder) in self.owners
            owner = self.owners[id(holder)] if known else self._owner_of(holder)
            if id(owner) in self.sources:
                return  # nobody reaches anything through a class that is led away from
            if owner is not None:  # a class's own dict: only the class may change it
                self._class(owner, source, target)
                return
        if any(key is source for key in holder):
            self.journal.refill(
                holder,
                {
                    (target if key is source else key): (target if value is source else value)
                    for key, value in holder.items()
                },
            )
            return
        for key, value in list(dict.items(holder)):
            if value is source:
                self.journal.set_item(holder, key, target)

    def _owner_of(self, holder: dict[str, Any]) -> type | None:
        """Return the class whose own dict this is."""
        if not self.classes:
            self.classes.update(_classes_by_dict())
        return self.classes.get(id(holder))

    def _function(self, holder: FunctionType, source: Any, target: Any) -> None:
        for name in ("__defaults__", "__type_params__"):
            if getattr(holder, name, None) is source:  # a tuple that was made anew
                self.journal.set_attribute(holder, name, target)

    def _class(self, holder: type, source: Any, target: Any) -> None:
        if holder is target or holder is source:
            return
        told = declared(holder) if is_native(holder) else {}  # ``left_of`` looks after these
        is_class = is_a(source, type) and is_a(target, type)
        if is_class and not told and source in holder.__bases__:
            bases = tuple(target if base is source else base for base in holder.__bases__)
            try:
                self.journal.set_attribute(holder, "__bases__", bases)
            except TypeError:
                self.cannot(source, f"class {holder.__qualname__}")
        if type(holder) is source:
            self._instance_class(holder, source, target)
        for name, value in list(type.__getattribute__(holder, "__dict__").items()):
            if value is source and name not in told:
                self.journal.set_attribute(holder, name, target)

    def _instance_class(self, holder: Any, source: Any, target: Any) -> None:
        setter: Any = type.__setattr__ if is_a(holder, type) else object.__setattr__
        try:
            setter(holder, "__class__", target)
        except TypeError:
            self.cannot(source, f"an instance of {source.__qualname__}")
            self._instance_anew(holder, source, target)
            return
        self.journal.note(lambda: setter(holder, "__class__", source))

    def _instance_anew(self, holder: Any, source: Any, target: Any) -> None:
        """Lead what holds an instance to a new one, unless a running function holds it."""
        if self.in_use is None:
            self.in_use = in_use()
        made = None if id(holder) in self.in_use else made_anew(holder, target)
        if made is not None:
            self.again(holder, made, source)
            for reference, like in weak_pairs([(holder, made)]):
                self.again(reference, like, source)

    def _state(self, holder: Any, source: Any, target: Any) -> None:
        if id(holder) in self.sources and not is_a(holder, type):
            return  # it is led away from itself: what it holds, nobody reaches through it
        found = False
        for name, value in state_of(holder).items():
            if value is source:
                found = True
                namespace = instance_dict(holder)
                if namespace is not None and name in namespace:
                    self.journal.set_item(namespace, name, target)
                else:
                    self.journal.set_attribute(holder, name, target)
        if not found:
            self.cannot(source, f"a {type(holder).__qualname__}")


def _is_mro_or_bases(holder: Any, source: type) -> bool:
    return any(
        is_a(item, type) and (item.__mro__ is holder or item.__bases__ is holder)
        for item in holder
    ) or any(
        sub.__mro__ is holder or sub.__bases__ is holder
        for sub in cast("list[type]", type.__subclasses__(source))
    )


def _classes_by_dict() -> dict[int, type]:
    """Return all classes by the identity of their own dicts.

    To ask the collector who holds a dict is to walk the heap for each.
    """
    found: dict[int, type] = {}
    waiting: list[type] = [object]
    while waiting:
        cls = waiting.pop()
        key = id(names_of(cls))
        if key not in found:
            found[key] = cls
            waiting += cast("list[type]", type.__subclasses__(cls))
    return found
