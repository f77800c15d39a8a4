"""Specs and the modules made from them (PEP 451).

A spec says what a finder found: the module's name, its loader, where it comes from. The class is
the standard library's, since every finder and loader shares it. Here are the two directions:
from a loader or a file to a spec, and from a spec to a module with its attributes.
"""

from __future__ import annotations

import _frozen_importlib
import _frozen_importlib_external as _external
import _imp
import os
import sys
from _frozen_importlib_external import (
    ExtensionFileLoader,
    NamespaceLoader,
    SourceFileLoader,
    SourcelessFileLoader,
)
from _warnings import warn
from types import ModuleType

from . import paths
from .frames import call_without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ModuleSpec = _frozen_importlib.ModuleSpec

#: Modules got ``__cached__`` up to 3.14.
_SETS_CACHED = sys.version_info < (3, 15)
#: Loaders with nothing but ``load_module()`` are called up to 3.14.
LOAD_MODULE_WORKS = sys.version_info < (3, 15)
_ABSENT: Any = object()


def spec_from_loader(
    name: str, loader: Any, *, origin: str | None = None, is_package: bool | None = None
) -> ModuleSpec | None:
    """Return a spec for a module that this loader can load.

    Args:
        name: The module's name.
        loader: The loader, or None.
        origin: Where it comes from; asked of the loader if not given.
        is_package: Whether it is a package; asked of the loader if not given.
    """
    if origin is None:
        origin = getattr(loader, "_ORIGIN", None)
    if not origin and hasattr(loader, "get_filename"):
        if is_package is None:
            return spec_from_file_location(name, loader=loader)
        search: list[str] | None = [] if is_package else None
        return spec_from_file_location(name, loader=loader, submodule_search_locations=search)
    if is_package is None:
        is_package = _asked_is_package(loader, name) if hasattr(loader, "is_package") else False
    return ModuleSpec(name, loader, origin=origin, is_package=is_package)


def _asked_is_package(loader: Any, name: str) -> bool | None:
    try:
        return bool(loader.is_package(name))
    except ImportError:
        return None


def spec_from_file_location(
    name: str,
    location: str | os.PathLike[str] | None = None,
    *,
    loader: Any = None,
    submodule_search_locations: Any = _ABSENT,
) -> ModuleSpec | None:
    """Return a spec for a module in a file.

    Args:
        name: The module's name.
        location: The file; a relative one is made absolute. None: ask the loader.
        loader: The loader; chosen by the file's suffix if not given.
        submodule_search_locations: The package's search list, None for a plain module; asked of
            the loader if not given. An empty list becomes one with the file's folder.

    Returns:
        The spec, or None if no loader is given and none fits the suffix.
    """
    if location is None:
        place = _asked_filename(loader, name)
    else:
        place = os.fspath(location)
        try:
            place = paths.absolute(place)
        except OSError:
            place = os.fspath(location)  # there is no current folder to start from
    if loader is None:
        for loader_class, suffixes in supported_file_loaders():
            if place.endswith(tuple(suffixes)):
                loader = loader_class(name, place)
                break
        else:
            return None
    spec: ModuleSpec = ModuleSpec(name, loader, origin=place)
    spec._set_fileattr = True  # type: ignore[attr-defined]
    if submodule_search_locations is _ABSENT:
        if hasattr(loader, "is_package") and _asked_is_package(loader, name):
            spec.submodule_search_locations = []
    else:
        spec.submodule_search_locations = submodule_search_locations
    if spec.submodule_search_locations == [] and place:
        spec.submodule_search_locations.append(paths.split(place)[0])
    return spec


def supported_file_loaders() -> list[tuple[Any, list[str]]]:
    """Return the standard loaders for files with their suffixes, in the order of preference."""
    extensions = _imp.extension_suffixes()
    loaders: list[tuple[Any, list[str]]] = []
    if sys.platform in {"ios", "tvos", "watchos"}:
        frameworks = [suffix.replace(".so", ".fwork") for suffix in extensions]
        loaders.append((_external.AppleFrameworkLoader, frameworks))
    if hasattr(_imp, "create_dynamic"):
        loaders.append((ExtensionFileLoader, extensions))
    loaders.append((SourceFileLoader, _external.SOURCE_SUFFIXES))
    loaders.append((SourcelessFileLoader, _external.BYTECODE_SUFFIXES))
    return loaders


def _asked_filename(loader: Any, name: str) -> str:
    if hasattr(loader, "get_filename"):
        try:
            return str(loader.get_filename(name))
        except ImportError:
            return "<unknown>"
    return "<unknown>"


