"""Telling subscribers what happens: records of ``entrepot.events``, made only if somebody listens.

A ``Story`` is one executed import. Stories of one thread nest: the import whose code asked is the
parent of the one that it asked for.
"""

from __future__ import annotations

import sys
from _thread import _local, get_ident
from itertools import count
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from entrepot import events

if TYPE_CHECKING:
    from types import FrameType

    from entrepot.events import Record, Subscriber

#: Modules whose frames are the import system's, not the importer's.
_OURS = ("entrepot.engine", "importlib", "_frozen_importlib")


class Narrator:
    """Makes stories and hands their records to the subscribers of one import system."""

    def __init__(self) -> None:
        self.subscribers: tuple[Subscriber, ...] = ()
        self._ids = count(1)
        self._thread = _local()

    def tell(self, record: Record) -> None:
        """Hand a record to every subscriber."""
        for subscriber in self.subscribers:
            subscriber(record)

    def begin(self, name: str) -> Story:
        """Tell that a module which is not in the cache was asked for."""
        stack = self._stack()
        story = Story(self, next(self._ids), name)
        parent_id = stack[-1].import_id if stack else 0
        stack.append(story)
        self.tell(
            events.ImportStarted(
                story.import_id, story.started, name, parent_id, _importer(), get_ident()
            )
        )
        return story

    def current(self) -> Story | None:
        """Return the innermost import of this thread that is told."""
        stack = self._stack()
        return stack[-1] if stack else None

    def _stack(self) -> list[Story]:
        """Return this thread's imports under way, the innermost last."""
        try:
            return self._thread.stack  # type: ignore[no-any-return]
        except AttributeError:
            stack: list[Story] = []
            self._thread.stack = stack
            return stack

    def end(self, story: Story) -> None:
        """Take a story off its thread's stack, with what an exception left above it."""
        stack = self._stack()
        if story in stack:
            del stack[stack.index(story) :]


class Story:
    """One executed import, told step by step."""

    def __init__(self, narrator: Narrator, import_id: int, name: str) -> None:
        self.import_id = import_id
        self.name = name
        self.started = perf_counter_ns()
        self._narrator = narrator
        self._answered = ""

    def asked(self, finder: Any, found: bool, began: int) -> None:  # noqa: FBT001
        """A meta path finder was asked, from ``began`` until now."""
        now = perf_counter_ns()
        named = getattr(finder, "__name__", None) or type(finder).__qualname__
        if found:
            self._answered = named
        self._narrator.tell(events.FinderAsked(self.import_id, now, named, found, now - began))

    def found(self, spec: Any) -> None:
        """A finder answered with this spec."""
        loader = spec.loader
        kind = None if loader is None else getattr(loader, "__name__", type(loader).__qualname__)
        self._narrator.tell(
            events.SpecFound(
                self.import_id,
                perf_counter_ns(),
                self._answered,
                kind,
                spec.origin,
                spec.submodule_search_locations is not None,
            )
        )

    def created(self, module: Any) -> None:
        """Step 2: the module object exists."""
        kind = type(module).__qualname__
        self._narrator.tell(events.ModuleCreated(self.import_id, perf_counter_ns(), kind))

    def cached(self) -> None:
        """Step 3: it stands in the cache."""
        self._narrator.tell(events.ModuleCached(self.import_id, perf_counter_ns()))

    def code(self, kind: str, path: str | None, read: int, made: int) -> None:
        """Step 4, first half: its code is there."""
        self._narrator.tell(
            events.CodeObtained(self.import_id, perf_counter_ns(), kind, path, read, made)
        )

    def executed(self, began: int) -> None:
        """Step 4, second half: its code ran, from ``began`` until now."""
        now = perf_counter_ns()
        self._narrator.tell(events.ModuleExecuted(self.import_id, now, now - began))

    def bound(self, parent: str, tail: str) -> None:
        """Step 5: its package has it as an attribute."""
        self._narrator.tell(events.NameBound(self.import_id, perf_counter_ns(), parent, tail))

    def ended(self, error: BaseException | None = None) -> None:
        """The import ended, by ``error`` if it is not None."""
        now = perf_counter_ns()
        self._narrator.end(self)
        outcome = "loaded" if error is None else "failed"
        text = None if error is None else f"{type(error).__name__}: {error}"
        self._narrator.tell(
            events.ImportFinished(
                self.import_id, now, self.name, outcome, text, now - self.started
            )
        )


class Told:
    """Ends a story when an import ends, however it ends."""

    __slots__ = ("_story",)

    def __init__(self, story: Story | None) -> None:
        self._story = story

    def __enter__(self) -> Story | None:
        return self._story

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._story is not None:
            self._story.ended(error)


#: For imports that nobody listens to.
UNTOLD = Told(None)


def _importer() -> events.Importer | None:
    """Return who asked: the nearest frame that is not the import system's."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if not (isinstance(name, str) and name.startswith(_OURS)):
            return events.Importer(
                name if isinstance(name, str) else None, frame.f_code.co_filename, frame.f_lineno
            )
        frame = frame.f_back
    return None
