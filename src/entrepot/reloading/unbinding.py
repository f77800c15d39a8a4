"""Names that are taken away before statements run, so that they see what an import would see.

What nothing binds any more is deleted. A name that is bound later only, in an import, is hidden
from who reads it before. What a statement may bind or not is unbound before it.
"""

from __future__ import annotations

import ast
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .base import EMPTY
from .bindings import bound_elsewhere, modules_given_a_class
from .brought import locations_brought
from .midway import Midway
from .module_cache import check_asked
from .plain import is_reference
from .readers import locations_read
from .runnable import bound_by_now
from .stars import star_names

if TYPE_CHECKING:
    from .departed import Departed
    from .journal import Journal
    from .merging import Merger
    from .order import Position
    from .plan import Plan
    from .report import Report
    from .revision import LiveStatement, Record
    from .world import Location, World

_MISSING: Any = type("MISSING", (), {})()
#: Functions that Python asks for what a module has not.
HOOKS = frozenset({"__getattr__", "__dir__"})


class Unbinder:
    """Takes names away for one reload.

    Attributes:
        start: What the modules' names were bound to before the reload.
    """

    def __init__(
        self, plan: Plan, journal: Journal, start: dict[str, dict[str, Any]], departed: Departed
    ) -> None:
        self.plan = plan
        self.world: World = plan.world
        self.journal = journal
        self.start = start
        self.departed = departed
        self._storing: dict[int, LiveStatement] = {}
        self._stored: dict[Location, Record] = {}
        self._hidden: set[Location] = set()  # from the statement that runs
        self._asked: set[int] = set()
        self._hooked: list[Record] | None = None
        self.midway = Midway(self.world)

    def begin(self, report: Report) -> None:
        """A pass begins: names that nothing binds any more go."""
        self.midway.begin()
        self.note_stores()
        self.delete(report)

    # names of other modules

    def note_stores(self) -> None:
        """Note what due statements have set in other modules, by where their names lead now.

        With those that a due import may lead elsewhere: ``settings.LEVEL = 2``.
        """
        self._storing.clear()
        self._stored.clear()
        due = self.plan.in_order()
        for live in due:
            self._storing[id(live)] = live
            for name in self.world.binds(live) if is_reference(live) else ():
                for other in self.world.view(live.record).naming((name,)):
                    if any(chain[0] == name for chain in other.uses.stores):
                        self._storing[id(other)] = other
        for live in self._storing.values():
            for record, name in bound_elsewhere(self.world, live, old=True):
                self._stored[record.name, name] = record

    def delete_stores(self, merger: Merger, report: Report) -> None:
        """Delete what they have set elsewhere before, and do not set any more."""
        bound = {
            (record.name, name)
            for live in self._storing.values()
            for record, name in bound_elsewhere(self.world, live)
        }
        for (module, name), record in list(self._stored.items()):
            binders = self.world.binders(record, name)
            others = [b for b in binders if b.record is record or id(b) not in self._storing]
            is_there = name in record.namespace
            if not others and is_there != ((module, name) in bound) and name in record.base:
                if is_there:
                    self._delete(record, name, report)
                self.journal.delete_item(record.base, name)
                merger.deleted(record, name, self.plan.in_order()[-1])

    def classes_left(self) -> list[ModuleType]:
        """Return the modules of which no statement sets the class any more."""
        going = (live for change in self.world.changes.values() for live in change.removed)
        return [found for live in going for found in modules_given_a_class(live)]

    def delete(self, report: Report) -> None:
        """Delete the names that nothing binds any more; the class of a module is that again."""
        for found in self.classes_left():
            self.journal.set_attribute(found, "__class__", ModuleType)
        for module, name in self.plan.deletions:
            record = self.world.records[module]
            if name in record.namespace:
                self._delete(record, name, report)

    def _delete(self, record: Record, name: str, report: Report) -> None:
        value, base = record.namespace[name], record.base.get(name, EMPTY)
        if base is not EMPTY and value is not base:
            report.state_dropped.append(f"{record.name}.{name}")
        self.departed.add(self.journal, f"{record.name}.{name}", value)
        if name == "__doc__":  # a module without one has None
            self.journal.set_item(record.namespace, name, None)
        else:
            self.journal.delete_item(record.namespace, name)

    def hide(self, live: LiveStatement) -> list[tuple[Record, str, Any]]:
        """Take away names that are bound later only: reading them must fail as at import."""
        check_asked(self.world, live)
        hidden = [(record, name, record.namespace[name]) for record, name in self._later(live)]
        for record, name, _ in hidden:
            self.journal.delete_item(record.namespace, name)
        self._hidden = {(record.name, name) for record, name, _ in hidden}
        self.world.recorder.loading = partial(self._hide_unfinished, live, hidden)
        return hidden

    def has_seen_more(self, live: LiveStatement) -> bool:
        """Return, once, whether by what has run now more was to be hidden from a statement."""
        if id(live) in self._asked:
            return False
        here = self.world.position(live)
        seen = [(r.name, name) for r, name in self._later(live) if self._is_unfinished(r, here)]
        more = [found for found in seen if found not in self._hidden]
        if any(name in self.start.get(module, ()) for module, name in more):
            self._asked.add(id(live))
            return True
        return False

    def _later(self, live: LiveStatement) -> list[tuple[Record, str]]:
        """Return the names that a statement reads and that are bound after it only."""
        here = self.world.position(live)
        found = []
        brought = locations_brought(self.world, live)
        for record, name in dict.fromkeys((*locations_read(self.world, live), *brought)):
            is_later = self._is_later(record, name, here, live)
            if name in record.namespace and self._is_submodule(record, name):
                below = self.world.records[f"{record.name}.{name}"]
                is_later = not self.world.is_over(below, here)
            if name in record.namespace and is_later:
                found.append((record, name))
        for module, level in live.uses.stars:
            source = self.world.module_named(live.record, module, level)
            home = None if source is None else self.world.home_of(source)
            if home is not None and home is not live.record:
                found += [(home, name) for name in self._made_later(home)]
                found += [(home, name) for name in self._listed_later(home, here, live)]
        for record in self._answering():  # what answers for a module is no name that is read
            for name in HOOKS & record.namespace.keys():
                if self._is_unfinished(record, here) and self._is_later(record, name, here, live):
                    found.append((record, name))
        return found

    def _answering(self) -> list[Record]:
        """Return the modules that answered themselves for what they have not, at the start."""
        if self._hooked is None:
            hooked = (name for name, names in self.start.items() if not HOOKS.isdisjoint(names))
            self._hooked = [self.world.records[name] for name in hooked]
        return self._hooked

    def _is_unfinished(self, record: Record, here: Position) -> bool:
        """Return whether a module's import is going on at a position."""
        prefix = self.world.order.prefix(record)
        return here[: len(prefix)] == prefix

    def _hide_unfinished(self, live: LiveStatement, hidden: list[tuple[Record, str, Any]]) -> None:
        """A statement is about to execute a module that was never imported: hide all from it.

        What that reads of the modules whose import is going on then was not seen yet.
        """
        here = self.world.position(live)
        for record in [self.world.records[name] for name in self.start]:
            for name in list(record.namespace) if self._is_unfinished(record, here) else ():
                is_later = self._is_later(record, name, here, live)
                if self._is_submodule(record, name):  # one that is not begun, an import may set
                    below = self.world.records[f"{record.name}.{name}"]
                    is_later = self._is_unfinished(below, here)
                if is_later and not self._is_bound_now(live, record, name):
                    hidden.append((record, name, record.namespace[name]))
                    self.journal.delete_item(record.namespace, name)

    def _is_bound_now(self, live: LiveStatement, record: Record, name: str) -> bool:
        """Return whether the statement that runs has bound a name already, such as of a loop."""
        if live not in self.world.binders(record, name):
            return False
        was = self.start[record.name].get(name, _MISSING)
        is_here = record is live.record
        is_cleared = is_here and self.world.may_bind(live, name)
        is_other = record.namespace[name] is not was
        return is_cleared or is_other or (is_here and name in bound_by_now())

    def _made_later(self, record: Record) -> list[str]:
        """Return the names that the program has added to a module since its import."""
        start = self.start.get(record.name, {})
        return [
            name
            for name in start
            if name in record.namespace
            and name not in record.base
            and name[:2] != "__"
            and not self._is_submodule(record, name)
            and not self.world.binders(record, name)
        ]

    def _listed_later(self, home: Record, here: Position, live: LiveStatement) -> list[str]:
        """Return what a star import must not find in a module that has no ``__all__`` yet.

        Without that it copies other names: all that are public by then.
        """
        if "__all__" not in home.namespace or not self._is_later(home, "__all__", here, live):
            return []
        names = [name for name in home.namespace if name[:1] != "_"]
        later = [name for name in names if self._is_later(home, name, here, live)]
        return ["__all__", *later]

    def _is_submodule(self, record: Record, name: str) -> bool:
        """A package has its submodule as an attribute when that is complete, whoever binds it."""
        found = self.world.records.get(f"{record.name}.{name}")
        return found is not None and record.namespace[name] is found.module

    def _is_later(self, record: Record, name: str, here: Position, live: LiveStatement) -> bool:
        position = self.world.position
        if any(position(other) < here for other in self.world.own_binders(record, name)):
            return False  # whoever binds it from elsewhere
        binders = self.world.binders(record, name)
        if not binders or any(position(other) < here for other in binders):
            return False
        return live.record is record or not self.midway.is_bound(live, record, name, binders)

    def show(
        self,
        live: LiveStatement,
        hidden: list[tuple[Record, str, Any]],
        earlier: dict[str, dict[str, Any]],
    ) -> None:
        """Give back what was hidden, unless the statement was to bind it, and did or did not.

        Args:
            live: The statement that has run.
            hidden: What was hidden from it.
            earlier: What names were bound to before; it gets these too: nobody has bound them.
        """
        self.world.recorder.loading = None
        for record, name, value in hidden:
            earlier.get(record.name, {}).setdefault(name, value)
            if name in record.namespace:
                continue
            below = self.world.records.get(f"{record.name}.{name}")
            is_submodule = below is not None and value is below.module  # no text binds that
            if is_submodule or self.world.binders(record, name)[-1:] != [live]:
                self.journal.set_item(record.namespace, name, value)

    def clear_uncertain(self, live: LiveStatement) -> None:
        """What a statement may bind, or not, is unbound before it, as when it ran first."""
        record, binds = live.record, self.world.binds(live) - self._copied(live)
        names = [name for name in binds if self.world.may_bind(live, name)]
        if self.world.binds_by_text(live) and self._is_first_by_text(live):
            names += self.world.unexplained(record)
        for name in names:
            binders = self.world.binders(record, name)
            if name in record.namespace and (not binders or binders[0] is live):
                self.journal.delete_item(record.namespace, name)
        for home, name in self.world.setters.set_by(live, old=False):
            if name in home.namespace and self.world.binders(home, name)[:1] == [live]:
                self.journal.delete_item(home.namespace, name)

    def _copied(self, live: LiveStatement) -> set[str]:
        """Return the names that the star imports of a statement copy now."""
        stars = live.uses.stars if isinstance(live.statement.node, ast.ImportFrom) else ()
        sources = [self.world.module_named(live.record, module, level) for module, level in stars]
        return {name for source in sources for name in star_names(source)}

    def _is_first_by_text(self, live: LiveStatement) -> bool:
        lives = self.world.lives(live.record)
        return next(other for other in lives if self.world.binds_by_text(other)) is live

    def drop_starred(self, live: LiveStatement) -> None:
        """Names that a star import copied, and does not copy any more, go before it runs again.

        The others stay in their places: who lists the module finds them in their order.
        """
        record = live.record
        for module, level in live.uses.stars:
            source = self.world.module_named(record, module, level)
            home = None if source is None else self.world.home_of(source)
            if home is None or home is record or home.name not in self.start:
                continue
            start, copied = self.start[home.name], set(star_names(source))
            for name, value in list(record.namespace.items()):
                if name in copied or name.startswith("__"):
                    continue
                had = (start.get(name, _MISSING), home.base.get(name, _MISSING))
                is_copied = any(one is value for one in had)  # the program may have bound it anew
                if not is_copied and not self._was_below(home, name, value):
                    continue
                if self._is_submodule(record, name):  # its own import has bound it
                    continue
                others = self.world.binders(record, name)
                if all(map(partial(self._binds_anew, live), others)):
                    self.journal.delete_item(record.namespace, name)
                else:
                    self._bind_again(live, [other for other in others if other is not live], name)

    def _bind_again(self, live: LiveStatement, others: list[LiveStatement], name: str) -> None:
        """Let the statement run that had bound a name before a star import, as the last one."""
        last = max(others, key=self.world.position)
        if self.world.position(last) < self.world.position(live):
            what = f"it binds {name} before {live.where}, which does not any more"
            self.plan.add([(last, "6a", what)], live)

    def _was_below(self, record: Record, name: str, value: Any) -> bool:
        """Return whether a package had a value as its submodule, of which the file is gone."""
        path = f"{record.name}.{name}"
        return path in self.world.gone and is_a(value, ModuleType) and value.__name__ == path

    def _binds_anew(self, live: LiveStatement, other: LiveStatement) -> bool:
        """Return whether a statement is another one, or a star import that runs after it."""
        if other is live:
            return True
        is_due = id(other) in self.plan.dirty and bool(other.uses.stars)
        return is_due and self.world.position(other) > self.world.position(live)
