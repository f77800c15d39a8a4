"""Which names ``from module import *`` copies: those that the module offers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .revision import absolute

if TYPE_CHECKING:
    from .revision import LiveStatement


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


def copied_by(live: LiveStatement) -> set[str]:
    """Return the names that the star imports of a statement bind."""
    names: set[str] = set()
    for module, level in live.uses.stars if live.statement.has_star else ():
        source = sys.modules.get(absolute(live.record, module, level))
        if source is not live.record.module:  # to copy a name onto itself binds nothing
            names.update(star_names(source))
    return names
