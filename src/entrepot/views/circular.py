"""Why a module was partially initialized: the story of a circular import, and what helps.

From the frames of a failure it is known which modules were being executed, and on which lines.
From the error it is known which name was not there, and of which module. What the modules' texts
would have done next, and which change would have helped, a rehearsal tells.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.source.missing import Link, Missing, absolute
from entrepot.source.redirecting import definer
from entrepot.source.rehearsal import Rehearsal
from entrepot.source.search import Search

from .story import Fact, Story
from .whereabouts import line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrepot.source.outline import ModuleSource
    from entrepot.source.remedy import Remedy

    from .failure import Failure, Frame
    from .whereabouts import Whereabouts

#: What the interpreter says, by the kind of what is missing. 3.11 to 3.15 differ in the tails.
_SAID = (
    ("import", r"cannot import name '(?P<name>[^']+)' from (?:partially initialized module )?"
               r"'(?P<module>[^']+)'"),
    ("attribute", r"(?:partially initialized )?module '(?P<module>[^']+)'(?: from '[^']*')? "
                  r"has no attribute '(?P<name>[^']+)'"),
    ("attribute", r"cannot access (?:submodule|lazy import) '(?P<name>[^']+)' of module "
                  r"'(?P<module>[^']+)'"),
    ("name", r"name '(?P<name>[^']+)' is not defined(?P<module>)"),
)  # fmt: skip


class Said:
    """What an error says is missing: the kind, the module, the name."""

    __slots__ = ("kind", "module", "name")

    def __init__(self, kind: str, module: str, name: str) -> None:
        self.kind = kind
        self.module = module
        self.name = name


def said_by(failure: Failure) -> Said | None:
    """Return what a failure says is missing, None if it says something else.

    Example:
        >>> from .failure import Failure
        >>> said = said_by(Failure("AttributeError", "module 'shop' has no attribute 'RATE'", []))
        >>> said.kind, said.module, said.name
        ('attribute', 'shop', 'RATE')
    """
    for kind, pattern in _SAID:
        match = re.match(pattern, failure.message)
        if match:
            return Said(kind, match["module"], match["name"])
    return None


def circular(failure: Failure, whereabouts: Whereabouts) -> Story | None:
    """Return the story of a circular import, None if the failure is not one."""
    said = said_by(failure)
    links = links_of(failure)
    if said is None or not links:
        return None
    if said.kind == "name":
        said.module = _star_import_without(said.name, links, whereabouts)
    owner = owner_of(said, links)
    source = whereabouts(said.module)
    if owner is None or source is None or not _is_bound(source, said.name, whereabouts):
        return None
    headline = f"a circular import: {said.name!r} of {said.module} is needed before it is bound"
    missing = Missing(said.kind, said.module, said.name, links)
    facts = [*_way(links), _return(links, owner, said), *_later(source, owner, said, whereabouts)]
    remedy = _remedy(missing, whereabouts)
    advice = (
        ""
        if remedy is not None
        else (
            f"no small change was found: {links[-1].module} and {said.module} need each other "
            "while they are imported; move what both need to a module that imports neither"
        )
    )
    return Story("circular", headline, facts, remedy, advice)


def links_of(failure: Failure) -> list[Link]:
    """Return the frames that belong to the program's modules, as links."""
    return [
        Link(frame.module, frame.file, frame.line, frame.function)
        for frame in failure.frames
        if frame.module and not _is_machinery(frame)
    ]


def _is_machinery(frame: Frame) -> bool:
    name = frame.module
    return (
        frame.file.startswith("<frozen ")
        or name.partition(".")[0] in ("importlib", "runpy", "entrepot")
        or name.startswith("_frozen_importlib")
    )


def owner_of(said: Said, links: list[Link]) -> Link | None:
    """Return the link of the module that does not have the name yet, if it is being executed."""
    for link in reversed(links[:-1]):
        if link.module == said.module and link.function == "<module>":
            return link
    return None


def _star_import_without(name: str, links: list[Link], whereabouts: Whereabouts) -> str:
    """Return the module being executed that a star import of the last link would bring it from."""
    last = links[-1]
    source = whereabouts(last.module)
    if source is None:
        return ""
    running = {link.module for link in links if link.function == "<module>"}
    for module, level, _line in source.outline.stars:
        star = absolute(module, level, source.package)
        other = whereabouts(star) if star in running and star else None
        if other is not None and name in Rehearsal(whereabouts).names_of(other):
            return star or ""
    return ""


def _is_bound(source: ModuleSource, name: str, whereabouts: Whereabouts) -> bool:
    if name in Rehearsal(whereabouts).names_of(source):
        return True
    return source.is_package and whereabouts(f"{source.name}.{name}") is not None


