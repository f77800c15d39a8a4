"""The event loops of asyncio, and of whatever follows its rules.

Each sets itself as the running loop of its thread through one function of ``asyncio.events``.
"""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate
    from entrepot.running.safepoint import SafePoints


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Be told of every loop that begins and ends to run."""
    del gate
    events: Any = module
    original = events._set_running_loop  # noqa: SLF001

    def _set_running_loop(loop: Any) -> None:
        original(loop)
        thread = _thread.get_ident()
        points.loops.pop(thread, None)
        if loop is not None:
            points.loops[thread] = loop.call_soon_threadsafe

    events._set_running_loop = _set_running_loop  # noqa: SLF001
