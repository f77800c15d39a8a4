"""Record the imports of a run: start, let the program import, stop, read.

Executed imports come as stories from the import system, which costs next to nothing. Imports that
are found in the module cache never reach it (C answers them), so only with ``every`` the
recording also replaces ``builtins.__import__`` for its time: it then knows all importers of a
module, not only the first.
"""

from __future__ import annotations

import builtins
import os
import sys
from _thread import get_ident
from time import perf_counter_ns

from entrepot.engine import frames
from entrepot.names import resolve_relative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import CodeType, ModuleType
    from typing import Any

    from entrepot.engine.narration import Story
    from entrepot.engine.system import ImportSystem

    Watcher = Callable[[Story], object]

#: Names of code that imports for the import system's own needs.
_IMPORT_SYSTEM = ("<frozen importlib._bootstrap", frames.__file__.removesuffix("frames.py"))


class Asked:
    """An import statement, or a call of ``__import__``, that was executed.

    Attributes:
        importer: The ``__name__`` of the module that it stands in, or None.
        code: The code object that it stands in; ``offset`` is where.
        names: The modules that it named, such as ``("shop", "shop.cart")``.
        thread: The identifier of the thread that executed it.
    """

    __slots__ = ("code", "importer", "names", "offset", "thread")

    def __init__(
        self, importer: Any, code: CodeType, offset: int, names: tuple[str, ...], thread: int
    ) -> None:
        self.importer = importer
        self.code = code
        self.offset = offset
        self.names = names
        self.thread = thread


class Recording:
    """What was imported between ``start`` and ``stop``.

    Args:
        system: The import system to listen to.
        every: Also record imports that are found in the module cache.
        began: Called with each story when it begins, for who wants to show progress.
        ended: Called with each story when it has ended.

    Attributes:
        stories: The executed imports, in the order in which they began.
        asked: With ``every``, all import statements that were executed; None without.
        loaded_before: The modules that stood in the cache when it was started.
        began_at: When it was started, in nanoseconds of ``perf_counter_ns``.
        ended_at: When it was stopped; 0 while it records.
        lazy: Modules that lazy imports (PEP 810) left to be loaded, when it was stopped.
    """

    def __init__(
        self,
        system: ImportSystem,
        *,
        every: bool = False,
        began: Watcher | None = None,
        ended: Watcher | None = None,
    ) -> None:
        self.stories: list[Story] = []
        self.asked: list[Asked] | None = [] if every else None
        self.loaded_before: frozenset[str] = frozenset()
        self.began_at = self.ended_at = 0
        self.main_thread = get_ident()
        self.lazy: list[str] = []
        self._lazy_before: frozenset[str] = frozenset()
        self._pid = os.getpid()
        self._system = system
        self._began = began
        self._ended = ended
        self._stop_keeping: Callable[[], object] | None = None
        self._original: Any = None
        self._recording: Any = None

    def start(self) -> None:
        """Begin to record."""
        self.loaded_before = frozenset(self._system.modules)
        self._lazy_before = frozenset(getattr(sys, "lazy_modules", ()))
        self.main_thread = get_ident()
        began, append = self._began, self.stories.append
        if began is None:
            keep: Watcher = append
        else:
            watch = began

            def keep(story: Story) -> None:
                append(story)
                watch(story)

        self._stop_keeping = self._system.keep_stories(keep, self._ended)
        if self.asked is not None:
            self._original = builtins.__import__
            self._recording = _recording_import(
                self._original, self.asked.append, self._system.modules
            )
            builtins.__import__ = self._recording
        self.began_at = perf_counter_ns()

    def stop(self) -> None:
        """End it; stopping twice is no different from once."""
        if self._stop_keeping is None:
            return
        self.ended_at = perf_counter_ns()
        self._stop_keeping()
        self._stop_keeping = None
        if self._recording is not None and builtins.__import__ is self._recording:
            builtins.__import__ = self._original
        self.lazy = sorted(_left_to_load(self._lazy_before, self._system.modules))

    @property
    def is_stopped(self) -> bool:
        """Whether it has been stopped."""
        return bool(self.ended_at)

    @property
    def is_of_this_process(self) -> bool:
        """Whether this is not a child that the program has forked: its parent tells the run."""
        return os.getpid() == self._pid

    def take_frames_out(self, error: BaseException) -> None:
        """Take the recording's own frames out of the tracebacks of an error and its causes."""
        if self._recording is not None:
            frames.take_out(error, self._recording.__code__)


def _left_to_load(before: frozenset[str], modules: Mapping[str, Any]) -> Iterator[str]:
    """Yield the modules that lazy imports (3.15) left to be loaded, those from before left out.

    ``lazy from shop import cart`` leaves two names: ``shop``, and ``shop.cart``, which may be a
    module or not. It is one as long as ``shop`` is loaded and has no such name.
    """
    left = set(getattr(sys, "lazy_modules", ())) - before
    for name in left:
        parent, _, tail = name.rpartition(".")
        if (
            name in modules
            or parent in left
            or tail in getattr(modules.get(parent), "__dict__", ())
        ):
            continue
        yield name


def _recording_import(
    original: Any, keep: Callable[[Asked], object], modules: Mapping[str, ModuleType]
) -> Any:
    """Return an ``__import__`` that keeps what is asked. C and ``warnings`` take it for theirs."""
    frame_at = sys._getframe  # noqa: SLF001

    def __import__(  # noqa: A001, N807
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        frame = frame_at(1)
        module = original(name, globals, locals, fromlist, level)
        if not frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):
            importer = frame.f_globals.get("__name__")
            names = _names_asked(module, name, globals, fromlist, level, modules)
            keep(Asked(importer, frame.f_code, frame.f_lasti, names, get_ident()))
        return module

    return frames.masked(__import__)


def _names_asked(
    module: Any,
    name: str,
    namespace: Mapping[str, Any] | None,
    fromlist: Sequence[str] | None,
    level: int,
    modules: Mapping[str, Any],
) -> tuple[str, ...]:
    """Return the modules that an import named: for a from-list also those of its submodules."""
    full = name
    if level:
        package = (namespace or {}).get("__package__")
        if package is None:
            own = str((namespace or {}).get("__name__", ""))
            package = own if "__path__" in (namespace or {}) else own.rpartition(".")[0]
        full = resolve_relative(name, package, level)
    parts = [full[:at] for at, letter in enumerate(full) if letter == "."]
    found = [*parts, full]
    items = getattr(module, "__all__", ()) if fromlist and "*" in fromlist else fromlist
    for item in items or ():
        submodule = modules.get(f"{full}.{item}")
        if submodule is not None and getattr(module, item, None) is submodule:
            found.append(f"{full}.{item}")
    return tuple(found)
