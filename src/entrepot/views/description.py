"""``entrepot.describe("pkg.mod")``: everything about one module, as the process has it now.

What a module's statements bind is read from its text; the text is that of its file, or under LIVE
the one that runs. *State* is what no longer is as the text says: a name bound to a literal that
has another value now, a definition that somebody replaced, a name that was deleted, and a name
that no statement binds (set from outside, or by the module's own functions).

Who imports a module is told by what stands in the namespaces of other modules: the module itself,
or objects that the module defines. An import whose name was deleted again leaves no trace there;
``entrepot why`` records the statements themselves.
"""

from __future__ import annotations

import ast
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from entrepot.engine.narration import name_of_finder
from entrepot.engine.takeover import current
from entrepot.names import parent_of
from entrepot.source.facts import uses_of
from entrepot.source.statements import split
from entrepot.source.text import Text

from .tree import KINDS_BY_LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.engine.system import ImportSystem
    from entrepot.reloading.session import Live
    from entrepot.source.statements import Statement

_ABSENT = object()
#: What every module has, whatever its statements bind.
_OWN = frozenset(
    {"__name__", "__doc__", "__package__", "__loader__", "__spec__", "__path__", "__file__",
     "__cached__", "__builtins__", "__annotations__", "__annotate__", "__warningregistry__",
     "__conditional_annotations__", "__lazy_modules__"}
)  # fmt: skip
_MOST_CHARACTERS = 60
_MOST_ITEMS = 8
#: Types of values that can be compared and shown without running code of the program.
_PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), type(...)})


class Bound:
    """One top-level statement: its first line, its beginning, and the names that it binds."""

    __slots__ = ("line", "names", "text")

    def __init__(self, line: int, text: str, names: list[str]) -> None:
        self.line = line
        self.text = text
        self.names = names

    def __repr__(self) -> str:
        return f"Bound({self.line}, {self.text!r}, {self.names!r})"


