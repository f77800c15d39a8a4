"""Servers of WSGI applications: where each takes its application from, the guard stands."""

from __future__ import annotations

from functools import wraps

from .asgi import is_asgi
from .wsgi import WsgiGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate
    from entrepot.running.safepoint import SafePoints

#: By module: the class of the server, the method after which it has its application, and where.
SERVERS: Mapping[str, tuple[str, str, str]] = {
    "cheroot.wsgi": ("Server", "__init__", "wsgi_app"),
    "gunicorn.workers.base": ("Worker", "load_wsgi", "wsgi"),
    "waitress.server": ("BaseWSGIServer", "__init__", "application"),
    "werkzeug.serving": ("BaseWSGIServer", "__init__", "app"),
    "wsgiref.simple_server": ("WSGIServer", "set_app", "application"),
}


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Have the server call the guard, unless its application is none of WSGI."""
    del points
    class_name, method, attribute = SERVERS[module.__name__]
    cls = getattr(module, class_name)
    original = getattr(cls, method)

    @wraps(original)
    def guarded(self: Any, *arguments: Any, **options: Any) -> Any:
        result = original(self, *arguments, **options)
        app = getattr(self, attribute)
        if not is_asgi(app):
            setattr(self, attribute, WsgiGuard(app, gate))
        return result

    setattr(cls, method, guarded)
