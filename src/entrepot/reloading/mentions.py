"""Which modules mention a name, in code that an import of them runs.

The first questions are put to the modules one by one; when more are asked, as by an edit that
makes statements run, the words of each module are looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import CodeType

    from .changes import ModuleChange
    from .revision import Record

#: Names of functions that get others as text.
_BY_TEXT = frozenset({"getattr", "setattr", "delattr", "globals", "vars", "__dict__"})
FEW = 4  # questions: then it is worth to know all words of each module


class Mentions:
    """Who mentions names, for one world."""

    __slots__ = ("_changes", "_found", "_records", "_runners", "_words")

    def __init__(
        self,
        records: dict[str, Record],
        changes: dict[str, ModuleChange],
        runners: Container[int],
    ) -> None:
        self._records = records
        self._changes = changes
        self._runners = runners
        self._found: dict[str, dict[str, Record]] = {}
        self._words: list[tuple[Record, frozenset[str] | None]] | None = None  # of each module

    def by(self, record: Record, word: str) -> bool:
        """Return whether code of a module that an import runs may mention a name."""
        change = self._changes.get(record.name)
        if change is not None and change.text.mentions(word):
            return True
        return record.mentions(word, self._runners)

    def of(self, word: str) -> dict[str, Record]:
        """Return the modules whose code may mention a name, by their names."""
        found = self._found.get(word)
        if found is None:
            if len(self._found) >= FEW and word.isascii() and word.isidentifier():
                found = {
                    record.name: record
                    for record, words in self._known()
                    if (self.by(record, word) if words is None else word in words)
                }
            else:
                found = {n: record for n, record in self._records.items() if self.by(record, word)}
            self._found[word] = found
        return found

    def _known(self) -> list[tuple[Record, frozenset[str] | None]]:
        """Return the words of the modules, ``None`` for those that are to be asked.

        Of one that is not parsed more may run yet than has; a new text need not be cut into words
        for a few questions.
        """
        if self._words is None:
            self._words = [
                (record, record.text.words if is_known else None)
                for name, record in self._records.items()
                for is_known in [record.is_parsed and name not in self._changes]
            ]
        return self._words


def words_of(code: CodeType, runners: Container[int] | None) -> Iterator[str]:
    """Yield the names in code that ran during an import, what it imports taken to pieces."""
    names_by_text = not _BY_TEXT.isdisjoint(code.co_names)
    for name in code.co_names:
        yield from name.split(".")
    yield from code.co_freevars
    for const in code.co_consts:
        if isinstance(const, tuple):
            yield from (item for item in const if isinstance(item, str))
        elif isinstance(const, str) and names_by_text and const.isidentifier():
            yield const
        elif isinstance(const, type(code)) and (
            runners is None or not const.co_flags & 1 or id(const) in runners
        ):
            yield from words_of(const, runners)