class Description:
    """Everything about one module.

    Attributes:
        name: The module's name.
        status: ``"loaded"``, ``"partially initialized"``, ``"no module"`` (something else stands
            in the cache), ``"not loaded"`` (it could be) or ``"not found"``.
        spec: Its ``ModuleSpec``, or None.
        finder: The meta path finder that answers for it now, or None.
        kind: How its code is obtained: ``"source"``, ``"extension"``, ``"built in"``, ...
        file: Where it comes from, or None.
        importers: Module name -> the names there that lead to it or to what it defines.
        imported: The names of modules that its namespace leads to, in order.
        statements: Its top-level statements, if its text can be read; else None.
        state: What is not as the text says, one sentence each.
        revision: The number of the text that runs, under LIVE; else None.
    """

    def __init__(
        self, name: str, system: ImportSystem | None = None, live: Live | None = None
    ) -> None:
        modules: Mapping[str, Any] = sys.modules if system is None else system.modules
        module = modules.get(name, _ABSENT)
        # In a private system the session knows a module by its name there, ``a:name``.
        names = (name, getattr(module, "__name__", name))
        record = None if live is None else next(filter(None, map(live.records.get, names)), None)
        self.name = name
        self.spec = getattr(module, "__spec__", None)
        self.finder: str | None = None
        self._find(name, modules, sys.meta_path if system is None else system.meta_path)
        self.status = _status(module, self.spec)
        origin = getattr(self.spec, "origin", None) or getattr(module, "__file__", None)
        self.file = origin if isinstance(origin, str) and origin not in _NO_FILES else None
        self.kind = _kind_of(self.spec, self.file)
        self.importers = dict(_importers(name, module, modules))
        self.imported = list(_imported(name, module))
        self.statements: list[Bound] | None = None
        self.state: list[str] = []
        self.revision = None if record is None else record.revision
        self._read(module, record)

    def _find(self, name: str, modules: Mapping[str, Any], meta_path: list[Any]) -> None:
        """Ask the finders, as an import would; without importing the package."""
        path = None
        if parent_of(name):
            path = getattr(modules.get(parent_of(name)), "__path__", None)
            if path is None:
                return
        for finder in list(meta_path):
            find_spec = getattr(finder, "find_spec", None)
            spec = None if find_spec is None else find_spec(name, path, None)
            if spec is not None:
                self.finder = name_of_finder(finder)
                self.spec = self.spec or spec
                return

    def _read(self, module: Any, record: Any) -> None:
        if self.kind != "source" and record is None:
            return
        try:
            text = record.text if record is not None else _text_of(str(self.file))
            statements = split(text)
        except (OSError, SyntaxError, ValueError):
            return  # no text to be had: nothing is said of statements
        self.statements = [
            Bound(s.first, _beginning(s), sorted(uses_of(s.node).binds)) for s in statements
        ]
        if isinstance(module, ModuleType):
            self.state = list(_changes(module, statements))

    def as_dict(self) -> dict[str, object]:
        """Return it as what stands for it in JSON."""
        return {
            "name": self.name, "status": self.status, "finder": self.finder, "kind": self.kind,
            "file": self.file, "spec": None if self.spec is None else repr(self.spec),
            "importers": self.importers, "imported": self.imported,
            "statements": None if self.statements is None else [
                {"line": s.line, "text": s.text, "names": s.names} for s in self.statements
            ],
            "state": self.state, "revision": self.revision,
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        return f"<Description of {self.name!r}: {self.status}>"

    def _lines(self) -> Iterator[str]:
        yield f"{self.name}: {self.status}"
        if self.spec is None:
            return
        loader = getattr(self.spec, "loader", None)
        yield f"  file       {self.file or 'none'} ({self.kind})"
        yield f"  finder     {self.finder or 'none would find it now'}"
        yield f"  loader     {'none' if loader is None else name_of_finder(loader)}"
        if self.revision is not None:
            yield f"  revision   {self.revision}"
        for importer, names in sorted(self.importers.items()):
            yield f"  importer   {importer}: {_listed(names)}"
        if self.imported:
            yield f"  imported   {_listed(self.imported)}"
        for statement in self.statements or ():
            bound = f"  -> {_listed(statement.names)}" if statement.names else ""
            yield f"  statement  {statement.line:4}  {statement.text}{bound}"
        for sentence in self.state:
            yield f"  state      {sentence}"


_NO_FILES = ("built-in", "frozen", "namespace")


def describe(
    name: str, *, system: ImportSystem | None = None, live: Live | None = None
) -> Description:
    """Return everything about one module, loaded or not; nothing is imported for it.

    Args:
        name: The module's name.
        system: The private import system that it belongs to.
        live: The session that keeps it live, for its revision and the text that runs.

    Example:
        >>> about = describe("textwrap")
        >>> about.kind, about.finder
        ('source', 'PathFinder')
        >>> print(describe("there.is.nothing"))
        there.is.nothing: not found
    """
    if live is not None and system is None:
        system = live.system
    return Description(name, system or current(), live)


def _status(module: Any, spec: Any) -> str:
    if module is _ABSENT:
        return "not found" if spec is None else "not loaded"
    if not isinstance(module, ModuleType):
        return "no module"
    return "partially initialized" if getattr(spec, "_initializing", False) else "loaded"


def _kind_of(spec: Any, file: str | None) -> str:
    if spec is None:
        return "source" if file is not None and file.endswith(".py") else "unknown"
    loader = spec.loader
    named = "None" if loader is None else name_of_finder(loader)
    if named in KINDS_BY_LOADER:
        return KINDS_BY_LOADER[named]
    return "source" if file is not None and file.endswith(".py") else "other"


def _text_of(file: str) -> Text:
    with open(file, "rb") as stream:
        return Text(file, stream.read())


def _importers(
    name: str, module: Any, modules: Mapping[str, Any]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the modules that have it, or what it defines, under names of their own."""
    if not isinstance(module, ModuleType):
        return
    defined = {
        id(value)
        for value in vars(module).values()
        if isinstance(value, FunctionType | type) and _home_of(value) == module.__name__
    }
    for other, importer in list(modules.items()):
        if importer is module or not isinstance(importer, ModuleType):
            continue
        found = [
            key
            for key, value in list(vars(importer).items())
            if value is module or id(value) in defined
        ]
        # A package has its modules as attributes, whoever imported them.
        tail = name.rpartition(".")[2]
        if other == parent_of(name) and found == [tail]:
            continue
        if found:
            yield other, sorted(found)


def _home_of(value: Any) -> object:
    """Return the module that defines a function or class, without running code of the program."""
    home = vars(value).get("__module__") if isinstance(value, type) else value.__module__
    return home if isinstance(home, str) else None


def _imported(name: str, module: Any) -> Iterator[str]:
    """Yield the modules that its namespace leads to: by themselves, or by what they define."""
    if not isinstance(module, ModuleType):
        return
    seen = {name, module.__name__}
    for value in list(vars(module).values()):
        home: object = None
        if isinstance(value, ModuleType):
            home = vars(value).get("__name__")
        elif isinstance(value, FunctionType | type):
            home = _home_of(value)
        if isinstance(home, str) and home not in seen and home != "builtins":
            seen.add(home)
            yield home


def _beginning(statement: Statement) -> str:
    node = statement.node
    lines = statement.text.strip().splitlines() or [""]
    at = max(0, node.lineno - (statement.first - statement.shift))  # after the decorators
    text = lines[min(at, len(lines) - 1)].strip()
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _changes(module: ModuleType, statements: list[Statement]) -> Iterator[str]:
    """Yield what in a module's namespace is not as its statements say."""
    namespace = vars(module)
    bound: set[str] = set()
    last_by_name: dict[str, Statement] = {}
    is_dynamic = False
    for statement in statements:
        uses = uses_of(statement.node)
        is_dynamic = is_dynamic or uses.is_dynamic
        bound |= uses.binds
        last_by_name.update(dict.fromkeys(uses.binds, statement))
        for name in uses.deletes | (uses.may_bind - set(namespace)):
            last_by_name.pop(name, None)
    for name, statement in sorted(last_by_name.items()):
        yield from _change(module, name, namespace.get(name, _ABSENT), statement)
    if is_dynamic:
        return  # a star import or exec binds names that the text does not tell
    for name, value in namespace.items():
        is_own_module = isinstance(value, ModuleType) and hasattr(module, "__path__")
        if name not in bound and name not in _OWN and not is_own_module:
            yield f"{name!r} is bound by no statement"


def _change(module: ModuleType, name: str, value: Any, statement: Statement) -> Iterator[str]:
    where = f"line {statement.first}"
    if value is _ABSENT:
        yield f"{name!r} is gone, bound on {where}"
    elif statement.is_function or statement.is_class:
        is_undecorated = not getattr(statement.node, "decorator_list", ())
        is_definition = isinstance(value, FunctionType if statement.is_function else type)
        if is_undecorated and not (is_definition and _home_of(value) == module.__name__):
            yield f"{name!r} is no longer what is defined on {where}"
    else:
        literal = _literal_of(statement, name)
        if literal is not _ABSENT and _is_other(value, literal):
            yield f"{name!r} is {_short(value)}, bound to {_short(literal)} on {where}"


def _literal_of(statement: Statement, name: str) -> Any:
    """Return the value that a statement such as ``name = 1`` binds, if its text tells it."""
    node = statement.node
    if isinstance(node, ast.Assign):
        targets: list[ast.expr] = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:
        return _ABSENT
    is_named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
    if not is_named or node.value is None:
        return _ABSENT
    try:
        return ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _ABSENT


def _is_other(value: Any, literal: Any) -> bool:
    """Tell whether a value is not the literal's; comparing must not run code of the program."""
    if type(value) is not type(literal):
        return True
    if isinstance(value, list | tuple | set | frozenset):
        if isinstance(value, list | tuple):
            return len(value) != len(literal) or any(map(_is_other, value, literal))
        is_plain = all(type(item) in _PLAIN for item in value)
        return not is_plain or value != literal
    if isinstance(value, dict):
        return _is_other(list(value.items()), list(literal.items()))
    return bool(value != literal)


def _short(value: Any) -> str:
    """Return a value in words; of plain values only, as another's ``__repr__`` is a program's."""
    if isinstance(value, tuple | list | dict | set):
        parts = [*value, *value.values()] if isinstance(value, dict) else list(value)
        if len(parts) > _MOST_ITEMS or any(type(part) not in _PLAIN for part in parts):
            return f"a {type(value).__name__} of {len(value)}"
    elif type(value) not in _PLAIN:
        return f"an object of type {type(value).__qualname__}"
    text = repr(value)
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
