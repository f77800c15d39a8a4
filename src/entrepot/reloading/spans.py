"""Spans: imports of a module whose package is not there yet, and is imported first.

``import shop.orders.cart`` executes three modules, one after the other, and nothing of the program
in between. So it is one import: what the later ones do to the earlier ones is found when it is
over, and need not be told from what the program does.
"""

from __future__ import annotations

from _thread import get_ident


class Spans:
    """The spans that threads are in."""

    __slots__ = ("_names", "_waiting")

    def __init__(self) -> None:
        self._names: dict[int, list[str]] = {}  # by thread, the innermost last
        self._waiting: set[int] = set()  # threads whose modules wait for the end of their spans

    def begin(self, name: str) -> bool:
        """The import of a module begins; return whether that is a span of its own."""
        names = self._names.setdefault(get_ident(), [])
        if names and names[-1] == name:
            return False
        names.append(name)
        return True

    def are_open(self) -> bool:
        """Return whether an import that is over on this thread is only a part of one."""
        thread = get_ident()
        if thread in self._names:
            self._waiting.add(thread)
        return thread in self._names

    def end(self) -> bool:
        """A span ends; return whether all that it began is over, and there was something."""
        thread = get_ident()
        names = self._names[thread]
        names.pop()
        if names:
            return False
        del self._names[thread]
        is_something = thread in self._waiting
        self._waiting.discard(thread)
        return is_something
