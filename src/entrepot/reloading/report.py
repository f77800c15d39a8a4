"""What a reload did, as data.

Every line of a report is ``verb  what  why``; the verbs are those of the plan: ``patch`` (changed
in place), ``run`` (executed again), ``rebind``, ``delete``, ``keep`` (state kept), ``drop`` (state
that the edit overrode), ``replace`` (a new object where the old one could not change).
"""

from __future__ import annotations

OK = "ok"
FAILED = "failed"
NEEDS_RESTART = "needs_restart"


class Report:
    """The outcome of one reload.

    Attributes:
        status: ``"ok"``, ``"failed"`` or ``"needs_restart"``; nothing has changed but for ``ok``.
        files: The files of the edit that hold managed modules.
        patched: Functions changed in place, such as ``["shop.cart:Cart.total"]``.
        ran: Statements executed again, as ``file:line`` with the reason.
        rebound: Bindings that lead to another object now.
        deleted: Bindings that are gone.
        kept: Places where run-time state was kept.
        replaced: Objects that a new one stands in for.
        state_dropped: Places where the edit overrode run-time state.
        reasons: Why a restart is needed, with file and line.
        notes: What else a reader should know, such as frames that still run their old code.
        error: The exception of a failed reload.
    """

    __slots__ = (
        "deleted",
        "error",
        "files",
        "kept",
        "notes",
        "patched",
        "ran",
        "reasons",
        "rebound",
        "replaced",
        "state_dropped",
        "status",
    )

    def __init__(self, status: str = OK) -> None:
        self.status = status
        self.files: list[str] = []
        self.patched: list[str] = []
        self.ran: list[str] = []
        self.rebound: list[str] = []
        self.deleted: list[str] = []
        self.kept: list[str] = []
        self.replaced: list[str] = []
        self.state_dropped: list[str] = []
        self.reasons: list[str] = []
        self.notes: list[str] = []
        self.error: BaseException | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the program runs the new text."""
        return self.status == OK

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain data for JSON."""
        fields: dict[str, object] = {
            name: getattr(self, name) for name in self.__slots__ if name != "error"
        }
        fields["error"] = None if self.error is None else repr(self.error)
        return fields

    def __str__(self) -> str:
        lines = [f"{self.status}"]
        verbs = {
            "patch": self.patched,
            "run": self.ran,
            "rebind": self.rebound,
            "delete": self.deleted,
            "keep": self.kept,
            "replace": self.replaced,
            "drop": self.state_dropped,
            "reason": self.reasons,
            "note": self.notes,
        }
        for verb, facts in verbs.items():
            lines.extend(f"{verb:<8}{fact}" for fact in facts)
        if self.error is not None:
            lines.append(f"error   {type(self.error).__name__}: {self.error}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Report {self.status}: {len(self.patched)} patched, {len(self.ran)} ran>"
