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

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import CodeType, ModuleType


class ExecutionHook(Protocol):
    """Told of every code object that a system executes as a module.

    Two implementations exist: the live recorder and the tests' own.
    """

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Return the code to execute for ``module``."""
        ...

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """Learn that ``code`` ended, by ``error`` if it is not None."""
        ...