def _way(links: list[Link]) -> Iterator[Fact]:
    """Yield what was started or called on the way, the last link left out."""
    for link, following in pairwise(links):
        text = line_of(link.file, link.line)
        if following.function == "<module>":
            says = "" if following.module in text else f"starts {following.module}"
            if any(link.module == "__main__" and link.file == following.file for link in links):
                says = f"starts {following.module}: the program's own file, executed a second time"
            yield Fact("start", link.file, link.line, text, says)
        else:
            yield Fact("call", link.file, link.line, text)


def _return(links: list[Link], owner: Link, said: Said) -> Fact:
    last = links[-1]
    verb = "back" if said.kind == "import" else "need"
    says = f"{said.module} is still at line {owner.line}: it has no {said.name!r} yet"
    return Fact(verb, last.file, last.line, line_of(last.file, last.line), says)


def _later(
    source: ModuleSource, owner: Link, said: Said, whereabouts: Whereabouts
) -> Iterator[Fact]:
    line = line_that_binds(source, said.name, owner.line, whereabouts)
    if line:
        says = f"would have bound {said.name!r}"
        yield Fact("later", source.file, line, line_of(source.file, line), says)
        home = definer(whereabouts, said.module, said.name)
        origin = whereabouts(home[0]) if home is not None else None
        if home is not None and origin is not None and origin.name != source.name:
            lines = origin.outline.lines_by_name.get(home[1], [0])
            text = line_of(origin.file, lines[0])
            yield Fact("later", origin.file, lines[0], text, "is where it is defined")
    elif source.is_package and whereabouts(f"{source.name}.{said.name}") is not None:
        says = f"the submodule becomes an attribute of {source.name} when it has been executed"
        yield Fact("later", source.file, 0, "", says)


def line_that_binds(
    source: ModuleSource, name: str, after: int, whereabouts: Callable[[str], ModuleSource | None]
) -> int:
    """Return the first line after another that would bind a name, 0 if there is none."""
    lines = list(source.outline.lines_by_name.get(name, ()))
    for module, level, line in source.outline.stars if not lines else ():
        star = absolute(module, level, source.package)
        other = whereabouts(star) if star else None
        if other is not None and name in Rehearsal(whereabouts).names_of(other):
            lines.append(line)
    later = [line for line in lines if line > after] or [n for n in lines if n == after] or lines
    return min(later, default=0)


def sources_of(whereabouts: Whereabouts, links: list[Link]) -> Iterator[ModuleSource]:
    """Yield the texts of the program's modules, as far as its imports can be followed."""
    rehearsal = Rehearsal(whereabouts, None, _seen(links, whereabouts))
    for start in _starts(links, whereabouts):
        start(rehearsal)
    for acted in rehearsal.acted_by_name.values():
        yield acted.source


def with_the_rest(remedy: Remedy, links: list[Link], whereabouts: Whereabouts) -> Remedy | None:
    """Return a remedy with what else is needed for the program's imports to get to their end."""
    seen = _seen(links, whereabouts)
    for start in _starts(links, whereabouts):
        return Search(whereabouts, start, whereabouts.main, seen).completed(remedy)
    return None


def _remedy(missing: Missing, whereabouts: Whereabouts) -> Remedy | None:
    """Return the cheapest remedy that a rehearsal of the program confirms."""
    seen = _seen(missing.chain, whereabouts)
    for start in _starts(missing.chain, whereabouts):
        rehearsed = start(Rehearsal(whereabouts, None, seen))
        if rehearsed is None or not _is_same(rehearsed, missing):
            continue
        search = Search(whereabouts, start, whereabouts.main, seen)
        for remedy in search.remedies(rehearsed):
            return remedy
        return None
    return None


def _seen(links: list[Link], whereabouts: Whereabouts) -> dict[tuple[str, str], str]:
    """Return what the lines of the program were seen to import, for calls that no text tells.

    Between such a line and the module that it leads to there may be frames of others: of a
    library that loads plugins, say.
    """
    seen = {}
    line: Link | None = None
    for link in links:
        if line is not None and link.function == "<module>":
            text = line_of(line.file, line.line)
            seen[line.file, text] = link.module
        if whereabouts(link.module) is not None:
            line = link
    return seen


def _starts(
    links: list[Link], whereabouts: Whereabouts
) -> Iterator[Callable[[Rehearsal], Missing | None]]:
    """Yield ways to begin the rehearsal: the program itself, then each module on the way."""
    main = whereabouts.main
    if main is not None:

        def run_main(rehearsal: Rehearsal) -> Missing | None:
            source = rehearsal.provider("__main__") or main
            return rehearsal.start_main(source)

        yield run_main
    for name in dict.fromkeys(link.module for link in links):
        if name != "__main__":
            yield lambda rehearsal, name=name: rehearsal.start(name)  # type: ignore[misc]


def _is_same(rehearsed: Missing, missing: Missing) -> bool:
    return (
        rehearsed.name == missing.name
        and rehearsed.imported == missing.imported
        and rehearsed.chain[-1].module == missing.chain[-1].module
    )
