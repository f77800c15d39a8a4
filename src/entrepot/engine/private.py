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

import _imp
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

from . import specs
from .cache import PrivateCache
from .finders import FileFinder, PathFinder
from .frames import cut_frames, masked
from .loaders import ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader
from .locks import LockTable
from .namespaces import NamespacePath
from .specs import ModuleSpec
from .standins import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

_OURSELVES = __name__.partition(".")[0]
#: What an extension's file may be loaded by.
_EXTENSION_LOADERS = (ExtensionFileLoader,)


class SystemState:
    """The state that an import system searches and fills, named as in ``sys``."""

    def __init__(self, prefix: str, path: list[str]) -> None:
        self.modules = PrivateCache(prefix)
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
        self.state = SystemState(self.prefix, list(path))
        self.locks = LockTable()
        self.is_closed = False
        self._finder = HostFinder(self)
        builtins_module = self._make_builtins()
        self.builtins = vars(builtins_module)
        self._fill_state()
        shared = self._make_stand_ins(builtins_module)
        if "__main__" in sys.modules:
            shared["__main__"] = sys.modules["__main__"]
        for key, module in shared.items():
            self.state.modules.share(key, module)
        # First: a path finder would take a submodule, by its package's path, for the process's.
        sys.meta_path.insert(0, self._finder)

    def _fill_state(self) -> None:
        bound = {"_system": self._system}
        extension = type("ExtensionFileLoader", (ExtensionFileLoader,), bound)
        source = type("SourceFileLoader", (SourceFileLoader,), bound)
        bytecode = type("SourcelessFileLoader", (SourcelessFileLoader,), bound)
        portions = type("NamespacePath", (NamespacePath,), {"_state": self.state})
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
        return self.state.modules.plain(name)

    def key_of(self, spec: ModuleSpec) -> str:
        """Return the plain name of a spec's module."""
        return str(self.plain(spec.name))

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the name, then the prefixed one: a finder of code inside may know that one."""
        return (name, self.prefix + name)

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

    def import_parents(self, system: Any, name: str, import_: Any) -> None:
        """Have the system import the packages of a name."""
        system.import_parents(name, import_)

    def shares(self, name: str) -> bool:
        """Return whether a name is the process's inside too: the standard library, and we.

        A second entrepot inside would take itself for the one that took the process over.
        """
        top = name.partition(".")[0]
        return top == _OURSELVES or top in sys.stdlib_module_names or _imp.is_frozen(name)

    def shared(self, name: str) -> Any:
        """Return a module of the process that is shared with the system, else None.

        Raises:
            SystemClosedError: The system is closed.
        """
        if self.is_closed:
            raise SystemClosedError(self.name, name)
        if not self.shares(name):
            return None
        module = importlib.import_module(name)
        self.state.modules.share(name, module)
        return module

    def close(self) -> None:
        """Take the system's names out of ``sys.modules``; it imports nothing more."""
        self.is_closed = True
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for key in [key for key in list(sys.modules) if key.startswith(self.prefix)]:
            del sys.modules[key]

    # What the system's modules see

    def _make_builtins(self) -> ModuleType:
        module = ModuleType(builtins.__name__, builtins.__doc__)
        names = vars(module)
        names.update(vars(builtins))
        names["__import__"] = make_import(self)
        if hasattr(builtins, "__lazy_import__"):
            names["__lazy_import__"] = make_lazy_import(self, builtins.__lazy_import__)
        return module

    def _make_stand_ins(self, builtins_module: ModuleType) -> dict[str, Any]:
        import importlib.machinery
        import importlib.util

        system = self._system
        import_ = self.builtins["__import__"]

        def reload(module: Any) -> Any:
            """Reload a module; one that the process shares is reloaded there, for everybody."""
            own = isinstance(module, ModuleType) and self.shares(module.__name__)
            return importlib.reload(module) if own else system.reload(module)

        def find_spec(name: Any, package: str | None = None) -> Any:
            """Return the spec of a module; of a shared one, the process's."""
            shared = isinstance(name, str) and self.shares(name)
            return (importlib.util if shared else system).find_spec(name, package)

        def module_from_spec(spec: ModuleSpec) -> Any:
            """Return a new module, whose imports will go through the system."""
            module = specs.module_from_spec(self.take_spec(spec))
            self.take_module(module)
            return module

        own_util = {"find_spec": find_spec, "module_from_spec": module_from_spec}
        util = stand_in(importlib.util, own_util)
        machinery = stand_in(importlib.machinery, {"PathFinder": self.state.meta_path[0]})
        own_importlib = {
            "__import__": import_,
            "import_module": system.import_module,
            "invalidate_caches": system.invalidate_caches,
            "machinery": machinery,
            "reload": reload,
            "util": util,
        }
        return {
            "builtins": builtins_module,
            "importlib": stand_in(importlib, own_importlib),
            "importlib.machinery": machinery,
            "importlib.util": util,
            "sys": stand_in(sys, state=self.state),
        }


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
        if target is not None:  # to be reloaded: by its own loader
            return ground._system.find(ground.plain(name), path, target)  # type: ignore[no-any-return]
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
    """Return the ``__import__`` of a private system: quick where the module is in the cache.

    What statements usually ask for is answered right here; what is in doubt goes to the system.
    """
    look_up = super(PrivateCache, ground.state.modules).get  # dict's own, in C
    prefix = ground.prefix
    slow = ground._system.import_statement
    plain = ground.plain

    def __import__(  # noqa: A001, N807 - the protocol's name
        name: str,
        globals: Any = None,  # noqa: A002
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        try:
            try:
                module = None
                if level == 0:
                    module = look_up(name)
                elif (
                    level == 1 and (given := globals["__package__"]) == globals["__spec__"].parent
                ):
                    package = given.removeprefix(prefix)
                    module = look_up(f"{package}.{name}" if name else package)
                if module is not None and not module.__spec__._initializing:
                    if fromlist:
                        if not hasattr(module, "__path__"):
                            return module
                        for item in fromlist:
                            if item == "*" or not hasattr(module, item):
                                break
                        else:
                            return module
                    elif level == 0:
                        if "." not in name:
                            return module
                        top = look_up(name.partition(".")[0])  # `import a.b` binds `a`
                        if top is not None and not top.__spec__._initializing:
                            return top
            except (AttributeError, KeyError, TypeError):
                pass  # something odd: the system knows
            return slow(plain(name), globals, locals, fromlist, level)
        except BaseException as error:
            cut_frames(error)
            raise

    return masked(__import__)


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
