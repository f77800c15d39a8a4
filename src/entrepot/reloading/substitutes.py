"""Objects that modules put into the module cache in their own places.

``sys.modules[__name__] = Settings()``: who imports the module gets the instance. When the
statement runs again, the instance of before takes over the new one, and stays there.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .outcomes import Refused

if TYPE_CHECKING:
    from .adopt import Adopter
    from .journal import Journal
    from .merging import Merger
    from .revision import LiveStatement


class Substitutes:
    """Merges such objects, for one reload."""

    def __init__(self, journal: Journal, adopter: Adopter, merger: Merger) -> None:
        self._journal = journal
        self._adopter = adopter
        self._merger = merger
        self._before: Any = None

    def about_to_run(self, live: LiveStatement) -> None:
        """Note what stands in the place of the module."""
        self._before = sys.modules.get(live.record.name)

    def ran(self, live: LiveStatement) -> None:
        """A statement has run: what stood in the place of its module goes on."""
        before, now = self._before, sys.modules.get(live.record.name)
        self._before = None
        if before is now or before is None or now is None:
            return
        self._adopter.place, self._adopter.edited = live.record.name, None
        final: Any = now if before is live.record.module else self._adopter.adopt(before, now)
        if final is now:  # others hold the old one by their names
            raise Refused(f"{live.where} puts another object in the place of its module")
        self._journal.set_item(sys.modules, live.record.name, final)
        if self._adopter.is_changed(final):
            self._merger.tell_of(live, final)
