"""Modules that are not imported yet, and what they would import.

An edit may bring a module along: ``from ._ranges import Span`` is new, and so is ``_ranges``. A
fresh process would execute what that one imports in the midst of the statement that brings it, so
its text is read for what it imports. Nothing is executed, and nothing is remembered.
"""

from __future__ import annotations

import ast
import importlib.machinery
import sys
from typing import TYPE_CHECKING

from entrepot.source.imports import imports_of
from entrepot.source.missing import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.machinery import ModuleSpec

    from .revision import Record


class Arriving:
    """What statements would import by way of modules that are not there yet, each of them once.

    Args:
        records: The managed modules.

    Attributes:
        read: What was read of them: the name of each, its package, its file and content.
    """

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = records
        self.read: list[tuple[str, str, str, bytes]] = []
        self._specs: dict[str, ModuleSpec | None] = {}
        self._executed: set[str] = set()

    def brought_by(self, name: str) -> Iterator[Record]:
        """Yield the managed modules that importing a module would import, in order."""
        if name in sys.modules or name in self._executed:
            return
        self._executed.add(name)
        spec = self._spec(name)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return
        try:
            content = spec.loader.get_data(spec.loader.path)
            tree = ast.parse(content)
        except (OSError, SyntaxError, ValueError):
            return  # the import will tell
        self.read.append((name, spec.parent or "", spec.loader.path, content))
        for fact in imports_of(tree):
            if fact.when == "import":
                found = absolute(fact.module, fact.level, spec.parent or "")
                for part in named(found or "", fact.name):
                    if part in self.records:
                        yield self.records[part]
                    else:
                        yield from self.brought_by(part)

    def _spec(self, name: str) -> ModuleSpec | None:
        if name not in self._specs:
            self._specs[name] = self._found(name)
        return self._specs[name]

    def _found(self, name: str) -> ModuleSpec | None:
        parent = name.rpartition(".")[0]
        if not parent:
            return importlib.machinery.PathFinder.find_spec(name)
        if parent in sys.modules:
            path = getattr(sys.modules[parent], "__path__", None)
        else:
            spec = self._spec(parent)
            path = None if spec is None else spec.submodule_search_locations
        return None if path is None else importlib.machinery.PathFinder.find_spec(name, path)


def named(module: str, name: str | None) -> Iterator[str]:
    """Yield the modules that an import may execute, its packages first.

    Example:
        >>> list(named("shop.cart", "Cart"))
        ['shop', 'shop.cart', 'shop.cart.Cart']
    """
    for place, letter in enumerate(module):
        if letter == ".":
            yield module[:place]
    if module:
        yield module
        if name is not None and name != "*":
            yield f"{module}.{name}"
