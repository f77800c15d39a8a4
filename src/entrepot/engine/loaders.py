"""Loaders: from a spec to executed code.

Each class is a subclass of the standard library's of the same name, so that ``isinstance``
means what it meant, and defines for itself every step of loading. On take-over the steps defined
here are put into the standard classes themselves (``takeover.py``): the objects that a program
meets, pickles and compares stay of the classes that it knows.

``_system`` is the import system that executes what a loader obtained: None outside of one.
"""

from __future__ import annotations

import _frozen_importlib_external as _external
import _imp
import io
import os
import sys
from time import perf_counter_ns

from . import bytecode, paths
from .frames import call_without_frames, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any, ClassVar

    from typing_extensions import Buffer

    from .specs import ModuleSpec

_TELLS_MODULE = sys.version_info >= (3, 15)


class LoaderBasics(_external._LoaderBasics):
    """What source and bytecode loaders share."""

    #: The ``ImportSystem`` that executes the code, if any (it is built on this file).
    _system: ClassVar[Any] = None

    if TYPE_CHECKING:  # a loader class that is built on this one has them
        get_filename: Any
        get_data: Any

    def is_package(self, fullname: str) -> bool:
        """Return whether the file is an ``__init__`` (and the module is not named so)."""
        stem = paths.split(self.get_filename(fullname))[1].rpartition(".")[0]
        return stem == "__init__" and fullname.rpartition(".")[2] != "__init__"

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system to make a plain module."""

    def exec_module(self, module: ModuleType) -> None:
        """Obtain the module's code and execute it in the module.

        Raises:
            ImportError: There is no code for it.
        """
        code = code_for(self, module)
        if self._system is None:
            call_without_frames(exec, code, module.__dict__)
        else:
            self._system.execute(module, code)


def code_for(loader: Any, module: ModuleType) -> CodeType:
    """Return a module's code, obtained from its loader.

    Raises:
        ImportError: There is none.
    """
    code: CodeType | None = loader.get_code(module.__name__)
    if code is None:
        raise ImportError(f"cannot load module {module.__name__!r} when get_code() returns None")
    return code


class SourceLoader(LoaderBasics, _external.SourceLoader):
    """Loads source, by way of bytecode files where these are good."""

    def get_source(self, fullname: str) -> str:
        """Return the module's text.

        Raises:
            ImportError: The file cannot be read.
        """
        path = self.get_filename(fullname)
        try:
            data = self.get_data(path)
        except OSError as error:
            raise ImportError("source not available through get_data()", name=fullname) from error
        return bytecode.decode_source(data)

    if _TELLS_MODULE:

        def source_to_code(  # type: ignore[override]
            self, data: Any, path: str, fullname: str | None = None, *, _optimize: int = -1
        ) -> CodeType:
            """Return the code object that a source compiles to."""
            return call_without_frames(
                compile,
                data,
                path,
                "exec",
                dont_inherit=True,
                optimize=_optimize,
                module=fullname,
            )

    else:

        def source_to_code(  # type: ignore[misc, override]
            self, data: Any, path: str, *, _optimize: int = -1
        ) -> CodeType:
            """Return the code object that a source compiles to."""
            return call_without_frames(
                compile, data, path, "exec", dont_inherit=True, optimize=_optimize
            )

    def get_code(self, fullname: str) -> CodeType:
        """Return the module's code: from a good bytecode file, or compiled and written there.

        Raises:
            SyntaxError: The source is no Python.
            OSError: The source cannot be read.
        """
        started = perf_counter_ns()
        source_path = self.get_filename(fullname)
        cached = _CachedCode.of(self, fullname, source_path)
        if cached is not None and cached.data is not None:
            read = perf_counter_ns()
            code = bytecode.code_from(
                memoryview(cached.data)[bytecode.HEADER_SIZE :],
                fullname,
                cached.path,
                source_path,
            )
            _note_code(self, "bytecode", cached.path, started, read)
            return code
        source = cached.source if cached is not None else None
        if source is None:
            source = self.get_data(source_path)
        read = perf_counter_ns()
        if _TELLS_MODULE:
            code = self.source_to_code(source, source_path, fullname)
        else:
            code = self.source_to_code(source, source_path)
        tell("code object from {}", source_path)
        _note_code(self, "source", source_path, started, read)
        if cached is not None and not sys.dont_write_bytecode:
            cached.write(self, code, source, source_path)
        return code


class _CachedCode:
    """What is known of a source's bytecode file: its place, whether it is good, how it is tied.

    ``data`` is the file if it may be used; ``source`` the source if it was read to find out.
    """

    __slots__ = ("data", "flags", "mtime", "path", "source", "source_hash")

    def __init__(self, path: str, mtime: int) -> None:
        self.path = path
        self.mtime = mtime
        self.data: bytes | None = None
        self.flags = 0
        self.source: bytes | None = None
        self.source_hash: bytes | None = None

    @classmethod
    def of(cls, loader: Any, name: str, source_path: str) -> _CachedCode | None:
        """Look at the bytecode file of a source; None if none can be kept for it."""
        try:
            path = _external.cache_from_source(source_path)
            stats = loader.path_stats(source_path)
        except (NotImplementedError, OSError):
            return None
        cached = cls(path, int(stats["mtime"]))
        try:
            data = loader.get_data(path)
        except OSError:
            return cached
        try:
            if cached._is_good(data, stats, name, loader, source_path):
                tell("{} matches {}", path, source_path)
                cached.data = data
        except (ImportError, EOFError):
            cached.data = None  # stale or broken: compile, and write it anew
        return cached

    def _is_good(
        self, data: bytes, stats: dict[str, Any], name: str, loader: Any, source_path: str
    ) -> bool:
        details = {"name": name, "path": self.path}
        flags = bytecode.flags_of(data, name, details)
        if not flags & bytecode.HASH_BASED:
            bytecode.check_timestamp(data, self.mtime, stats["size"], name, details)
            return True
        self.flags = flags
        if bytecode.wants_hash_check(flags):
            self.source = loader.get_data(source_path)
            self.source_hash = bytecode.source_hash(self.source)
            bytecode.check_hash(data, self.source_hash, name, details)
        return True

    def write(self, loader: Any, code: CodeType, source: Any, source_path: str) -> None:
        """Write the file, tied to its source in the way that it was before."""
        if self.flags & bytecode.HASH_BASED:
            wanted = self.source_hash or bytecode.source_hash(source)
            data = bytecode.hash_file(code, wanted, bool(self.flags & bytecode.CHECK_SOURCE))
        else:
            data = bytecode.timestamp_file(code, self.mtime, len(source))
        try:
            loader._cache_bytecode(source_path, self.path, data)
        except NotImplementedError:
            return  # a loader of somebody's that does not keep bytecode


def _note_code(loader: Any, kind: str, path: str, started: int, read: int) -> None:
    system = getattr(loader, "_system", None)
    if system is not None and system.is_observed:
        system.note_code(kind, path, read - started, perf_counter_ns() - read)


def _check_name(loader: Any, name: str | None) -> str:
    if name is None:
        return str(loader.name)
    if loader.name != name:
        raise ImportError(f"loader for {loader.name} cannot handle {name}", name=name)
    return name


class FileLoader(_external.FileLoader):
    """Loads from one file of the file system."""

    def __init__(self, fullname: str, path: str) -> None:
        self.name = fullname
        self.path = path

    def __eq__(self, other: object) -> bool:
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.name) ^ hash(self.path)

    def get_filename(self, name: str | None = None) -> str:
        """Return the file.

        Raises:
            ImportError: The loader is for a module of another name.
        """
        _check_name(self, name)
        return self.path

    def get_data(self, path: str) -> bytes:
        """Return a file's bytes, source and the like by ``open_code`` (PEP 578).

        Raises:
            OSError: It cannot be read.
        """
        if isinstance(self, _OPENED_AS_CODE):
            with io.open_code(str(path)) as file:
                return file.read()
        with io.FileIO(path, "r") as file:
            return file.read()

    def get_resource_reader(self, name: str | None = None) -> Any:
        """Return a reader of the files beside the module."""
        _check_name(self, name)
        from importlib.readers import FileReader

        return FileReader(self)


_OPENED_AS_CODE: tuple[type, ...] = (_external.SourceLoader, _external.ExtensionFileLoader)
if sys.version_info >= (3, 14):
    _OPENED_AS_CODE += (_external.SourcelessFileLoader,)


class SourceFileLoader(FileLoader, SourceLoader, _external.SourceFileLoader):  # type: ignore[misc]
    """Loads source from the file system."""

    def path_stats(self, path: str) -> dict[str, Any]:
        """Return a file's modification time and size."""
        stats = os.stat(path)  # noqa: PTH116
        return {"mtime": stats.st_mtime, "size": stats.st_size}

    def _cache_bytecode(self, source_path: str, bytecode_path: str, data: bytes) -> None:
        self.set_data(bytecode_path, data, _mode=bytecode.mode_for(source_path))

    def set_data(self, path: str, data: Buffer, *, _mode: int = 0o666) -> None:
        """Write a file, with the folders it needs. That it cannot be written is no error."""
        folder = paths.split(path)[0]
        try:
            if folder and not paths.is_folder(folder):
                os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            bytecode.write_atomic(path, data, _mode)
        except OSError as error:
            tell("could not create {!r}: {!r}", path, error)
        else:
            tell("created {!r}", path)


