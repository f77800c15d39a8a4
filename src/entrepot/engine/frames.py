"""How the import system keeps its own frames out of a program's tracebacks.

C cuts frames out of the traceback of a failing import by looking at their code: frames whose
``co_filename`` is one of two names are the import system's. All of them go when the exception is
an ImportError; otherwise a run of them goes only if it ends in a function called
``_call_with_frames_removed`` (``remove_importlib_frames`` in CPython's import.c). So code of a
program, a compiler or an extension is called through that function, and while we have taken over
the process, the code objects of this package carry the name that C knows.

``ENTREPOT_DEBUG=1`` leaves them as they are, to see them.
"""

from __future__ import annotations

import os
import sys
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Result = TypeVar("Result")

#: What C takes for frames of the import system.
MASK = "<frozen importlib._bootstrap>"


def _call_with_frames_removed(
    function: Callable[..., Result], *args: Any, **kwargs: Any
) -> Result:
    return function(*args, **kwargs)


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
        function.__code__ = _renamed(function.__code__)
    return function


def mask_frames(modules: list[ModuleType]) -> Callable[[], None]:
    """Give the code of all functions of these modules the name that C cuts out.

    Returns:
        A callable that gives every function its own code back. A function that somebody
        patched in the meantime is left alone.
    """
    masked: list[tuple[FunctionType, CodeType, CodeType]] = []
    for module in modules:
        for function in _functions_of(module):
            own = function.__code__
            if own.co_filename != MASK:
                function.__code__ = _renamed(own)
                masked.append((function, own, function.__code__))

    def unmask() -> None:
        for function, own, renamed in masked:
            if function.__code__ is renamed:
                function.__code__ = own

    return unmask


def _renamed(code: CodeType) -> CodeType:
    consts = tuple(_renamed(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=MASK, co_consts=consts)


def _functions_of(module: ModuleType) -> Iterator[FunctionType]:
    for value in vars(module).values():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, FunctionType):
            yield value
        elif isinstance(value, type):
            yield from _methods_of(value)


def _methods_of(cls: type) -> Iterator[FunctionType]:
    for value in vars(cls).values():
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__  # noqa: PLW2901 - the function inside is what is meant
        parts = (value.fget, value.fset) if isinstance(value, property) else (value,)
        yield from (part for part in parts if isinstance(part, FunctionType))
