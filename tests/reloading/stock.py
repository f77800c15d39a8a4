"""The stock import machinery as a system to hook into: for tests without a take-over."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


external: Any = importlib.import_module("importlib._bootstrap_external")


class StockSystem:
    """Calls execution hooks around ``exec_module`` of the interpreter's own loaders."""

    def __init__(self) -> None:
        self.hooks: list[Any] = []
        self.original = external._LoaderBasics.exec_module
        system = self

        def exec_module(loader: Any, module: Any) -> None:
            code = loader.get_code(module.__name__)
            if code is None:
                raise ImportError(f"cannot load module {module.__name__!r}")
            hooks = list(system.hooks)
            for hook in hooks:
                code = hook.about_to_execute(module, code)
            error = None
            try:
                exec(code, module.__dict__)
            except BaseException as caught:
                error = caught
                raise
            finally:
                for hook in reversed(hooks):
                    hook.executed(module, code, error)

        external._LoaderBasics.exec_module = exec_module

    def add_execution_hook(self, hook: Any) -> Callable[[], None]:
        self.hooks.append(hook)
        return lambda: self.hooks.remove(hook)

    def restore(self) -> None:
        external._LoaderBasics.exec_module = self.original
