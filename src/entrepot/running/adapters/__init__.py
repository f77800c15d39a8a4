"""Servers and loops that entrepot knows: the only place where names of frameworks stand.

When a program has imported a module that stands in ``ADAPTERS``, the adapter of that name is
loaded and put to work on it. An adapter that fails is left out, said once, and the program goes
on: requests are then not guarded, everything else is as ever.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate
    from entrepot.running.safepoint import SafePoints

#: By the module that a program imports, the module here that knows what to do with it.
ADAPTERS: Mapping[str, str] = {
    "aiohttp.web_app": "aiohttp_server",
    "aiohttp.web_ws": "aiohttp_server",
    "asyncio.events": "asyncio_loop",
    "celery.signals": "workers",
    "cheroot.wsgi": "wsgi_servers",
    "daphne.server": "asgi_servers",
    "gunicorn.workers.base": "wsgi_servers",
    "hypercorn.app_wrappers": "asgi_servers",
    "rq.job": "workers",
    "tkinter": "windows",
    "trio._core._run": "trio_loop",
    "uvicorn.config": "asgi_servers",
    "waitress.server": "wsgi_servers",
    "werkzeug.serving": "wsgi_servers",
    "wsgiref.simple_server": "wsgi_servers",
}


class Adapters:
    """Puts adapters to work when what they are for has been imported.

    Attributes:
        at_work: What was adapted, such as ``["asyncio.events", "uvicorn.config"]``.
    """

    def __init__(self, gate: Gate, points: SafePoints, fault: Callable[[str], object]) -> None:
        self._gate = gate
        self._points = points
        self._fault = fault
        self.at_work: list[str] = []

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Return the code as it is."""
        del module
        return code

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """Put an adapter to work on a module that has just been imported."""
        del code
        if error is None and module.__name__ in ADAPTERS:
            self.adapt(module)

    def adapt(self, module: Any) -> None:
        """Put an adapter to work."""
        name = module.__name__
        try:
            adapter = __import__(f"{__name__}.{ADAPTERS[name]}", fromlist=("adapt",))
            adapter.adapt(module, self._gate, self._points)
        except Exception as error:  # noqa: BLE001  # another version of it than we know
            self._fault(f"cannot guard {name}: {type(error).__name__}: {error}")
        else:
            self.at_work.append(name)
