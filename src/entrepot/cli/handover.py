"""Start a program with none of our frames below it, as ``python`` itself would.

A program can see the frames below its first line: in a traceback, through ``sys._getframe``,
``traceback.print_stack`` or ``warnings.warn(..., stacklevel=2)``, in a debugger. Under ``python``
there are none. So the command line must be gone before the program starts, and something written
in C must start it, look after its end, and let C do what it does at the end of a process.

*Handing over* goes like this. ``hand_over`` raises a ``_Handover``, which unwinds our frames until
the interpreter asks ``sys.excepthook`` to show it. That hook is ``print``, and what it prints to
is a ``_Stage``. Python code runs only before and after the program:

    print(type, value, tb, file=stage, flush=True)
      stage.write("<class ...>")       1. before: undo what C did to show an exception
      str(value)                       2. the program:
        next(iter(doer.close, None), "")    swallows a StopIteration, gives ""
          doer.close()                      BufferedWriter.close, which does in C:
            doer.flush()                       the program; whatever it raises, go on:
            raw.close()                        raises our _Ended, a StopIteration, and
                                               the program's exception is its __context__
      stage.flush()                    3. after: end the process by the program's outcome

So the exception that ended the program is found in ``_Ended.__context__``, with the traceback
that it has under ``python``. ``tests/process`` compares all of this with ``python`` on each
version.

When something else is below us already (a debugger that runs ``entrepot run``), its frames must
stay: then the program is simply called.
"""

from __future__ import annotations

import os
import sys
from _functools import partial  # type: ignore[import-not-found]  # functools loads five more
from _io import BufferedWriter

from . import epilogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn, TextIO

    # Given the exception that ended the program, returns the one that the process ends by.
    After = Callable[[BaseException | None], BaseException | None]

# What C sets to show an uncaught exception; the program must not find it.
_TRACES_OF_SHOWING = ("last_exc", "last_type", "last_value", "last_traceback")


class _Handover(BaseException):
    """Unwinds our frames; never caught."""


class _Ended(StopIteration):
    """The program ended. Its ``__context__`` is the exception that it ended by, if any."""


class _Raw:
    """What the ``BufferedWriter`` believes to write to."""

    closed = False

    def __init__(self, ended: _Ended) -> None:
        self._ended = ended

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True
        raise self._ended


class _Stage:
    """What comes before and after the program, in the shape of a file to print to."""

    def __init__(self, before: Callable[[], object], after: After) -> None:
        self._before: Callable[[], object] | None = before
        self._after: After | None = after
        self._ended = _Ended()
        self._doer: BufferedWriter | None = None
        self._hook = sys.excepthook

    def run_at(self, start: Callable[[], object]) -> type[_Handover]:
        """Return the exception whose showing runs ``start``."""
        doer = _Doer(_Raw(self._ended))  # type: ignore[arg-type]  # needs only these methods
        doer.flush = start  # type: ignore[method-assign, assignment]
        self._doer = doer
        steps = partial(next, iter(doer.close, None), "")
        bases = (_Handover, KeyboardInterrupt) if _is_interrupted_by_name() else (_Handover,)
        return type("_Handover", bases, {"__str__": staticmethod(steps)})

    def write(self, _text: str) -> None:
        """Come before the program, at the first of the texts that are printed."""
        before, self._before = self._before, None
        if before is None:
            return
        sys.excepthook = self._hook
        shown = getattr(sys, "last_value", None)
        for name in _TRACES_OF_SHOWING:
            if hasattr(sys, name):
                delattr(sys, name)
        # Our finished frames hold the program's namespace; it must be freed when C frees it.
        tb = shown.__traceback__ if shown is not None else None
        while tb is not None:
            tb.tb_frame.clear()
            tb = tb.tb_next
        before()

    def flush(self) -> None:
        """Come after the program. What is raised here, C takes for the end of the process."""
        error, self._ended.__context__ = self._ended.__context__, None
        if self._doer is not None:
            del self._doer.flush
            self._doer = None
        after, self._after = self._after, None
        if after is not None:
            error = after(error)
        del after  # with the program's namespace: C is to free it in its order
        end_process_by(error)


class _Doer(BufferedWriter):
    """Has a ``__dict__``, so that an instance can have a ``flush`` of its own."""


def is_at_the_bottom(frame: FrameType | None) -> bool:
    """Tell whether a frame runs a main module that the interpreter itself started.

    Args:
        frame: The frame that called the command line.
    """
    if frame is None or frame.f_code.co_name != "<module>":
        return False
    if sys.flags.inspect and not goes_on_to_read_commands():
        return False  # then C would not let us say that all went well
    if frame.f_globals is not getattr(sys.modules.get("__main__"), "__dict__", None):
        return False
    below = frame.f_back
    while below is not None and below.f_code.co_filename == "<frozen runpy>":
        below = below.f_back
    return below is None


