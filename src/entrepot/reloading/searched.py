"""Folders that a statement put on ``sys.path`` are taken back before it runs again.

``sys.path.insert(0, join(HERE, FOLDER))`` would leave the old folder beside the new one. What it
had put there is what its arguments say with the values of before: only arithmetic of paths is
computed again. Where that does not tell, and it adds another folder, it is refused; so is a path
by which a module that statements import would be found in another file than the one it is of.
"""

from __future__ import annotations

import ast
import importlib.machinery
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import chain_of, immediate

from .attributes import NOTHING
from .called import module_called, name_called
from .code_run import code_of
from .outcomes import Refused
from .passing import passed_by
from .purity import PURE_METHODS
from .view import imports_made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .journal import Journal
    from .merging import Merger
    from .revision import LiveStatement, Record
    from .world import World

_PURE_MODULES = frozenset({"posixpath", "ntpath", "genericpath", "pathlib", "pathlib._local"})
_PURE_FUNCTIONS = frozenset({"str", "fspath", "fsdecode", "getcwd"})
_PURE_OF_PATHS = PURE_METHODS | {
    "absolute", "as_posix", "joinpath", "relative_to", "resolve", "with_name", "with_suffix",
}  # fmt: skip
_UNKNOWN = (
    ast.Lambda | ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom | ast.GeneratorExp
    | ast.ListComp | ast.SetComp | ast.DictComp
)  # fmt: skip
_LOOPS = ast.For | ast.AsyncFor | ast.While
_PATH = frozenset({"path"})


class SearchPath:
    """Takes back what statements put on ``sys.path``, for one reload."""

    def __init__(self, journal: Journal, merger: Merger) -> None:
        self._journal = journal
        self._merger = merger
        self._world: World = merger.world
        self._start: list[str] = []
        self._before: list[str] = []
        self._places: list[int] = []
        self._left: dict[str, list[int]] = {}  # by module: where what went had stood
        self._moves: list[tuple[int, str]] = []
        self._is_unclear = False
        self._unclear: set[str] = set()  # modules of which something unknown went

    def are_gone(self) -> bool:
        """Return whether a statement that put a folder there is gone."""
        return any(True for live in self._merger.going() for _ in self._entries(live))

    def begin(self) -> None:
        """A pass begins: what statements that are gone have put there goes."""
        self._start = list(sys.path)
        self._journal.note(partial(_put_back, sys.path, list(sys.path)))
        self._left.clear()
        self._moves.clear()
        self._unclear.clear()
        for live in self._merger.going():
            self._take_back(live)
            self._left.setdefault(live.record.name, []).extend(self._places)
            if self._is_unclear:
                self._unclear.add(live.record.name)

    def about_to_run(self, live: LiveStatement) -> None:
        """What a statement put there when it ran last goes."""
        self._places, self._is_unclear = [], False
        old = self._world.before(live)
        if old is not None:
            self._take_back(old)
        self._before = list(sys.path)

    def ran(self, live: LiveStatement) -> None:
        """A statement has run: note what it has put there instead of that.

        Raises:
            Refused: It put another folder there, and which one it had put there is not known.
        """
        added = [entry for entry in sys.path if entry not in self._before]
        if not added:
            return
        if self._world.before(live) is None:
            self._places = self._left.pop(live.record.name, [])
            self._is_unclear = live.record.name in self._unclear
        if self._is_unclear:
            raise Refused(
                f"{live.where} puts {added[0]!r} on sys.path, and which folder it had put "
                f"there before is not known: restart"
            )
        self._moves += zip(self._places, added, strict=False)

    def finish(self) -> None:
        """All statements have run: what they put there stands where that stood before.

        Raises:
            Refused: A module that statements import would be found in another file.
        """
        for _, entry in self._moves:
            sys.path.remove(entry)
        for place, entry in sorted(self._moves):
            sys.path.insert(place, entry)
        self._moves.clear()
        gone = {_absolute(entry) for entry in self._start if entry not in sys.path}
        new = [entry for entry in sys.path if entry not in self._start]
        if not gone and not new:
            return
        names = {name for name in list(sys.modules) if _folder_of(name) in gone}
        names.update(name for entry in new for name in _listed(entry) if _folder_of(name))
        for name in sorted(names):
            file = sys.modules[name].__spec__.origin  # type: ignore[union-attr]
            spec = importlib.machinery.PathFinder.find_spec(name)
            if (spec is None or spec.origin != file) and (importer := self._importer(name)):
                there = "nowhere" if spec is None else f"at {spec.origin}"
                raise Refused(
                    f"{importer.where} imports {name} from {file}, which is found {there} by the "
                    f"sys.path of now: restart"
                )

    def _importer(self, name: str) -> LiveStatement | None:
        """Return a statement that imports a module."""
        for record in self._world.mentioning((name,)):
            for live in self._world.view(record).naming((name,)):
                for fact in imports_made(live):
                    if fact.level == 0 and fact.module.partition(".")[0] == name:
                        return live
        return None

    def _take_back(self, old: LiveStatement) -> None:
        self._places, self._is_unclear = [], False
        for entry in self._entries(old):
            if entry is NOTHING:
                self._is_unclear = True
            elif entry in sys.path and entry in self._start:
                self._places.append(self._start.index(entry))
                sys.path.remove(entry)

    def _entries(self, live: LiveStatement) -> Iterator[Any]:
        """Yield what a statement had put there, ``NOTHING`` for what is not known."""
        for code in code_of(self._world, live, _PATH, now=False):
            node = code.node()
            parts = [] if node is None else list(immediate(node))
            is_many = any(isinstance(part, _LOOPS) for part in parts)
            for part in parts:
                for given in _given(part):
                    if self._is_path(code.home, part):
                        yield NOTHING if is_many else self._value(code.home, code.reads, given)

    def _is_path(self, home: Record, part: Any) -> bool:
        """Return whether a part of code puts something on ``sys.path``."""
        func = getattr(part, "func", None)
        owner = func.value if isinstance(func, ast.Attribute) else _target(part)
        chain = chain_of(owner)
        *_, value = (None, *passed_by(home, chain)) if chain else (None,)
        return value is sys.path

    def _value(self, home: Record, names: set[str], node: ast.expr) -> Any:
        """Return what an expression was before the reload, ``NOTHING`` if that is not known."""
        for part in ast.walk(node):
            is_local = isinstance(part, ast.Name) and part.id not in names
            is_doing = isinstance(part, ast.Call) and not self._is_pure(home, part)
            if isinstance(part, _UNKNOWN) or is_local or is_doing:
                return NOTHING
        known = dict(self._merger.start.get(home.name, home.namespace))
        try:
            value = eval(compile(ast.Expression(node), "<sys.path>", "eval"), known)  # noqa: S307
        except Exception:  # noqa: BLE001 (what the program did there is not known then)
            return NOTHING
        return value

    def _is_pure(self, home: Record, call: ast.Call) -> bool:
        """Return whether a call only computes a path."""
        chain = chain_of(call.func)
        passed = list(passed_by(home, chain)) if chain else []
        if passed and len(passed) == len(chain):
            function = passed[-1]
            module, name = module_called(function), name_called(function)
            if id(getattr(sys.modules.get(module), "__dict__", None)) in self._world.by_namespace:
                return False
            if module in _PURE_MODULES or name in _PURE_FUNCTIONS:
                return True
        func = call.func
        if isinstance(func, ast.Name):
            return func.id in _PURE_FUNCTIONS and func.id not in home.namespace
        return isinstance(func, ast.Attribute) and func.attr in _PURE_OF_PATHS


