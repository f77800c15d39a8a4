"""The server of aiohttp: a request, and what is done with each message of a WebSocket."""

from __future__ import annotations

from contextvars import ContextVar
from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate, Passage
    from entrepot.running.safepoint import SafePoints


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Guard every request of every application, and every message."""
    del points
    web: Any = module
    # Both adapters of one gate share what says which request a handler is for.
    current: ContextVar[Held | None] = gate.notes.setdefault(
        "aiohttp", ContextVar("entrepot request", default=None)
    )
    if module.__name__ == "aiohttp.web_app":
        _guard_requests(web.Application, gate, current)
    else:
        _guard_messages(web.WebSocketResponse, current)


def _guard_requests(cls: Any, gate: Gate, current: ContextVar[Held | None]) -> None:
    original = cls._handle

    @wraps(original)
    async def _handle(self: Any, request: Any) -> Any:
        held = Held(gate, f"{request.method} {request.path}")
        await held.enter()
        token = current.set(held)
        try:
            return await original(self, request)
        finally:
            current.reset(token)
            held.leave()

    cls._handle = _handle


def _guard_messages(cls: Any, current: ContextVar[Held | None]) -> None:
    original = cls.receive

    @wraps(original)
    async def receive(self: Any, *arguments: Any, **options: Any) -> Any:
        held = current.get()
        if held is None:
            return await original(self, *arguments, **options)
        held.leave()
        try:
            return await original(self, *arguments, **options)
        finally:
            await held.enter()

    cls.receive = receive


class Held:
    """A passage that is left and entered again: while a handler waits, a reload may come."""

    def __init__(self, gate: Gate, label: str) -> None:
        self._gate = gate
        self._label = label
        self._passage: Passage | None = None

    async def enter(self) -> None:
        """Go inside, unless it is."""
        if self._passage is None:
            self._passage = await self._gate.pass_through(self._label).__aenter__()

    def leave(self) -> None:
        """Go outside, if it is inside."""
        passage, self._passage = self._passage, None
        if passage is not None:
            passage.__exit__()
