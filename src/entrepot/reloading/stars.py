"""Which names ``from module import *`` copies."""

from __future__ import annotations

from typing import Any


def star_names(module: Any) -> list[str]:
    """Return the names that ``from module import *`` binds."""
    if module is None:
        return []
    return star_names_of(getattr(module, "__dict__", {}))


def star_names_of(namespace: dict[str, Any]) -> list[str]:
    """Return the names that a star import copies from a namespace."""
    listed = namespace.get("__all__")
    if listed is not None:
        return [name for name in listed if isinstance(name, str)]
    return [name for name in namespace if not name.startswith("_")]
