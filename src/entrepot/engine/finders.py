"""Finders: from a name to a spec.

``PathFinder`` stands on the meta path. It goes through the path entries (``sys.path``, or the
``__path__`` of a package), gets the finder of each from a path hook, once, and asks it.
``FileFinder`` is the finder of a folder: it lists the folder once, and again when the folder's
modification time has changed, so a name that is not there costs one ``stat``.

In a folder, a package comes before a module, a module before a portion of a namespace package;
among files, extensions come before source, source before bytecode alone.

Both are subclasses of the standard ones, as the loaders are (see ``loaders.py``). A private
system makes subclasses of its own with another ``_state``.
"""

from __future__ import annotations

import _frozen_importlib_external as _external
import os
import sys
from _warnings import warn

from . import paths
from .frames import tell
from .legacy import legacy_path_entry_spec
from .namespaces import NamespacePath
from .specs import ModuleSpec, portions_spec, spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType
    from typing import Any, ClassVar

#: Since 3.14 an unreadable current folder is skipped like one that is gone.
_NO_CURRENT_FOLDER: tuple[type[OSError], ...] = (FileNotFoundError,)
if sys.version_info >= (3, 14):
    _NO_CURRENT_FOLDER = (FileNotFoundError, PermissionError)


class PathFinder(_external.PathFinder):
    """The meta path finder for the path: path entries, path hooks, path entry finders."""

    #: Has ``path``, ``path_hooks`` and ``path_importer_cache``: ``sys``, or a private system's.
    _state: ClassVar[Any] = sys
    _namespace_path: ClassVar[Any] = NamespacePath

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that one of the path entries has, or None.

        Args:
            fullname: The module's name.
            path: The package's ``__path__``, None for a top-level module.
            target: The module that is to be reloaded, for the finders' information.
        """
        spec = cls._get_spec(fullname, cls._state.path if path is None else path, target)
        if spec is None or spec.loader is not None:
            return spec
        if not spec.submodule_search_locations:
            return None
        spec.origin = None
        spec.submodule_search_locations = cls._namespace_path(
            fullname, spec.submodule_search_locations, cls._get_spec
        )
        return spec

    @classmethod
    def _get_spec(
        cls, fullname: str, path: Sequence[str], target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the first spec with a loader, else one with all portions that were met."""
        portions: list[str] = []
        for entry in path:
            if not isinstance(entry, str):
                continue
            finder = cls._path_importer_cache(entry)
            if finder is None:
                continue
            if hasattr(finder, "find_spec"):
                spec = finder.find_spec(fullname, target)
            else:
                spec = legacy_path_entry_spec(fullname, finder)
            if spec is None:
                continue
            if spec.loader is not None:
                return spec  # type: ignore[no-any-return]
            if spec.submodule_search_locations is None:
                raise ImportError("spec missing loader")
            portions.extend(spec.submodule_search_locations)
        return portions_spec(fullname, portions)

    @classmethod
    def _path_importer_cache(cls, path: str) -> Any:
        """Return the finder for a path entry, remembering it; None if no hook takes it."""
        if path == "":
            try:
                path = os.getcwd()  # noqa: PTH109
            except _NO_CURRENT_FOLDER:
                return None  # not remembered: the program may go to another folder
        try:
            return cls._state.path_importer_cache[path]
        except KeyError:
            finder = cls._state.path_importer_cache[path] = cls._path_hooks(path)
            return finder

    @classmethod
    def _path_hooks(cls, path: str) -> Any:
        """Return what the first path hook that takes an entry makes for it, or None."""
        hooks = cls._state.path_hooks
        if hooks is not None and not hooks:
            warn("sys.path_hooks is empty", ImportWarning, stacklevel=2)
        for hook in hooks:
            try:
                return hook(path)
            except ImportError:
                continue
        return None

    @classmethod
    def invalidate_caches(cls) -> None:
        """Forget what may be out of date: relative entries, refusals, folder listings."""
        cache = cls._state.path_importer_cache
        for entry, finder in list(cache.items()):
            if finder is None or not paths.is_absolute(entry):
                cache.pop(entry, None)  # another thread may be at it
            elif hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()
        cls._namespace_path._epoch += 1
        if sys.version_info < (3, 13):
            return
        from importlib.metadata import MetadataPathFinder

        MetadataPathFinder.invalidate_caches()

    if sys.version_info >= (3, 15):

        @classmethod
        def discover(cls, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
            """Yield a spec for each module that could be imported from the path.

            Raises:
                ValueError: ``parent`` is no package.
            """
            if parent is None:
                path = cls._state.path
            elif parent.submodule_search_locations is None:
                raise ValueError(f"{parent} is not a package module")
            else:
                path = parent.submodule_search_locations
            for entry in set(path):
                finder = cls._path_importer_cache(entry) if isinstance(entry, str) else None
                if finder is not None and hasattr(finder, "discover"):
                    yield from finder.discover(parent)


class FileFinder(_external.FileFinder):
    """The path entry finder for one folder.

    Args:
        path: The folder; made absolute.
        loader_details: Pairs of a loader class and the suffixes that it loads, in the order in
            which they are preferred.
    """

    def __init__(self, path: str, *loader_details: tuple[Any, list[str]]) -> None:
        #: Such as ``[(".so", ExtensionFileLoader), (".py", SourceFileLoader)]``.
        self._loaders = [(suffix, loader) for loader, all_ in loader_details for suffix in all_]
        self.path = paths.absolute(path) if path and path != "." else os.getcwd()  # noqa: PTH109
        self._path_mtime: float = -1
        self._path_cache: set[str] = set()
        self._relaxed_path_cache: set[str] = set()

    def invalidate_caches(self) -> None:
        """List the folder again when next asked."""
        self._path_mtime = -1

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec of a module in this folder, or None.

        For a folder without ``__init__`` that is one with portions and no loader.
        """
        tail = fullname.rpartition(".")[2]
        is_told = sys.flags.verbose > 1
        self._refresh()
        listing, listed = self._path_cache, tail
        if paths.ignores_case():
            listing, listed = self._relaxed_path_cache, tail.lower()
        folder = None
        if listed in listing:
            folder = paths.join(self.path, tail)
            for suffix, loader in self._loaders:
                file = paths.join(folder, "__init__" + suffix)
                if paths.is_file(file):
                    return self._get_spec(loader, fullname, file, [folder], target)
        for suffix, loader in self._loaders:
            if is_told:
                tell("trying {}", paths.join(self.path, tail + suffix), verbosity=2)
            if listed + suffix in listing:
                file = paths.join(self.path, tail + suffix)
                if paths.is_file(file):
                    return self._get_spec(loader, fullname, file, None, target)
        if folder is not None and paths.is_folder(folder):
            tell("possible namespace for {}", folder)
            return portions_spec(fullname, [folder])
        return None

    def _refresh(self) -> None:
        """List the folder if it has changed since."""
        try:
            mtime = os.stat(self.path or os.getcwd()).st_mtime  # noqa: PTH109, PTH116
        except OSError:
            mtime = -1
        if mtime != self._path_mtime:
            self._fill_cache()
            self._path_mtime = mtime

    def _fill_cache(self) -> None:
        try:
            names = os.listdir(self.path or os.getcwd())  # noqa: PTH109, PTH208
        except (FileNotFoundError, PermissionError, NotADirectoryError):
            names = []  # gone, closed to us, or a file by now: it offers nothing
        if sys.platform == "win32":
            # Suffixes count there in any case; everything else as it is spelled.
            parts = [name.partition(".") for name in names]
            self._path_cache = {stem + dot + rest.lower() for stem, dot, rest in parts}
        else:
            self._path_cache = set(names)
        self._relaxed_path_cache = {n.lower() for n in names} if paths.ignores_case() else set()

    def _get_spec(
        self,
        loader_class: Callable[[str, str], Any],
        fullname: str,
        path: str,
        smsl: list[str] | None,
        target: ModuleType | None,  # noqa: ARG002 - subclasses override this with the signature
    ) -> ModuleSpec | None:
        loader = loader_class(fullname, path)
        return spec_from_file_location(
            fullname, path, loader=loader, submodule_search_locations=smsl
        )

    @classmethod
    def path_hook(cls, *loader_details: tuple[Any, list[str]]) -> Callable[[str], FileFinder]:
        """Return a path hook that makes such finders for folders.

        The hook raises ImportError for what is no folder.
        """

        def path_hook_for_FileFinder(path: str) -> FileFinder:  # noqa: N802 - its known name
            """Path hook for importlib.machinery.FileFinder."""
            if not paths.is_folder(path):
                raise ImportError("only directories are supported", path=path)
            return cls(path, *loader_details)

        return path_hook_for_FileFinder

    if sys.version_info >= (3, 15):

        def discover(self, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
            """Yield a spec for each module that could be imported from the folder.

            Raises:
                ValueError: ``parent`` is no package.
            """
            if parent and parent.submodule_search_locations is None:
                raise ValueError(f"{parent} is not a package module")
            prefix = f"{parent.name}." if parent else ""
            for tail in self._find_children():
                spec = self.find_spec(prefix + tail)
                if spec is not None:
                    yield spec

        def _find_children(self) -> Iterator[str]:
            try:
                entries = list(os.scandir(self.path))
            except OSError:
                return  # gone or unreadable: no children
            for entry in entries:
                if entry.name == "__pycache__":
                    continue
                if entry.is_dir() and "." not in entry.name:
                    yield entry.name
                if entry.is_file():
                    suffixes = (s for s, _loader in self._loaders if entry.name.endswith(s))
                    yield from {entry.name.removesuffix(suffix) for suffix in suffixes}