def module_from_spec(spec: ModuleSpec) -> ModuleType:
    """Return a new module for a spec: made by its loader, or a plain one.

    Raises:
        ImportError: The loader can execute a module and has no ``create_module()``.
    """
    loader: Any = spec.loader
    module = None
    if hasattr(loader, "create_module"):
        module = loader.create_module(spec)
    elif hasattr(loader, "exec_module"):
        raise ImportError("loaders that define exec_module() must also define create_module()")
    if module is None and loader is not None:
        return _plain_module(spec)
    if module is None:
        module = ModuleType(spec.name)
    set_attributes(module, spec)
    return module


def _plain_module(spec: ModuleSpec) -> ModuleType:
    """Return a new module with the attributes of its spec: nothing of it can be set already."""
    module = ModuleType(spec.name)
    namespace = module.__dict__
    namespace["__loader__"] = spec.loader
    namespace["__package__"] = spec.parent
    namespace["__spec__"] = spec
    if spec.submodule_search_locations is not None:
        namespace["__path__"] = spec.submodule_search_locations
    if spec.has_location:
        namespace["__file__"] = spec.origin
        if _SETS_CACHED and (cached := spec.cached) is not None:
            namespace["__cached__"] = cached
    return module


def set_attributes(module: ModuleType, spec: ModuleSpec, *, override: bool = False) -> None:
    """Give a module the attributes of its spec (language reference 5.4.5).

    What ``create_module()`` already set is kept, unless ``override`` (as in a reload). A module
    that refuses an attribute goes without it.
    """

    def put(attribute: str, value: object) -> None:
        if override or getattr(module, attribute, None) is None:
            _put(module, attribute, value)

    put("__name__", spec.name)
    if override or getattr(module, "__loader__", None) is None:
        if spec.loader is None and spec.submodule_search_locations is not None:
            _give_namespace_loader(spec)
            # A namespace package has no location, yet its __file__ is there, as None.
            _put(module, "__file__", None)
        _put(module, "__loader__", spec.loader)
    put("__package__", spec.parent)
    _put(module, "__spec__", spec)
    if spec.submodule_search_locations is not None:
        put("__path__", spec.submodule_search_locations)
    if spec.has_location:
        put("__file__", spec.origin)
        if _SETS_CACHED and spec.cached is not None:
            put("__cached__", spec.cached)


def _put(module: ModuleType, attribute: str, value: object) -> None:
    try:
        setattr(module, attribute, value)
    except AttributeError:
        return  # the module is of a kind that does not take it


def _give_namespace_loader(spec: ModuleSpec) -> None:
    loader: Any = NamespaceLoader.__new__(NamespaceLoader)
    loader._path = spec.submodule_search_locations
    spec.loader = loader


def execute_with_loader(spec: ModuleSpec, module: ModuleType) -> None:
    """Have a spec's loader execute a module that stands in the cache.

    Raises:
        ImportError: There is no loader, and it is no namespace package.
    """
    loader: Any = spec.loader
    if loader is None:
        if spec.submodule_search_locations is None:
            raise ImportError("missing loader", name=spec.name)
        return
    if needs_load_module(loader):
        warn_about_load_module(loader)
        loader.load_module(spec.name)
    else:
        loader.exec_module(module)


def needs_load_module(loader: Any) -> bool:
    """Return whether a loader is of the old kind, without ``exec_module()``."""
    return LOAD_MODULE_WORKS and loader is not None and not hasattr(loader, "exec_module")


def warn_about_load_module(loader: Any) -> None:
    """Say that the old way is taken, as an ImportWarning."""
    kind = getattr(loader, "__qualname__", None) or type(loader).__qualname__
    warn(
        f"{kind}.exec_module() not found; falling back to load_module()",
        ImportWarning,
        stacklevel=2,
    )


def load_the_old_way(spec: ModuleSpec, modules: dict[str, Any]) -> Any:
    """Load a module by its loader's ``load_module()`` alone, up to 3.14.

    The loader makes, caches and executes the module by itself; what it forgot to set is set.
    """
    loader: Any = spec.loader
    try:
        call_without_frames(loader.load_module, spec.name)
    except BaseException:
        if spec.name in modules:
            modules[spec.name] = modules.pop(spec.name)
        raise
    module = modules[spec.name] = modules.pop(spec.name)
    if getattr(module, "__loader__", None) is None:
        _put(module, "__loader__", loader)
    if getattr(module, "__package__", None) is None:
        is_package = hasattr(module, "__path__")
        name = getattr(module, "__name__", spec.name)
        _put(module, "__package__", name if is_package else spec.name.rpartition(".")[0])
    if getattr(module, "__spec__", None) is None:
        _put(module, "__spec__", spec)
    return module


def portions_spec(name: str, portions: Sequence[str]) -> ModuleSpec:
    """Return the spec by which a finder reports portions of a namespace package (PEP 420)."""
    spec: ModuleSpec = ModuleSpec(name, None)
    spec.submodule_search_locations = list(portions)
    return spec
