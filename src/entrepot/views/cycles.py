"""``entrepot.cycles(path)``: the import cycles of some source files, and the cheapest cuts.

An *edge* leads from the importer to the module that it imports, a submodule rather than its
package. Only what is imported while the importer is imported makes a cycle; imports in functions,
for type checkers, lazy ones, and those of ``if __name__ == "__main__":`` are edges of other kinds.

Importing a module also executes the packages that it is in. A cycle that closes only through such
a package is told if it breaks some order of imports, since most of them are harmless.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from entrepot.source.cutting import Cut, Cutter, Orders
from entrepot.source.graph import components, shortest_cycle
from entrepot.source.outline import ModuleSource
from entrepot.source.places import graph_of

from .applying import Proposing
from .sources import SourceTree, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.imports import ImportFact
    from entrepot.source.missing import Missing
    from entrepot.source.places import Place
    from entrepot.source.remedy import Remedy

    from .sources import Unread

#: How many modules' statements are walked, at most, to try proposals.
_MOST_WALKS = 3_000


class Edge:
    """One module imports another.

    Attributes:
        importer: The module whose statements import.
        imported: The module that they lead to.
        file: The importer's file.
        imports: The statements' facts; ``when`` of each tells the kind.
    """

    __slots__ = ("file", "imported", "importer", "imports")

    def __init__(self, importer: str, imported: str, file: str) -> None:
        self.importer = importer
        self.imported = imported
        self.file = file
        self.imports: list[ImportFact] = []

    @property
    def first(self) -> ImportFact:
        """The first statement that imports while the importer is imported, or just the first."""
        at_import = [fact for fact in self.imports if fact.when == "import"]
        return (at_import or self.imports)[0]

    def __repr__(self) -> str:
        return f"Edge({self.importer!r}, {self.imported!r}, line {self.first.line})"


class Cycle(Proposing):
    """Modules that import each other.

    Attributes:
        modules: All modules of the component, sorted.
        edges: The shortest cycle among them, edge by edge.
        cut: The cheapest edge to cut, None if none was found.
        failures_by_start: What fails when a module is imported first, such as
            ``{"shop.cart": Missing(...)}``; empty when it works in every order.
    """

    def __init__(
        self, modules: list[str], edges: list[Edge], cut: Cut | None, cutter: Cutter
    ) -> None:
        self.modules = modules
        self.edges = edges
        self.cut = cut
        self.failures_by_start: dict[str, Missing] = cutter.failures_by_start

    @property
    def level(self) -> str:
        """``"error"`` when some order of imports fails, otherwise ``"warning"``."""
        return "error" if self.failures_by_start else "warning"

    @property
    def remedy(self) -> Remedy | None:  # type: ignore[override]
        """The change that makes the cut, None if there is none."""
        return self.cut.remedy if self.cut is not None else None

    def __repr__(self) -> str:
        return f"<Cycle of {len(self.modules)} modules: {' -> '.join(self.modules[:3])} ...>"


class Cycles:
    """What is known of the imports below a folder.

    Attributes:
        tree: The files.
        edges: Every edge, such as ``[Edge("shop", "shop.cart", line 1)]``.
        cycles: The cycles, the largest first.
        took: Seconds.
    """

    def __init__(self, tree: SourceTree) -> None:
        began = time.perf_counter()
        self.tree = tree
        self.edges = sorted(edges_of(tree), key=lambda e: (e.importer, e.imported))
        self._edges_by_ends = {(e.importer, e.imported): e for e in self.edges}
        self._provider = _Provider(tree)
        self._orders = Orders(self._provider)
        self._budget = [_MOST_WALKS]
        self.cycles = list(self._find())
        self.took = time.perf_counter() - began

    @property
    def modules(self) -> list[str]:
        """The names of all modules, sorted."""
        return self.tree.places.names()

    @property
    def unread(self) -> list[Unread]:
        """The files whose imports are not known."""
        return self.tree.unread

    def edges_at_import(self) -> list[Edge]:
        """Return the edges that an import of the importer follows."""
        return [e for e in self.edges if any(fact.when == "import" for fact in e.imports)]

    def __bool__(self) -> bool:
        """Tell whether there are findings."""
        return bool(self.cycles)

    def __str__(self) -> str:
        from .cycle_text import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return f"<Cycles: {len(self.cycles)} in {len(self.modules)} modules>"

    def _find(self) -> Iterator[Cycle]:
        direct = [(e.importer, e.imported) for e in self.edges_at_import()]
        graph = graph_of(direct, self.modules)
        told: list[set[str]] = []
        for component in components(graph):
            told.append(set(component))
            names = shortest_cycle(graph, component)
            yield self._cycle(component, list(zip(names, names[1:] + names[:1], strict=True)))
        through = graph_of([*direct, *self._package_edges()], self.modules)
        for component in components(through):
            if not any(known >= set(component) for known in told):
                yield from self._through_packages(component, told)

    def _through_packages(self, component: list[str], told: list[set[str]]) -> Iterator[Cycle]:
        """Yield the cycle that closes through packages, if some order of imports fails by it."""
        cutter = self._cutter(component)
        for missing in cutter.failures_by_start.values():
            ring = [link.module for link in missing.chain]
            if missing.imported not in ring:
                continue
            ring = list(dict.fromkeys(ring[ring.index(missing.imported) :]))
            if any(known >= set(ring) for known in told):
                continue
            ends = list(zip(ring, ring[1:] + ring[:1], strict=True))
            yield self._cycle(component, [e for e in ends if e in self._edges_by_ends], cutter)
            return

    def _cycle(
        self, component: list[str], ends: list[tuple[str, str]], cutter: Cutter | None = None
    ) -> Cycle:
        cutter = cutter or self._cutter(component)
        edges = [self._edges_by_ends[pair] for pair in ends]
        return Cycle(component, edges, cutter.cheapest(ends), cutter)

    def _cutter(self, component: list[str]) -> Cutter:
        self._provider.importer = self.tree.places.place_of(component[0]) or ()
        return Cutter(self._provider, self._leads_to, component, self._orders, self._budget)

    def _leads_to(self, fact: ImportFact, importer: str) -> str | None:
        place = self.tree.places.place_of(importer)
        found = self.tree.places.imported_by(fact, place) if place else None
        return self.tree.places.name_of(found) if found else None

    def _package_edges(self) -> Iterator[tuple[str, str]]:
        """Yield the edges to packages that are executed on the way to what is imported."""
        places = self.tree.places
        for edge in self.edges_at_import():
            importer, imported = places.place_of(edge.importer), places.place_of(edge.imported)
            if not importer or not imported:
                continue
            for package in places.packages_on_the_way(imported, importer):
                ends = edge.importer, places.name_of(package)
                if ends not in self._edges_by_ends:
                    through = self._edges_by_ends[ends] = Edge(*ends, edge.file)
                    through.imports.append(edge.first)
                yield ends


class _Provider:
    """Gives the sources of a tree's modules by name, as a module of the tree names them."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self.importer: Place = ()
        self._sources: dict[str, ModuleSource | None] = {}

    def __call__(self, name: str) -> ModuleSource | None:
        if name not in self._sources:
            self._sources[name] = self._read(name)
        return self._sources[name]

    def _read(self, name: str) -> ModuleSource | None:
        places = self._tree.places
        place = places.place_of(name) or places.find(name, self.importer)
        if place is None or not places.is_module(place):
            return None
        try:
            text = self._tree.text_of(place)
            source = ModuleSource(name, text, is_package=places.is_package(place))
            source.tree  # noqa: B018 - one that cannot be parsed is not followed
        except (OSError, SyntaxError, ValueError, RecursionError):
            return None
        return source


def edges_of(tree: SourceTree) -> list[Edge]:
    """Return the edges between the modules of a tree, each with the statements that make it."""
    edges_by_ends: dict[tuple[str, str], Edge] = {}
    places = tree.places
    for place, facts in tree.imports_by_place.items():
        importer = places.name_of(place)
        for fact in facts:
            found = places.imported_by(fact, place)
            if found is None or found == place:
                continue
            ends = importer, places.name_of(found)
            if ends not in edges_by_ends:
                edges_by_ends[ends] = Edge(*ends, tree.files_by_place[place])
            edges_by_ends[ends].imports.append(fact)
    return list(edges_by_ends.values())


def cycles(path: str) -> Cycles:
    """Find the import cycles of the Python files below a folder, without running any.

    Args:
        path: A folder, a package's folder, or one file.

    Returns:
        The cycles found; true when there are any, and as text what ``entrepot cycles`` prints.

    Raises:
        FileNotFoundError: There is nothing at this path.
    """
    began = time.perf_counter()
    found = Cycles(read_tree(path))
    found.took = time.perf_counter() - began
    return found
