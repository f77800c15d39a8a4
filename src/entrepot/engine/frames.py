"""How the import system keeps its own frames out of a program's tracebacks.

C cuts frames out of the traceback of a failing import by looking at their code: frames whose
``co_filename`` is one of two names are the import system's. All of them go when the exception is
an ImportError; otherwise a run of them goes only if it ends in a function called
``_call_with_frames_removed`` (``remove_importlib_frames`` in CPython's import.c). So code of a
program, a compiler or an extension is called through that function, and once there is an import
system, the code objects of this package carry the name that C knows.

``ENTREPOT_DEBUG=1`` leaves them as they are, to see them.
"""

from __future__ import annotations

import os
import sys
from _imp import _fix_co_filename  # type: ignore[attr-defined]  # as for bytecode that was moved
from types import CodeType, FunctionType, ModuleType, TracebackType

from entrepot import events, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Any, TypeVar

    Result = TypeVar("Result")

#: What C takes for frames of the import system.
MASK = "<frozen importlib._bootstrap>"


def _call_with_frames_removed(
    function: Callable[..., Result], *args: Any, **kwargs: Any
) -> Result:
    return function(*args, **kwargs)


def ends_frames(function: Any) -> Any:
    """Mark a function that itself executes what is not ours, as ``call_without_frames`` does.

    Its code gets the name that C compares; the function keeps its own.
    """
    function.__code__ = function.__code__.replace(co_name=_call_with_frames_removed.__name__)
    return function


#: Call what is not ours (a module's code, the compiler, an extension): C cuts the frames up to
#: this call out of a traceback. The function keeps its odd name because C compares it.
call_without_frames = _call_with_frames_removed


def tell(message: str, *facts: object, verbosity: int = 1) -> None:
    """Print a line to standard error under ``python -v``, as CPython words it.

    Example:
        >>> tell("created {!r}", "x.pyc")      # nothing without -v
    """
    if sys.flags.verbose >= verbosity:
        text = message if message.startswith(("#", "import ")) else f"# {message}"
        print(text.format(*facts), file=sys.stderr)  # noqa: T201 - this is what -v is for


def masked(function: Any) -> Any:
    """Give one function's code the name that C cuts out, and return the function."""
    if not os.environ.get("ENTREPOT_DEBUG"):
        _fix_co_filename(function.__code__, MASK)
    return function


def take_out(error: BaseException, own: CodeType) -> None:
    """Take the frames of one code object out of the tracebacks of an error and its causes."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        shown = waiting.pop()
        if shown is None or id(shown) in seen:
            continue
        seen.add(id(shown))
        shown.__traceback__ = _without(shown.__traceback__, own)
        waiting += [shown.__cause__, shown.__context__, *getattr(shown, "exceptions", ())]


def _without(tb: TracebackType | None, own: CodeType) -> TracebackType | None:
    while tb is not None and tb.tb_frame.f_code is own:
        tb = tb.tb_next
    above = tb
    while above is not None:
        below = above.tb_next
        while below is not None and below.tb_frame.f_code is own:
            below = below.tb_next
        above.tb_next = below
        above = below
    return tb


def mask_frames(modules: list[ModuleType]) -> None:
    """Give the code of all functions of these modules the name that C cuts out."""
    for module in modules:
        for function in _functions_of(module):
            if function.__code__.co_filename != MASK:
                _fix_co_filename(function.__code__, MASK)


def mask_package() -> None:
    """Mask what is loaded of this package, unless ``ENTREPOT_DEBUG`` is set.

    It stays so: modules go on using our loaders when the process was given back, and warnings,
    which name the nearest line that is not the import system's, know these frames by their name.
    """
    if not os.environ.get("ENTREPOT_DEBUG"):
        prefix = f"{__name__.rpartition('.')[0]}."
        below = [module for name, module in list(sys.modules.items()) if name.startswith(prefix)]
        mask_frames([*below, events, names])  # these two run during an import as well


def cut_frames(error: BaseException) -> None:
    """Take the import system's frames out of a traceback, as C does for its own ``__import__``.

    All of them from that of an ImportError; else those that lead to a call of what is not ours.
    """
    if os.environ.get("ENTREPOT_DEBUG"):
        return
    kept: list[TracebackType] = []
    run: list[TracebackType] = []
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename != MASK:
            kept, run = [*kept, *run, step], []
        elif not isinstance(error, ImportError):
            run.append(step)
            if step.tb_frame.f_code.co_name == call_without_frames.__name__:
                run = []
        step = step.tb_next
    kept += run
    first = None
    for step in reversed(kept):
        step.tb_next = first
        first = step
    error.__traceback__ = first


def _functions_of(module: ModuleType) -> Iterator[FunctionType]:
    """Yield the functions that a module defines: a class may hold some of others.

    A protocol's ``__init__``, for one, is a function of ``typing``.
    """
    for value in vars(module).values():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        found = _methods_of(value) if isinstance(value, type) else iter([value])
        for function in found:
            if isinstance(function, FunctionType) and function.__globals__ is vars(module):
                yield function


def _methods_of(cls: type) -> Iterator[FunctionType]:
    for value in vars(cls).values():
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__  # noqa: PLW2901 - the function inside is what is meant
        parts = (value.fget, value.fset) if isinstance(value, property) else (value,)
        yield from (part for part in parts if isinstance(part, FunctionType))