def _given(part: ast.AST) -> list[ast.expr]:
    """Return what a part of code puts into a list."""
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        word, args = part.func.attr, part.args
        if word == "append" and len(args) == 1:
            return args
        if word == "insert" and len(args) == 2:
            return args[1:]
        return _items(args[0]) if word == "extend" and len(args) == 1 else []
    if isinstance(part, ast.AugAssign):
        return _items(part.value)
    is_slice = isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Subscript)
    return _items(part.value) if is_slice and isinstance(part, ast.Assign) else []


def _items(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.List | ast.Tuple) else [node]


def _target(part: Any) -> ast.expr:
    target: ast.expr = part.target if isinstance(part, ast.AugAssign) else part.targets[0]
    return target.value if isinstance(target, ast.Subscript) else target


def _folder_of(name: str) -> str:
    """Return the folder in which a top-level module was found, ``""`` for others."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    file = getattr(spec, "origin", None)
    if "." in name or not getattr(spec, "has_location", False) or not isinstance(file, str):
        return ""
    is_package = spec is not None and spec.submodule_search_locations is not None
    folder = os.path.dirname(file)  # noqa: PTH120 (pathlib would have to be loaded)
    return _absolute(os.path.dirname(folder) if is_package else folder)  # noqa: PTH120


def _listed(entry: str) -> list[str]:
    """Return the names of imported modules that a folder has, too."""
    try:
        found = {name.partition(".")[0] for name in os.listdir(entry)}  # noqa: PTH208
    except OSError:
        return []
    return [name for name in found if name in sys.modules]


def _absolute(folder: str) -> str:
    return os.path.abspath(folder)  # noqa: PTH100


def _put_back(path: list[str], before: list[str]) -> None:
    if path != before:
        path[:] = before
