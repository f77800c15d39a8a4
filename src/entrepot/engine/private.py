"""A private import system: beside the process's own, with a module cache of its own.

How a module of system ``a`` reaches its own system: its namespace has a ``__builtins__`` of its
own, whose ``__import__`` is the system's; whatever the module imports, in functions, threads,
``eval`` or ``exec``, goes there. How the rest of the process reaches the module: by the name
``a:shop.cart`` in ``sys.modules``, which is also its ``__name__``; pickle, dataclasses, typing and
C look modules up there. The name has no dot before the package, so ``a:shop`` is top-level.

The standard library is shared with the process, since private copies of ``typing`` or ``abc``
would make objects unequal across the border. Modules that take or hold module names (``sys``,
``importlib``, ``builtins``) have stand-ins inside. This is no security border.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from entrepot.errors import (
    ExtensionNotIsolatedError,
    SystemClosedError,
    SystemNameError,
    SystemPathError,
)

from .finders import FileFinder, PathFinder
from .loaders import ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader
from .locks import LockTable
from .namespaces import NamespacePath
from .specs import ModuleSpec
from .standins import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

#: What an extension's file may be loaded by.
_EXTENSION_LOADERS = (ExtensionFileLoader,)


class SystemState:
    """The state that an import system searches and fills, named as in ``sys``."""

    def __init__(self, path: list[str]) -> None:
        self.modules: dict[str, Any] = {}
        self.path = path
        self.meta_path: list[Any] = []
        self.path_hooks: list[Any] = []
        self.path_importer_cache: dict[str, Any] = {}


class PrivateGround:
    """Names, state and sharing of one private system.

    Args:
        system: The ``ImportSystem`` that stands here (which is built on this file).
        name: Its name.
        path: The folders to search.

    Raises:
        SystemNameError: The name is no identifier, or an open system has it.
        SystemPathError: The path is no list of str.
    """

    def __init__(self, system: Any, name: Any, path: Any) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise SystemNameError(name, "it is no identifier")
        if not isinstance(path, (list, tuple)) or not all(isinstance(p, str) for p in path):
            raise SystemPathError(name, path)
        self.name = name
        self.prefix = f"{name}:"
        if any(isinstance(f, HostFinder) and f.ground.name == name for f in sys.meta_path):
            raise SystemNameError(name, "an open system has the name")
        self._system = system
        self.state = SystemState(list(path))
        self.locks = LockTable()
        self.is_closed = False
        self._finder = HostFinder(self)
        self._stand_ins = self._make_stand_ins()
        self.builtins = self._make_builtins()
        self._fill_state()
        # First: a path finder would take a submodule, by its package's path, for the process's.
        sys.meta_path.insert(0, self._finder)

    def _fill_state(self) -> None:
        bound = {"_system": self._system}
        extension = type("ExtensionFileLoader", (ExtensionFileLoader,), bound)
        source = type("SourceFileLoader", (SourceFileLoader,), bound)
        bytecode = type("SourcelessFileLoader", (SourcelessFileLoader,), bound)
        portions = type("NamespacePath", (NamespacePath,), {"_state": _PlainState(self)})
        finder = type(
            "PathFinder", (PathFinder,), {"_state": self.state, "_namespace_path": portions}
        )
        suffixes = _suffixes()
        details = [(extension, suffixes[0]), (source, suffixes[1]), (bytecode, suffixes[2])]
        archives = _zip_importer(self.plain)
        self.state.path_hooks[:] = [archives, FileFinder.path_hook(*details)]
        self.state.meta_path[:] = [finder]

    # What the algorithm asks

    def plain(self, name: Any) -> Any:
        """Return a name without the system's prefix."""
        return name.removeprefix(self.prefix) if isinstance(name, str) else name

    def key_of(self, spec: ModuleSpec) -> str:
        """Return the plain name of a spec's module."""
        return str(self.plain(spec.name))

    def take_spec(self, spec: ModuleSpec) -> ModuleSpec:
        """Give a found spec, and its loader, the name that the process is to know.

        Raises:
            ExtensionNotIsolatedError: It is an extension module, of which there is one in a
                process.
        """
        if isinstance(spec.loader, _EXTENSION_LOADERS):
            raise ExtensionNotIsolatedError(self.name, spec.name, spec.origin)
        if not spec.name.startswith(self.prefix):
            shown = self.prefix + spec.name
            if getattr(spec.loader, "name", None) == spec.name:
                spec.loader.name = shown  # type: ignore[union-attr]
            spec.name = shown
        return spec

    def take_module(self, module: Any) -> None:
        """Give a created module the builtins whose ``__import__`` is the system's."""
        if isinstance(module, ModuleType):
            module.__dict__["__builtins__"] = self.builtins

    def show(self, key: str, module: Any) -> None:
        """Register a module in ``sys.modules`` under its prefixed name."""
        sys.modules[self.prefix + key] = module

    def hide(self, key: str) -> None:
        """Take a module's prefixed name out of ``sys.modules``."""
        sys.modules.pop(self.prefix + key, None)

    def import_parents(self, system: Any, name: str, import_: Any) -> None:
        """Have the system import the packages of a name."""
        system.import_parents(name, import_)

    def shared(self, name: str) -> Any:
        """Return a stand-in or a module of the standard library, else None.

        Raises:
            SystemClosedError: The system is closed.
        """
        if self.is_closed:
            raise SystemClosedError(self.name, name)
        stand_in = self._stand_ins.get(name)
        if stand_in is None and name.partition(".")[0] in sys.stdlib_module_names:
            stand_in = importlib.import_module(name)
        if stand_in is not None:
            self.state.modules[name] = stand_in
        return stand_in

    def close(self) -> None:
        """Take the system's names out of ``sys.modules``; it imports nothing more."""
        self.is_closed = True
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for key in [key for key in list(sys.modules) if key.startswith(self.prefix)]:
            del sys.modules[key]

    # What the system's modules see

    def _make_builtins(self) -> dict[str, Any]:
        names = dict(vars(builtins))
        names["__import__"] = make_import(self)
        if hasattr(builtins, "__lazy_import__"):
            names["__lazy_import__"] = make_lazy_import(self, builtins.__lazy_import__)
        return names

    def _make_stand_ins(self) -> dict[str, ModuleType]:
        system, state = self._system, self.state
        own_state: dict[str, Any] = {
            name: (lambda attribute=name: getattr(state, attribute)) for name in vars(state)
        }
        own_importlib = {
            "import_module": lambda: system.import_module,
            "reload": lambda: system.reload,
            "invalidate_caches": lambda: system.invalidate_caches,
            "__import__": lambda: self.builtins["__import__"],
        }
        import importlib.util

        own_util = {"find_spec": lambda: system.find_spec}
        util = StandIn(importlib.util, own_util)
        return {
            "sys": StandIn(sys, own_state),
            "importlib": StandIn(importlib, own_importlib | {"util": lambda: util}),
            "importlib.util": util,
            "builtins": StandIn(builtins, {"__import__": lambda: self.builtins["__import__"]}),
        }


