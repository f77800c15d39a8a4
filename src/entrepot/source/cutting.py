"""The cheapest edge of a cycle to cut, and how.

An edge is cut when no statement of the importer imports the other module while the importer is
imported. What a cut may not do is to break an order of imports that worked: each module of the
component is imported first, in a rehearsal, before and after.
"""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING

from entrepot.names import parent_of

from .deferring import put_off
from .extracting import CHEAPEST_MOVE, Taken, extracted
from .imports import imports_of
from .missing import absolute
from .redirecting import redirected
from .rehearsal import Rehearsal
from .search import Changed, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .imports import ImportFact
    from .missing import Missing
    from .outline import ModuleSource
    from .rehearsal import Provider
    from .remedy import Remedy

    #: Returns the module that an import of a module leads to.
    LeadsTo = Callable[[ImportFact, str], str | None]

_MOST_PROPOSALS = 20


class Cut:
    """An edge to cut: ``importer`` no longer imports ``imported`` at import time."""

    __slots__ = ("imported", "importer", "remedy")

    def __init__(self, importer: str, imported: str, remedy: Remedy) -> None:
        self.importer = importer
        self.imported = imported
        self.remedy = remedy


class Orders:
    """What happens when one module or another is imported first.

    A module's package is imported before it, so modules of one package begin alike.
    """

    def __init__(
        self, provider: Provider, known_by_module: dict[str, set[str]] | None = None
    ) -> None:
        rehearsal = Rehearsal(provider, known_by_module)
        self._begun: dict[str, tuple[Rehearsal, Missing | None]] = {"": (rehearsal, None)}

    @property
    def spent(self) -> int:
        """How many modules were walked."""
        return self._begun[""][0].spent[0]

    def failures(self, names: Sequence[str]) -> dict[str, Missing]:
        """Import each of these modules first; return what fails, by the module."""
        found = {name: self._imported(name)[1] for name in names}
        return {name: missing for name, missing in found.items() if missing is not None}

    def _imported(self, name: str) -> tuple[Rehearsal, Missing | None]:
        if name not in self._begun:
            rehearsal, missing = self._imported(parent_of(name))
            if missing is None and name not in rehearsal.acted_by_name:
                rehearsal = rehearsal.copy()
                missing = rehearsal.start(name)
            self._begun[name] = rehearsal, missing
        return self._begun[name]


class Cutter:
    """Looks for the cheapest edge of one component.

    Args:
        provider: Gives the modules' texts.
        leads_to: Which module an import leads to.
        component: The modules that import each other.
        orders: The orders of imports as they are.
        budget: How many modules may still be walked, in one item; shared by all components.
    """

    def __init__(
        self,
        provider: Provider,
        leads_to: LeadsTo,
        component: Sequence[str],
        orders: Orders,
        budget: list[int],
    ) -> None:
        self.provider = provider
        self.leads_to = leads_to
        self.component = list(component)
        self._before: dict[str, ModuleSource] = {}
        #: What fails when a module is imported first, such as ``{"shop.cart": Missing(...)}``.
        self.failures_by_start = orders.failures(self.component)
        self.budget = budget

    def cheapest(self, edges: Sequence[tuple[str, str]]) -> Cut | None:
        """Return the cheapest cut among some edges, None if none was found.

        Moving definitions is looked into last: it takes most time, and what costs less is tried
        before it anyway.
        """
        tried: set[frozenset[tuple[str, str]]] = set()
        for is_moving in (False, True):
            proposals = [
                (state.cost, position, importer, imported, state)
                for position, (importer, imported) in enumerate(edges)
                for state in self._states(importer, imported, is_moving=is_moving)
            ]
            proposals.sort(key=lambda p: p[:2])
            for cost, _position, importer, imported, state in proposals[:_MOST_PROPOSALS]:
                texts = frozenset(state.texts.items())
                if self.budget[0] <= 0 or (not is_moving and cost > CHEAPEST_MOVE):
                    break
                if texts not in tried and self._is_harmless(state):
                    remedy = state.as_remedy(self._changed(State({}, [], 0)))
                    remedy.is_tried = True
                    return Cut(importer, imported, remedy)
                tried.add(texts)
        return None

    def _states(self, importer: str, imported: str, *, is_moving: bool) -> Iterator[State]:
        """Yield texts in which one edge is cut."""
        waiting = [State({}, [], 0)]
        while waiting:
            state = waiting.pop()
            changed = self._changed(state)
            source = changed(importer)
            nodes = self._statements(source, imported) if source is not None else []
            if not nodes or source is None:
                if state.steps:
                    yield state
                continue
            proposals = self._proposals(changed, source, nodes[0])
            if is_moving:
                moves = self._moves(changed, state, source, nodes[0], imported)
                proposals = chain(proposals, moves)
            for remedy in proposals:
                following = state.then(remedy, changed)
                if following is not None and len(following.steps) <= len(nodes) + len(state.steps):
                    left = self._changed(following)(importer)
                    if left and len(self._statements(left, imported)) < len(nodes):
                        waiting.append(following)

    def _statements(
        self, source: ModuleSource, imported: str
    ) -> list[ast.Import | ast.ImportFrom]:
        """Return the statements by which a module imports another at import time."""
        lines = {
            fact.line
            for fact in imports_of(source.tree)
            if fact.when == "import" and self.leads_to(fact, source.name) == imported
        }
        return [node for node in source.outline.imports if node.lineno in lines]

    def _proposals(
        self, changed: Changed, source: ModuleSource, node: ast.Import | ast.ImportFrom
    ) -> Iterator[Remedy]:
        yield from put_off(source, node)
        if isinstance(node, ast.ImportFrom):
            yield from redirected(changed, source, node, {alias.name for alias in node.names})

    def _moves(
        self,
        changed: Changed,
        state: State,
        source: ModuleSource,
        node: ast.Import | ast.ImportFrom,
        imported: str,
    ) -> Iterator[Remedy]:
        names = [alias.name for alias in node.names]
        owner = changed(imported)
        if owner is None or isinstance(node, ast.Import) or "*" in names:
            return
        taken = Taken(names, "import", node.lineno)
        for remedy, module, file in extracted(changed, owner, source, taken):
            state.modules[module] = file
            yield remedy

    def _is_harmless(self, state: State) -> bool:
        if any(self._leads_back(self._changed(state)(name)) for name in state.modules):
            return False  # the cycle would go on through the module that was made
        after = self._failures(state)
        return set(after) <= set(self.failures_by_start)

    def _leads_back(self, made: ModuleSource | None) -> bool:
        for fact in imports_of(made.tree) if made is not None else ():
            name = absolute(fact.module, fact.level, made.package if made is not None else "")
            if name in self.component or f"{name}.{fact.name}" in self.component:
                return True
        return False

    def _failures(self, state: State) -> dict[str, Missing]:
        changed = self._changed(state)
        orders = Orders(changed, changed.names_before())
        found = orders.failures(self.component)
        self.budget[0] -= orders.spent
        return found

    def _changed(self, state: State) -> Changed:
        changed = Changed(self.provider, None, self._before)
        changed.texts_by_file = state.texts
        changed.new_files_by_module = state.modules
        return changed
