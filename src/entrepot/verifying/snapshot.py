"""Loaded modules as plain data that two processes can compare.

A snapshot is a flat mapping of *paths* to *facts*. A path says where something was found, such as
``shop.cart:Cart.total.default[0]``; its fact says what stands there, in words that do not depend
on addresses or on the process.

Identity is part of it. The first path that shows an object tells everything about it, every later
one says ``is shop.cart:Cart``. Functions and classes are told where they are at home (where their
``__module__`` and ``__qualname__`` lead to them), whoever refers to them first; so a stale copy
stands out as something told twice. Atoms, and what the interpreter shares as it likes, have no
identity.

No code of the program is run: attributes are read from ``__dict__`` and slots, and only objects
of the standard library's own types are asked for more.
"""

from __future__ import annotations

import collections
import os
import re
import sys
import types
from typing import TYPE_CHECKING, Any

from entrepot.folders import is_below

from .codes import Codes
from .kinds import has_no_identity, is_a, parts_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

#: What every module has and the import system writes.
OF_THE_SYSTEM = frozenset(
    {"__builtins__", "__cached__", "__loader__", "__spec__", "__warningregistry__"}
)
#: What the interpreter keeps in a class for itself.
OF_THE_CLASS = frozenset(
    {
        "__dict__",
        "__weakref__",
        "_abc_impl",
        "__abstractmethods__",
        "__static_attributes__",
        "__annotations_cache__",
        "__annotate_func__",
        "__annotate__",
        "__slotnames__",  # what ``copyreg`` found when an instance was pickled first
    }
)
#: What ``sys`` holds for the import system: of the process, whoever has a name for it.
OF_THE_PROCESS = ("modules", "path", "meta_path", "path_hooks", "path_importer_cache")
#: Where functions of the import system stand, ours or Python's own: each does what the other does.
IMPORT_SYSTEM = frozenset({"importlib._bootstrap", "importlib._bootstrap_external"})
OUR_IMPORT_SYSTEM = "entrepot.engine."
DEEPEST = 40
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


def modules_below(roots: Sequence[str]) -> dict[str, types.ModuleType]:
    """Return the loaded modules whose files are below some folders, without ``__main__``."""
    found = {}
    main = sys.modules.get("__main__")  # multiprocessing has another name for it
    for name, module in list(sys.modules.items()):
        if name == "__main__" or module is main or not is_a(module, types.ModuleType):
            continue
        file = vars(module).get("__file__")
        if not isinstance(file, str):
            continue
        file = os.path.realpath(file)
        if any(is_below(file, root) for root in roots):
            found[name] = module
    return found


def _holds_itself(_value: object) -> Any:
    return None


