"""What an import does to modules whose own import was over before.

A plugin that is imported late registers itself in a table; that is no run-time state, it belongs
to the base of the table. So before the plugin's code runs, the objects that it names in other
modules are noted, with what the functions among them use, and they are looked at when the import
is over.
"""

from __future__ import annotations

import types
from types import FunctionType, ModuleType

from .effects import Note, carried_over, holding, parts_inside
from .journal import same_items
from .revision import absolute
from .values import is_atom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

    from .base import Base
    from .revision import Record

MOST = 500
#: Of what a larger table holds nothing is noted, only that something came or went.
MOST_ITEMS = 64


class LaterImports:
    """Notes what late imports change.

    Attributes:
        is_first: Whether no import is over yet.
        names: What names of other modules were bound to: ``{"settings": (record, {"LEVEL": 1})}``.
    """

    def __init__(self, base: Base, records: dict[str, Record]) -> None:
        self.base = base
        self.records = records
        self.names: dict[str, tuple[Record, dict[str, Any]]] = {}
        self.is_first = True
        self._notes: dict[int, Note] = {}

    def begins(self, record: Record) -> None:
        """A module is about to be executed: note what it names in others that are complete."""
        if self.is_first:
            return  # nothing is complete yet
        words = _words_meant(record.code)
        for other in self._mentioned(record, words):
            if other.name not in self.names:
                self.names[other.name] = (other, dict(other.namespace))
            named = [other.namespace[name] for name in words & other.namespace.keys()]
            self._walk(named, words)

    def ends(self) -> None:
        """The import is over: what it changed belongs to the base."""
        for note in self._notes.values():
            now = holding(note.owner, self.base)
            content = self.base.contents.get(id(note.owner))
            is_known = content is not None and content.owner is note.owner
            if content is not None and is_known and not same_items(note.start, now):
                content.held = carried_over(content.held, note.start, now)
        for record, before in self.names.values():
            for name, value in record.namespace.items():
                if before.get(name, self) is not value and not isinstance(value, ModuleType):
                    record.base[name] = value
                    self.base.take([value])
        self.is_first = False
        self._notes.clear()
        self.names.clear()

    def _mentioned(self, record: Record, words: set[str]) -> Iterator[Record]:
        """Yield the complete modules that a module's code may import by what it says."""
        for word in words:
            for name in {word, absolute(record, word, 1)}:
                other = self.records.get(name)
                if other is not None and other is not record and other.base:
                    yield other

    def _walk(self, values: list[Any], words: set[str]) -> None:
        """Note what an import may change that names these values.

        Functions are followed that it may call: those that it names, those that they name, the
        methods that run without being named. What merely lies in a table is not called.
        """
        waiting = [(value, True) for value in values]
        seen: set[int] = set()
        for value, is_called in waiting:
            if id(value) in seen or is_atom(value) or len(self._notes) >= MOST:
                continue
            seen.add(id(value))
            if type(value) is FunctionType and not is_called:
                continue
            if id(value) not in self._notes:
                held = holding(value, self.base)
                if held is not None:
                    self._notes[id(value)] = Note(value, held)
                    if len(held) <= MOST_ITEMS:
                        waiting += _inside(value, held, words)
                if self.base.is_managed_class(type(value)):
                    waiting.append((type(value), True))
            waiting += [(part, is_called) for part in parts_inside(value)]
            if type(value) is FunctionType:
                names = value.__globals__
                waiting += [(names[n], True) for n in _words(value.__code__) if n in names]


def _inside(value: Any, held: Any, words: set[str]) -> Iterator[tuple[Any, bool]]:
    """Yield what an object holds, with whether it runs when the object is used."""
    if isinstance(value, type):
        for name, member in held.items():
            yield member, name[:2] == "__" or name in words
    elif isinstance(held, dict):
        yield from ((item, False) for item in held.values())
    elif not isinstance(held, bytes):
        yield from ((item, False) for item in held)


def _words_meant(code: CodeType) -> set[str]:
    """Return the names in a module's code but those of what it defines itself and imports none."""
    defined = {const.co_name for const in code.co_consts if isinstance(const, types.CodeType)}
    imported = {
        word
        for const in code.co_consts
        if isinstance(const, tuple)
        for word in const
        if isinstance(word, str)
    }
    return set(_words(code)) - (defined - imported)


def _words(code: CodeType) -> Iterator[str]:
    """Yield every name that stands in code."""
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _words(const)
        elif isinstance(const, tuple):
            yield from (word for word in const if isinstance(word, str))
