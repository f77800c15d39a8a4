"""No garbage is looked for while a reload is planned or carried out.

A parse makes so many objects that the collector would begin again and again, and look through the
program's too; what a reload itself leaves it finds afterwards.
"""

from __future__ import annotations

import gc


class Paused:
    """A context in which no garbage is collected by itself.

    Example:
        >>> with Paused():
        ...     gc.isenabled()
        False
    """

    __slots__ = ("_was_enabled",)

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_enabled:
            gc.enable()
