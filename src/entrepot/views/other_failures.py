"""Failures that look like import trouble and are something else, told as what they are."""

from __future__ import annotations

import difflib
import os
import re
from typing import TYPE_CHECKING

from entrepot.source.rehearsal import Rehearsal
from entrepot.source.remedy import Change, Remedy, lines_of

from .circular import links_of, owner_of, said_by, with_the_rest
from .story import Fact, Story
from .whereabouts import line_of

if TYPE_CHECKING:
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
    source = _text(file)
    lines = lines_of(source)
    if not 0 < line <= len(lines):
        return None
    old = lines[line - 1]
    new = re.sub(rf"\b{re.escape(name)}\b", right, old)
    if new == old:
        return None
    says = f"write {right!r} where {name!r} is written"
    return Remedy("name", says, [Change(file, line, line, old, new)], 1)


def _text(file: str) -> str:
    from entrepot.source.text import Text

    with open(file, "rb") as stream:
        return Text(file, stream.read()).source


def blocked(failure: Failure, whereabouts: Whereabouts) -> Story | None:
    """Return the story of a name that somebody blocked by None in the module cache."""
    match = re.match(r"import of ([\w.]+) halted; None in sys\.modules", failure.message)
    if match is None:
        return None
    name, last = match[1], failure.frames[-1]
    facts = [Fact("need", last.file, last.line, line_of(last.file, last.line))]
    for module, file in _files(whereabouts).items():
        for number, text in enumerate(_text(file).split("\n"), 1):
            pattern = rf"sys\.modules\[\s*['\"]{re.escape(name)}['\"]\s*\]\s*=\s*None"
            if re.search(pattern, text):
                facts.insert(0, Fact("block", file, number, text.strip(), f"in {module}"))
    headline = f"a blocked module: somebody put None in sys.modules[{name!r}]"
    advice = "take that line out; `entrepot doctor` shows who changes the module cache"
    remedy = None
    if facts[0].verb == "block":
        remedy = taken_out(facts[0].file, facts[0].line)
        advice = ""
    return Story("blocked", headline, facts, remedy, advice)


def taken_out(file: str, line: int) -> Remedy | None:
    """Return the remedy that takes one statement out, that has its line for itself.

    None where there is no such line to read: at a prompt, in a notebook, after an edit.
    """
    try:
        lines = lines_of(_text(file))
    except (OSError, SyntaxError, ValueError):
        return None
    if line > len(lines):
        return None
    old = lines[line - 1]
    indent = old[: len(old) - len(old.lstrip())]
    new = f"{indent}pass\n" if indent else ""
    says = f"take out {old.strip()!r} ({os.path.basename(file)}:{line})"
    return Remedy("remove", says, [Change(file, line, line, old, new)], 1)


def _files(whereabouts: Whereabouts) -> dict[str, str]:
    files = dict(whereabouts.files_by_module)
    if whereabouts.main is not None:
        files["__main__"] = whereabouts.main.file
    return files


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
