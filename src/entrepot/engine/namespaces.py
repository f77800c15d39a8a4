"""Namespace packages (PEP 420): packages that are nothing but folders.

Such a package has no file. Its ``__path__`` is a list of *portions*, one for each path entry
that has a folder of its name, and it is found anew when the path above it has changed or caches
were invalidated, so that a portion that appears later counts.
"""

from __future__ import annotations

import _frozen_importlib_external as _external
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, ModuleType
    from typing import Any, ClassVar, Literal

    from .specs import ModuleSpec

_StandardPath: Any = getattr(_external, "NamespacePath", None) or _external._NamespacePath  # type: ignore[attr-defined]


class NamespacePath(_StandardPath):  # type: ignore[misc]
    """The portions of a namespace package, as its ``__path__``.

    Args:
        name: The package.
        path: The portions found so far.
        path_finder: ``(name, path) -> spec``: finds them anew.
    """

    #: Counts the calls of ``invalidate_caches()``, for all paths of one kind together.
    _epoch: ClassVar[int] = 0
    #: Where the modules and the path above are looked up.
    _state: ClassVar[Any] = sys

    def __init__(
        self, name: str, path: list[str], path_finder: Callable[..., ModuleSpec | None]
    ) -> None:
        self._name = name
        self._path = path
        self._path_finder = path_finder
        self._last_parent_path = tuple(self._get_parent_path())
        self._last_epoch = self._epoch

    def _get_parent_path(self) -> Any:
        parent = self._name.rpartition(".")[0]
        if not parent:
            return self._state.path
        try:
            module = self._state.modules[parent]
        except KeyError as error:
            if sys.version_info < (3, 15):
                raise
            raise ModuleNotFoundError(
                f"{parent!r} must be imported before finding {self._name!r}.", name=parent
            ) from error
        return module.__path__

    def _recalculate(self) -> list[str]:
        above = tuple(self._get_parent_path())
        if above != self._last_parent_path or self._epoch != self._last_epoch:
            spec = self._path_finder(self._name, above)
            # A module of the name may have appeared: the portions known so far stay.
            if spec is not None and spec.loader is None and spec.submodule_search_locations:
                self._path = spec.submodule_search_locations
            self._last_parent_path = above
            self._last_epoch = self._epoch
        return self._path

    def __iter__(self) -> Iterator[str]:
        return iter(self._recalculate())

    def __getitem__(self, index: int) -> str:
        return self._recalculate()[index]

    def __setitem__(self, index: int, path: str) -> None:
        self._path[index] = path

    def __len__(self) -> int:
        return len(self._recalculate())

    def __contains__(self, item: object) -> bool:
        return item in self._recalculate()

    def append(self, item: str) -> None:
        """Add a portion by hand; it goes when the portions are found anew."""
        self._path.append(item)


class NamespaceLoader(_external.NamespaceLoader):
    """The loader of a namespace package: there is nothing to execute."""

    def is_package(self, fullname: str) -> Literal[True]:  # noqa: ARG002 - the protocol's signature
        """Return True."""
        return True

    def get_source(self, fullname: str) -> Literal[""]:  # noqa: ARG002
        """Return an empty text."""
        return ""

    def get_code(self, fullname: str) -> CodeType:
        """Return code that does nothing."""
        extra: dict[str, Any] = {"module": fullname} if sys.version_info >= (3, 15) else {}
        code: CodeType = compile("", "<string>", "exec", dont_inherit=True, **extra)
        return code

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system to make a plain module."""

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is no code."""

    def get_resource_reader(self, module: Any) -> Any:  # noqa: ARG002
        """Return a reader of the files in the portions."""
        from importlib.readers import NamespaceReader

        return NamespaceReader(self._path)  # type: ignore[attr-defined]
