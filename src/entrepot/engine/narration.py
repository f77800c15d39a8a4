"""What happens during an import, noted and told.

A ``Story`` is one executed import: who asked, which finders answered, when each step was done.
Stories of one thread nest: the import whose code asked is the ``parent`` of the one that it asked
for. They are made only if somebody wants them:

* who *keeps* stories is handed each one when it begins, and reads it when it has ended. That is
  one object for each import, so a trace of thousands of imports costs hardly anything;
* who *subscribes* is told each step when it happens, as a record of ``entrepot.events``.
"""

from __future__ import annotations

import sys
from _thread import _local, get_ident
from _warnings import warn
from itertools import count
from time import perf_counter_ns

from entrepot import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, Self

    from entrepot.events import Record, Subscriber

    Keeper = tuple[Callable[["Story"], object], Callable[["Story"], object] | None]

#: Modules whose frames are the import system's, not the importer's, beside our own.
_SYSTEM = frozenset(
    {
        "importlib",
        "importlib._bootstrap",
        "importlib._bootstrap_external",
        "_frozen_importlib",
        "_frozen_importlib_external",
    }
)
_OWN = f"{__name__.rpartition('.')[0]}."


class Narrator:
    """Makes stories, and hands them or their records on, for one import system."""

    def __init__(self) -> None:
        #: Each in a list of its own: who subscribes twice can stop once.
        self.subscribers: tuple[list[Subscriber], ...] = ()
        self.keepers: tuple[Keeper, ...] = ()
        self._ids = count(1)
        self._thread = _local()

    @property
    def has_listeners(self) -> bool:
        """Whether anybody wants stories or records."""
        return bool(self.subscribers or self.keepers)

    def tell(self, record: Record) -> None:
        """Hand a record to every subscriber; one that fails is told no more."""
        for entry in self.subscribers:
            try:
                entry[0](record)
            except Exception as error:
                self.subscribers = tuple(e for e in self.subscribers if e is not entry)
                _warn_of(entry[0], error)

    def begin(self, name: str) -> Story:
        """Begin the story of a module that is not in the cache and was asked for."""
        stack = self._stack()
        make = ToldStory if self.subscribers else Story
        story = make(self, next(self._ids), name, stack[-1] if stack else None)
        stack.append(story)
        for keeper in self.keepers:
            self._hand(keeper, keeper[0], story)
        story.begin()
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
        if stack and stack[-1] is story:
            stack.pop()
        elif story in stack:
            del stack[stack.index(story) :]
        for keeper in self.keepers:
            if keeper[1] is not None:
                self._hand(keeper, keeper[1], story)

    def _hand(self, keeper: Keeper, to: Callable[[Story], object], story: Story) -> None:
        try:
            to(story)
        except Exception as error:
            self.keepers = tuple(k for k in self.keepers if k is not keeper)
            _warn_of(to, error)


def _warn_of(listener: object, error: Exception) -> None:
    """Say that a listener failed: what it raises must not look like the import's own failure."""
    warn(
        f"a subscriber failed and was removed: {listener!r}: {type(error).__name__}: {error}; "
        "the import went on",
        RuntimeWarning,
        stacklevel=2,
    )