def goes_on_to_read_commands() -> bool:
    """Tell whether the interpreter reads commands after the program (``-i``)."""
    if not (sys.flags.inspect or os.environ.get("PYTHONINSPECT")):
        return False
    return bool(sys.flags.interactive) or os.isatty(0)


def hand_over(
    start: Callable[[], object],
    before: Callable[[], object],
    after: After,
) -> NoReturn:
    """Run a program with no frame below it, and end the process as ``python`` would.

    Args:
        start: Starts the program; something written in C, or its frame would be seen.
        before: Called without arguments right before the program.
        after: Called right after it with the exception that ended it, or None; returns the one
            that the process is to end by.
    """
    stage = _Stage(before, after)
    handover = stage.run_at(start)
    show: Callable[..., object] = partial(print, file=stage, flush=True)
    sys.excepthook = show
    raise handover


def keep_to_the_end(namespace: object) -> None:
    """Hold the namespace of the command's own ``__main__`` until the process ends.

    Where the command is a script, C takes ``__file__`` out of it after the hook has returned, and
    up to 3.12 does not hold it (``_PyRun_SimpleFileObject``): it would write into freed memory.
    """
    vars(keep_to_the_end)["namespace"] = namespace


def call(start: Callable[[], object], before: Callable[[], object], after: After) -> int:
    """Run a program right here: somebody else's frames are below us and stay.

    Returns:
        0, when the program ended without an exception.
    """
    before()
    try:
        start()
    except BaseException as error:
        end = after(error)
        if end is error or end is None:
            raise
        raise end from None
    end = after(None)
    if end is not None:
        raise end
    return 0


def end_process_by(error: BaseException | None) -> None:
    """Do what C does with the exception that ended a program.

    Returning makes the exit code 1, or that of SIGINT; a ``SystemExit`` that leaves this function
    is C's to treat.
    With ``-i`` C treats none: it shows it, and goes on to read commands.
    """
    if error is None:
        if goes_on_to_read_commands():
            return
        raise SystemExit(0)
    if isinstance(error, SystemExit) and not sys.flags.inspect:
        raise error
    is_interrupted = isinstance(error, KeyboardInterrupt)
    if is_interrupted:
        _mark_as_interrupted()
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    hook = getattr(sys, "excepthook", None)
    sys.audit("sys.excepthook", hook, type(error), error, error.__traceback__)
    _show(error, hook)
    if hook is sys.__excepthook__:
        epilogue.tell_why(error)
    if _is_interrupted_by_name() and not is_interrupted:
        raise SystemExit(1)


def _is_interrupted_by_name() -> bool:
    """Tell whether C notes an uncaught KeyboardInterrupt when it shows an exception (3.14).

    Then a ``_Handover`` is one, so the process would always die by SIGINT when the hook returns;
    where it must not, it ends by a SystemExit, which C obeys at once.
    """
    return sys.version_info >= (3, 14) and not sys.flags.inspect


def _mark_as_interrupted() -> None:
    """Make the interpreter die by SIGINT after it has finalized.

    Up to 3.13, C notes an uncaught KeyboardInterrupt where it runs source text, and nowhere that
    Python code could reach otherwise.
    """
    try:
        exec("raise KeyboardInterrupt")  # noqa: S102
    except KeyboardInterrupt:
        pass


def _show(error: BaseException, hook: Callable[..., object] | None) -> None:
    """Call the program's ``sys.excepthook``, with C's behaviour when that fails or is missing."""
    if hook is None:
        _say("sys.excepthook is missing\n")
        sys.__excepthook__(type(error), error, error.__traceback__)
        return
    try:
        hook(type(error), error, error.__traceback__)
    except SystemExit:
        raise
    except BaseException as second:
        fault = second
    else:
        return
    tb = fault.__traceback__
    fault.__traceback__ = tb.tb_next if tb is not None else None  # without this frame
    _flush(sys.stdout)
    _say("Error in sys.excepthook:\n")
    sys.__excepthook__(type(fault), fault, fault.__traceback__)
    _say("\nOriginal exception was:\n")
    sys.__excepthook__(type(error), error, error.__traceback__)


def _say(text: str) -> None:
    stream = sys.stderr
    if stream is not None:
        stream.write(text)


def _flush(stream: TextIO | None) -> None:
    """Flush a stream and forget what goes wrong, as C does."""
    try:
        if stream is not None:
            stream.flush()
    except Exception:  # noqa: BLE001, S110
        pass


def flush_standard_streams() -> None:
    """Flush stderr, then stdout: C does so when a script has ended, before it shows an error."""
    _flush(getattr(sys, "stderr", None))
    _flush(getattr(sys, "stdout", None))
