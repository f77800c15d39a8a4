"""What statements see that ask a class for those derived from it: ``Plugin.__subclasses__()``.

Python keeps that list, and a class that was made anew is in it beside the one that goes on, until
the reload is over. So while such a statement runs, classes that will be gone derive from something
else; and it is due when a class has come or gone.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from .attributes import HEAP_TYPE, is_a
from .classes import classes_below
from .kin import ASKED, asked_by, kin, made_by_calls, moved, put_in_order, surely_asked
from .outcomes import Refused
from .readers import that_mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .adopt import Adopter
    from .journal import Journal
    from .merging import Merger
    from .revision import LiveStatement
    from .world import World


class Below:
    """Hides what will be gone from such statements, and tells which are due."""

    def __init__(self, journal: Journal, adopter: Adopter, merger: Merger) -> None:
        self._world: World = merger.world
        self._journal = journal
        self._adopter = adopter
        self._merger = merger
        self._hidden: list[tuple[type, tuple[type, ...], tuple[type, ...]]] = []
        self._was_asking = False

    def about_to_run(self, live: LiveStatement) -> None:
        """Hide the classes that others take the place of, if a statement may ask for them."""
        self._hidden = []
        self._was_asking = self._is_asking(live)
        if self._was_asking:
            gc.collect()  # what nobody holds any more is there until then
            self._check(live)
        is_asking = live.statement.mentions(ASKED) or any(
            ASKED in scope.code.co_names for scope in self._world.ran(live)
        )
        for cls in self._outdated(live) if is_asking else ():
            bases = cls.__bases__
            aside = (_aside(cls),)
            try:
                self._journal.set_attribute(cls, "__bases__", aside)
            except TypeError:  # it is laid out otherwise
                continue
            self._hidden.append((cls, bases, aside))

    def _is_asking(self, live: LiveStatement) -> bool:
        """Return whether a statement asks while it is executed, as far as is known."""
        scopes = self._world.ran(live)
        return ASKED in live.uses.attributes or any(ASKED in s.code.co_names for s in scopes)

    def _check(self, live: LiveStatement) -> None:
        """Refuse what would find a class that an import makes later; put the others in order."""
        asked = surely_asked(self._world, live)
        here = self._world.position(live)
        for cls, maker in (*kin(self._world, asked).values(), *made_by_calls(self._world, asked)):
            if self._world.position(maker) > here:
                raise Refused(
                    f"{live.where} asks for the classes below another one, and would find "
                    f"{cls.__qualname__}, which {maker.where} makes after it"
                )
        put_in_order(self._journal, self._world, asked)

    def ran(self, live: LiveStatement) -> None:
        """The statement has run: they are where they were."""
        if not self._was_asking and self._is_asking(live):
            self._check(live)
        for cls, bases, aside in self._hidden:
            if cls.__bases__ == aside:
                self._journal.set_attribute(cls, "__bases__", bases)

    def tell(self) -> None:
        """(6e) Who asks a class for those derived from it is due when one has come or gone."""
        others = list(self._come_or_gone())
        if not others and not self._adopter.base.arrived:
            return
        for live in that_mention(self._world, frozenset({ASKED})).values():
            asked = list(asked_by(self._world, live))
            for cls, what in (*others, *self._arrived_below(asked)):
                if any(base is one for base in cls.__mro__[1:] for one in asked):
                    self._merger.plan.add([(live, "read", f"class {cls.__qualname__} {what}")])
                    break

    def finish(self) -> None:
        """Let what derives from a class stand in the order of an import."""
        classes = [now for live in moved(self._world) for _, now in self._classes_of(live)]
        bases = [base for cls in classes if is_a(cls, type) for base in cls.__bases__]
        put_in_order(self._journal, self._world, filter(_is_made, bases))

    def _outdated(self, live: LiveStatement) -> list[type]:
        """Return the classes that nothing will lead to when the reload is over."""
        found = [new for new, _ in self._adopter.twins.values()]
        found += [old for old, _ in self._adopter.replaced]
        found += [cls for cls, what in self._come_or_gone() if what == "is gone"]
        asked = asked_by(self._world, live)  # what it has made itself by a call is made anew
        found += [cls for cls, by in made_by_calls(self._world, asked) if by is live]
        departed = self._adopter.base.departed.classes()  # by earlier edits
        found += [cls for cls in departed if not self._world.homes(cls)]
        return [cls for cls in found if is_a(cls, type) and any(map(_is_made, cls.__bases__))]

    def _come_or_gone(self) -> Iterator[tuple[type, str]]:
        for live in self._merger.going():
            for was, now in self._classes_of(live):
                if is_a(was, type) and now is not was:
                    yield was, "is gone"
        for live in self._merger.plan.in_order():
            for was, now in self._classes_of(live):
                if is_a(now, type) and not is_a(was, type):
                    yield now, "is new"

    def _classes_of(self, live: LiveStatement) -> Iterator[tuple[Any, Any]]:
        """Yield what the name of a class statement led to before the reload, and leads to now."""
        record = live.record
        for name in live.uses.binds if live.statement.is_class else ():
            yield self._merger.start.get(record.name, {}).get(name), record.namespace.get(name)

    def _arrived_below(self, asked: list[type]) -> Iterator[tuple[type, str]]:
        """Yield what derives from some classes in modules that have come with the edit."""
        arrived = self._adopter.base.arrived
        for cls in asked if arrived else ():
            yield from ((sub, "is new") for sub in classes_below(cls) if id(sub) in arrived)


def _aside(cls: type) -> type:
    """Return a class that another one can derive from for a while: it is laid out as that is."""
    return type("aside", (next(base for base in cls.__mro__ if not _is_made(base)),), {})


def _is_made(cls: type) -> bool:
    """Return whether a class was made while the process runs, and is none of the interpreter's."""
    return bool(cls.__flags__ & HEAP_TYPE)
