"""What runs during each line of a module's import.

From 3.12 on by ``sys.monitoring``, with a tool id of our own, beside coverage and debuggers: each
start of a function is told, and given up for each code object that is not managed when it is seen
first. It stays on between one import and the next, where it costs nothing, and ends when managed
code runs that no import has called: the program has begun. On 3.11 by ``sys.setprofile`` while
managed code is imported. Recording changes nothing that the program does. Without a free tool id,
or on 3.11 under a profiler, nothing is recorded: then it is told by the syntax (``static.py``).

The site is told by where the module's frame stands, so that a line in which nothing is called
costs nothing. What runs on a thread that imports nothing, while others import, is counted for all
of them: a statement that starts a thread and waits for it depends on what ran there.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock, get_ident

from .registered import IMPORT_MODULE, REGISTER, note_call
from .revision import Record, Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, Self

    from .registered import Registration

TOOL_NAME = "entrepot"
RELOADING_TOOL_NAME = "entrepot reload"
#: How many functions may start between two imports before the program counts as begun.
MOST_BETWEEN = 1000
CO_OPTIMIZED = 0x1  # of a function, not of a class body
_MONITORING: Any = getattr(sys, "monitoring", None)
_getframe = sys._getframe  # noqa: SLF001
_DISABLE: Any = getattr(_MONITORING, "DISABLE", None)


class Ran:
    """A code object that ran during imports, and where.

    Most code runs at one site, so a table is made only of several.

    Attributes:
        last: The site that was noted last.
    """

    __slots__ = ("_sites", "code", "last")

    def __init__(self, code: CodeType, sites: Site | dict[Site, None]) -> None:
        self.code = code
        self._sites: dict[Site, None] | None = None
        self.last: Site | None = None
        if type(sites) is dict:
            self._sites = sites
        else:
            self.last = sites  # type: ignore[assignment]

    @property
    def sites(self) -> dict[Site, None]:
        """The sites, as a table to change."""
        if self._sites is None:
            self._sites = {} if self.last is None else {self.last: None}
        return self._sites

    def each(self) -> list[Site]:
        """Return the sites."""
        if self._sites is not None:
            return list(self._sites)
        return [] if self.last is None else [self.last]

    def add(self, site: Site) -> None:
        """Note that the code ran at a site."""
        sites = self._sites
        if sites is None:
            sites = self.sites
        sites[site] = None
        self.last = site


class _Import:
    """A module whose code runs: its frame as soon as it has one, and the sites it has been at."""

    __slots__ = ("code", "frame", "record", "sites")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.code = record.code
        self.frame: FrameType | None = None
        self.sites = record.sites

    def site(self) -> Site:
        """Return where the module is now."""
        frame = self.frame
        at = -1 if frame is None else frame.f_lasti
        found = self.sites.get(at)
        if found is None:
            found = self.sites[at] = Site(self.record, None if at >= 0 else 0, at)
        return found


class Recorder:
    """Records for a session which code ran at which site.

    Attributes:
        runners: By the id of a code object, it and the sites where it ran:
            ``{140…: Ran(code, site)}``.
        hidden: Weak references to functions that no namespace leads to, by identity.
        first_run: Told of each code object that runs, with its globals, the first time within an
            import from the outermost on; ``None`` as long as nobody asks.
        registered: What was registered with abstract classes, and where.
        loaded: What ``import_module`` was called for at each site: ``{site: {"shop.cart"}}``.
        seen: What reloads saw statements change though no text says so: ``{site: {("m", "A")}}``.
        importer: The site of the statement that a reload executes, which imports what is new.
        loading: Told before it does.
    """

    def __init__(self) -> None:
        self.runners: dict[int, Ran] = {}
        self.hidden: dict[int, Any] = {}
        self.first_run: Callable[[CodeType, dict[str, Any]], None] | None = None
        self.registered: list[Registration] = []
        self.loaded: dict[Site, set[str]] = {}
        self.seen: dict[Site, frozenset[tuple[str, str]]] = {}
        self.importer: Site | None = None
        self.loading: Callable[[], None] | None = None
        self._seen: set[int] = set()
        self._stacks: dict[int, list[_Import]] = {}
        self._turn = allocate_lock()  # held while it is begun or ended
        self._tool: int | None = None
        self._between = 0
        # of the innermost import: its frame, its thread, and where it was when code ran last, by
        # the code's id; one tuple, as another thread may import, too
        self._innermost: tuple[Any, int, dict[int, int]] = (None, 0, {})
        self._files: set[str] = set()
        # held here: C calls them without a reference of its own, and they may end the events
        self._callback: Any = self._on_start if _MONITORING is not None else self._on_profile

    # around the execution of a module

    def begin(self, record: Record) -> bool:
        """A module's code is about to run on this thread; return whether it will be recorded."""
        thread = get_ident()
        stack = self._stacks.get(thread)
        if stack is None:
            if not self._stacks:
                self._seen.clear()
                self._between = 0
            with self._turn:
                stack = self._stacks[thread] = []
                self._start()
        record.parent = stack[-1].site() if stack else self.importer
        if not stack and self.importer is not None and self.loading is not None:
            self.loading()
        self._files.add(record.code.co_filename)
        stack.append(_Import(record))
        self._innermost = (None, thread, {})
        return self.is_told()

    def end(self, record: Record) -> bool:
        """A module's code ended; return whether this thread imports nothing managed any more."""
        del record
        thread = get_ident()
        stack = self._stacks.get(thread)
        if not stack:
            return True
        stack.pop()
        self._innermost = (stack[-1].frame if stack else None, thread, {})
        if stack:
            return False
        del self._stacks[thread]
        if _MONITORING is None:
            _stop_profiling_by(self._callback)
        return True

    def is_told(self) -> bool:
        """Return whether this thread's calls are told."""
        if _MONITORING is None:
            return sys.getprofile() is self._callback
        return self._tool is not None

    def add_file(self, file: str) -> None:
        """Note what runs of a file's code, too."""
        self._files.add(file)

    def has_begun(self, code: CodeType) -> bool:
        """Return whether code is of a managed module, and runs beside imports on this thread."""
        return code.co_filename in self._files and not self.is_importing()

    def is_importing(self) -> bool:
        """Return whether this thread imports a managed module."""
        return bool(self._stacks.get(get_ident()))

    def close(self) -> None:
        """Stop listening."""
        if _MONITORING is None:
            _stop_profiling_by(self._callback)
        elif self._tool is not None:
            tool, self._tool = self._tool, None
            _free(tool)

    def _program_runs(self) -> None:
        """Stop listening until the next import, unless one begins right now."""
        if self._turn.acquire(blocking=False):
            try:
                if not self._stacks:
                    self.close()
            finally:
                self._turn.release()

    # how it is told

    def _start(self) -> None:
        if _MONITORING is None:
            _profile_by(self._callback)
        elif self._tool is None:
            self._tool = _listen(TOOL_NAME, self._callback)

    def _on_start(self, code: CodeType, _offset: int) -> object:
        frame, thread, noted = self._innermost
        at = noted.get(id(code))
        if at is not None and at == frame.f_lasti and thread == get_ident():
            return None  # most of what runs has run before, and right here
        if id(code) not in self.runners:
            return self._on_first(code)
        if not self._stacks:
            self._program_runs()
            return None
        stack = self._stacks.get(get_ident())
        if not stack:
            self._ran_beside(code)
            return None
        self._note(code, stack[-1], _getframe(1))
        return None

    def _on_first(self, code: CodeType) -> object:
        """Tell what runs that has not been noted yet; most of it is of elsewhere."""
        if code.co_filename not in self._files:
            if _getframe is None:
                return None  # the interpreter takes modules apart, and this one is empty
            if code is REGISTER or code is IMPORT_MODULE:
                self._note_call(_getframe(2))
                return None
            if not self._stacks:
                self._between += 1
                if self._between > MOST_BETWEEN:
                    self._program_runs()
            return _DISABLE
        if not self._stacks:
            self._program_runs()
            return None
        stack = self._stacks.get(get_ident())
        if not stack:
            self._ran_beside(code)
            return None
        here = stack[-1]
        if here.code is code:
            here.frame = _getframe(2)
            self._innermost = (here.frame, get_ident(), {})
        elif not is_own_body(code):
            self._note(code, here, _getframe(2))
        return None

    def _on_profile(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return  # most are calls of C, and returns
        code = frame.f_code
        if code.co_filename not in self._files:
            if code is REGISTER or code is IMPORT_MODULE:
                self._note_call(frame)
            return
        stack = self._stacks.get(get_ident())
        if not stack:
            return
        here = stack[-1]
        if here.code is code:
            here.frame = frame
            return
        if is_own_body(code):
            return
        self._note(code, here, frame)

    def _note(self, code: CodeType, here: _Import, frame: FrameType) -> None:
        site = here.site()
        found = self.runners.get(id(code))
        if found is None:
            self.runners[id(code)] = Ran(code, site)
        elif found.last is not site:
            found.add(site)
        innermost, _, noted = self._innermost
        if here.frame is innermost is not None:
            noted[id(code)] = innermost.f_lasti
        if self.first_run is not None and id(code) not in self._seen:
            self._seen.add(id(code))
            self.first_run(code, frame.f_globals)

    def _note_call(self, frame: FrameType) -> None:
        stack = self._stacks.get(get_ident())
        if stack:
            note_call(self, frame, stack[-1].site, self._files.__contains__)

    def _ran_beside(self, code: CodeType) -> None:
        """Note what runs on a thread that imports nothing."""
        if code.co_name != "<module>" and not is_own_body(code):
            for stack in list(self._stacks.values()):
                if stack:
                    self.runners.setdefault(id(code), Ran(code, {})).add(stack[-1].site())


def is_own_body(code: CodeType) -> bool:
    """Return whether code is a class body that belongs to a statement: it runs with that one.

    So it needs no note: the statement's signature and what it uses have it already.
    """
    return not code.co_flags & CO_OPTIMIZED and "<locals>" not in code.co_qualname


def _listen(name: str, tell: Any) -> int | None:
    """Have each start of a function told; return the tool id, ``None`` if none was free."""
    for tool in (4, 3, 5, 1, 0, 2):
        if _MONITORING.get_tool(tool) is None:
            break
    else:
        return None
    _MONITORING.use_tool_id(tool, name)
    events = _MONITORING.events
    _MONITORING.register_callback(tool, events.PY_START, tell)
    _MONITORING.register_callback(tool, events.PY_RESUME, tell)
    _MONITORING.set_events(tool, events.PY_START | events.PY_RESUME)
    return tool


def _profile_by(tell: Any) -> None:
    """Listen on 3.11, unless a profiler is there already: it is the program's, and stays.

    One made in C, as cProfile is, could not be put back: Python code cannot set it.
    """
    if sys.getprofile() is None:
        sys.setprofile(tell)


def _stop_profiling_by(tell: Any) -> None:
    if sys.getprofile() == tell:
        sys.setprofile(None)


class Listener:
    """Tells which code runs on this thread, or on one that it starts: while statements run again.

    Threads that ran before do the program's own work meanwhile.
    """

    def __init__(self, tell: Callable[[CodeType], None]) -> None:
        self._tell = tell
        self._others: set[int] = set()
        self._tool: int | None = None

    def __enter__(self) -> Self:
        self._others = sys._current_frames().keys() - {get_ident()}  # noqa: SLF001
        if _MONITORING is None:
            _profile_by(self._on_profile)
        else:
            self._tool = _listen(RELOADING_TOOL_NAME, self._on_start)
        return self

    def __exit__(self, *_error: object) -> None:
        if _MONITORING is None:
            _stop_profiling_by(self._on_profile)
        elif self._tool is not None:
            _free(self._tool)

    def _on_start(self, code: CodeType, _offset: int) -> None:
        if get_ident() not in self._others and not is_own_body(code):
            self._tell(code)

    def _on_profile(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and not is_own_body(frame.f_code):
            self._tell(frame.f_code)


def free_tools() -> None:
    """Free what a reload that broke off may have left in use."""
    if _MONITORING is None:
        if isinstance(getattr(sys.getprofile(), "__self__", None), Listener):
            sys.setprofile(None)
        return
    for tool in range(6):
        if _MONITORING.get_tool(tool) == RELOADING_TOOL_NAME:
            _free(tool)


def _free(tool: int) -> None:
    events = _MONITORING.events
    _MONITORING.set_events(tool, 0)
    for event in (events.PY_START, events.PY_RESUME):
        _MONITORING.register_callback(tool, event, None)
    _MONITORING.free_tool_id(tool)
