"""Step five: what ``import`` and ``from ... import`` find to bind.

The import statement itself binds (``STORE_NAME`` after ``IMPORT_NAME``); here is decided which
object it gets, and which submodules a from-list loads on the way (language reference 7.11).
"""

from __future__ import annotations

import sys
from _warnings import warn

from entrepot.names import resolve_relative

from .frames import call_without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

_ABSENT = object()
_MISMATCH = DeprecationWarning if sys.version_info >= (3, 12) else ImportWarning


def check_arguments(name: Any, package: Any, level: int) -> None:
    """Refuse what no import statement could ask for.

    Raises:
        TypeError: ``name``, or with a level ``package``, is no str.
        ValueError: The level is negative, or there is neither name nor level.
        ImportError: A relative import outside of any package.
    """
    if not isinstance(name, str):
        raise TypeError(f"module name must be str, not {type(name)}")
    if level < 0:
        raise ValueError("level must be >= 0")
    if level > 0:
        if not isinstance(package, str):
            raise TypeError("__package__ not set to a string")
        if not package:
            raise ImportError("attempted relative import with no known parent package")
    elif not name:
        raise ValueError("Empty module name")


def absolute_name(name: str, package: str | None, level: int) -> str:
    """Return the absolute name that is meant, after checking the arguments."""
    check_arguments(name, package, level)
    return resolve_relative(name, package or "", level) if level > 0 else name


def package_of(namespace: Mapping[str, Any]) -> Any:
    """Return the package that a relative import in this namespace starts from (PEP 366).

    ``__package__`` wins over ``__spec__.parent``; with neither, ``__name__`` and ``__path__``.
    """
    package = namespace.get("__package__")
    spec = namespace.get("__spec__")
    if package is not None:
        if spec is not None and package != spec.parent:
            warn(
                f"__package__ != __spec__.parent ({package!r} != {spec.parent!r})",
                _MISMATCH,
                stacklevel=3,
            )
        return package
    if spec is not None:
        return spec.parent
    warn(
        "can't resolve package from __spec__ or __package__, "
        "falling back on __name__ and __path__",
        ImportWarning,
        stacklevel=3,
    )
    name = namespace["__name__"]
    return name if "__path__" in namespace else name.rpartition(".")[0]


def load_from_list(
    module: Any,
    wanted: Iterable[Any],
    import_: Callable[[str], Any],
    modules: Mapping[str, Any],
    *,
    name: str | None = None,
    of_all: bool = False,
) -> Any:
    """Import the submodules that a from-list names and the package does not have; return it.

    A name that is no submodule either is left to the statement, which then raises "cannot import
    name". An error inside a submodule is raised.

    Args:
        module: The package.
        wanted: The from-list, or with ``of_all`` the package's ``__all__``.
        import_: Imports an absolute name.
        modules: The module cache.
        name: The package's name in that cache, if it is not ``module.__name__``.
        of_all: Whether ``wanted`` is ``__all__``.

    Raises:
        TypeError: A name is no str.
    """
    for item in wanted:
        if not isinstance(item, str):
            where = f"{module.__name__}.__all__" if of_all else "``from list''"
            raise TypeError(f"Item in {where} must be str, not {type(item).__name__}")
        if item == "*":
            if not of_all and hasattr(module, "__all__"):
                load_from_list(module, module.__all__, import_, modules, name=name, of_all=True)
        elif not hasattr(module, item):
            load_submodule(module, item, import_, modules, name=name)
    return module


def load_submodule(
    module: Any,
    item: str,
    import_: Callable[[str], Any],
    modules: Mapping[str, Any],
    *,
    name: str | None = None,
) -> None:
    """Import a submodule that a from-list names, if it is one."""
    submodule = f"{module.__name__ if name is None else name}.{item}"
    try:
        call_without_frames(import_, submodule)
    except ModuleNotFoundError as error:
        is_blocked = modules.get(submodule, _ABSENT) is None
        if error.name != submodule or is_blocked:
            raise
