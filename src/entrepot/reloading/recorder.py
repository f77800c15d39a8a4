"""What runs during each line of a module's import.

From 3.12 on by ``sys.monitoring`` local events on the module's own code objects: a tool id of its
own, beside coverage and debuggers; switched off when the import is over, so nothing is paid
later. Code of modules whose import was over before can run in a later one too: then the events
are global, and given up for each code object that is not managed when it is first seen. On 3.11 by
``sys.setprofile`` while managed code is imported. Recording changes nothing that the program does.
Without a free tool id nothing is recorded, and the plan works with what the syntax says; so it
does on 3.11 under a profiler.

The current site is kept for each thread. What runs on a thread that imports nothing, while
others import, is counted for all of them: a statement that starts a thread and waits for it
depends on what ran there.
"""

from __future__ import annotations

import sys
import threading

from .revision import Record, Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, Self

TOOL_NAME = "entrepot"
RELOADING_TOOL_NAME = "entrepot reload"
_MONITORING: Any = getattr(sys, "monitoring", None)


class Recorder:
    """Records for a session which code ran at which site.

    Attributes:
        runners: By the id of a code object, it and the sites where it ran:
            ``{140…: (code, {Site: None})}``.
        hidden: Weak references to functions that no namespace leads to, by identity.
    """

    def __init__(self) -> None:
        self.runners: dict[int, tuple[CodeType, dict[Site, None]]] = {}
        self.hidden: dict[int, Any] = {}
        self._stacks: dict[int, list[Site]] = {}
        self._records: dict[int, list[Record]] = {}
        self._tool: int | None = None
        self._known: set[int] = set()
        self._watched: list[CodeType] = []
        self._files: set[str] = set()
        self._is_later = False
        self._frames: dict[int, list[FrameType | None]] = {}
        self._running: Callable[[CodeType], None] | None = None

    # around the execution of a module

    def begin(self, record: Record) -> None:
        """A module's code is about to run on this thread."""
        thread = threading.get_ident()
        stack = self._stacks.get(thread)
        if stack is None:
            if not self._stacks:
                self._start()
            stack = self._stacks[thread] = []
            self._frames[thread] = []
        if stack:
            record.parent = self.current(thread)
        self._files.add(record.code.co_filename)
        stack.append(self._site(record, 0))
        self._frames[thread].append(None)
        self._watch(record.code)

    def end(self, record: Record) -> bool:
        """A module's code ended; return whether this thread imports nothing managed any more."""
        thread = threading.get_ident()
        stack = self._stacks.get(thread)
        if not stack:
            return True
        stack.pop()
        self._frames[thread].pop()
        if stack:
            return False
        del self._stacks[thread], self._frames[thread]
        if not self._stacks:
            self._stop()
        return True

    def current(self, thread: int) -> Site:
        """Return the site that a thread is at, the innermost import's."""
        stack = self._stacks[thread]
        if _MONITORING is None:
            frame = self._frames[thread][-1]
            if frame is not None and frame.f_lineno is not None:
                stack[-1] = self._site(stack[-1].record, frame.f_lineno)
        return stack[-1]

    def _site(self, record: Record, line: int) -> Site:
        site = record.sites.get(line)
        if site is None:
            site = record.sites[line] = Site(record, line)
        return site

    def _count(self, code: CodeType) -> None:
        runners = self.runners.get(id(code))
        if runners is None:
            runners = self.runners[id(code)] = (code, {})
        thread = threading.get_ident()
        if thread in self._stacks:
            runners[1][self.current(thread)] = None
        else:
            for other in list(self._stacks):
                runners[1][self.current(other)] = None

    # the two ways to be told

    def _start(self) -> None:
        if _MONITORING is None:
            _profile_by(self._on_profile)
            return
        for tool in (4, 3, 5, 1, 0, 2):
            if _MONITORING.get_tool(tool) is None:
                break
        else:
            return
        _MONITORING.use_tool_id(tool, TOOL_NAME)
        events = _MONITORING.events
        _MONITORING.register_callback(tool, events.PY_START, self._on_start)
        _MONITORING.register_callback(tool, events.PY_RESUME, self._on_start)
        _MONITORING.register_callback(tool, events.LINE, self._on_line)
        self._tool = tool
        if self._is_later:
            _MONITORING.set_events(tool, events.PY_START | events.PY_RESUME)
        self._is_later = True

    def _stop(self) -> None:
        if _MONITORING is None:
            _stop_profiling_by(self._on_profile)
            return
        if self._tool is None:
            return
        tool = self._tool
        for code in self._watched:
            _MONITORING.set_local_events(tool, code, 0)
        _free(tool)
        self._watched.clear()
        self._tool = None

    def _watch(self, code: CodeType) -> None:
        if _MONITORING is None:
            self._remember(code)
            return
        if self._tool is None:
            return
        events = _MONITORING.events
        self._set(code, events.LINE)
        self._watch_below(code, events.PY_START | events.PY_RESUME)

    def _watch_below(self, code: CodeType, wanted: int) -> None:
        for const in code.co_consts:
            if type(const) is type(code):
                self._set(const, wanted)
                self._watch_below(const, wanted)

    def _set(self, code: CodeType, wanted: int) -> None:
        _MONITORING.set_local_events(self._tool, code, wanted)
        self._watched.append(code)

    def _remember(self, code: CodeType) -> None:
        self._known.add(id(code))
        for const in code.co_consts:
            if type(const) is type(code):
                self._remember(const)

    def _on_start(self, code: CodeType, _offset: int) -> object:
        if code.co_filename not in self._files:
            return _MONITORING.DISABLE
        if code.co_name != "<module>":  # which the global events tell of too
            self._count(code)
        return None

    def _on_line(self, code: CodeType, line: int) -> object:
        stack = self._stacks.get(threading.get_ident())
        if stack and stack[-1].record.code is code:
            stack[-1] = self._site(stack[-1].record, line)
        return _MONITORING.DISABLE  # a line is one site, however often it runs

    def _on_profile(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event != "call" or id(code) not in self._known:
            return
        thread = threading.get_ident()
        stack = self._stacks.get(thread)
        if stack and stack[-1].record.code is code:
            self._frames[thread][-1] = frame
        else:
            self._count(code)


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
    """Tells which code of given files runs on this thread: used while statements run again."""

    def __init__(self, tell: Callable[[CodeType], None]) -> None:
        self._tell = tell
        self._thread = threading.get_ident()
        self._tool: int | None = None

    def __enter__(self) -> Self:
        if _MONITORING is None:
            _profile_by(self._on_profile)
            return self
        for tool in (4, 3, 5, 1, 0, 2):
            if _MONITORING.get_tool(tool) is None:
                _MONITORING.use_tool_id(tool, RELOADING_TOOL_NAME)
                events = _MONITORING.events
                _MONITORING.register_callback(tool, events.PY_START, self._on_start)
                _MONITORING.register_callback(tool, events.PY_RESUME, self._on_start)
                _MONITORING.set_events(tool, events.PY_START | events.PY_RESUME)
                self._tool = tool
                break
        return self

    def __exit__(self, *_error: object) -> None:
        if _MONITORING is None:
            _stop_profiling_by(self._on_profile)
        elif self._tool is not None:
            _free(self._tool)

    def _on_start(self, code: CodeType, _offset: int) -> None:
        if threading.get_ident() == self._thread:
            self._tell(code)

    def _on_profile(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
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
    for event in (events.PY_START, events.PY_RESUME, events.LINE):
        _MONITORING.register_callback(tool, event, None)
    _MONITORING.free_tool_id(tool)
