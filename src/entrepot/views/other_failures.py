"""Failures that look like import trouble and are something else, told as what they are."""

from __future__ import annotations

import ast
import difflib
import os
import re
from typing import TYPE_CHECKING

from entrepot.source.rehearsal import Rehearsal
from entrepot.source.remedy import Change, Remedy, lines_of
from entrepot.source.removing import taken_out
from entrepot.source.text import Text
from entrepot.source.usage import uses_by_name

from .circular import links_of, owner_of, said_by, sources_of, with_the_rest
from .story import Fact, Story
from .whereabouts import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .failure import Failure
    from .whereabouts import Whereabouts


def misspelled(failure: Failure, whereabouts: Whereabouts) -> Story | None:
    """Return the story of a name that no line of a module binds, None if it is not one.

    Only of a module that is still being executed: the interpreter blames a circular import then.
    """
    said = said_by(failure)
    source = whereabouts(said.module) if said is not None and said.module else None
    if said is None or source is None or owner_of(said, links_of(failure)) is None:
        return None
    rehearsal = Rehearsal(whereabouts)
    names = rehearsal.names_of(source)
    if said.name in names or source.outline.has_getattr or source.outline.is_dynamic:
        return None
    if source.is_package and whereabouts(f"{said.module}.{said.name}") is not None:
        return None
    last = failure.frames[-1]
    text = line_of(last.file, last.line)
    facts = [
        Fact("need", last.file, last.line, text),
        Fact("never", source.file, 0, "", f"no line of it binds {said.name!r}"),
    ]
    headline = f"no circular import: {said.module} never binds {said.name!r}"
    near = difflib.get_close_matches(said.name, sorted(names), 1, 0.6)
    if not near:
        return Story("misspelled", headline, facts, None, f"bind {said.name!r} in {source.file}")
    remedy = _spelled(last.file, last.line, said.name, near[0])
    if remedy is not None:
        remedy = with_the_rest(remedy, links_of(failure), whereabouts) or remedy
    return Story("misspelled", headline, facts, remedy)


def _spelled(file: str, line: int, name: str, right: str) -> Remedy | None:
    """Return the remedy that writes a name right on one line, and where that line's name is used.

    A from-import without ``as`` binds the name, so the rest of the file uses it too.
    """
    source = _text(file)
    tree, lines = ast.parse(source), lines_of(source)
    numbers = {line}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not any(
            alias.name == name and alias.asname is None for alias in node.names
        ):
            continue
        lines_of_import = range(node.lineno, (node.end_lineno or 0) + 1)
        if line in lines_of_import:
            uses = uses_by_name(tree).get(name, ())
            numbers |= {use.node.lineno for use in uses if use.kind != "rebound"}
            numbers |= set(lines_of_import)
    changes = []
    for number in sorted(n for n in numbers if 0 < n <= len(lines)):
        old = lines[number - 1]
        new = re.sub(rf"\b{re.escape(name)}\b", right, old)
        if new != old:
            changes.append(Change(file, number, number, old, new))
    says = f"write {right!r} where {name!r} is written"
    return Remedy("name", says, changes, 1) if changes else None


def _text(file: str) -> str:
    return Text(file, _content(file)).source


def _content(file: str) -> bytes:
    with open(file, "rb") as stream:
        return stream.read()


def blocked(failure: Failure, whereabouts: Whereabouts) -> Story | None:
    """Return the story of a name that somebody blocked by None in the module cache."""
    halted = re.match(r"import of ([\w.]+) halted; None in sys\.modules", failure.message)
    # 3.15 prints this in its place, and for a standard module that is really not there.
    said = halted or re.match(r"Standard library module '([\w.]+)' was not found", failure.message)
    if said is None:
        return None
    name, last = said[1], failure.frames[-1]
    facts = [Fact("need", last.file, last.line, line_of(last.file, last.line))]
    for source in sources_of(whereabouts, links_of(failure)):
        for line in lines_that_block(source.tree, name):
            text = line_of(source.file, line)
            facts.insert(0, Fact("block", source.file, line, text, f"in {source.name}"))
    if halted is None and facts[0].verb != "block":
        return None
    headline = f"a blocked module: somebody put None in sys.modules[{name!r}]"
    advice = "take that line out; `entrepot doctor` shows who changes the module cache"
    remedy = None
    if facts[0].verb == "block":
        remedy = taken_out(Text(facts[0].file, _content(facts[0].file)), facts[0].line)
        advice = "" if remedy is not None else advice
    return Story("blocked", headline, facts, remedy, advice)


def lines_that_block(tree: ast.Module, name: str) -> Iterator[int]:
    r"""Yield the lines that put None in the module cache under a name.

    Example:
        >>> tree = ast.parse("import sys\nsys.modules['csv'] = None\nsys.modules['x'] = None")
        >>> list(lines_that_block(tree, "csv"))
        [2]
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
            continue
        for target in node.targets if node.value.value is None else ():
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                is_cache = ast.unparse(target.value).rpartition(".")[2] == "modules"
                if is_cache and target.slice.value == name:
                    yield node.lineno


def relative(failure: Failure, whereabouts: Whereabouts) -> Story | None:
    """Return the story of a file of a package that was run by its file name."""
    if "attempted relative import with no known parent package" not in failure.message:
        return None
    last = failure.frames[-1]
    folder = os.path.dirname(os.path.abspath(last.file))
    parts: list[str] = []
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        parts.insert(0, os.path.basename(folder))
        folder = os.path.dirname(folder)
    name = ".".join([*parts, os.path.basename(last.file).removesuffix(".py")])
    facts = [Fact("need", last.file, last.line, line_of(last.file, last.line))]
    headline = "a file of a package was run by its file name, so it has no package"
    advice = (
        f"run it by its module name, in {folder}: python -m {name}"
        if parts
        else f"import it as a module of a package: {folder} has no __init__.py"
    )
    return Story("relative", headline, facts, None, advice)
