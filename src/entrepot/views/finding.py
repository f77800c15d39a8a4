"""One thing that the doctor found, with the remedy in the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .applying import Proposing
from .cycle_text import shown

if TYPE_CHECKING:
    from entrepot.source.remedy import Remedy


class Finding(Proposing):
    """One thing that is wrong.

    Attributes:
        kind: ``"duplicate"``, ``"stale"``, ``"shadowed"``, ``"tampering"``, ``"non-module"``,
            ``"blocked"`` or ``"stale-bytecode"``.
        says: What is so, and what to do.
        file: Where, ``""`` for nowhere.
        line: The line, 0 for none.
        names: The modules that it is about, such as ``("main", "__main__")``.
        remedy: The remedy as a change, where there is one.
    """

    __slots__ = ("file", "kind", "line", "names", "remedy", "says")

    def __init__(
        self,
        kind: str,
        says: str,
        file: str = "",
        line: int = 0,
        names: tuple[str, ...] = (),
        remedy: Remedy | None = None,
    ) -> None:
        self.kind = kind
        self.says = says
        self.file = file
        self.line = line
        self.names = names
        self.remedy = remedy

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name, for JSON."""
        return {
            "kind": self.kind,
            "says": self.says,
            "file": self.file or None,
            "line": self.line or None,
            "names": list(self.names),
            "remedy": self.remedy.as_dict() if self.remedy is not None else None,
        }

    def __str__(self) -> str:
        place = shown(self.file) + (f":{self.line}" if self.line else "") if self.file else ""
        return (
            f"{self.kind:<10}  {place}  {self.says}" if place else f"{self.kind:<10}  {self.says}"
        )

    def __repr__(self) -> str:
        return f"<Finding {self.kind!r}: {self.says}>"
