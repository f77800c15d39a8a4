"""What a live session knows of itself, as data."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .report import Report


class Status:
    """The state of a session.

    Attributes:
        roots: The managed folders.
        modules: The managed modules by name, such as ``["shop", "shop.cart"]``.
        waiting: Files whose text on disk is not what runs.
        last: The report of the last reload, ``None`` before the first.
        revision: How many edits were taken.
    """

    __slots__ = ("last", "modules", "revision", "roots", "waiting")

    def __init__(
        self,
        roots: list[str],
        modules: list[str],
        waiting: list[str],
        last: Report | None,
        revision: int,
    ) -> None:
        self.roots = roots
        self.modules = modules
        self.waiting = waiting
        self.last = last
        self.revision = revision

    def as_dict(self) -> dict[str, object]:
        """Return the status as plain data for JSON."""
        return {
            "roots": self.roots,
            "modules": self.modules,
            "waiting": self.waiting,
            "last": None if self.last is None else self.last.as_dict(),
            "revision": self.revision,
        }

    def __str__(self) -> str:
        lines = [f"manage  {root}" for root in self.roots]
        lines += [f"module  {name}" for name in self.modules]
        lines += [f"wait    {file}" for file in self.waiting]
        if self.last is not None:
            lines.append(f"last    {self.last.status}")
        return "\n".join(lines)
