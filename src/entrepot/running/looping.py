"""``--loop``: a function that is called, and called again after each edit."""

from __future__ import annotations

import sys

INTERRUPTED = 128 + 2  # what a shell says of Ctrl-C

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .program import LiveProgram


def again(name: str, function: str) -> None:
    """Call a function of a module, and again after each edit, until Ctrl-C.

    A call that fails is shown as python shows an error, and the next edit calls again.

    Args:
        name: The module.
        function: The function in it, such as ``"main"`` or ``"Service.run"``.
    """
    __import__(name)
    program = live_program()
    while True:
        edits = 0 if program is None else program.revision
        try:
            found: Any = sys.modules[name]
            for part in function.split("."):
                found = getattr(found, part)
            found()
        except Exception as error:  # noqa: BLE001
            tb = error.__traceback__
            error.__traceback__ = None if tb is None else tb.tb_next  # without this frame
            sys.excepthook(type(error), error, error.__traceback__)
        if program is None:
            return
        try:
            program.wait_for_edit(edits)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None  # nothing of the program was interrupted


def live_program() -> LiveProgram | None:
    """Return what keeps this process live."""
    from entrepot.engine.takeover import current

    from .program import LiveProgram

    system = current()
    hooks = () if system is None else system.execution_hooks
    return next((hook for hook in hooks if isinstance(hook, LiveProgram)), None)
