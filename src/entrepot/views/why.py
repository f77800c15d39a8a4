"""Why a module is loaded: the chain that first brought it in, who else wants it, what it costs.

A chain goes from the program to the module: each link is the statement that first imported the
next module. *Without it* means: if nobody imported the module. Modules that could then not be
reached from the program by any import statement that was executed would no longer load. That
takes all importers of each module, so a trace that recorded only executed imports (without
``every``) can give the most that there could be, and says so.
"""

from __future__ import annotations

from .tree_text import Look, counted, ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .places import Places
    from .tree import Import, Place, Tree

#: Names on a line of those that would no longer load; and of lines of importers.
_MOST_LISTED = 12


class Why:
    """The answer for one module.

    Attributes:
        name: The module.
        status: ``"imported"``, ``"before"`` (it was there when the recording began),
            ``"failed"`` (all imports of it failed), or ``"not imported"``.
        node: Its first import, or None.
        chain: From the program to it: each statement, and the module that it brought in.
        importers: The other statements that asked for it, in order, those of its own package
            left out.
        inside: How many statements of its own package asked for it.
        alone: The imports that would not have been without it, its own first.
        saved: Nanoseconds that those took.
        is_exact: Whether all importers are known.
        similar: If it was not imported, modules that were and are called alike.
    """

    def __init__(self, tree: Tree, name: str) -> None:
        self._places = tree.places
        self.name = name
        nodes = [node for node in tree.imports if node.name == name]
        loaded = [node for node in nodes if node.outcome != "failed"]
        self.node: Import | None = next(iter(loaded or nodes), None)
        self.status = _status(tree, name, nodes, loaded)
        self.chain = list(_chain(tree, self.node)) if self.node else []
        others = _other_importers(tree, name, self.node)
        self.importers = [place for place in others if not _is_inside(_plain(place.name), name)]
        self.inside = len(others) - len(self.importers)
        self.is_exact = tree.asked is not None
        self.alone = _alone(tree, name) if loaded else []
        self.saved = sum(node.own for node in self.alone)
        tail = f".{name.rpartition('.')[2]}"
        self.similar = [] if nodes else [n.name for n in tree.imports if n.name.endswith(tail)][:5]

    def as_dict(self) -> dict[str, object]:
        """Return it as what stands for it in JSON; times are nanoseconds."""
        return {
            "name": self.name,
            "status": self.status,
            "error": self.node.error if self.node else None,
            "total": self.node.total if self.node else None,
            "own": self.node.own if self.node else None,
            "chain": [{**place.as_dict(), "imported": name} for place, name in self.chain],
            "importers": [place.as_dict() for place in self.importers],
            "inside": self.inside,
            "alone": [node.name for node in self.alone],
            "saved": self.saved,
            "is_exact": self.is_exact,
            "similar": self.similar,
        }

    def text(self, look: Look | None = None) -> str:
        """Return it in words."""
        look = look or Look()
        return look.plain("\n".join(self._lines(look))) + "\n"

    def __str__(self) -> str:
        return self.text().rstrip("\n")

    def __repr__(self) -> str:
        return f"<Why {self.name!r}: {self.status}>"

    def _lines(self, look: Look) -> Iterator[str]:
        if self.node is None:
            yield from self._lines_of_not_imported()
            return
        yield look.painted("brought in by", "bold")
        if not self.chain:
            yield "  C code, outside of any import statement"
        yield from columns(self._places, self.chain)
        if self.status == "failed":
            yield f"{self.name!r} was not loaded: {self.node.error}"
            return
        if self.importers:
            others = counted(len(self.importers), "other statement")
            yield look.painted(f"also imported by {others}", "bold")
            yield from self._lines_of_importers()
        yield from self._lines_of_alone(look)
        yield self._verdict()

    def _lines_of_alone(self, look: Look) -> Iterator[str]:
        others = [node.name for node in self.alone if node.name != self.name]
        if others:
            most = "" if self.is_exact else "at most "
            yield look.painted(
                f"only loaded for it: {most}{counted(len(others), 'module')}", "bold"
            )
            shown = ", ".join(others[:_MOST_LISTED])
            more = len(others) - _MOST_LISTED
            yield f"  {shown}{f', … and {more:,} more' if more > 0 else ''}"

    def _lines_of_importers(self) -> Iterator[str]:
        rows = [(place, place.name or "") for place in self.importers]
        yield from most_of(list(columns(self._places, rows)))

    def _verdict(self) -> str:
        assert self.node is not None
        cost = f"{self.name!r} took {ms(self.node.total)}, {ms(self.node.own)} of it by itself"
        most = "" if self.is_exact else "at most "
        fewer = counted(len({node.name for node in self.alone}), "module")
        return f"{cost}; without it {most}{fewer} and {ms(self.saved)} less"

    def _lines_of_not_imported(self) -> Iterator[str]:
        if self.status == "before":
            yield f"{self.name!r} was loaded before the program began"
            if self.importers:
                yield "imported by"
                yield from self._lines_of_importers()
            return
        yield f"{self.name!r} was not imported"
        if self.similar:
            yield f"  there is {', '.join(self.similar)}"


