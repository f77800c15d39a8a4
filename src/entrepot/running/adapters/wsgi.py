"""The guard of WSGI applications: a request sees either the old program or the new one.

A request lasts until its body has been sent, unless the body is a list, which is made already.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from entrepot.reloading.gate import Gate, Passage


class WsgiGuard:
    """An application in front of an application; everything but calls goes to the one behind."""

    def __init__(self, app: Any, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Pass a request on to the application."""
        label = f"{environ.get('REQUEST_METHOD', '')} {environ.get('PATH_INFO', '')}"
        passage = self._gate.pass_through(label).__enter__()
        try:
            body = self._app(environ, start_response)
        except BaseException:
            passage.__exit__()
            raise
        wrapper = environ.get("wsgi.file_wrapper")
        is_file = isinstance(wrapper, type) and isinstance(body, wrapper)
        if isinstance(body, list | tuple) or is_file:
            passage.__exit__()
            return body
        return GuardedBody(body, passage)


class GuardedBody:
    """A body that is made while it is sent; the passage ends when the server closes it."""

    def __init__(self, body: Any, passage: Passage) -> None:
        self._body = body
        self._passage: Passage | None = passage

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """End the request."""
        passage, self._passage = self._passage, None
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            if passage is not None:
                passage.__exit__()
