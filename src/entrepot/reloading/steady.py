"""``entrepot.steady()``: code that must see either the old program or the new one."""

from __future__ import annotations

import sys

from .gate import Gate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .gate import Passage


def steady(label: str = "") -> Passage:
    """Return a context in which no reload is carried out, wherever the code runs.

    A reload waits for it, though never longer than the settle time. In a program that nobody
    keeps live there is nothing to wait for, and it does nothing. Enter it by ``with``, in a
    coroutine by ``async with``.

    Args:
        label: What a report calls it when it was too long to wait for.

    Example:
        >>> with steady("accounts"):
        ...     print("seen by one program")
        seen by one program
    """
    takeover = sys.modules.get("entrepot.engine.takeover")
    system = None if takeover is None else takeover.current()
    for hook in () if system is None else system.execution_hooks:
        gate = getattr(hook, "gate", None)
        if isinstance(gate, Gate):
            return gate.pass_through(label)
    return Gate().pass_through(label)
