"""What an import does to modules whose own import was over before.

A plugin that is imported late registers itself in a table; that is no run-time state, it belongs
to the base of the table. So the objects that a late import may change are noted before it can, and
are looked at when it is over: what its code names in complete modules when it begins, and what a
function names when it runs for the first time within the import. What lies in these is noted with
them; what merely lies in a table is not called, so it is not followed further.
"""

from __future__ import annotations

from _operator import is_, is_not
from _weakref import ref
from itertools import compress, count, islice
from types import CellType, CodeType, FunctionType, MethodType, ModuleType

from .attributes import instance_dict, is_a, is_among, is_exactly, position_of
from .content import ONLY_CLASS, own_dicts
from .effects import carried_over
from .holding import has_plain_state, holding, holds_nothing, parts_inside
from .journal import same_items
from .recorder import CO_OPTIMIZED
from .values import ATOMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .base import Base
    from .recorder import Recorder
    from .revision import Record

MOST = 500
MOST_SEEN = 2000
#: Of what a larger table holds nothing is noted, only that something came or went.
MOST_ITEMS = 64
_ASKING = frozenset(
    {"__import__", "attrgetter", "getattr", "import_module", "methodcaller", "modules"}
)
_ATOMS = ATOMS | {float, complex}
_LYING = _ATOMS | {FunctionType}
_BUILT_IN = frozenset({dict, list, set, bytearray, CellType})
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
        self._notes: list[tuple[Any, Any]] = []  # an object, and what it held
        self._functions: list[FunctionType] = []  # named by this import, each once
        self._had: set[int] = set()  # the attributes that they had before, by identity
        self._plain: dict[int, tuple[ref[type], bool, bool]] = {}
        self._seen: dict[int, Any] = {}
        self._names_by_tail: dict[str, list[str]] = {}

    def begins(self, record: Record) -> None:
        """A module is about to be executed: note what it names in others that are complete."""
        if self.is_first:
            return  # nothing is complete yet
        code = record.code
        words = _words(code, with_functions=not record.is_recorded)
        others = self._mentioned(record, words)
        if others:
            words -= _defined(code)
            self._walk([value for other in others for value in self._named(other, words)], words)

    def runs(self, code: CodeType, namespace: dict[str, Any]) -> None:
        """A function runs for the first time in this import: note what it names."""
        record = self.records.get(namespace.get("__name__", ""))
        if record is None or record.namespace is not namespace:
            return
        words = _said(code)
        if record.is_complete:
            named = self._named(record, words)
        else:
            named = [namespace[name] for name in words & namespace.keys()]
        for other in self._mentioned(record, words):
            named += self._named(other, words)
        if named:
            self._walk(named, words)

    def ends(self) -> None:
        """The import is over: what it changed belongs to the base."""
        for owner, start in self._notes:
            seen = self._seen_in(owner, type(owner))
            if not same_items(start, seen):
                content = self.base.contents[id(owner)]
                now = seen if is_a(seen, bytes) else holding(owner, self.base)
                held = now if content.held is start else carried_over(content.held, start, now)
                self.base.hold(self.base.journal, content, held)
                if not is_a(held, bytes):  # what it put in there is known as it is now
                    self.base.take_imported(put_in(start, now))
        for record, before in self.names.values():
            namespace = record.namespace
            if len(before) == len(namespace) and all(
                map(is_, before.values(), namespace.values())
            ):
                continue
            for name, value in namespace.items():
                if before.get(name, self) is not value and not is_a(value, ModuleType):
                    self._bind(record.base, name, value)
                    self.base.take_imported([value])
        if self._functions:  # the attributes that they have got by it
            attributes = own_dicts(self._functions)
            self.base.take_imported([held for held in attributes if id(held) not in self._had])
        if self.is_first:
            self.is_first = False
            self.recorder.first_run = self.runs
        self._notes.clear()
        self._functions.clear()
        self._had.clear()
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
        package = f"{record.namespace.get('__package__') or ''}."
        dotted = [name for name in words if "." in name]
        names = [name for name in dotted if name in self.records]
        for above in _packages(package) if dotted else ():  # ``from .sub.deep import C``
            names += [above + name for name in dotted if above + name in self.records]
        for tail in words & self._names_by_tail.keys():
            known = self._names_by_tail[tail]
            names += [n for n in known if n == tail or package.startswith(n[: -len(tail)])]
        found = [self.records[name] for name in names if name in self.records]
        return [other for other in found if other is not record and other.is_complete]

    def _named(self, record: Record, words: set[str]) -> list[Any]:
        """Return what words mean in a complete module, and note what its names are bound to."""
        namespace = record.namespace
        if record.name not in self.names:
            self.names[record.name] = (record, namespace.copy())
        return [namespace[name] for name in words & namespace.keys()]

    def _walk(self, values: list[Any], words: set[str]) -> None:
        """Note what an import may change that names these values.

        What the functions among them name is noted when they run. Where nobody tells of that,
        functions are followed that may be called: those that are named, those that they name, the
        methods that run without being named. What merely lies in a table is looked at last.
        """
        seen, with_names = self._seen, not self.recorder.is_told()
        modules: set[int] = set()  # in this walk: each function names others of their names
        called, lying = values, values[:0]
        while called or lying:
            is_called = bool(called)
            waiting, called, lying = (called, [], lying) if is_called else (lying, called, [])
            functions = []
            for value in waiting:
                kind = type(value)
                if (type(kind) is type and kind in _ATOMS) or id(value) in seen:
                    continue
                if kind is FunctionType and not is_called:
                    continue
                if len(seen) > MOST_SEEN:
                    return
                if kind is ModuleType:
                    if id(value) not in modules:
                        modules.add(id(value))
                        called += self._inside_module(value, words)
                    continue
                seen[id(value)] = value
                if kind is FunctionType:
                    functions.append(value)
                    called += _reached_by(value, with_names=with_names)
                elif is_among(kind, _AROUND) or (held := self._seen_in(value, kind)) is None:
                    inside = parts_inside(value)
                    if is_called:
                        called += inside
                    else:
                        lying += inside
                else:
                    self._note(value, held)
                    run, lie = self._inside(value, kind, held, words)
                    called += run
                    lying += lie
            if functions:
                found = own_dicts(functions)
                self._functions += functions
                self._had.update(map(id, found))
                lying += found

    def _inside_module(self, module: ModuleType, words: set[str]) -> list[Any]:
        """Return what words mean in a module that is named."""
        other = self.records.get(module.__name__)
        if other is None or other.module is not module or not other.base:
            return []
        return self._named(other, words)

    def _inside(
        self, value: Any, kind: type, held: Any, words: set[str]
    ) -> tuple[list[Any], list[Any]]:
        """Return what runs when an object is used that holds this, and what lies in it."""
        is_managed = self.base.is_managed_class
        if not issubclass(kind, type):
            run = [kind] if not is_among(kind, _BUILT_IN) and is_managed(kind) else []
            if len(held) > MOST_ITEMS or is_a(held, bytes):
                return run, []
            items = list(held.values() if is_a(held, dict) else held)
            return run, [item for item in items if not is_exactly(item, _LYING)]
        # who derives from a class runs what its bases say
        run = [base for base in value.__bases__ if base is not object and is_managed(base)]
        if kind is not type and is_managed(kind):
            run.append(kind)
        lie = []
        if len(held) <= MOST_ITEMS:
            for name, member in held.items():
                if not is_exactly(member, _ATOMS):
                    if name[:2] == "__" or name in words:
                        run.append(member)
                    elif type(member) is not FunctionType:
                        lie.append(member)
        return run, lie

    def _note(self, value: Any, held: Any) -> None:
        """Note what an object holds: as a rule what its base says, and nothing is copied."""
        content = self.base.contents.get(id(value))
        if content is None or content.owner is not value or len(self._notes) >= MOST:
            return
        if same_items(content.held, held):
            self._notes.append((value, content.held))
        elif not is_a(value, count):
            self._notes.append((value, holding(value, self.base)))

    def _seen_in(self, value: Any, kind: type) -> Any:
        """Return what an object holds, to look at: where it can be, the very thing and no copy."""
        if kind is dict or kind is list:
            return value
        if kind is count:
            return position_of(value)
        known = self._plain.get(id(kind))
        if known is None or known[0]() is not kind:
            known = (ref(kind), has_plain_state(kind), holds_nothing(kind))
            self._plain[id(kind)] = known
        if known[1]:
            return instance_dict(value) or {}
        return None if known[2] else holding(value, self.base)


