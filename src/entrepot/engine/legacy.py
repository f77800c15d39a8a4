"""Finders of the old kinds, which Python 3.11 still asks and later ones skip."""

from __future__ import annotations

import sys
from _warnings import warn

from .specs import ModuleSpec, portions_spec, spec_from_loader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Up to 3.11 a finder without ``find_spec()`` is asked by its older methods.
FINDERS_WORK = sys.version_info < (3, 12)


def _kind_of(finder: Any) -> str:
    return getattr(finder, "__qualname__", None) or type(finder).__qualname__


def legacy_meta_path_spec(finder: Any, name: str, path: Any) -> ModuleSpec | None:
    """Ask a meta path finder by ``find_module()``, with an ImportWarning."""
    warn(
        f"{_kind_of(finder)}.find_spec() not found; falling back to find_module()",
        ImportWarning,
        stacklevel=2,
    )
    loader = finder.find_module(name, path)
    return None if loader is None else spec_from_loader(name, loader)


def legacy_path_entry_spec(name: str, finder: Any) -> ModuleSpec | None:
    """Ask a path entry finder by ``find_loader()`` or ``find_module()``, with an ImportWarning.

    Raises:
        AttributeError: It has no ``find_spec()``, and this Python asks in no other way.
    """
    if not FINDERS_WORK:
        raise AttributeError(f"{type(finder).__name__!r} object has no attribute 'find_spec'")
    method = "find_loader" if hasattr(finder, "find_loader") else "find_module"
    warn(
        f"{_kind_of(finder)}.find_spec() not found; falling back to {method}()",
        ImportWarning,
        stacklevel=2,
    )
    portions: list[str] = []
    if method == "find_loader":
        loader, portions = finder.find_loader(name)
    else:
        loader = finder.find_module(name)
    return portions_spec(name, portions) if loader is None else spec_from_loader(name, loader)