def why_in(tree: Tree, name: str) -> Why:
    """Return why a module was loaded, from the imports of a run."""
    return Why(tree, name)


def columns(places: Places, links: Sequence[tuple[Place, str]]) -> Iterator[str]:
    """Yield a line for each place and the name that belongs to it."""
    rows = [(_where(places, place), place.statement, name) for place, name in links]
    wide = max((len(where) for where, _, _ in rows), default=0)
    wider = max((min(len(statement), 60) for _, statement, _ in rows), default=0)
    for where, statement, name in rows:
        shown = statement if len(statement) <= 60 else statement[:59] + "…"
        yield f"  {where:<{wide}}  {shown:<{wider}}  {name}".rstrip()


def most_of(lines: list[str]) -> Iterator[str]:
    """Yield the first lines of many, and how many more there are."""
    yield from lines[:_MOST_LISTED]
    if len(lines) > _MOST_LISTED:
        yield f"  … and {len(lines) - _MOST_LISTED:,} more"


def _where(places: Places, place: Place) -> str:
    short = places.short(place.file)
    return f"{short}:{place.line}" if place.line else short


def _status(tree: Tree, name: str, nodes: list[Import], loaded: list[Import]) -> str:
    if loaded:
        return "imported"
    if name in tree.loaded_before:
        return "before"
    return "failed" if nodes else "not imported"


def _plain(name: str | None) -> str:
    """Return a module's name without the prefix that a private system gives it."""
    return (name or "").rpartition(":")[2]


def _is_inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _chain(tree: Tree, node: Import) -> Iterator[tuple[Place, str]]:
    first_by_name: dict[str, Import] = {}
    for other in tree.imports:
        if other.outcome != "failed":
            first_by_name.setdefault(other.name, other)
    links: list[tuple[Place, str]] = []
    seen: set[str] = set()
    at: Import | None = node
    while at is not None and at.asked_at is not None and at.name not in seen:
        seen.add(at.name)
        links.append((at.asked_at, at.name))
        at = first_by_name.get(_plain(at.asked_at.name))
    yield from reversed(links)


def _other_importers(tree: Tree, name: str, node: Import | None) -> list[Place]:
    """Return where a module was asked for, each place once, but not the first of all."""
    first = None if node is None or node.asked_at is None else node.asked_at
    seen = set() if first is None else {(first.file, first.line)}
    found: list[Place] = []
    every = [n.asked_at for n in tree.imports if n.name == name and n.asked_at]
    every += [place for place, names in tree.asked or () if name in names]
    for place in every:
        if (place.file, place.line) not in seen:
            seen.add((place.file, place.line))
            found.append(place)
    return found


def _alone(tree: Tree, name: str) -> list[Import]:
    """Return the imports that would not have been if nobody had imported a module."""
    imported_by_importer: dict[str, set[str]] = {}

    def note(importer: str | None, names: Iterable[str]) -> None:
        imported_by_importer.setdefault(_plain(importer), set()).update(names)

    for node in tree.imports:
        note(node.asked_at.name if node.asked_at else "", [node.name])
        package = node.name.rpartition(".")[0]
        if package:
            note(node.name, [package])
    for place, names in tree.asked or ():
        note(place.name, names)
    inside = {node.name for node in tree.imports}
    reached: set[str] = set()
    # Whatever was not itself imported in this run is the program, or was there before.
    waiting = [importer for importer in imported_by_importer if importer not in inside]
    while waiting:
        importer = waiting.pop()
        for imported in imported_by_importer.get(importer, ()):
            if imported not in reached and not _is_inside(imported, name):
                reached.add(imported)
                waiting.append(imported)
    gone = [node for node in tree.imports if node.name not in reached]
    return sorted(gone, key=lambda node: (node.name != name, node.number))