class Story:
    """One executed import. Times are nanoseconds of ``time.perf_counter_ns``; 0 is *not yet*.

    As a context manager it notes the end of the import, however it ends.

    Attributes:
        parent: The import whose code asked for this one, or None.
        thread: The identifier of the thread that imports.
        importer_name: The ``__name__`` of who asked; None if nobody did, or has none.
        importer_code: The code object that asked; its line is found from ``importer_offset``.
        finders: The finders asked, each followed by the nanoseconds that it took.
        answered: Whether the last of them answered.
        spec: What it answered.
        found_at: When it did.
        cached_at: When the module stood in the cache.
        code_kind: ``"bytecode"``, ``"source"``, or ``""`` when the loader does not tell.
        code_path: The file that the code came from.
        read: Nanoseconds spent reading files.
        made: Nanoseconds spent unmarshalling or compiling.
        executed_at: When its code had run to its end.
        ended_at: When the import was over.
        error: What it failed by, as ``"KeyError: 'x'"``, or None.
    """

    __slots__ = (
        "_narrator", "answered", "cached_at", "code_kind", "code_path", "ended_at", "error",
        "executed_at", "finders", "found_at", "import_id", "importer_code", "importer_name",
        "importer_offset", "last", "made", "name", "parent", "read", "spec", "started", "thread",
    )  # fmt: skip

    def __init__(
        self, narrator: Narrator, import_id: int, name: str, parent: Story | None
    ) -> None:
        self.import_id = import_id
        self.name = name
        self.parent = parent
        self._narrator = narrator
        self.thread = get_ident()
        self.finders: list[Any] = []
        self.answered = False
        self.spec: Any = None
        self.code_kind = ""
        self.code_path: str | None = None
        self.error: str | None = None
        self.importer_code: CodeType | None = None
        self.importer_name: Any = None
        self.importer_offset = 0
        self.found_at = self.cached_at = self.read = self.made = 0
        self.executed_at = self.ended_at = self.last = 0
        self.started = 0
        frame = _importer()
        if frame is not None:
            self.importer_code = frame.f_code
            self.importer_offset = frame.f_lasti
            self.importer_name = frame.f_globals.get("__name__")

    def begin(self) -> None:
        """Note when the import begins: as late as can be, so that noting it does not count."""
        self.started = self.last = perf_counter_ns()

    def finding(self) -> None:
        """The finders are going to be asked."""
        self.last = perf_counter_ns()

    def asked(self, finder: Any, found: bool) -> None:  # noqa: FBT001
        """A meta path finder was asked, since the last time that something was noted."""
        now = perf_counter_ns()
        self.finders += (finder, now - self.last)
        self.last = now
        self.answered = found

    def found(self, spec: Any) -> None:
        """A finder answered with this spec."""
        self.spec = spec
        self.found_at = self.last

    def created(self, module: Any) -> None:
        """Step 2: the module object exists."""

    def cached(self) -> None:
        """Step 3: it stands in the cache."""
        self.cached_at = perf_counter_ns()

    def code(self, kind: str, path: str | None, read: int, made: int) -> None:
        """Step 4, first half: its code is there."""
        self.code_kind = kind
        self.code_path = path
        self.read += read
        self.made += made

    def executed(self) -> None:
        """Step 4, second half: its code ran, since it was cached."""
        self.executed_at = perf_counter_ns()

    def bound(self, parent: str, tail: str) -> None:
        """Step 5: its package has it as an attribute."""

    def ended(self, error: BaseException | None = None) -> None:
        """The import ended, by ``error`` if it is not None."""
        self.ended_at = perf_counter_ns()
        if error is not None:
            self.error = _in_words(error)
        self._narrator.end(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.ended(error)


class ToldStory(Story):
    """A story that is told to subscribers as it happens, step by step."""

    __slots__ = ()

    def begin(self) -> None:
        """Tell who asked for what."""
        super().begin()
        code = self.importer_code
        importer = None
        if code is not None:
            name = self.importer_name if isinstance(self.importer_name, str) else None
            line = line_of(code, self.importer_offset)
            importer = events.Importer(name, code.co_filename, line)
        parent_id = self.parent.import_id if self.parent else 0
        self._tell(
            events.ImportStarted(
                self.import_id, self.started, self.name, parent_id, importer, self.thread
            )
        )

    def _tell(self, record: Record) -> None:
        self._narrator.tell(record)

    def asked(self, finder: Any, found: bool) -> None:  # noqa: FBT001
        """Tell that a finder was asked."""
        super().asked(finder, found)
        took = self.finders[-1]
        self._tell(
            events.FinderAsked(self.import_id, self.last, name_of_finder(finder), found, took)
        )

    def found(self, spec: Any) -> None:
        """Tell what was found."""
        super().found(spec)
        loader = spec.loader
        kind = None if loader is None else name_of_finder(loader)
        is_package = spec.submodule_search_locations is not None
        finder = name_of_finder(self.finders[-2])
        now = perf_counter_ns()
        self._tell(events.SpecFound(self.import_id, now, finder, kind, spec.origin, is_package))

    def created(self, module: Any) -> None:
        """Tell step 2."""
        kind = type(module).__qualname__
        self._tell(events.ModuleCreated(self.import_id, perf_counter_ns(), kind))

    def cached(self) -> None:
        """Tell step 3."""
        super().cached()
        self._tell(events.ModuleCached(self.import_id, self.cached_at))

    def code(self, kind: str, path: str | None, read: int, made: int) -> None:
        """Tell step 4, first half."""
        super().code(kind, path, read, made)
        now = perf_counter_ns()
        self._tell(events.CodeObtained(self.import_id, now, kind, path, read, made))

    def executed(self) -> None:
        """Tell step 4, second half."""
        super().executed()
        took = self.executed_at - self.cached_at
        self._tell(events.ModuleExecuted(self.import_id, self.executed_at, took))

    def bound(self, parent: str, tail: str) -> None:
        """Tell step 5."""
        self._tell(events.NameBound(self.import_id, perf_counter_ns(), parent, tail))

    def ended(self, error: BaseException | None = None) -> None:
        """Tell the outcome."""
        super().ended(error)
        outcome = "loaded" if error is None else "failed"
        took = self.ended_at - self.started
        self._tell(
            events.ImportFinished(
                self.import_id, self.ended_at, self.name, outcome, self.error, took
            )
        )


class Untold:
    """What stands in a story's place when nobody listens."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exc_info: object) -> None:
        pass


#: For imports that nobody listens to.
UNTOLD = Untold()


def name_of_finder(finder: Any) -> str:
    """Return what a finder or loader is called: a class by its name, an object by its class's.

    Example:
        >>> import importlib.machinery
        >>> name_of_finder(importlib.machinery.PathFinder)
        'PathFinder'
    """
    named = getattr(finder, "__name__", None)
    return named if isinstance(named, str) and named else type(finder).__qualname__


def line_of(code: CodeType, offset: int) -> int:
    """Return the line that an instruction of a code object stands on; 0 if it stands on none."""
    for start, end, line in code.co_lines():
        if start <= offset < end:
            return line or 0
    return 0


def _in_words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  # its __str__ is the program's, and may fail
        return type(error).__name__


def _importer() -> FrameType | None:
    """Return the frame that asked: the nearest one that is not the import system's.

    Nor is that of a replaced ``__import__``, whoever put it there: its caller asked.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__")
        is_system = isinstance(name, str) and (name in _SYSTEM or name.startswith(_OWN))
        if not is_system and frame.f_code.co_name != "__import__":
            return frame
        frame = frame.f_back
    return None
