"""Who imports whom: components that import each other, and the shortest cycle of each.

A graph is a mapping of each name to the names that it leads to. A *component* is a set of two or
more names each of which leads to each other (strongly connected), or one that leads to itself.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Graph: TypeAlias = Mapping[str, Collection[str]]


def components(graph: Graph) -> list[list[str]]:
    """Return the components of a graph, each sorted, the largest first.

    Tarjan's algorithm, without recursion: a graph may be deeper than the stack of Python.

    Example:
        >>> components({"a": ["b"], "b": ["a", "c"], "c": [], "d": ["d"]})
        [['a', 'b'], ['d']]
    """
    found = (c for c in _connected(graph) if len(c) > 1 or c[0] in graph.get(c[0], ()))
    return sorted((sorted(c) for c in found), key=lambda c: (-len(c), c))


def _connected(graph: Graph) -> Iterator[list[str]]:
    order_by_name: dict[str, int] = {}
    lowest_by_name: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in sorted(graph):
        if root in order_by_name:
            continue
        work = [(root, iter(sorted(graph.get(root, ()))))]
        order_by_name[root] = lowest_by_name[root] = len(order_by_name)
        stack.append(root)
        on_stack.add(root)
        while work:
            name, others = work[-1]
            for other in others:
                if other not in order_by_name:
                    order_by_name[other] = lowest_by_name[other] = len(order_by_name)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(graph.get(other, ())))))
                    break
                if other in on_stack:
                    lowest_by_name[name] = min(lowest_by_name[name], order_by_name[other])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    lowest_by_name[above] = min(lowest_by_name[above], lowest_by_name[name])
                if lowest_by_name[name] == order_by_name[name]:
                    component: list[str] = []
                    while name not in component[-1:]:
                        component.append(stack.pop())
                    on_stack.difference_update(component)
                    yield component


def shortest_cycle(graph: Graph, component: Collection[str]) -> list[str]:
    """Return a shortest cycle of a component, beginning with its first name in the alphabet.

    Example:
        >>> shortest_cycle({"a": ["b"], "b": ["c"], "c": ["a", "b"]}, ["a", "b", "c"])
        ['b', 'c']
    """
    inside = set(component)
    best: list[str] = []
    for start in sorted(inside):
        cycle = _way_back(graph, start, inside, len(best))
        if cycle and (not best or len(cycle) < len(best)):
            best = cycle
        if len(best) in (1, 2):
            break  # two import each other: there is nothing shorter between two
    first = best.index(min(best))
    return best[first:] + best[:first]


def _way_back(graph: Graph, start: str, inside: set[str], limit: int) -> list[str]:
    """Return the shortest way from a name back to itself, [] if none is shorter than the limit."""
    came_from: dict[str, str] = {}
    waiting = deque([(start, 1)])
    while waiting:
        name, length = waiting.popleft()
        if limit and length >= limit:
            return []
        for other in sorted(graph.get(name, ())):
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if other in inside and other not in came_from:
                came_from[other] = name
                waiting.append((other, length + 1))
    return []


def without_edge(graph: Graph, importer: str, imported: str) -> dict[str, set[str]]:
    """Return the graph as it is when one edge is cut."""
    cut = {name: set(others) for name, others in graph.items()}
    cut.get(importer, set()).discard(imported)
    return cut
