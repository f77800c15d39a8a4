"""Which module a name means, among the files of a folder.

A *place* is where a module stands in the folder, as the parts of its path: ``("src", "shop",
"cart")`` for ``src/shop/cart.py`` and ``("src", "shop")`` for ``src/shop/__init__.py``. Its *base*
is the part of the place that its dotted name does not have: the folder that must be on the path
for it to be imported, ``("src",)`` here.

A folder may hold several bases (``src``, ``tests``, ``scripts``). An absolute name is looked up
from the importer's own base, then from each folder above it: the first that has its first part
decides, as the first path entry does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from entrepot.names import parent_of, resolve_relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .imports import ImportFact

    Place: TypeAlias = tuple[str, ...]


class Places:
    """The modules of a folder by their places.

    Args:
        packages_by_place: Each place, and whether it is a package with an ``__init__``.
    """

    def __init__(self, packages_by_place: dict[Place, bool]) -> None:
        self._packages = packages_by_place
        self._folders: set[Place] = {()}
        for place in packages_by_place:
            self._folders.update(place[:end] for end in range(1, len(place)))
        self._names = self._unique_names()
        self._places_by_name = {name: place for place, name in self._names.items()}

    def _unique_names(self) -> dict[Place, str]:
        """Return each place's dotted name, with its base before it where two would be alike."""
        taken: dict[str, int] = {}
        for place in self._packages:
            short = ".".join(place[len(self.base_of(place)) :])
            taken[short] = taken.get(short, 0) + 1
        names = {}
        for place in self._packages:
            short = ".".join(place[len(self.base_of(place)) :])
            names[place] = short if taken[short] == 1 else ".".join(place)
        return names

    def base_of(self, place: Place) -> Place:
        """Return the folder from which a place is imported: what is above its outermost package.

        Example:
            >>> places = Places({("src", "shop"): True, ("src", "shop", "cart"): False})
            >>> places.base_of(("src", "shop", "cart"))
            ('src',)
        """
        end = len(place) - 1
        while end and self._packages.get(place[:end], False):
            end -= 1
        return place[:end]

    def name_of(self, place: Place) -> str:
        """Return the name that a place is shown by."""
        return self._names[place]

    def place_of(self, name: str) -> Place | None:
        """Return the place that is shown by a name."""
        return self._places_by_name.get(name)

    def names(self) -> list[str]:
        """Return every module's name, sorted."""
        return sorted(self._places_by_name)

    def find(self, name: str, importer: Place) -> Place | None:
        """Return the place that an absolute name means to an importer; None if it is outside.

        The place may be a folder without an ``__init__``: a namespace package.
        """
        parts = tuple(name.split("."))
        base = self.base_of(importer)
        for end in range(len(base), -1, -1):
            first = (*base[:end], parts[0])
            if first in self._packages or first in self._folders:
                place = (*base[:end], *parts)
                return place if place in self._packages or place in self._folders else None
        return None

    def is_module(self, place: Place) -> bool:
        """Tell whether a place has a file, of its own or its ``__init__``."""
        return place in self._packages

    def is_package(self, place: Place) -> bool:
        """Tell whether a place is a package with an ``__init__``."""
        return self._packages.get(place, False)

    def absolute(self, fact: ImportFact, importer: Place) -> str | None:
        """Return the absolute name of the module that an import names; None if there is none."""
        if not fact.level:
            return fact.module
        base = self.base_of(importer)
        own = importer[len(base) :] if self.is_package(importer) else importer[len(base) : -1]
        if len(own) < fact.level:
            return None  # relative beyond the top, or outside of any package
        return resolve_relative(fact.module, ".".join(own), fact.level)

    def imported_by(self, fact: ImportFact, importer: Place) -> Place | None:
        """Return the module that an import leads to: a submodule rather than its package.

        Example:
            >>> from .imports import ImportFact
            >>> places = Places({("shop",): True, ("shop", "cart"): False, ("app",): False})
            >>> places.imported_by(ImportFact("shop", 0, "cart", None, (1, 1), "import"), ("app",))
            ('shop', 'cart')
            >>> places.imported_by(ImportFact("shop", 0, "RATE", None, (1, 1), "import"), ("app",))
            ('shop',)
        """
        name = self.absolute(fact, importer)
        if name is None:
            return None
        place = self.find(name, importer)
        if place is None:
            # `import a.b.c` of what has no text, such as an extension, executes the package `a.b`.
            place = self.find(parent_of(name), importer) if fact.name is None else None
        if place is None:
            return None
        if fact.name is not None and fact.name != "*" and self.is_module((*place, fact.name)):
            place = (*place, fact.name)
        return place if self.is_module(place) else None

    def packages_on_the_way(self, imported: Place, importer: Place) -> Iterator[Place]:
        """Yield the packages that importing a module executes before it.

        Not those that the importer is in: they were there before it.
        """
        for end in range(len(self.base_of(imported)) + 1, len(imported)):
            package = imported[:end]
            if self.is_package(package) and package != importer[:end]:
                yield package


def graph_of(edges: Iterable[tuple[str, str]], names: Iterable[str]) -> dict[str, set[str]]:
    """Return a graph of names with these edges; an edge from a name to itself is none."""
    graph: dict[str, set[str]] = {name: set() for name in names}
    for importer, imported in edges:
        if importer != imported:
            graph[importer].add(imported)
    return graph
