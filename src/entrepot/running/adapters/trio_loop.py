"""The event loop of trio: how it is told to do something, and how a task waits in it."""

from __future__ import annotations

import _thread
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate, Waits
    from entrepot.running.safepoint import SafePoints


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Be told of every run that begins; one that is over refuses work with a RuntimeError."""
    run: Any = module
    original = run.setup_runner

    def setup_runner(*arguments: Any, **options: Any) -> Any:
        runner = original(*arguments, **options)
        points.loops[_thread.get_ident()] = runner.entry_queue.run_sync_soon
        return runner

    def waits_in_trio() -> Waits | None:
        if getattr(run.GLOBAL_RUN_CONTEXT, "task", None) is None:
            return None
        trio = sys.modules["trio"]
        event = trio.Event()
        token = trio.lowlevel.current_trio_token()

        def wake() -> None:
            try:
                token.run_sync_soon(event.set)
            except RuntimeError:
                return  # the run is over: nobody waits any more

        return event.wait(), wake

    run.setup_runner = setup_runner
    gate.waits.append(waits_in_trio)
