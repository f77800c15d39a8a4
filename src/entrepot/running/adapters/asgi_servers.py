"""Servers of ASGI applications: where each takes its application from, the guard stands."""

from __future__ import annotations

from functools import wraps

from .asgi import AsgiGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate
    from entrepot.running.safepoint import SafePoints


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Have the server call the guard."""
    del points
    server: Any = module
    if server.__name__ == "uvicorn.config":
        guard_attribute(server.Config, "load", "loaded_app", gate)
    elif server.__name__ == "hypercorn.app_wrappers":
        guard_attribute(server.ASGIWrapper, "__init__", "app", gate)
    else:
        guard_attribute(server.Server, "__init__", "application", gate)


def guard_attribute(cls: Any, method: str, attribute: str, gate: Gate) -> None:
    """Have an application guarded that a method leaves in an attribute."""
    original = getattr(cls, method)

    @wraps(original)
    def guarded(self: Any, *arguments: Any, **options: Any) -> Any:
        result = original(self, *arguments, **options)
        setattr(self, attribute, AsgiGuard(getattr(self, attribute), gate))
        return result

    setattr(cls, method, guarded)