class Snapshot:
    """What some modules hold.

    Told what they held at another time, it is a snapshot of that time: ``namespaces`` has the
    names of modules then, and ``held`` returns what a container, class or instance held then (a
    list, dict or set; anything else means that it holds the same now).

    Attributes:
        facts: By path, such as ``{"shop:RATE": "int 2", "shop.api:RATE": "int 2"}``.
        parents: By path, the path that led there.
    """

    def __init__(
        self,
        modules: Mapping[str, types.ModuleType],
        namespaces: Mapping[str, Mapping[str, Any]] | None = None,
        held: Callable[[object], Any] = _holds_itself,
    ) -> None:
        self.facts: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self.modules = modules
        self._namespaces = namespaces or {}
        self._held = held
        self._codes = Codes()
        self._homes: dict[int, str] = {}
        self._told: dict[int, str] = {}
        self._kept: list[object] = []
        self._named = {
            id(vars(module)): f"the namespace of {name}" for name, module in modules.items()
        }
        self._named.update((id(getattr(sys, name)), f"sys.{name}") for name in OF_THE_PROCESS)
        self._find_homes()
        for name in sorted(modules):
            self._module(name, modules[name])

    def _namespace(self, name: str) -> dict[str, Any]:
        return dict(self._namespaces.get(name, vars(self.modules[name])))

    def _find_homes(self) -> None:
        for name in sorted(self.modules):
            found = self._namespace(name)
            seen: set[int] = set()
            self._homes_in(name, found, f"{name}:", seen)

    def _homes_in(
        self, module: str, found: Mapping[str, Any], prefix: str, seen: set[int]
    ) -> None:
        for key, value in sorted(found.items(), key=_by_name):
            wrapped, value = value, _unwrapped(value)
            if not is_a(value, types.FunctionType | type) or id(value) in seen:
                continue
            if value.__module__ != module or f"{module}:{value.__qualname__}" != f"{prefix}{key}":
                continue
            seen.add(id(value))
            tail = "" if wrapped is value else ".function"
            self._homes.setdefault(id(value), f"{prefix}{key}{tail}")
            if is_a(value, type):
                self._homes_in(module, dict(vars(value)), f"{prefix}{key}.", seen)

    def _module(self, name: str, module: types.ModuleType) -> None:
        first = self._told.setdefault(id(module), name)
        if first != name:
            self._state(name, "", f"is {first}")
            return
        self._state(name, "", f"module {type(module).__qualname__}")
        for key, value in sorted(self._namespace(name).items(), key=_by_name):
            if key not in OF_THE_SYSTEM:
                self.walk(f"{name}:{key}", name, value, 0)

    def _state(self, path: str, parent: str, fact: str) -> None:
        self.facts[path] = ADDRESS.sub("0x", fact)
        self.parents[path] = parent

    def walk(self, path: str, parent: str, value: Any, depth: int) -> None:
        """State what stands at a path, and below it."""
        text = text_of(value)
        if text is not None:
            self._state(path, parent, text)
            return
        if is_a(value, types.ModuleType):
            name = object.__getattribute__(value, "__dict__").get("__name__")  # it may have none
            known = self.modules.get(name) if is_a(name, str) else None
            stale = known is not None and known is not value
            self._state(path, parent, f"module {name}{', not the loaded one' * stale}")
            return
        if id(value) in self._named:  # compared by itself, or the process's own
            self._state(path, parent, self._named[id(value)])
            return
        home = self._homes.get(id(value))
        first = self._told.get(id(value)) or (home if home != path else None)
        if first is not None and not has_no_identity(value):
            self._state(path, parent, f"is {first}")
            return
        outside = self._outside(value)
        if outside is not None or depth > DEEPEST:
            self._state(path, parent, outside or f"deep {type(value).__qualname__}")
            return
        self._told[id(value)] = path
        self._kept.append(value)
        self._tell(path, parent, value, depth)

    def _tell(self, path: str, parent: str, value: Any, depth: int) -> None:
        if is_a(value, types.FunctionType):
            self._state(path, parent, f"function {value.__module__}.{value.__qualname__}")
            parts = self._parts_of_function(value)
        elif is_a(value, type):
            self._state(path, parent, f"class {value.__module__}.{value.__qualname__}")
            parts = self._parts_of_class(value)
        elif is_a(value, types.CodeType):
            self._state(path, parent, f"code {self._codes.does(value)}")
            parts = iter([(".lines", self._codes.stands(value))])
        else:
            self._state(path, parent, f"object of {self._name_of_class(type(value))}")
            parts = self._parts_of_object(value)
        for tail, part in parts:
            self.walk(f"{path}{tail}", path, part, depth + 1)

    def _outside(self, value: Any) -> str | None:
        """Name a function or class of an unmanaged module; it is not told further."""
        if not is_a(value, types.FunctionType | type | types.BuiltinFunctionType):
            return None
        module = getattr(value, "__module__", None)
        if is_a(value, types.FunctionType):
            module = value.__globals__.get("__name__", module)
            if module in IMPORT_SYSTEM or str(module).startswith(OUR_IMPORT_SYSTEM):
                return f"the import system's {value.__name__}"
            if _is_generated(value):
                return None
        if is_a(value, types.BuiltinFunctionType) and not is_a(
            value.__self__, types.ModuleType | type | None
        ):
            return None
        if module in self.modules:
            return None
        return f"{type(value).__name__} {module}.{value.__qualname__}"

    def _name_of_class(self, cls: type) -> str:
        home = self._homes.get(id(cls)) or self._told.get(id(cls))
        if home is None and cls.__module__ in self.modules:
            return f"a class {cls.__module__}.{cls.__qualname__} that stands nowhere"
        return home or f"{cls.__module__}.{cls.__qualname__}"

    def _parts_of_function(self, value: types.FunctionType) -> Iterator[tuple[str, Any]]:
        code = value.__code__
        yield ".code", f"{self._codes.does(code)}"
        yield ".lines", self._codes.stands(code)
        yield ".doc", value.__doc__
        name = value.__globals__.get("__name__")
        module = self.modules.get(name) if isinstance(name, str) else None
        if module is not None and vars(module) is not value.__globals__:
            yield ".globals", f"of a module {name} that is not the loaded one"
        for number, default in enumerate(value.__defaults__ or ()):
            yield f".default[{number}]", default
        for key, default in sorted((value.__kwdefaults__ or {}).items()):
            yield f".default[{key}]", default
        for key, note in sorted(_annotations(value).items()):
            yield f".annotation[{key}]", note
        for key, cell in zip(code.co_freevars, value.__closure__ or (), strict=True):
            yield f".cell[{key}]", _content(cell)
        yield ".type_params", getattr(value, "__type_params__", ())
        for key, item in sorted(dict(vars(value)).items(), key=_by_name):
            yield f".{key}", item

    def _parts_of_class(self, value: type) -> Iterator[tuple[str, Any]]:
        yield ".metaclass", type(value)
        yield ".bases", value.__bases__
        yield ".mro", " ".join(self._name_of_class(cls) for cls in type.mro(value)[1:])
        yield ".abstract", sorted(getattr(value, "__abstractmethods__", ()) or ())
        held = self._held(value)
        members = held if type(held) is dict else dict(vars(value))
        for key, item in sorted(members.items(), key=_by_name):
            if key in OF_THE_CLASS or is_a(item, types.GetSetDescriptorType):
                continue
            if is_a(item, types.MemberDescriptorType):
                yield f".{key}", "slot"
            else:
                yield f".{key}", item

    def _parts_of_object(self, value: Any) -> Iterator[tuple[str, Any]]:
        cls = type(value)
        if cls.__module__ in self.modules:
            yield ".class", cls
        held = self._held(value)
        if is_a(value, collections.deque):
            yield ".maxlen", value.maxlen
        if is_a(value, list | set | dict | collections.deque):
            if is_a(held, list | set | dict):
                yield from parts_of(value, held)
            else:
                yield from parts_of(value, value)
        elif type(held) is dict:
            for key, item in sorted(held.items(), key=_by_name):
                yield f".{key}", item
            return
        else:
            yield from parts_of(value, value)
        yield from _attributes(value)


