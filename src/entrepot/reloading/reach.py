"""What a function may run when it is called, told by the names in its code.

A function may call what a name of its code is bound to in its module, and any method of that name
of a class that it can get at: one that is named, the class of an object that is named, or one of
the arguments; and what such an object has by a name, as the receivers of a signal. Code that is
found so is looked through in its turn. Classes that no code on the way names, and whose modules
none imports, are out of its reach.
"""

from __future__ import annotations

import dis
import functools
import gc
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import held_in, instance_dict, is_a, is_exactly, wrapped_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .revision import Record
    from .world import World

_IMPORT = dis.opmap["IMPORT_NAME"]
_LRU = type(functools.lru_cache(len))
#: Methods that Python calls without their name being in any code.
CALLED = frozenset(
    name
    for kind in (object, type, int, float, str, list, dict, set, property, type(iter([])))
    for name in dir(kind)
    if name[:2] == "__"
) | frozenset(
    {"__call__", "__get__", "__set__", "__set_name__", "__missing__", "__enter__", "__exit__",
     "__await__", "__aiter__", "__anext__", "__aenter__", "__aexit__", "__getattr__", "__bool__",
     "__index__", "__next__", "__del__", "__post_init__", "__init_subclass__", "__fspath__",
     "__matmul__", "__rmatmul__", "__imatmul__", "__instancecheck__", "__subclasscheck__"}
)  # fmt: skip


#: What may be called by way of these: a partial, a bound method, a table of functions.
_HOLDING = frozenset({functools.partial, MethodType, tuple, list, dict, set, frozenset})
MOST_HELD = 400


class Reach:
    """What one function may run.

    Attributes:
        codes: The code of the functions, by its identity.
        names: All names in their code.
        modules: Names of the managed modules whose objects it may get at.
        classes: The classes of these whose methods it may call.
    """

    def __init__(self, world: World, function: FunctionType, arguments: Iterable[Any]) -> None:
        self.world = world
        self.codes: dict[int, CodeType] = {}
        self.names: set[str] = set()
        self.modules: dict[str, Record] = {}
        self.classes: dict[int, type] = {}
        self._seen: dict[int, set[str]] = {}
        self._looked_into: set[int] = set()  # functions and caches
        self._asked: dict[int, type] = {}  # classes, managed or not
        self._instances: dict[int, dict[str, Any]] = {}  # what those of the program have
        self._waiting: list[Any] = [*arguments]
        self._function(function)
        self._close()

    def _close(self) -> None:
        """Look at what the names of the code found so far lead to, until that is no more.

        What is found waits in a list: a function may be wrapped thousands of times.
        """
        known: tuple[int, ...] = ()
        while self._waiting or known != (known := self._size()):
            while self._waiting:
                self._value(self._waiting.pop())
            for record in list(self.modules.values()):
                for name in self._fresh(id(record.namespace), record.namespace):
                    self._waiting.append(record.namespace[name])
            for names in list(self._instances.values()):
                self._waiting += [names[name] for name in self._fresh(id(names), list(names))]
            for cls in list(self.classes.values()):
                members = type.__getattribute__(cls, "__dict__")
                for name in self._fresh(id(cls), members):
                    self._member(members[name])

    def _size(self) -> tuple[int, ...]:
        return len(self.codes), len(self.modules), len(self.classes), len(self._instances)

    def _fresh(self, key: int, names: Iterable[str]) -> list[str]:
        """Return the names that may be used, and were not looked at yet."""
        seen = self._seen.setdefault(key, set())
        found = [n for n in names if n not in seen and (n in self.names or n in CALLED)]
        seen.update(found)
        return found

    def _value(self, value: Any) -> None:
        if is_a(value, ModuleType | FunctionType):
            home = self.world.home_of(value)
            if home is not None:
                self.modules.setdefault(home.name, home)
                if is_a(value, FunctionType):
                    self._function(value)
        elif type(value) is _LRU:
            if self._is_first(value):
                self._waiting.append(value.__wrapped__)
        elif is_exactly(value, _HOLDING):
            if self._is_first(value):
                self._waiting += gc.get_referents(value)[:MOST_HELD]
        else:
            for cls in (value if is_a(value, type) else type(value)).__mro__:
                if id(cls) not in self._asked:  # of most objects it is one of a few
                    self._asked[id(cls)] = cls
                    home = self.world.home_of(cls)
                    if home is not None:
                        self.classes[id(cls)] = cls
                        self.modules.setdefault(home.name, home)
            if id(type(value)) in self.classes and len(self._instances) < MOST_HELD:
                names = instance_dict(value)
                if names is not None:
                    self._instances.setdefault(id(names), names)

    def _member(self, value: Any) -> None:
        parts = (value.fget, value.fset, value.fdel) if type(value) is property else (value,)
        for part in parts:
            if part is not None:
                self._waiting.append(wrapped_by(part))

    def _is_first(self, value: Any) -> bool:
        """Return whether a function was not met yet: one that calls itself closes over itself."""
        known = id(value) in self._looked_into
        self._looked_into.add(id(value))
        return not known

    def _function(self, function: FunctionType) -> None:
        if not self._is_first(function):
            return
        record = self.world.by_namespace.get(id(function.__globals__))
        if record is not None:
            self.modules.setdefault(record.name, record)
        for cell in function.__closure__ or ():
            self._waiting += held_in(cell)
        self._code(function.__code__, record)

    def _code(self, code: CodeType, record: Record | None) -> None:
        if id(code) in self.codes:
            return
        self.codes[id(code)] = code
        self.names.update(code.co_names)
        if record is not None and _IMPORT in code.co_code[::2]:
            for name in code.co_names:
                self._imported(record.name, name)
        for inner in code.co_consts:
            if is_a(inner, CodeType):
                self._code(inner, record)

    def _imported(self, importer: str, name: str) -> None:
        """Count a module that may be imported by a name, told from some folder above."""
        while True:
            home = self.world.records.get(f"{importer}.{name}" if importer else name)
            if home is not None:
                self.modules.setdefault(home.name, home)
            if not importer:
                return
            importer = importer.rpartition(".")[0]
