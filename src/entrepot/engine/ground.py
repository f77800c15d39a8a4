"""Where an import system stands: in charge of the process, or private.

Two grounds exist: ``ProcessGround`` (``takeover.py``) and ``PrivateGround`` (``private.py``).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from .locks import LockTable
    from .specs import ModuleSpec
else:
    Protocol = object


class Ground(Protocol):
    """Where an import system stands: its state, and what it does differently there."""

    name: str
    state: Any
    locks: LockTable

    def plain(self, name: Any) -> Any:
        """Return the name by which the system itself knows a module, from its ``__name__``."""

    def key_of(self, spec: ModuleSpec) -> str:
        """Return the name under which a spec's module stands in the system's cache."""

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the names by which finders are asked for a module, in order."""

    def take_spec(self, spec: ModuleSpec) -> ModuleSpec:
        """Make a found spec the system's own."""

    def take_module(self, module: Any) -> None:
        """Make a created module the system's own."""

    def import_parents(self, system: Any, name: str, import_: Any) -> None:
        """Have the packages of a name imported."""

    def shared(self, name: str) -> Any:
        """Return a module that the system shares with the process, or None."""

    def close(self) -> None:
        """Let go of what the process knows of the system."""
