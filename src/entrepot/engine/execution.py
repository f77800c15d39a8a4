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
"""

from __future__ import annotations

from _warnings import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType
    from typing import Protocol
else:
    Protocol = object


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
