"""Completion of the words after ``%entrepot``, and of the names that some of them take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .words import WITH_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from entrepot.reloading.revision import Record

MAGICS: Sequence[str] = ("%entrepot", "%autoreload")
WORDS: Sequence[str] = (
    "on", "off", "now", "status", "retry", "plan", "verify", "why", "keep",
    "explicit", "all", "complete", "-p", "-l", "--hide-errors",
)  # fmt: skip


def completions(line: str, records: Mapping[str, Record]) -> list[str]:
    """Return what may stand in place of the last word of a line, up to the cursor.

    Example:
        >>> completions("%entrepot st", {})
        ['status']
    """
    magic, blank, rest = line.lstrip().partition(" ")
    if not blank or magic not in {*MAGICS, "%aimport"}:
        return []
    *before, last = rest.lstrip().split(" ")
    if magic == "%aimport":
        return _starting(last.lstrip("-"), records)
    given = [word for word in before if word and not word.startswith("-")]
    if not given:
        return _starting(last, WORDS)
    if given[0] not in WITH_ARGUMENTS:
        return []
    if given[0] == "plan":
        return _starting(last, sorted({record.file for record in records.values()}))
    return _starting(last, [*records, *_names_in(last, records)])


def _names_in(dotted: str, records: Mapping[str, Record]) -> list[str]:
    """Return the names of the module that stands before the last dot."""
    module = dotted.rpartition(".")[0]
    record = records.get(module)
    if record is None:
        return []
    return [f"{module}.{name}" for name in record.namespace if not name.startswith("__")]


def _starting(start: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(start)]