class SourcelessFileLoader(FileLoader, LoaderBasics, _external.SourcelessFileLoader):
    """Loads a bytecode file that stands where the source would."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the file's code.

        Raises:
            ImportError: It is no bytecode of this interpreter.
            EOFError: It is cut short.
        """
        started = perf_counter_ns()
        path = self.get_filename(fullname)
        data = self.get_data(path)
        read = perf_counter_ns()
        bytecode.flags_of(data, fullname, {"name": fullname, "path": path})
        code = bytecode.code_from(memoryview(data)[bytecode.HEADER_SIZE :], fullname, path, None)
        _note_code(self, "bytecode", path, started, read)
        return code

    def get_source(self, fullname: str) -> None:
        """Return None: there is no source."""


class ExtensionFileLoader(FileLoader, LoaderBasics, _external.ExtensionFileLoader):
    """Loads an extension module; C does the work (PEP 489)."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # type: ignore[override]
        """Return the extension's module, not yet executed."""
        module = call_without_frames(_imp.create_dynamic, spec)
        tell("extension module {!r} loaded from {!r}", spec.name, self.path)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Execute the extension's module."""
        call_without_frames(_imp.exec_dynamic, module)
        tell("extension module {!r} executed from {!r}", self.name, self.path)

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Return whether the file is an ``__init__`` with a suffix of extensions."""
        file = paths.split(self.path)[1]
        return any(file == "__init__" + suffix for suffix in _imp.extension_suffixes())

    def get_code(self, fullname: str) -> None:
        """Return None: an extension has no code object."""

    def get_source(self, fullname: str) -> None:
        """Return None: an extension has no source."""
