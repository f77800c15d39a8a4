"""Which module a file of a traceback is, and where other modules of the same program are.

The texts of a program are looked for where a program's modules are imported from: the folders
that its files show (each file's folder, without its packages), and the module search path where
there is one. The standard library and installed packages are not followed, unless the failure is
in one of them.
"""

from __future__ import annotations

import os
import sysconfig
from types import ModuleType
from typing import TYPE_CHECKING, Any

from entrepot.folders import INSTALLED
from entrepot.source.imports import imports_of
from entrepot.source.missing import absolute
from entrepot.source.outline import ModuleSource
from entrepot.source.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .failure import Frame


class Whereabouts:
    """Finds a program's modules by name and by file.

    Args:
        frames: The frames of a failure; those of ``<module>`` get their module's name.
        path: More folders to look in, such as ``sys.path``.
    """

    def __init__(self, frames: Sequence[Frame], path: Iterable[str] = ()) -> None:
        self._sources: dict[str, ModuleSource | None] = {}
        self.files_by_module: dict[str, str] = {}
        self.main: ModuleSource | None = None
        self._roots: list[str] = []
        self._tops: set[str] = set()
        self._name(frames)
        for root in self._folders():
            if root not in self._roots:
                self._roots.append(root)
        self._roots += [p for p in map(os.path.abspath, path) if p not in self._roots]
        self._tops = {name.partition(".")[0] for name in self.files_by_module}

    def _folders(self) -> Iterator[str]:
        """Yield the folders that the program's files show modules to be imported from."""
        if self.main is not None:
            yield os.path.dirname(self.main.file)
        for file in self.files_by_module.values():
            yield _root_of(file)

    def __call__(self, name: str) -> ModuleSource | None:
        """Return the source of a module by its absolute name, None if it is not followed."""
        if name == "__main__":
            return self.main
        if name not in self._sources:
            self._sources[name] = self._found(name)
        return self._sources[name]

    def _found(self, name: str) -> ModuleSource | None:
        if name in self.files_by_module:
            return read_source(name, self.files_by_module[name])
        parts = name.split(".")
        for root in self._roots:
            if is_installed(root) and parts[0] not in self._tops:
                continue
            base = os.path.join(root, *parts)
            for file in (os.path.join(base, "__init__.py"), f"{base}.py"):
                if os.path.isfile(file):
                    return read_source(name, file)
            if os.path.isdir(os.path.join(root, parts[0])):
                return None
        return None

    def _name(self, frames: Sequence[Frame]) -> None:
        """Find out which module each ``<module>`` frame executes."""
        before: Frame | None = None
        for frame in frames:
            if not os.path.isfile(frame.file):
                continue
            if frame.function == "<module>":
                if not frame.module:
                    hints = self._names_imported_at(before) if before is not None else []
                    frame.module = _named(frame.file, hints) if before else "__main__"
                if frame.module == "__main__":
                    self.main = read_source("__main__", os.path.abspath(frame.file))
                else:
                    self.files_by_module[frame.module] = os.path.abspath(frame.file)
            before = frame
        self._name_functions(frames)

    def _name_functions(self, frames: Sequence[Frame]) -> None:
        names = {os.path.abspath(file): name for name, file in self.files_by_module.items()}
        if self.main is not None:
            names.setdefault(self.main.file, "__main__")
        for frame in frames:
            file = os.path.abspath(frame.file)
            is_named = bool(frame.module) or file in names
            if not is_named and os.path.isfile(file) and not is_installed(file):
                # A module whose own code is over: only its functions stand in the traceback.
                names[file] = _named(file, [])
                self.files_by_module.setdefault(names[file], file)
            frame.module = frame.module or names.get(file, "")

    def _names_imported_at(self, frame: Frame) -> list[str]:
        """Return the names that the import statement at a frame's line may import."""
        source = read_source(frame.module or _named(frame.file, []), os.path.abspath(frame.file))
        names = []
        for fact in imports_of(source.tree) if source is not None else ():
            if source is not None and fact.line <= frame.line <= fact.end_line:
                name = absolute(fact.module, fact.level, source.package)
                if name:
                    names += [f"{name}.{fact.name}", name] if fact.name else [name]
        return names


def _named(file: str, hints: list[str]) -> str:
    """Return the name under which a file was imported, by the statements that may have done it."""
    path = os.path.abspath(file).removesuffix(".py").removesuffix(f"{os.sep}__init__")
    for hint in hints:
        parts = hint.split(".")
        for end in range(len(parts), 0, -1):
            if path.endswith(os.sep + os.path.join(*parts[:end])):
                return ".".join(parts[:end])
    return own_name(os.path.abspath(file))


def own_name(file: str) -> str:
    """Return the name that an absolute file has by the packages around it."""
    path = file.removesuffix(".py").removesuffix(f"{os.sep}__init__")
    return os.path.relpath(path, _root_of(file)).replace(os.sep, ".")


def _root_of(file: str) -> str:
    """Return the folder that a file's outermost package is in."""
    folder = os.path.dirname(file)
    while (
        os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder
    ):
        folder = os.path.dirname(folder)
    return folder


def read_source(name: str, file: str) -> ModuleSource | None:
    """Return a module's text, None if it cannot be read or parsed."""
    try:
        with open(file, "rb") as stream:
            text = Text(file, stream.read())
        is_package = os.path.basename(file) == "__init__.py"
        package = None
        if name == "__main__":  # its relative imports can only work if it is run by -m
            package = own_name(file).rpartition(".")[0]
        source = ModuleSource(name, text, is_package=is_package, package=package)
        source.tree  # noqa: B018 - one that cannot be parsed is not followed
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    return source


def users_modules(modules: Mapping[str, Any]) -> dict[str, ModuleType]:
    """Return the modules that are the user's own: neither standard nor installed."""
    return {
        name: module
        for name, module in modules.items()
        if isinstance(module, ModuleType)
        and isinstance(getattr(module, "__file__", None), str)
        and not is_installed(str(module.__file__))
        and name.partition(".")[0] != "entrepot"
    }


def is_installed(path: str) -> bool:
    """Tell whether a path belongs to the standard library or to installed packages."""
    real = os.path.realpath(path)
    parts = real.split(os.sep)
    if any(name in parts for name in INSTALLED):
        return True
    return is_standard(real)


def is_standard(path: str) -> bool:
    """Tell whether a path belongs to the standard library, or is a zip file's or frozen."""
    if path.startswith("<"):
        return True
    real = os.path.realpath(path)
    if "site-packages" in real.split(os.sep):
        return False
    folders = {os.path.realpath(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib")}
    folders.add(os.path.realpath(os.path.dirname(os.__file__)))
    return any(real == folder or real.startswith(folder + os.sep) for folder in folders)


def line_of(file: str, line: int) -> str:
    """Return a line of a file, stripped, ``""`` if there is none."""
    try:
        with open(file, "rb") as stream:
            lines = Text(file, stream.read()).lines
    except (OSError, SyntaxError):
        return ""
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""
