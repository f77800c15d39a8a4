"""What statements do to the process around the managed modules.

*Put back* when a reload does not succeed: the module cache, the path, the meta path, the
environment, the filters of warnings, the handlers of signals, the loggers, the texts of generated
code.

*Refused* while a statement runs **again**: to start a thread or a process, to register another
exit function or a signal's handler, to open a window or set a timer of Tk, to add an audit hook.
It did so once already, and would do it twice where a restart does it once. An audit hook that is
new is added when the reload is over: nobody can take it away. A process that is waited for, as by
``subprocess.run``, is over by then, and a restart starts it too. A statement may that is new, that
called nothing before the edit, or that is marked ``# reload: always``; an exit function that it
registered goes if the reload fails.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # not the program's own signal.py
import atexit
import os
import sys
import threading
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from .contexts import note_values
from .marks import ALWAYS, mark_of
from .plain import is_plain
from .texts import note_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from .journal import Journal
    from .revision import LiveStatement
    from .world import World

EXIT = "registers an exit function"

#: What is refused, as module, class, function, and what it does in words.
EFFECTS = (
    ("threading", "Thread", "start", "starts a thread"),
    ("subprocess", "Popen", "__init__", "starts a process"),
    ("multiprocessing.process", "BaseProcess", "start", "starts a process"),
    ("os", "", "fork", "starts a process"),
    ("atexit", "", "register", EXIT),
    ("sys", "", "addaudithook", "adds an audit hook"),
    ("tkinter", "Tk", "__init__", "opens a window"),
    ("tkinter", "Misc", "after", "sets a timer"),
    ("tkinter", "Misc", "after_idle", "sets a timer"),
)


def note(journal: Journal) -> None:
    """Note the surroundings, to be put back with the journal."""
    modules = dict(sys.modules)
    lists: list[tuple[list[Any], list[Any]]] = []
    lists += [(found, list(found)) for found in _searched()]
    warnings: Any = sys.modules.get("warnings")
    if warnings is not None:
        lists.append((warnings.filters, list(warnings.filters)))
    environment = dict(os.environ)
    handlers = _signal_handlers()
    loggers = _loggers()
    texts = note_texts()

    def put_back() -> None:
        loggers()
        texts()
        _put_back_modules(modules)
        for live, before in lists:
            if len(live) != len(before) or any(
                a is not b for a, b in zip(live, before, strict=True)
            ):
                live[:] = before
                if warnings is not None and live is warnings.filters:
                    _filters_changed(warnings)
        if dict(os.environ) != environment:
            for name in set(os.environ) - set(environment):
                del os.environ[name]
            os.environ.update(environment)
        _put_back_handlers(handlers)

    journal.note(put_back, modules, lists, *lists, *(before for _, before in lists))


def _searched() -> list[list[Any]]:
    return [sys.path, sys.meta_path, sys.path_hooks]


def _put_back_modules(before: dict[str, Any]) -> None:
    for name in [name for name in sys.modules if name not in before]:
        module = sys.modules.pop(name)
        parent, _, tail = name.rpartition(".")
        package = getattr(before.get(parent), "__dict__", {})
        if package.get(tail) is module:
            del package[tail]
    for name, module in before.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module


def _filters_changed(warnings: Any) -> None:
    changed = getattr(warnings, "_filters_mutated", None) or getattr(
        warnings, "_filters_mutated_lock_held", None
    )
    if changed is not None:
        changed()


def _signal_handlers() -> dict[int, Any]:
    if threading.get_ident() != threading.main_thread().ident:
        return {}  # asked by its number: current_thread() would make the keeper a known thread
    return {number: _signal.getsignal(number) for number in _signal.valid_signals()}


def _put_back_handlers(handlers: dict[int, Any]) -> None:
    for number, handler in handlers.items():
        if handler is not None and _signal.getsignal(number) is not handler:
            _signal.signal(number, handler)


def _loggers() -> Callable[[], None]:
    """Return what puts the loggers back that there are now, each as it is now."""
    logging: Any = sys.modules.get("logging")
    if logging is None:
        return lambda: None
    table = logging.Logger.manager.loggerDict
    known = dict(table)
    owners = [logging.root, *known.values()]
    states = [(owner, dict(vars(owner)), list(getattr(owner, "handlers", ()))) for owner in owners]

    def put_back() -> None:
        if table != known:
            table.clear()
            table.update(known)
        for owner, state, handlers in states:
            if vars(owner) != state:
                vars(owner).clear()
                vars(owner).update(state)
            if handlers != state.get("handlers", []):
                state["handlers"][:] = handlers
            state.get("_cache", {}).clear()  # which levels are on

    return put_back


def _effects() -> Iterator[tuple[Any, str, str]]:
    """Yield where each of the effects stands, as far as its module is loaded."""
    for module, owner, name, words in EFFECTS:
        home: Any = sys.modules.get(module)
        if home is not None and owner:
            home = getattr(home, owner, None)
        if home is not None and hasattr(home, name):
            yield home, name, words


def does_again(where: str, words: str) -> str:
    """Return the reason for which a statement may not run again."""
    return (
        f"{where} runs again and {words}, which it did before: restart, or mark it "
        f"`# reload: always`"
    )


def _is_waited_for(caller: FrameType) -> bool:
    """Return whether a process is over when what starts it is: a restart runs it again as well."""
    subprocess: Any = sys.modules.get("subprocess")
    waiting = (getattr(subprocess, name, None) for name in ("call", "run"))
    return caller.f_code in {getattr(function, "__code__", None) for function in waiting}


class EffectError(Exception):
    """What a statement that runs again must not do."""


def may_start(world: World, live: LiveStatement) -> bool:
    """Return whether a statement may do what is refused: it did not before, or is marked."""
    old = world.before(live)
    did_nothing = old is None or is_plain(world, old)  # ``VERSION = "1.0"``
    return did_nothing or mark_of(live) == ALWAYS


class _Replaced:
    """The functions of others that a guard has replaced, by their places.

    Attributes:
        thread: The thread on which they are watched; ``None`` when the statement is over.
    """

    def __init__(self) -> None:
        self.thread: int | None = threading.get_ident()
        self._places: list[tuple[Any, str]] = []

    def put(self, home: Any, name: str, replacement: Any) -> None:
        """Put a function in the place of another one."""
        replacement.__wrapped__, replacement.__guard__ = getattr(home, name), self
        self._places.append((home, name))
        setattr(home, name, replacement)

    def take_back(self) -> None:
        """Let go of all; where a guard of another session stands on this one, it does so then."""
        self.thread = None
        for home, name in self._places:
            original = function = getattr(home, name)
            while _is_over(original):
                original = original.__wrapped__
            if original is not function:
                setattr(home, name, original)


def _is_over(function: Any) -> bool:
    """Return whether a function is what a guard has put there that is over."""
    guard = getattr(function, "__guard__", None)
    return isinstance(guard, _Replaced) and guard.thread is None


class Guard:
    """Watches what a statement does to the process; refuses effects where it runs again.

    Attributes:
        seen: What was refused, in words: a program may swallow the exception.
        exits: Exit functions that a statement that runs again did not register: see ``exits.py``.
    """

    def __init__(
        self, journal: Journal, is_managed: Callable[[str], object], *, may_start: bool
    ) -> None:
        self.seen: list[str] = []
        self.exits: list[Any] = []
        self._journal = journal
        self._is_managed = is_managed
        self._may_start = may_start
        self._replaced = _Replaced()
        self._handlers: dict[int, Any] = {}
        self._context: Any = None  # the values of context variables before

    def __enter__(self) -> Self:
        self._handlers, self._context = _signal_handlers(), copy_context()
        self._journal.note(self._replaced.take_back)  # a fault may come before or in ``__exit__``
        self._guard()
        return self

    def _guard(self) -> None:
        for home, name, words in _effects():
            original = getattr(home, name)
            if home is sys and self._may_start:
                self._replaced.put(home, name, self._at_last(original))
            elif home is atexit:
                self._replaced.put(home, name, self._exits(original, words))
            elif not self._may_start:
                self._replaced.put(home, name, self._refusing(original, words))

    def _refusing(self, original: Any, words: str) -> Any:
        def refusing(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self._replaced.thread or _is_waited_for(sys._getframe(1)):  # noqa: SLF001
                return original(*args, **kwargs)
            self.seen.append(words)
            raise EffectError(words)

        return refusing

    def _at_last(self, original: Any) -> Any:
        """Return a function that is called when all is done: nobody can undo what it does."""
        later = self._journal.when_committed

        def putting_off(*args: Any, **kwargs: Any) -> None:
            if threading.get_ident() != self._replaced.thread:
                original(*args, **kwargs)
                return
            due = partial(original, *args, **kwargs)
            self._journal.note(lambda: later.remove(due))
            later.append(due)

        return putting_off

    def _exits(self, original: Any, words: str) -> Any:
        """Return a ``register`` that puts off what runs again, and notes what is new."""
        if self._may_start:
            return self._noting(original)
        refusing = self._refusing(original, words)

        def putting_off(function: Any, /, *args: Any, **kwargs: Any) -> Any:
            if args or kwargs or threading.get_ident() != self._replaced.thread:
                return refusing(function, *args, **kwargs)
            self.exits.append(function)
            return function

        return putting_off

    def _noting(self, original: Any) -> Any:
        """Return a ``register`` that is undone; what a library registers for itself stays."""

        def noting(function: Any, /, *args: Any, **kwargs: Any) -> Any:
            caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001
            if threading.get_ident() == self._replaced.thread and self._is_managed(caller):
                self._journal.note(lambda: atexit.unregister(function))
            return original(function, *args, **kwargs)

        return noting

    def __exit__(self, *_error: object) -> None:
        self._replaced.take_back()
        note_values(self._journal, self._context)
        if not self._may_start and self._handlers != _signal_handlers():
            self.seen.append("sets a signal's handler")  # not `asyncio.run`, which puts it back
