"""Which modules mention a name, in code that an import of them runs.

The first questions are put to the modules one by one; when many are asked, as by an edit that
makes many statements run, the words of all modules are put into one index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from .changes import ModuleChange
    from .revision import Record

FEW = 20_000  # looks into modules: then all words are worth an index


class Mentions:
    """Who mentions names, for one world."""

    __slots__ = ("_by_word", "_changes", "_found", "_records", "_runners", "_setting")

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
        self._setting: dict[tuple[str, bool], list[Record]] = {}
        self._by_word: dict[str, dict[str, Record]] | None = None

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
            is_many = len(self._found) * len(self._records) >= FEW
            if is_many and word.isascii() and word.isidentifier():
                found = self._index().get(word, {})
            else:
                found = {n: record for n, record in self._records.items() if self.by(record, word)}
            self._found[word] = found
        return found

    def setting(self, name: str, *, old: bool) -> list[Record]:
        """Return the modules whose code may set an attribute of a name; before the edit if old."""
        found = self._setting.get((name, old))
        if found is None:
            found = self._setting[name, old] = []
            for record in self.of(name).values():
                if self._may_set(record, name, old=old):
                    found.append(record)
        return found

    def _may_set(self, record: Record, name: str, *, old: bool) -> bool:
        """Ask the statements of a module where they are known: most of them live on."""
        change = None if old else self._changes.get(record.name)
        if change is None and not record.is_parsed:
            return record.text.may_set(name)
        lives = record.lives if change is None else change.lives
        return any(live.statement.may_set(name) for live in lives)

    def _index(self) -> dict[str, dict[str, Record]]:
        if self._by_word is None:
            self._by_word = {}
            for name, record in self._records.items():
                change = self._changes.get(name)
                words = record.words_that_run(self._runners)
                if change is not None:
                    words = words | change.text.words
                for word in words:
                    self._by_word.setdefault(word, {})[name] = record
        return self._by_word
