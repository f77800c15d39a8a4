"""What an import does to modules whose own import was over before.

A plugin that is imported late registers itself in a table; that is no run-time state, it belongs
to the base of the table. So the objects that a late import may change are noted before it can, and
are looked at when it is over: what its code names in complete modules when it begins, and what a
function names when it runs for the first time within the import. What lies in these is noted with
them; what merely lies in a table is not called, so it is not followed further.
"""

from __future__ import annotations

from _operator import is_
from types import CodeType, FunctionType, MethodType, ModuleType

from .base import own_dicts
from .effects import Note, carried_over, holding, parts_inside
from .journal import same_items
from .recorder import CO_OPTIMIZED
from .values import ATOMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .base import Base
    from .recorder import Recorder
    from .revision import Record

MOST = 500
MOST_SEEN = 2000
#: Of what a larger table holds nothing is noted, only that something came or went.
MOST_ITEMS = 64
_ATOMS = ATOMS | {float, complex}
_LYING = _ATOMS | {FunctionType}
_AROUND = frozenset({tuple, frozenset, property, staticmethod, classmethod, MethodType})


class LaterImports:
    """Notes what late imports change.

    Attributes:
        is_first: Whether no import is over yet.
        names: What names of other modules were bound to: ``{"settings": (record, {"LEVEL": 1})}``.
    """

    def __init__(self, base: Base, records: dict[str, Record], recorder: Recorder) -> None:
        self.base = base
        self.records = records
        self.recorder = recorder
        self.names: dict[str, tuple[Record, dict[str, Any]]] = {}
        self.is_first = True
        self._notes: list[Note] = []
        self._seen: dict[int, Any] = {}
        self._names_by_tail: dict[str, list[str]] = {}

    def begins(self, record: Record) -> None:
        """A module is about to be executed: note what it names in others that are complete."""
        if self.is_first:
            return  # nothing is complete yet
        code = record.code
        words = set(_words(code, with_functions=not record.is_recorded))
        others = self._mentioned(record, words)
        if others:
            words -= _defined(code)
            self._walk([value for other in others for value in self._named(other, words)], words)

    def runs(self, code: CodeType, namespace: dict[str, Any]) -> None:
        """A function runs for the first time in this import: note what it names."""
        record = self.records.get(namespace.get("__name__", ""))
        if record is None or record.namespace is not namespace:
            return
        words = set(code.co_names)
        if record.base:
            named = self._named(record, words)
        else:
            named = [namespace[name] for name in words & namespace.keys()]
        for other in self._mentioned(record, words):
            named += self._named(other, words)
        if named:
            self._walk(named, words)

    def ends(self) -> None:
        """The import is over: what it changed belongs to the base."""
        for note in self._notes:
            now = holding(note.owner, self.base)
            if not same_items(note.start, now):
                content = self.base.contents[id(note.owner)]
                held = carried_over(content.held, note.start, now)
                self.base.hold(self.base.journal, content, held)
                if not isinstance(held, bytes):  # what it put in there is known as it is now
                    self.base.take_imported(held.values() if isinstance(held, dict) else held)
        for record, before in self.names.values():
            namespace = record.namespace
            if len(before) == len(namespace) and all(
                map(is_, before.values(), namespace.values())
            ):
                continue
            for name, value in namespace.items():
                if before.get(name, self) is not value and not isinstance(value, ModuleType):
                    self._bind(record.base, name, value)
                    self.base.take_imported([value])
        if self.is_first:
            self.is_first = False
            self.recorder.first_run = self.runs
        self._notes.clear()
        self._seen.clear()
        self.names.clear()

    def _bind(self, names: dict[str, Any], name: str, value: Any) -> None:
        if self.base.journal is None:
            names[name] = value
        else:
            self.base.journal.set_item(names, name, value)

    def completed(self, record: Record) -> None:
        """A module's import is over."""
        tail = record.name.rpartition(".")[2]
        self._names_by_tail.setdefault(tail, []).append(record.name)

    def _mentioned(self, record: Record, words: set[str]) -> list[Record]:
        """Return the complete modules that code of a module may import by what it says."""
        names = [name for name in words if name in self.records and "." in name]
        package = f"{record.namespace.get('__package__') or ''}."
        for tail in words & self._names_by_tail.keys():
            known = self._names_by_tail[tail]
            names += [n for n in known if n == tail or package.startswith(n[: -len(tail)])]
        found = [self.records[name] for name in names if name in self.records]
        return [other for other in found if other is not record and other.base]

    def _named(self, record: Record, words: set[str]) -> list[Any]:
        """Return what words mean in a complete module, and note what its names are bound to."""
        namespace = record.namespace
        if record.name not in self.names:
            self.names[record.name] = (record, dict(namespace))
        return [namespace[name] for name in words & namespace.keys()]

    def _walk(self, values: list[Any], words: set[str]) -> None:
        """Note what an import may change that names these values.

        What the functions among them name is noted when they run. Where nobody tells of that,
        functions are followed that may be called: those that are named, those that they name, the
        methods that run without being named.
        """
        is_told = self.recorder.is_told()
        contents, seen = self.base.contents, self._seen
        waiting = [(value, True) for value in values]
        for value, is_called in waiting:
            kind = type(value)
            if kind in _ATOMS or id(value) in seen or (kind is FunctionType and not is_called):
                continue
            if len(seen) > MOST_SEEN:
                return
            seen[id(value)] = value
            if kind is FunctionType:
                waiting += [(part, True) for part in value.__closure__ or ()]
                waiting += [(part, True) for part in value.__defaults__ or ()]
                waiting += [(part, False) for part in own_dicts([value])]
                if not is_told:
                    names, code = value.__globals__, value.__code__
                    waiting += [(names[n], True) for n in _words(code) if n in names]
            elif kind is ModuleType:
                other = self.records.get(value.__name__)
                if other is not None and other.module is value and other.base:
                    waiting += [(item, True) for item in self._named(other, words)]
            elif kind in _AROUND:
                waiting += [(part, is_called) for part in parts_inside(value)]
            else:
                held = holding(value, self.base)
                if held is None:
                    waiting += [(part, is_called) for part in parts_inside(value)]
                    continue
                content = contents.get(id(value))
                if content is not None and content.owner is value and len(self._notes) < MOST:
                    self._notes.append(Note(value, held))
                if len(held) <= MOST_ITEMS:
                    waiting += _inside(value, held, words)
                if self.base.is_managed_class(kind):
                    waiting.append((kind, True))
                if issubclass(kind, type):  # who derives from it runs what its bases say
                    waiting += [
                        (b, True) for b in value.__bases__ if self.base.is_managed_class(b)
                    ]


def _inside(value: Any, held: Any, words: set[str]) -> list[tuple[Any, bool]]:
    """Return what an object holds, with whether it runs when the object is used."""
    if issubclass(type(value), type):
        return [
            (member, True)
            for name, member in held.items()
            if (name[:2] == "__" or name in words) and type(member) not in _ATOMS
        ] + [(m, False) for m in held.values() if type(m) not in _LYING]
    if isinstance(held, bytes):
        return []
    items = held.values() if isinstance(held, dict) else held
    return [(item, False) for item in items if type(item) not in _LYING]


def _defined(code: CodeType) -> set[str]:
    """Return the names of what a module's code defines itself, but for those that it imports."""
    defined = {const.co_name for const in code.co_consts if type(const) is CodeType}
    for const in code.co_consts:
        if type(const) is tuple:
            defined.difference_update(word for word in const if type(word) is str)
    return defined


def _words(code: CodeType, *, with_functions: bool = True) -> Iterable[str]:
    """Return the names that stand in code and in the class bodies in it, also in functions."""
    words = list(code.co_names)
    for const in code.co_consts:
        if type(const) is CodeType and (with_functions or not const.co_flags & CO_OPTIMIZED):
            words += _words(const, with_functions=with_functions)
    return words
