"""Files that come, go and are linked: what becomes of the modules that were loaded from them.

A module whose file is gone is looked for again, as an import would: it may be a package now (or
the other way round), or stand elsewhere on the path. Where it is nowhere it leaves the module
cache; statements that import it run again and fail as they would in a fresh process.
"""

from __future__ import annotations

import ast
import importlib
import importlib.machinery
import os
import sys
from importlib import _bootstrap_external
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import is_a
from .revision import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .edit import Edit
    from .journal import Journal
    from .revision import Record
    from .session import Live

_external: Any = _bootstrap_external


def look_anew() -> None:
    """Let finders forget what they know of folders, as ``importlib.invalidate_caches`` does.

    That one loads ``importlib.metadata`` from Python 3.13 on, and with it thirty modules, which a
    restart would not have. In a program that has not imported it there is nothing to forget.
    """
    if sys.version_info < (3, 13) or "importlib.metadata" in sys.modules:
        importlib.invalidate_caches()
        return
    for finder in list(sys.meta_path):
        if finder is importlib.machinery.PathFinder:
            _forget_folders()
        elif hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()


def _forget_folders() -> None:
    cache: dict[str, Any] = sys.path_importer_cache
    for entry, finder in list(cache.items()):
        if finder is None or not os.path.isabs(entry):  # noqa: PTH117 (as is sys.path)
            cache.pop(entry, None)
        elif hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()
    _external._NamespacePath._epoch += 1  # noqa: SLF001


class FolderPackages:
    """Packages that were nothing but folders when they were imported.

    When one gets a file of its own, a restart executes that before all that lies below it. An
    empty one changes nothing.
    """

    def __init__(self) -> None:
        self._packages: dict[str, ModuleType] = {}

    def with_files(self, new: Iterable[Record]) -> Iterator[str]:
        """Yield why an edit cannot be taken: such a package has a file now that does something.

        Args:
            new: The modules whose packages are not known yet.
        """
        for record in new:
            name = record.name.rpartition(".")[0]
            while name:
                found: Any = sys.modules.get(name)
                if is_a(found, ModuleType) and found.__dict__.get("__file__") is None:
                    self._packages[name] = found
                name = name.rpartition(".")[0]
        for name, package in self._packages.items():
            if sys.modules.get(name) is not package:
                continue
            for folder in folders_in(package.__dict__.get("__path__", ())):
                file = os.path.join(folder, "__init__.py")  # noqa: PTH118
                line = _first_to_run(file)
                if line:
                    yield f"{file}:{line} {name} was a folder only when it was imported"


def folders_in(path: Iterable[Any]) -> list[str]:
    """Return the folders of a package's ``__path__``.

    Example:
        >>> folders_in(["/app/shop", None])
        ['/app/shop']
    """
    try:
        return [folder for folder in path if type(folder) is str]
    except KeyError:  # asked anew at each look, of a package above it that has left the cache
        return []


def _first_to_run(file: str) -> int:
    """Return the line of the first statement in a file that does something, 0 for none."""
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 (pathlib is slow to import)
            body = ast.parse(stream.read()).body
    except OSError:
        return 0
    except (SyntaxError, ValueError):
        return 1
    own = (node for node in body if not _is_string(node))
    return next((node.lineno for node in own), 0)


def _is_string(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def without_links(session: Live, edit: Edit) -> tuple[Edit, list[str]]:
    """Return an edit whose files are named as those of the modules are, and what it cannot take.

    A module's file is known by its name without links. One that was imported by a link, which is
    gone or leads elsewhere now, would have to become another one.
    """
    contents: dict[str, bytes | None] = {}
    refusals = []
    for file, content in edit.contents.items():
        name = file
        if not session.records_of([file]):
            real = os.path.realpath(file)
            if real != file and session.records_of([real]):
                name = real
            elif real != file or content is None:
                refusals += [
                    f"{record.name} was imported by the link {file}, which leads elsewhere now"
                    for record in list(session.records.values())
                    if record.file != file and origin_of(record.module) == file
                ]
        contents[name] = content
    return type(edit)(contents), refusals


def found_again(record: Record, edit: Edit) -> tuple[Any, bytes] | None:
    """Return the spec and the content of a module whose file is gone, ``None`` if it is too."""
    look_anew()
    parent = record.name.rpartition(".")[0]
    path = None
    if parent:
        package = sys.modules.get(parent)
        path = getattr(package, "__path__", None)
        if path is None:
            return None
    spec = importlib.machinery.PathFinder.find_spec(record.name, path)
    if spec is None or spec.origin is None or not spec.has_location:
        return None
    file = os.path.realpath(spec.origin)
    content = edit.contents.get(file)
    if content is None:
        content = edit.of_files([file]).contents[file]
    return None if content is None else (spec, content)


def move(journal: Journal, record: Record, spec: Any) -> None:
    """Make a module one that was loaded from another file."""
    namespace = record.namespace
    journal.set_item(namespace, "__spec__", spec)
    journal.set_item(namespace, "__file__", spec.origin)
    journal.set_item(namespace, "__loader__", spec.loader)
    journal.set_item(namespace, "__package__", spec.parent)
    if "__cached__" in namespace:
        journal.set_item(namespace, "__cached__", spec.cached)
    if spec.submodule_search_locations is not None:
        journal.set_item(namespace, "__path__", list(spec.submodule_search_locations))
    else:
        journal.delete_item(namespace, "__path__")
    before = record.file
    record.file = os.path.realpath(spec.origin)
    journal.note(lambda: setattr(record, "file", before))


def forget(journal: Journal, records: dict[str, Record], record: Record) -> None:
    """Take a module whose file is gone out of the module cache and out of its package."""
    if sys.modules.get(record.name) is record.module:
        journal.delete_item(sys.modules, record.name)
    parent, _, tail = record.name.rpartition(".")
    package = getattr(sys.modules.get(parent), "__dict__", {})  # without a file it has no record
    if package.get(tail) is record.module:
        journal.delete_item(package, tail)
    journal.delete_item(records, record.name)
