"""The names that a notebook took from managed modules, and how they follow an edit.

A notebook's statements never run again, but what its imports did is kept true: a name that a cell
took with ``from m import C as D`` leads to what ``m.C`` is now, and a star import brings what it
would bring now. Three things are left alone:

* a name that the notebook bound itself since, by whatever statement;
* a name that leads to something else than the module's own binding did: the notebook's doing too;
* a name that the module has no more: the notebook goes on with what it has.

The first and the last are told (``Names.left``) when the edit changed what was imported.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .cells import read_cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.reloading.journal import Journal

    from .cells import Reading

_MISSING: Any = type("MISSING", (), {})()


class Taken:
    """One name taken from a module, as it was just before an edit."""

    __slots__ = ("attribute", "is_own", "is_starred", "module", "value")

    def __init__(self, module: str, attribute: str, value: Any) -> None:
        self.module = module
        self.attribute = attribute
        self.value = value
        self.is_own = False
        self.is_starred = False


class Names:
    """The names of one namespace in which cells run.

    Attributes:
        namespace: Where the cells run.
        origins: Where names come from: ``{"top": ("shop.config", "LIMIT")}``.
        own: Names that were taken once and are the notebook's own since, and what they were.
        left: After a reload, the names that it left alone although their origin has changed:
            ``["top is yours since (shop.config.LIMIT is not followed)"]``.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.origins: dict[str, tuple[str, str]] = {}
        self.own: dict[str, tuple[str, str]] = {}
        self.left: list[str] = []
        self._starred: set[str] = set()  # names that a star import brought
        self._stars: dict[str, list[str]] = {}  # the modules, and what each offered
        self._cells: list[str] = []  # not read yet: reading waits until there is an edit
        self._taken: dict[str, Taken] = {}

    def ran(self, source: str) -> None:
        """Learn that a cell ran. Nothing is done with it before there is an edit."""
        self._cells.append(source)

    def note(self, base_of: Callable[[str], dict[str, Any] | None]) -> None:
        """Note what the names lead to, just before an edit.

        Args:
            base_of: The import-time values of a managed module, ``None`` for any other.
        """
        self._read_cells()
        self.left = []
        self._taken = {}
        for name, (module, attribute) in [*self.origins.items(), *self.own.items()]:
            base = base_of(module)
            if base is None:
                continue
            value = _namespace_of(module).get(attribute, _MISSING)
            taken = Taken(module, attribute, value)
            held = self.namespace.get(name, _MISSING)
            if held is not value and held is base.get(attribute, _MISSING):
                taken.value = held  # the program bound the module's name anew, after the import
            taken.is_own = name not in self.origins or held is not taken.value
            taken.is_starred = name in self._starred
            if held is not _MISSING:
                self._taken[name] = taken
        for module in self._stars:
            self._stars[module] = _offered_by(module)

    def rebind(self, journal: Journal) -> list[str]:
        """Lead the names to what their modules have now; return which."""
        rebound = []
        for name, taken in self._taken.items():
            now = _namespace_of(taken.module).get(taken.attribute, _MISSING)
            if now is taken.value or (taken.value is _MISSING and not taken.is_own):
                continue
            origin = f"{taken.module}.{taken.attribute}"
            if taken.is_own:
                self.left.append(f"{name} is yours since ({origin} is not followed)")
            elif now is not _MISSING:
                journal.set_item(self.namespace, name, now)
                rebound.append(name)
            elif taken.is_starred:
                journal.delete_item(self.namespace, name)
                self.left.append(f"{name} is gone ({origin} is no more)")
            else:
                self.left.append(f"{name} stays as it was ({origin} is no more)")
        for module, before in self._stars.items():
            rebound += self._bring(module, before, journal)
        return rebound

    def _bring(self, module: str, before: list[str], journal: Journal) -> list[str]:
        """Bring what a star import would bring now and did not before."""
        brought = []
        source = _namespace_of(module)
        for name in _offered_by(module):
            if name in before or name not in source:
                continue
            if name in self.namespace:
                self.left.append(f"{name} is yours ({module}.{name} is not followed)")
            else:
                journal.set_item(self.namespace, name, source[name])
                self._bind(name, (module, name), is_starred=True)
                brought.append(name)
        return brought

    def _read_cells(self) -> None:
        cells, self._cells = self._cells, []
        for source in cells:
            reading = read_cell(source)
            self._follow(reading)
            for script in reading.scripts:
                self._follow(read_cell(_text_of(script)))

    def _follow(self, reading: Reading) -> None:
        for name, origin in reading.bindings:
            if name == "*" and origin is not None:
                self._stars.setdefault(origin[0], [])
                for offered in _offered_by(origin[0]):
                    self._bind(offered, (origin[0], offered), is_starred=True)
            else:
                self._bind(name, origin)

    def _bind(
        self, name: str, origin: tuple[str, str] | None, *, is_starred: bool = False
    ) -> None:
        self._starred.discard(name)
        if is_starred:
            self._starred.add(name)
        if origin is not None:
            self.origins[name] = origin
            self.own.pop(name, None)
        elif name in self.origins:
            self.own[name] = self.origins.pop(name)


def _text_of(script: str) -> str:
    """Return the text of a file that ``%run`` ran, empty if it cannot be read now."""
    file = script if script.endswith((".py", ".ipy")) else f"{script}.py"
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def _namespace_of(module: str) -> dict[str, Any]:
    found = getattr(sys.modules.get(module), "__dict__", None)
    return found if isinstance(found, dict) else {}


def _offered_by(module: str) -> list[str]:
    """Return the names that ``from module import *`` binds."""
    namespace = _namespace_of(module)
    listed = namespace.get("__all__")
    if listed is None:
        return [name for name in namespace if not name.startswith("_")]
    return [name for name in listed if isinstance(name, str)]
