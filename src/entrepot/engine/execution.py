"""The seam at "code about to execute": what LIVE and SEE hook into.

Whatever code an import system executes for a module passes through
``ImportSystem.execute(module, code)``. Hooks are told before and after:

    hook.about_to_execute(module, code)  -> the code object to execute, usually ``code`` itself
    hook.executed(module, code, error)   -> None; ``error`` is the exception, or None

Hooks are called in the order in which they were added, and in reverse order after. The module's
``__dict__`` is complete but for what the code binds; ``module.__spec__`` tells the loader and the
file. A hook must not raise: what it raises would look like the module's own failure, so the
system removes a hook that does, reports it once as a ``RuntimeWarning``, and goes on with the
code it had.

A *span* is what the import of one module takes, with the packages that are imported first. Who
sets ``ImportSystem.spanning`` is asked when one may begin, and may return what is called when it
is over.
"""

from __future__ import annotations

from _warnings import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType
    from typing import Any, Protocol
else:
    Protocol = object


class Spanning(Protocol):
    """Asked about the import of a module that is not there."""

    def __call__(self, name: str, /) -> Callable[[], object] | None:
        """Return what to call when the import is over, ``None`` for nothing.

        If there is something, it is asked about the same name again: then it is known already.
        """


class ExecutionHook(Protocol):
    """Told of every code object that a system executes as a module.

    Two implementations exist: the live recorder and the tests' own.
    """

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Return the code to execute for ``module``."""

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """Learn that ``code`` ended, by ``error`` if it is not None."""


def tell_before(
    hooks: tuple[ExecutionHook, ...],
    remove: Callable[[ExecutionHook], None],
    module: ModuleType,
    code: CodeType,
) -> tuple[CodeType, list[ExecutionHook]]:
    """Ask the hooks for the code to execute; return it with the hooks to tell of its end."""
    told: list[ExecutionHook] = []
    for hook in hooks:
        try:
            code = hook.about_to_execute(module, code)
        except Exception as error:
            _drop(remove, hook, module, error)
        else:
            told.append(hook)
    return code, told


def tell_after(
    told: list[ExecutionHook],
    remove: Callable[[ExecutionHook], None],
    module: ModuleType,
    code: CodeType,
    failure: BaseException | None,
) -> None:
    """Tell the hooks that the code has ended, the last one first."""
    for hook in reversed(told):
        try:
            hook.executed(module, code, failure)
        except Exception as error:
            _drop(remove, hook, module, error)


def begin_span(system: Any, name: str) -> Callable[[], object] | None:
    """Ask what to call when an import is over."""
    try:
        found: Callable[[], object] | None = system.spanning(name)
    except Exception as error:
        _drop_span(system, name, error)
        return None
    return found


def in_span(
    system: Any, name: str, end: Callable[[], object], import_: Any, *, lazy_submodule: bool
) -> Any:
    """Import a module, and tell that its import is over."""
    try:
        return system.find_and_load(name, import_, lazy_submodule=lazy_submodule)
    finally:
        try:
            end()
        except Exception as error:
            _drop_span(system, name, error)


def _drop_span(system: Any, name: str, error: Exception) -> None:
    hook, system.spanning = system.spanning, None
    warn(
        f"what spans imports failed and was removed: {hook!r} at {name!r}: "
        f"{type(error).__name__}: {error}; the module was imported without it",
        RuntimeWarning,
        stacklevel=2,
    )


def _drop(
    remove: Callable[[ExecutionHook], None],
    hook: ExecutionHook,
    module: ModuleType,
    error: Exception,
) -> None:
    remove(hook)
    warn(
        f"an execution hook failed and was removed: {hook!r} at {module.__name__!r}: "
        f"{type(error).__name__}: {error}; the module was executed without it",
        RuntimeWarning,
        stacklevel=2,
    )
