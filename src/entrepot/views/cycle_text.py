"""Import cycles for a person: as lines of text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.missing import Missing
    from entrepot.source.remedy import Remedy

    from .cycles import Cycle, Cycles

_MOST_MODULES_NAMED = 8


def as_text(found: Cycles) -> str:
    """Return what was found, one line per fact, the verdict last."""
    lines = []
    for cycle in found.cycles:
        lines += [*_cycle(cycle), ""]
    for unread in found.unread:
        place = shown(unread.file) + (f":{unread.line}" if unread.line else "")
        lines.append(f"unread  {place}  {unread.reason}")
    if found.unread:
        lines.append("")
    lines.append(verdict(found))
    return "\n".join(lines) + "\n"


def verdict(found: Cycles) -> str:
    """Return the last line."""
    number, modules = len(found.cycles), len(found.modules)
    what = f"{counted(number, 'cycle')}" if number else "no cycle"
    breaking = sum(bool(cycle.failures_by_start) for cycle in found.cycles)
    more = f", {breaking} of them can fail" if breaking else ""
    unread = f"; {counted(len(found.unread), 'file')} unread" if found.unread else ""
    return f"found {what} in {counted(modules, 'module')}{more}{unread}; {found.took:.2f} s"


def _cycle(cycle: Cycle) -> Iterator[str]:
    names = [edge.importer for edge in cycle.edges]
    yield f"cycle   {' -> '.join([*names, *names[:1]])}"
    if set(cycle.modules) != set(names):
        listed = ", ".join(cycle.modules[:_MOST_MODULES_NAMED])
        more = len(cycle.modules) - _MOST_MODULES_NAMED
        tail = f" and {more} more" if more > 0 else ""
        yield f"  among   {len(cycle.modules)} modules that import each other: {listed}{tail}"
    places = [f"{shown(edge.file)}:{edge.first.line}" for edge in cycle.edges]
    width = max(map(len, places), default=0)
    for edge, place in zip(cycle.edges, places, strict=True):
        yield f"  import  {place:<{width}}  {edge.first.text()}"
    for start, missing in list(cycle.failures_by_start.items())[:1]:
        yield f"  fails   {how_it_fails(start, missing)}"
        others = list(cycle.failures_by_start)[1:]
        if others:
            yield f"  fails   also when one of these is imported first: {', '.join(others)}"
    if not cycle.failures_by_start:
        yield "  now     works, whichever of them is imported first"
    if cycle.cut is None:
        yield "  cut     no small change was found: these modules need each other while they are"
        yield "          imported; move what they share to a module that imports neither"
    else:
        yield f"  cut     {cycle.cut.importer} -> {cycle.cut.imported}: {cycle.cut.remedy.says}"
        yield from difference(cycle.cut.remedy, "          ")


def how_it_fails(start: str, missing: Missing) -> str:
    """Return in words what fails when a module is imported first."""
    last = missing.chain[-1]
    what = repr(missing.name)
    if missing.kind != "name":
        what += f" of {missing.imported}"
    return f"when {start} is imported first: {shown(last.file)}:{last.line} needs {what} too early"


def difference(remedy: Remedy, margin: str) -> Iterator[str]:
    """Yield the lines of a remedy's changes as a difference, file by file."""
    for change in remedy.changes:
        if change.rename_to:
            yield f"{margin}rename {shown(change.file)} to {shown(change.rename_to)}"
            continue
        is_new = not change.old and change.line == 1 and not os.path.exists(change.file)
        yield f"{margin}{shown(change.file)}:{change.line}" + (", a new file" if is_new else "")
        yield from (f"{margin}- {line}".rstrip() for line in change.old.splitlines())
        yield from (f"{margin}+ {line}".rstrip() for line in change.new.splitlines())


def counted(number: int, what: str) -> str:
    """Return a number with its noun.

    Example:
        >>> counted(1, "cycle"), counted(2, "cycle")
        ('1 cycle', '2 cycles')
    """
    return f"{number} {what}" + ("" if number == 1 else "s")


def shown(file: str) -> str:
    """Return a file's name as seen from the working folder, if it is inside."""
    try:
        here = os.getcwd()
    except OSError:
        return file
    return file.removeprefix(here.rstrip(os.sep) + os.sep)
