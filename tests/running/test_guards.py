"""The guards of ASGI and WSGI: they stand in front of an application and change nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from entrepot.reloading.gate import Gate
from entrepot.running.adapters.asgi import AsgiGuard, is_asgi
from entrepot.running.adapters.wsgi import WsgiGuard

if TYPE_CHECKING:
    from collections.abc import Iterator


def labels(gate: Gate) -> list[str]:
    return [label for label, _ in gate.inside.values()]


def test_a_request_is_inside_from_its_first_line_to_its_last() -> None:
    gate, seen = Gate(), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(labels(gate))

    asyncio.run(AsgiGuard(app, gate)({"type": "http", "method": "GET", "path": "/"}, None, None))  # type: ignore[arg-type]

    assert seen == [["GET /"]]
    assert labels(gate) == []


def test_of_a_web_socket_only_what_is_done_with_a_message_is_inside() -> None:
    gate: Gate = Gate()
    seen: list[list[str]] = []

    async def receive() -> dict[str, Any]:
        seen.append(["waits", *labels(gate)])
        return {"type": "websocket.receive"}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(2):
            await receive()
            seen.append(labels(gate))

    asyncio.run(AsgiGuard(app, gate)({"type": "websocket", "path": "/ws"}, receive, None))  # type: ignore[arg-type]

    assert seen == [["waits"], ["WebSocket /ws"], ["waits"], ["WebSocket /ws"]]
    assert labels(gate) == []


ENVIRON = {"REQUEST_METHOD": "GET", "PATH_INFO": "/cart"}


def test_a_body_that_is_a_list_is_handed_on_as_it_is() -> None:
    gate = Gate()
    body = [b"one"]

    def app(environ: Any, start_response: Any) -> list[bytes]:
        assert labels(gate) == ["GET /cart"]
        return body

    assert WsgiGuard(app, gate)(ENVIRON, print) is body
    assert labels(gate) == []


def test_a_body_that_is_made_while_it_is_sent_is_inside_until_it_is_closed() -> None:
    gate = Gate()

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        yield b"one"

    body = WsgiGuard(app, gate)(ENVIRON, print)
    assert (list(body), labels(gate)) == ([b"one"], ["GET /cart"])
    body.close()
    assert labels(gate) == []


def test_an_application_that_fails_is_not_inside_any_more() -> None:
    gate = Gate()

    def app(environ: Any, start_response: Any) -> None:
        raise ValueError

    try:
        WsgiGuard(app, gate)(ENVIRON, print)
    except ValueError:
        assert labels(gate) == []


def test_a_guard_has_the_attributes_of_its_application() -> None:
    class App:
        name = "shop"

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    assert AsgiGuard(App(), Gate()).name == "shop"
    assert (is_asgi(App()), is_asgi(print), is_asgi(App)) == (True, False, False)
