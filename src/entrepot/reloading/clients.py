"""Code outside the managed modules that imports from them: a prompt, a notebook.

Its statements never run again, but for its imports: a name that a from-import of the client bound,
and that still leads to what it was bound to, is bound to what the module has now. A star import
brings what the module offers now, and takes away what it offers no more.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from .stars import star_names

if TYPE_CHECKING:
    from .journal import Journal


class Client:
    """The from-imports of one piece of client code.

    Attributes:
        namespace: Where it ran.
        bound: What its from-imports bound: ``{"top": ("config", "LIMIT", 5)}``.
        stars: Modules of its star imports, with what they offered: ``{"config": ["LIMIT"]}``.
    """

    __slots__ = ("bound", "namespace", "stars")

    def __init__(self, source: str, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.bound: dict[str, tuple[str, str, Any]] = {}
        self.stars: dict[str, list[str]] = {}
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    name = alias.asname or alias.name
                    if name in namespace:
                        self.bound[name] = (node.module, alias.name, namespace[name])
                    elif name == "*":
                        self._take_all(node.module)

    def _take_all(self, module: str) -> None:
        source = sys.modules.get(module)
        offered = self.stars[module] = star_names(source)
        for name in offered:
            value = getattr(source, "__dict__", {}).get(name, self)
            if self.namespace.get(name) is value:
                self.bound[name] = (module, name, value)

    def rebind(self, journal: Journal) -> list[str]:
        """Bind names to what their modules have now; return which."""
        rebound = self._rebind_stars(journal) if self.stars else []
        for name, (module, wanted, value) in list(self.bound.items()):
            source = sys.modules.get(module)
            new = getattr(source, "__dict__", {}).get(wanted, value)
            if self.namespace.get(name) is value and new is not value:
                journal.set_item(self.namespace, name, new)
                journal.set_item(self.bound, name, (module, wanted, new))
                rebound.append(name)
        return rebound

    def _rebind_stars(self, journal: Journal) -> list[str]:
        """Bring what star imports bring now and did not before, take away what is no more."""
        rebound = []
        for module, before in list(self.stars.items()):
            source = sys.modules.get(module)
            offered, names = star_names(source), getattr(source, "__dict__", {})
            for name in offered:
                if name not in before and name not in self.namespace and name in names:
                    journal.set_item(self.namespace, name, names[name])
                    journal.set_item(self.bound, name, (module, name, names[name]))
                    rebound.append(name)
            for name in before:
                known = self.bound.get(name)
                if name in offered or known is None or known[:2] != (module, name):
                    continue
                if self.namespace.get(name) is known[2]:
                    journal.delete_item(self.namespace, name)
                    rebound.append(name)
                journal.delete_item(self.bound, name)
            if offered != before:
                journal.set_item(self.stars, module, offered)
        return rebound