class _PlainState:
    """The state as a namespace package's path sees it: it asks by the prefixed name."""

    def __init__(self, ground: PrivateGround) -> None:
        self._ground = ground

    @property
    def path(self) -> list[str]:
        return self._ground.state.path

    @property
    def modules(self) -> Any:
        ground = self._ground
        return {ground.prefix + key: module for key, module in ground.state.modules.items()} | (
            ground.state.modules
        )


class HostFinder:
    """On ``sys.meta_path``: answers names such as ``a:shop.cart``, for pickle and the like."""

    def __init__(self, ground: PrivateGround) -> None:
        self.ground = ground

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Return a spec whose loader hands over the module that the private system has.

        Raises:
            ModuleNotFoundError: The system does not find it.
        """
        ground = self.ground
        if not name.startswith(ground.prefix):
            return None
        module = ground._system.import_module(ground.plain(name))
        # The import that asked takes its own steps, and would take a module that stands in
        # the cache by now for one to be executed again.
        sys.modules.pop(name, None)
        return ModuleSpec(name, _Given(module))  # type: ignore[arg-type]


class _Given:
    """Loads a module that is there already, and leaves it as it is."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self._spec = getattr(module, "__spec__", None)

    def create_module(self, spec: object) -> Any:
        """Return the module."""
        return self._module

    def exec_module(self, module: Any) -> None:
        """Give the module its own spec back."""
        if self._spec is not None:
            module.__spec__ = self._spec


def _zip_importer(plain: Callable[[Any], str]) -> type[Any]:
    """Return a zipimporter that finds a module in its archive by the plain name.

    The interpreter's own takes the name in the module's spec, which has the prefix.
    """
    from zipimport import zipimporter

    class_names: dict[str, Any] = {"__module__": zipimporter.__module__}
    for method in ("get_code", "get_filename", "get_source", "is_package"):
        ask = getattr(zipimporter, method)
        class_names[method] = lambda self, name, ask=ask: ask(self, plain(name))
    return type("zipimporter", (zipimporter,), class_names)


def _suffixes() -> tuple[list[str], list[str], list[str]]:
    from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES

    return EXTENSION_SUFFIXES, SOURCE_SUFFIXES, BYTECODE_SUFFIXES


def make_import(ground: PrivateGround) -> Any:
    """Return the ``__import__`` of a private system: quick where the module is in the cache."""
    look_up = ground.state.modules.get
    slow = ground._system.import_statement
    plain = ground.plain

    def __import__(  # noqa: A001, N807 - the protocol's name
        name: str,
        globals: Any = None,  # noqa: A002
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        if level == 0 and not fromlist:
            module = look_up(name)
            if module is not None and "." not in name:
                try:
                    if not module.__spec__._initializing:
                        return module
                except AttributeError:
                    return module
        elif level == 0:
            module = look_up(name)
            if module is not None and not hasattr(module, "__path__"):
                try:
                    if not module.__spec__._initializing:
                        return module
                except AttributeError:
                    return module
        return slow(plain(name), globals, locals, fromlist, level)

    return __import__


def make_lazy_import(ground: PrivateGround, lazy_import: Any) -> Any:
    """Return the ``__lazy_import__`` of a private system (PEP 810).

    The built-in one looks names up in the process's ``sys.modules``; it is asked for the prefixed
    name, which the system's ``__import__`` understands, and it must be called from code that is
    at module level.
    """
    call = compile("call(*given)", "<entrepot>", "eval")

    def __lazy_import__(  # noqa: N807
        name: str,
        globals: Any = None,  # noqa: A002
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        from .binding import absolute_name, package_of

        if level > 0:
            name = absolute_name(name, ground.plain(package_of(globals or {})), level)
        given = (ground.prefix + name, globals, locals, fromlist, 0)
        return eval(call, {"call": lazy_import, "given": given})

    return __lazy_import__
