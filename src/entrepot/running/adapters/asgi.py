"""The guard of ASGI applications.

A request sees either the old program or the new one. Of a WebSocket that holds for what is done
with each message: while the application waits for the next one, a reload may be carried out.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    from entrepot.reloading.gate import Gate, Passage

    Message = MutableMapping[str, Any]


class AsgiGuard:
    """An application in front of an application; everything but calls goes to the one behind."""

    def __init__(self, app: Any, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Pass a connection on to the application."""
        if scope["type"] == "http":
            async with self._gate.pass_through(f"{scope['method']} {scope['path']}"):
                await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _socket(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        label = f"WebSocket {scope['path']}"
        passage: Passage | None = await self._gate.pass_through(label).__aenter__()

        async def receive_outside() -> Message:
            nonlocal passage
            ended, passage = passage, None
            if ended is not None:
                ended.__exit__()
            message = await receive()
            passage = await self._gate.pass_through(label).__aenter__()
            return message

        try:
            await self._app(scope, receive_outside, send)
        finally:
            if passage is not None:
                passage.__exit__()


def is_asgi(app: Any) -> bool:
    """Tell whether an application is called as a coroutine.

    Example:
        >>> async def app(scope, receive, send): ...
        >>> is_asgi(app), is_asgi(len)
        (True, False)
    """
    function = app if hasattr(app, "__code__") else None
    for cls in type(app).__mro__ if function is None else ():
        function = function or cls.__dict__.get("__call__")
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & _CO_COROUTINE)


_CO_COROUTINE = 0x80