def _packages(package: str) -> list[str]:
    """Return a package and those that it lies in, as what the names in them begin with.

    Example:
        >>> _packages("shop.admin.")
        ['shop.', 'shop.admin.']
    """
    return [package[: at + 1] for at, letter in enumerate(package) if letter == "." and at]


def put_in(start: Any, now: Any) -> list[Any]:
    """Return what an object holds that did not hold it, or not at this place.

    A table into which each import puts something is not to be gone through by each import.

    Example:
        >>> put_in({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}), put_in([1], [1, 2])
        ([3, 4], [2])
    """
    if is_a(now, set):
        return list(now)
    was, are = (held.values() if is_a(held, dict) else held for held in (start, now))
    return [*compress(are, map(is_not, are, was)), *islice(are, len(was), None)]


def _reached_by(function: FunctionType, *, with_names: bool) -> list[Any]:
    """Return what a function that may be called leads to."""
    code, closure, defaults = function.__code__, function.__closure__, function.__defaults__
    found: list[Any] = []
    if closure and code.co_freevars not in ONLY_CLASS:
        found += closure
    if defaults:
        found += defaults
    if with_names:
        names = function.__globals__
        found += [names[name] for name in _words(code) & names.keys()]
    return found


def _defined(code: CodeType) -> set[str]:
    """Return the names of what a module's code defines itself, but for those that it imports."""
    consts = code.co_consts
    defined = {const.co_name for const in consts if type(const) is CodeType}
    if defined:
        for const in consts:
            if type(const) is tuple:
                defined.difference_update(const)
    return defined


def _words(code: CodeType, *, with_functions: bool = True) -> set[str]:
    """Return the names that stand in code and in the class bodies in it, also in functions."""
    words = _said(code)
    for const in code.co_consts:
        if type(const) is CodeType and (with_functions or not const.co_flags & CO_OPTIMIZED):
            words |= _words(const, with_functions=with_functions)
    return words


def _said(code: CodeType) -> set[str]:
    """Return the names that stand in code itself, as text too where it asks for something so.

    Example:
        >>> sorted(_said(compile("getattr(shop, 'price')()", "m", "exec")))
        ['getattr', 'price', 'shop']
    """
    words = set(code.co_names)
    if not _ASKING.isdisjoint(words):
        for const in code.co_consts:
            if type(const) is str:
                words.update((const.lstrip("."), *const.split(".")))
    return words