def _by_name(item: tuple[Any, Any]) -> str:
    return str(item[0])


def _unwrapped(value: Any) -> Any:
    if is_a(value, staticmethod | classmethod):
        return value.__func__
    return value


def _is_generated(value: types.FunctionType) -> bool:
    return value.__code__.co_filename.startswith("<")


def _annotations(value: Any) -> dict[str, Any]:
    """Return annotations that are there already; from 3.14 on they would be evaluated."""
    if hasattr(value, "__annotate__"):
        return {}
    return value.__annotations__ or {}


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return "an empty cell"


def _own_dict(value: Any) -> Any:
    """Return an object's ``__dict__``, unless its class computes one: that runs the program."""
    for cls in type(value).__mro__:
        own: Any = vars(cls).get("__dict__")
        if is_a(own, types.GetSetDescriptorType | types.MemberDescriptorType):
            return own.__get__(value)
    return None


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    namespace = _own_dict(value)
    if type(namespace) is dict:
        for key, item in sorted(namespace.items(), key=_by_name):
            yield f".{key}", item
    for cls in type(value).__mro__:
        if "__slots__" not in vars(cls):
            continue  # a C type's members may be addresses
        for key, member in sorted(vars(cls).items()):
            if is_a(member, types.MemberDescriptorType):
                try:
                    yield f".{key}", member.__get__(value, type(value))
                except AttributeError:
                    yield f".{key}", "an empty slot"
