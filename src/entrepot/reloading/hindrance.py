"""Whether a reload may begin now: not inside another one, and not amid an import."""

from __future__ import annotations

from entrepot.errors import EntrepotError, ReloadBusyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Live

LONGEST_WAIT_FOR_IMPORTS = 20.0


def hindrance(session: Live) -> EntrepotError | None:
    """Return why a reload cannot begin, after a bounded wait for what other threads import."""
    if session.fault is not None:
        return session.fault
    if session.is_busy:
        return ReloadBusyError("a reload is running on this thread")
    own = session.importing(here=True)
    if own:
        return ReloadBusyError(f"{own[-1]!r} is being imported on this thread")
    with session.imports_ended:
        session.imports_ended.wait_for(lambda: not session.importing(), LONGEST_WAIT_FOR_IMPORTS)
    others = session.importing()
    if others:
        return ReloadBusyError(f"another thread is still importing {others[-1]!r}")
    return None
