"""What is wrong with the modules of a process, as it is now: each check is one function."""

from __future__ import annotations

import ast
import importlib.util
import marshal
import os
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from entrepot.source.imports import imports_of
from entrepot.source.missing import absolute
from entrepot.source.outline import Outline

from .cycle_text import shown
from .finding import Finding
from .shadowing import hidden_by, renaming
from .whereabouts import is_installed, is_standard, users_modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLAIN = (int, float, complex, str, bytes, bool, tuple, frozenset, type(None))
_UNCHECKED = 0b01


def non_modules(modules: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield entries of the cache that are no modules."""
    for name, value in list(modules.items()):
        if value is None:
            says = f"sys.modules[{name!r}] is None, so it cannot be imported; delete the entry"
            yield Finding("blocked", says, names=(name,))
        elif not isinstance(value, ModuleType):
            home = sys.modules.get(type(value).__module__)
            file = getattr(home, "__file__", None)
            if file is not None and is_installed(file) and type(value).__module__ != "builtins":
                continue
            says = (
                f"sys.modules[{name!r}] is no module but an object of type "
                f"{type(value).__qualname__!r}, and every import returns it; "
                f"delete the entry, or put a module there"
            )
            yield Finding("non-module", says, names=(name,))


def shadows(modules: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the user's modules that hide a standard or an installed one."""
    for name, module in users_modules(modules).items():
        if "." in name or name == "__main__":
            continue
        file = str(module.__file__)
        hidden = hidden_by(name, file)
        if hidden is not None:
            what = "standard" if is_standard(hidden) else "installed"
            remedy = renaming(name, file)
            says = f"hides the {what} module {name!r} ({shown(hidden)}); {remedy.says}"
            yield Finding("shadowed", says, file, 0, (name,), remedy)


def stale_references(modules: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield names that still lead to what a module had before it was reloaded or made anew."""
    for name, module in users_modules(modules).items():
        taken = _taken_by(module)
        for bound, value in list(vars(module).items()):
            home, attribute = taken.get(bound, ("", ""))
            why, remedy = _why_stale(value, modules), "restart, or edit under `entrepot run`"
            if not why:
                why = _why_outdated(value, modules, home, attribute)
                remedy = "import the module, and ask it for the name where it is used"
            if why:
                says = f"{name}.{bound} is stale: {why}; {remedy}"
                line = _line_of_import(module, bound)
                yield Finding("stale", says, str(module.__file__), line, (name, home or bound))


def _why_stale(value: object, modules: Mapping[str, Any]) -> str:
    """Return why a module, function or class is not the one that an import would give."""
    if isinstance(value, ModuleType):
        name = value.__name__
        current = modules.get(name)
        same_file = getattr(current, "__file__", None) == getattr(value, "__file__", 0)
        if isinstance(current, ModuleType) and current is not value and same_file:
            return f"it leads to an older module object, and sys.modules[{name!r}] to another one"
        return ""
    if not isinstance(value, (FunctionType, type)):
        return ""
    name, qualname = value.__name__, value.__qualname__
    home = modules.get(getattr(value, "__module__", None) or "")
    if not isinstance(home, ModuleType) or is_installed(getattr(home, "__file__", None) or "<"):
        return ""
    new = vars(home).get(name)
    if new is value or type(new) is not type(value) or "." in qualname:
        return ""
    if getattr(new, "__qualname__", "") != qualname or _wraps(new, value):
        return ""
    return f"{home.__name__}.{name} is another object since that was executed again"


def _wraps(outer: object, inner: object) -> bool:
    while outer is not None:
        if outer is inner:
            return True
        outer = getattr(outer, "__wrapped__", None)
    return False


def _why_outdated(value: object, modules: Mapping[str, Any], home: str, attribute: str) -> str:
    """Return why a plain value that was taken by a from-import is not the module's any more."""
    module = modules.get(home)
    if not isinstance(module, ModuleType) or attribute not in vars(module):
        return ""
    current = vars(module)[attribute]
    if current is value or not isinstance(value, _PLAIN) or current == value:
        return ""
    return f"it was taken from {home} by a from-import, and {home}.{attribute} has changed since"


def _tree_of(module: ModuleType) -> ast.Module | None:
    try:
        with open(str(module.__file__), "rb") as stream:
            return ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return None


def _taken_by(module: ModuleType) -> dict[str, tuple[str, str]]:
    """Return the names that only a from-import binds: the module and the name there."""
    tree = _tree_of(module)
    if tree is None:
        return {}
    outline = Outline(tree)
    taken = {}
    for fact in imports_of(tree):
        bound = fact.asname or fact.name or ""
        home = absolute(fact.module, fact.level, getattr(module, "__package__", None) or "")
        if fact.name and home and len(outline.lines_by_name.get(bound, ())) == 1:
            taken[bound] = home, fact.name
    return taken


def _line_of_import(module: ModuleType, bound: str) -> int:
    tree = _tree_of(module)
    lines = Outline(tree).lines_by_name.get(bound, [0]) if tree is not None else [0]
    return lines[0]


def stale_bytecode(modules: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield modules whose bytecode file counts as good and was compiled from another text."""
    for name, module in users_modules(modules).items():
        spec = getattr(module, "__spec__", None)
        origin, cached = getattr(spec, "origin", None), getattr(spec, "cached", None)
        if not isinstance(origin, str) or not isinstance(cached, str):
            continue
        if origin.endswith(".pyc"):
            says = f"{name!r} is run from bytecode without its source; bring the source back"
            yield Finding("stale-bytecode", says, origin, 0, (name,))
        elif _is_outdated(origin, cached):
            says = f"{name!r} runs bytecode of another text ({shown(cached)}); delete that file"
            yield Finding("stale-bytecode", says, origin, 0, (name,))


def _is_outdated(file: str, cached: str) -> bool:
    try:
        with open(cached, "rb") as stream:
            content = stream.read()
        with open(file, "rb") as stream:
            source = stream.read()
        flags = int.from_bytes(content[4:8], "little")
        stat = os.stat(file)
        stamp = int.from_bytes(content[8:12], "little"), int.from_bytes(content[12:16], "little")
        is_current = stamp == (int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF)
        if content[:4] != importlib.util.MAGIC_NUMBER or (flags != _UNCHECKED and flags):
            return False
        if not flags and not is_current:
            return False  # the next start sees it
        code = compile(source, file, "exec", dont_inherit=True)
        return bool(marshal.loads(content[16:]) != code)
    except (OSError, SyntaxError, ValueError, EOFError, TypeError):
        return False


def edited_since(
    modules: Mapping[str, Any], stamps_by_name: Mapping[str, tuple[int, int]]
) -> Iterator[Finding]:
    """Yield modules whose file was edited after it was executed."""
    for name, module in users_modules(modules).items():
        stamp = stamp_of(str(module.__file__))
        if name in stamps_by_name and stamp is not None and stamp != stamps_by_name[name]:
            says = (
                f"was edited after {name!r} was executed, and importing it again does not execute "
                f"it; restart, or edit under `entrepot run`"
            )
            yield Finding("stale", says, str(module.__file__), 0, (name,))


def stamp_of(file: str) -> tuple[int, int] | None:
    """Return what tells one text of a file from another: time and size."""
    try:
        stat = os.stat(file)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
