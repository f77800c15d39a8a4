"""Code outside the managed modules that imports from them: a prompt, a notebook.

Its statements never run again, but for its imports: a name that a from-import of the client bound,
and that still leads to what it was bound to, is bound to what the module has now.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .journal import Journal


class Client:
    """The from-imports of one piece of client code.

    Attributes:
        namespace: Where it ran.
        bound: What its from-imports bound: ``{"top": ("config", "LIMIT", 5)}``.
    """

    __slots__ = ("bound", "namespace")

    def __init__(self, source: str, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.bound: dict[str, tuple[str, str, Any]] = {}
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    name = alias.asname or alias.name
                    if name in namespace:
                        self.bound[name] = (node.module, alias.name, namespace[name])

    def rebind(self, journal: Journal) -> list[str]:
        """Bind names to what their modules have now; return which."""
        rebound = []
        for name, (module, wanted, value) in list(self.bound.items()):
            source = sys.modules.get(module)
            new = getattr(source, "__dict__", {}).get(wanted, value)
            if self.namespace.get(name) is value and new is not value:
                journal.set_item(self.namespace, name, new)
                journal.set_item(self.bound, name, (module, wanted, new))
                rebound.append(name)
        return rebound
