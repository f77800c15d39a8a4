"""Windows: what is done for one event sees either the old program or the new one."""

from __future__ import annotations

from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate
    from entrepot.running.safepoint import SafePoints


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Guard every callback of Tk."""
    del points
    tkinter: Any = module
    original = tkinter.CallWrapper.__call__

    @wraps(original)
    def __call__(self: Any, *arguments: Any) -> Any:  # noqa: N807
        with gate.pass_through("a callback of Tk"):
            return original(self, *arguments)

    tkinter.CallWrapper.__call__ = __call__
