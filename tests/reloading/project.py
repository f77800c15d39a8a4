"""A small project on disk, its modules in this process, and a live session on it."""

from __future__ import annotations

import importlib
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import entrepot
from tests.reloading.stock import StockSystem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Project:
    """Files below a folder, imported and reloaded.

    Attributes:
        root: The folder.
        live: The session.
    """

    def __init__(self, root: Path, *, is_late: bool = False) -> None:
        self.root = root
        self.system = StockSystem()
        self.before = set(sys.modules)
        sys.path.insert(0, str(root))
        self.live: Any = None
        if not is_late:
            self.start()

    def start(self, **options: Any) -> Any:
        """Begin a live session."""
        self.live = entrepot.live([self.root], self.system, **options)
        return self.live

    def write(self, **texts: str) -> None:
        """Write files; ``shop__cart`` is ``shop/cart.py``."""
        for name, text in texts.items():
            file = self.file(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))

    def file(self, name: str) -> Path:
        return self.root.joinpath(*name.split("__")).with_suffix(".py")

    def package(self, name: str, text: str = "") -> None:
        """Write a package's ``__init__.py``."""
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(textwrap.dedent(text))

    def load(self, name: str) -> Any:
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def edit(self, **texts: str) -> Any:
        """Write files and reload; return the report."""
        self.write(**texts)
        return self.live.apply()

    def close(self) -> None:
        if self.live is not None:
            self.live.close()
        self.system.restore()
        sys.path.remove(str(self.root))
        new = {name: sys.modules[name] for name in set(sys.modules) - self.before}
        places = {  # all of them before one goes: a folder without a file asks those above it
            name: [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
            for name, module in new.items()
        }
        for name, found in places.items():
            if any(str(place).startswith(str(self.root)) for place in found):
                del sys.modules[name]
        importlib.invalidate_caches()


def projects(root: Path) -> Iterator[Project]:
    """A fixture's body: a project that is cleaned up after."""
    project = Project(root)
    yield project
    project.close()
