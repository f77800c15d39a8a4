"""What becomes of the names that a statement has bound: adopted, merged, kept; who is due then."""

from __future__ import annotations

from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from .alignment import has_state_within
from .attributes import is_a
from .base import EMPTY
from .bindings import bound_elsewhere
from .caches import Caches, is_cache
from .containers import succeed
from .depending import depends, led_by
from .foreign import Foreign
from .former import makers_of_former
from .journal import same_items
from .members import replace_class
from .moments import is_of_its_moment
from .ownership import Ownership
from .plain import is_reference
from .readers import readers
from .succession import changes_kind, is_method_of_heir, is_same_view, lead_on
from .users import users
from .values import held_under, is_view, same

if TYPE_CHECKING:
    from .adopt import Adopter
    from .effects import Note
    from .journal import Journal
    from .plan import Plan
    from .report import Report
    from .revision import LiveStatement, Record
    from .world import Location, World

_MISSING: Any = type("MISSING", (), {})()


class Merger:
    """Merges what statements bind into the program, name by name.

    Attributes:
        start: What the modules' names were bound to before the reload: ``{"shop": {"RATE": 5}}``.
        kept: Names that go on with what the program had put there: ``{("shop", "RATE")}``.
    """

    def __init__(self, plan: Plan, journal: Journal, adopter: Adopter, report: Report) -> None:
        self.plan = plan
        self.world: World = plan.world
        self.journal = journal
        self.adopter = adopter
        self.report = report
        self.start: dict[str, dict[str, Any]] = {}
        self.kept: set[Location] = set()
        self.caches = Caches(plan, adopter)
        self.foreign = Foreign(plan)
        self._told: dict[int, set[str]] = {}
        self._left: dict[Location, LiveStatement] = {}  # bound, to be bound again by a later one
        self._merged_of: dict[Location, LiveStatement] = {}  # by whom the name was bound last
        self.ownership = Ownership(plan.world, self.start, adopter.base.is_managed_class)
        self.ownership.is_new = adopter.is_new
        self.adopter.is_anothers = self.ownership.is_anothers
        self.adopter.remade.begin(plan.world, self.start)
        self.adopter.set_by_code = self.world.set_by_code

    def about_to_run(self, live: LiveStatement, in_play: list[Record]) -> None:
        """A statement is about to run: its objects are its own, stale results are forgotten."""
        self.ownership.runs(live)
        self.foreign.about_to_run(live)
        for module, name in self.plan.deletions:
            self.caches.moved.setdefault(name, set()).add(module)
        for cache in self.caches.clear_stale(live, in_play):
            for module, name in self.world.homes(cache):
                self._moved_on(self.world.records[module], name, live)
            for record, name in held_under(cache, in_play):
                self._moved_on(record, name, live)

    def merge_elsewhere(self, live: LiveStatement, earlier: dict[str, dict[str, Any]]) -> None:
        """Merge what a statement has bound in other modules; ``earlier`` is what was there.

        If it was not known to, as a function is that is given modules, who binds it before is due.
        """
        self.foreign.ran(live)
        known = {(record.name, name) for record, name in bound_elsewhere(self.world, live)}
        for module, before in earlier.items():
            record = self.world.records.get(module)
            if record is None or record is live.record:
                continue
            now = dict(record.namespace)
            if same_items(before, now) and all(module != name for name, _ in known):
                continue  # as most that it could get at
            for name, value in now.items():
                is_bound = before.get(name, _MISSING) is not value or (module, name) in known
                if is_bound and not is_a(value, ModuleType) and name != "__builtins__":
                    if (module, name) not in known:
                        self.world.also_binds(live, record, (name,))
                        self.plan.look_again(live)
                    self._merge_name(live, record, name)
            self.world.changed(record)

    def merge_names(self, live: LiveStatement, before: dict[str, Any]) -> bool:
        """Bind what a statement has bound to what is to be there; ``before`` is the namespace.

        Returns:
            Whether an earlier one was taken for the last that binds such a name: what was there
            went on as what that made, and this one, which binds by text, was not known to follow.
        """
        self.adopter.remade.live = live
        record = live.record
        namespace = record.namespace
        changed = {
            name for name, value in namespace.items() if before.get(name, _MISSING) is not value
        }
        static = self.world.binds(live)
        extra = changed - static
        if extra:
            self.world.also_binds(live, record, extra)
        names = sorted((static | changed) & namespace.keys())
        for name in sorted(names, key=lambda name: is_view(namespace[name])):  # then what shows it
            if name == "__builtins__":
                continue
            self._merge_name(live, record, name)
        self.world.changed(record)
        for name in before.keys() - namespace.keys():
            self._moved_on(record, name, live)
        return any(self._merged_of.get((record.name, name), live) is not live for name in extra)

    def deleted(self, record: Record, name: str, live: LiveStatement) -> None:
        """A name is gone, as no statement sets it any more: who reads it is due."""
        self.world.changed(record)
        self._moved_on(record, name, live)

    def tell_users(self, live: LiveStatement) -> None:
        """Attributes of classes have changed: who sees them through what leads there is due."""
        classes, self.adopter.classes = self.adopter.classes, {}
        for key, cls in classes.items():
            names = self.adopter.changes.get(key, set()) - self._told.get(key, set())
            if names:
                self._told.setdefault(key, set()).update(names)
                what = f"{cls.__qualname__}: {', '.join(sorted(names)[:3])} changed"
                for user in users(self.world, cls, names):
                    if user is not live:
                        self.plan.add([(user, "read", what)], live)

    def forget(self) -> None:
        """Begin a pass."""
        self.caches.forget()
        self._told.clear()
        self._left.clear()
        self._merged_of.clear()
        self.ownership.ran.clear()
        self.kept.clear()

    def merge_left(self) -> None:
        """Merge what statements have bound that a later one bound at import, and binds no more."""
        left, self._left = self._left, {}
        for (module, name), live in left.items():
            record = self.world.records[module]
            if name in record.namespace:
                self.ownership.runs(live)
                self._merge_last(live, record, name)
            self.world.changed(record)

    def _merge_name(self, live: LiveStatement, record: Record, name: str) -> None:
        binders = self.world.binders(record, name)
        is_last = not binders or binders[-1] is live or live not in binders
        if not is_last and not self.ownership.comes_back(live, record, name):
            self._left[record.name, name] = live
            self.caches.passing.add(name)
            return
        self._left.pop((record.name, name), None)
        self._merged_of.setdefault((record.name, name), live)
        self._merge_last(live, record, name)

    def _merge_last(self, live: LiveStatement, record: Record, name: str) -> None:
        """Merge what the last statement that binds a name has bound."""
        namespace = record.namespace
        new = namespace[name]
        start = self.start[record.name].get(name, _MISSING)
        base = record.base.get(name, EMPTY)
        self.adopter.place = f"{record.name}.{name}"
        final = new
        if start is not _MISSING:
            final = self._merged(live, record, name, start, base, new)
            if start is not base and not (final is start or same(final, start)):
                self._note_dropped(start)
            elif final is not start and has_state_within(self.adopter, start):
                self.adopter.gone.append((start, self.adopter.place))
        else:
            final = self.adopter.revived(new)
        if final is not namespace[name]:
            self.journal.set_item(namespace, name, final)
        if start is not _MISSING and final is not start and id(start) not in self.adopter.taken:
            self.plan.add(makers_of_former(self.world, live, record, name, start), live)
        known = base if base is not EMPTY else start
        if start is not _MISSING and final is start and base is not EMPTY and start is not base:
            self.report.kept.append(f"{record.name}.{name}")
            if new is not start:
                self.kept.add((record.name, name))
            return
        is_other = not same(final, known) or (
            final is not known and is_a(final, dict | list | set)
        )  # an equal list is not that of its aliases
        is_other = is_other or self.ownership.goes_on_with_another(live, record, name, final)
        if self.adopter.is_changed(final) or is_other:
            self._moved_on(record, name, live, final if final is known else None)

    def _merged(
        self, live: LiveStatement, record: Record, name: str, start: Any, base: Any, new: Any
    ) -> Any:
        """Return what a name is to be bound to."""
        owners = self.world.old_binders(record, name)
        old = self.world.before(live)
        heir = self.ownership.heir_of(live, record, name)
        if heir is not None:
            self.ownership.current.add(id(heir))
            self.adopter.edited = start if self.is_edited(live) else None
            final = self.adopter.merge(base, start, new, f"{record.name}.{name}")
            if start is base and final is not start:
                self._succeed(start, final, owners, live)
            return final
        owns = old is not None and bool(owners) and owners[-1] is old
        if base is not EMPTY and start is not base and owns:
            return start if self.adopter.alike(base, new) else new
        if start is new or (
            start is base and is_of_its_moment(self.world, live, name, new, self.start)
        ):
            return start
        if is_same_view(self.adopter, start, new):
            return self._go_on_with(start, new)
        if is_method_of_heir(self.adopter, start, new):
            return lead_on(self.adopter, start, new)
        return self._succeed(start, new, owners, live)

    def _go_on_with(self, start: Any, new: Any) -> Any:
        """Let a view stay where it was, and wherever another was made that shows the same."""
        for module, name in self.world.homes(new):
            self.journal.set_item(self.world.records[module].namespace, name, start)
            self.world.changed(self.world.records[module])
        return self.adopter.kept(start, new)

    def _note_dropped(self, start: Any) -> None:
        """What the program had put there is overridden."""
        place = self.adopter.place
        if place not in self.adopter.dropped and not is_a(start, ModuleType):
            self.adopter.dropped.append(place)

    def is_edited(self, live: LiveStatement) -> bool:
        """Return whether a statement has another text than before."""
        change = self.world.changes.get(live.record.name)
        return change is not None and live in change.signed

    def _succeed(
        self, start: Any, new: Any, owners: list[LiveStatement], live: LiveStatement
    ) -> Any:
        """Let what another statement binds now take the place of what an old one made.

        Returns:
            What the name is to be bound to: the old object, if it could take over the new one.
        """
        is_given = not owners or is_reference(owners[-1])
        if is_given or not self.ownership.made(owners[-1], start):
            return self._move_in(start, new) if self._is_left(start, live) else new
        if owners[-1] in self.going() or owners[-1] is self.world.before(live):
            if is_a(start, FunctionType | MethodType | partial) or is_cache(start):
                if callable(new):
                    return lead_on(self.adopter, start, new)
            elif changes_kind(self.adopter, start, new):
                return lead_on(self.adopter, start, new)
            elif is_a(start, type) and is_a(new, type):
                replace_class(self.adopter, start, new)
            elif is_reference(live):
                return self._stay(start, new)
        return new

    def _move_in(self, start: Any, new: Any) -> Any:
        """Let what a statement makes take the place of what another had made for its name."""
        if type(start) is FunctionType:
            if callable(new):
                return lead_on(self.adopter, start, new)
        elif is_a(start, type):
            if is_a(new, type) and self._is_ours(start):
                replace_class(self.adopter, start, new)
        else:
            return self._stay(start, new)
        return new

    def _is_ours(self, cls: type) -> bool:
        """Return whether a class is of a managed module, or of one whose file is gone now."""
        is_gone = getattr(cls, "__module__", None) in self.world.gone
        return self.adopter.base.is_managed_class(cls) or is_gone

    def _stay(self, start: Any, new: Any) -> Any:
        """Let an object that moved to another module stay the old one, if it can."""
        if self._was_there(new):
            return new
        self._lead_class(start, new)
        homes = self.world.homes(new)
        final = succeed(self.adopter, start, new)
        for module, name in homes if final is start else ():
            self.journal.set_item(self.world.records[module].namespace, name, start)
            self.world.changed(self.world.records[module])
        return final

    def _lead_class(self, start: Any, new: Any) -> None:
        """Let the class of an object that moved with it take the place of the one that is gone."""
        old, made = type(start), type(new)
        if old is made or old.__qualname__ != made.__qualname__ or self._was_there(made):
            return
        if self._isgoing(old) and self.adopter.base.is_managed_class(made):
            replace_class(self.adopter, old, made)

    def _isgoing(self, cls: type) -> bool:
        """Return whether the statement that made a class is gone."""
        going, records = self.going(), self.world.records
        names = self.ownership.names_of(cls)
        owners = [self.world.old_binders(records[module], name)[-1:] for module, name in names]
        return any(owner and owner[0] in going for owner in owners)

    def _is_left(self, value: Any, live: LiveStatement) -> bool:
        """Return whether no name leads to a value any more but those that a statement binds anew.

        A function was renamed, and who holds it got it by its second name.
        """
        names = {(live.record.name, name) for name in self.world.binds(live)}
        others = [found for found in self.ownership.names_of(value) if found not in names]
        if others:
            files = self.world.gone
            gone = [one for one in others if one in self.plan.deletions or one[0] in files]
            is_given, rest = self.ownership.is_given, set(others) - set(gone)
            if all(map(is_given, gone)) or not all(map(is_given, rest)):
                return False  # it was made elsewhere, and may be there still
            return not self.ownership.is_outside(value)
        is_function = type(value) is FunctionType and self.ownership.is_named(value)
        return is_function and self.ownership.has_left_class(value)

    def _was_there(self, value: Any) -> bool:
        """(I7) Return whether a value was there before the reload."""
        base = self.adopter.base
        is_known = base.of(value) is not EMPTY and id(value) not in base.arrived
        return is_known or self.ownership.is_named(value)

    def going(self) -> list[LiveStatement]:
        """Return the statements that the edit has taken away."""
        return [live for change in self.world.changes.values() for live in change.removed]

    def tell_readers(self, note: Note) -> None:
        """An object has changed that no statement made anew: who reads its names is due."""
        if note.by is None:
            return
        for root in note.roots:
            if root is not note.owner:
                self.adopter.change(root, *led_by(root, note.owner))
            for module, name in self.world.homes(root):
                self._moved_on(self.world.records[module], name, note.by, root)
        self.tell_users(note.by)

    def tell_of(self, live: LiveStatement, cls: type) -> None:
        """A class is another now without being made anew: who reads its names is due."""
        for module, name in self.world.homes(cls):
            self._moved_on(self.world.records[module], name, live, cls)
        self.tell_users(live)

    def _moved_on(
        self, record: Record, name: str, live: LiveStatement, adopted: Any = None
    ) -> None:
        """A location has changed: who reads it is due.

        An object that changed in place has changed under its other names too: an import or an
        alias of it need not run, but who reads that name is due.
        """
        seen: set[Location] = set()
        waiting = [(record, name)]
        while waiting:
            home, known = waiting.pop()
            if (home.name, known) not in seen:
                seen.add((home.name, known))
                waiting += self._readers_due(home, known, live, adopted)

    def _readers_due(
        self, record: Record, name: str, live: LiveStatement, adopted: Any
    ) -> list[tuple[Record, str]]:
        """Let who reads a location run; return under which other names others have the object."""
        also = []
        what = f"{record.name}.{name} changed"
        self.caches.moved.setdefault(name, set()).add(record.name)
        names = self.adopter.changes.get(id(adopted)) if adopted is not None else None
        for reader in readers(self.world, record, name):
            if reader is live:
                continue
            if names is None or depends(self.world, reader, adopted, name, names):
                self.plan.add([(reader, "read", what)], live)
            elif is_reference(reader):
                home = reader.record
                names_there = self.world.binds(reader)
                also += [(home, n) for n in names_there if home.namespace.get(n) is adopted]
        return also
