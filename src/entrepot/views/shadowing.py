"""A user's file that has the name of a standard module, or of an installed one, and hides it."""

from __future__ import annotations

import ast
import importlib.machinery
import os
import re
import sys
from typing import TYPE_CHECKING

from entrepot.source.remedy import Change, Remedy, lines_of

from .sources import read_tree
from .story import Fact, Story
from .whereabouts import is_installed, is_standard, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.imports import ImportFact
    from entrepot.source.outline import ModuleSource
    from entrepot.source.text import Text

    from .failure import Failure
    from .whereabouts import Whereabouts

_SAID = (
    r"cannot import name '(?P<name>[^']+)' from "
    r"(?:partially initialized module )?'(?P<module>\w+)",
    r"(?:partially initialized )?module '(?P<module>\w+)[^']*'(?: from '[^']*')? "
    r"has no attribute '(?P<name>[^']+)'",
    r"No module named '(?P<full>(?P<module>\w+)\.[^']*)'; '[^']*' is not a package(?P<name>)",
)


def shadowed(failure: Failure, whereabouts: Whereabouts) -> Story | None:
    """Return the story of a name that was looked for in the wrong file, None if it is not one."""
    match = next(filter(None, (re.match(p, failure.message) for p in _SAID)), None)
    if match is None:
        return None
    top, name = match["module"], match["name"]
    file = _file_of(top, failure, whereabouts)
    if file is None or is_installed(file):
        return None
    hidden = hidden_by(top, file)
    source = whereabouts(top)
    if hidden is None or (name and source is not None and _binds(source, name)):
        return None
    what = f"the {'standard' if is_standard(hidden) else 'installed'} module {top!r}"
    headline = f"a shadowed module: {os.path.basename(file)} hides {what}"
    last = failure.frames[-1]
    needed = f"{name!r} is not in this file" if name else f"{match['full']!r} is not in this file"
    facts = [
        Fact("need", last.file, last.line, line_of(last.file, last.line), ""),
        Fact("is", file, 0, "", f"what {top!r} leads to; {needed}"),
        Fact("hidden", hidden, 0, "", "is what was meant"),
    ]
    return Story("shadowed", headline, facts, renaming(top, file))


def _file_of(top: str, failure: Failure, whereabouts: Whereabouts) -> str | None:
    """Return the file that a top-level name leads to in the program of a failure."""
    told = re.search(r"[(']((?:/|[A-Za-z]:)[^()']*\.py)[)']", failure.message)
    if told and _has_name(told[1], top):
        return told[1]
    source = whereabouts(top)
    return source.file if source is not None else None


def _has_name(file: str, top: str) -> bool:
    parts = file.removesuffix(".py").split(os.sep)
    return parts[-1] == top or (parts[-1] == "__init__" and parts[-2] == top)


def _binds(source: ModuleSource, name: str) -> bool:
    return name in source.outline.lines_by_name or source.outline.has_getattr


def hidden_by(top: str, file: str) -> str | None:
    """Return the file of the standard or installed module that a user's file hides.

    Returns:
        The file, ``"<built in>"`` for a module of the interpreter itself, None for nothing.
    """
    own = os.path.dirname(os.path.realpath(file))
    if os.path.basename(file) == "__init__.py":
        own = os.path.dirname(own)
    path = [p for p in map(str, sys.path) if os.path.realpath(p or ".") != own]
    if top in sys.builtin_module_names:
        return "<built in>"
    spec = importlib.machinery.PathFinder.find_spec(top, path)
    if spec is None or spec.origin is None or spec.submodule_search_locations == []:
        return None
    same = os.path.exists(file) and os.path.realpath(spec.origin) == os.path.realpath(file)
    return spec.origin if is_installed(spec.origin) and not same else None


def renaming(top: str, file: str) -> Remedy:
    """Return the remedy that renames a file, and the imports of it in the files beside it."""
    is_package = os.path.basename(file) == "__init__.py"
    old = os.path.dirname(file) if is_package else file
    folder = os.path.dirname(old)
    new_top = f"my_{top}"
    while os.path.exists(os.path.join(folder, new_top + (".py" if not is_package else ""))):
        new_top += "_"
    new = os.path.join(folder, new_top + ("" if is_package else ".py"))
    changes = list(_imports_to_rename(top, new_top, file, folder))
    changes.append(Change(old, 0, 0, "", "", rename_to=new))
    says = f"rename {os.path.basename(old)} to {os.path.basename(new)}"
    importers = len(changes) - 1
    more = f", and {importers} import{'s' * (importers > 1)} of it" if importers else ""
    return Remedy("rename", says + more, changes, 1)


def _imports_to_rename(top: str, new_top: str, file: str, folder: str) -> Iterator[Change]:
    """Yield the changes of imports that mean the user's file and not what it hides."""
    tree = read_tree(folder)
    own = next((p for p, f in tree.files_by_place.items() if f == file), None)
    names = _names_bound_in(tree.text_of(own)) if own is not None else set()
    for place, facts in tree.imports_by_place.items():
        lines: dict[int, list[ImportFact]] = {}
        for fact in facts:
            if not fact.level and fact.module.partition(".")[0] == top:
                lines.setdefault(fact.line, []).append(fact)
        text = tree.text_of(place) if lines else None
        for line, group in lines.items():
            if text is not None and _means_the_file(group, names, text):
                yield _renamed(text, line, group[0], top, new_top)


def _names_bound_in(text: Text) -> set[str]:
    from entrepot.source.outline import Outline

    try:
        return set(Outline(ast.parse(text.source)).lines_by_name)
    except (SyntaxError, ValueError):
        return set()


def _means_the_file(group: list[ImportFact], names: set[str], text: Text) -> bool:
    """Tell whether an import statement takes what the user's file has."""
    if all(fact.name is not None for fact in group):
        return all(fact.name in names or fact.name == "*" for fact in group)
    bound = group[0].asname or group[0].module
    asked = {
        node.attr
        for node in ast.walk(ast.parse(text.source))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == bound
    }
    return bool(asked) and asked <= names


def _renamed(text: Text, line: int, fact: ImportFact, top: str, new_top: str) -> Change:
    old = lines_of(text.source)[line - 1]
    new = re.sub(rf"\b{re.escape(top)}\b", new_top, old, count=1)
    if fact.name is None and fact.asname is None and "." not in fact.module:
        new = re.sub(
            rf"\b{new_top}\b", f"{new_top} as {top}", old.replace(top, new_top, 1), count=1
        )
    return Change(text.file, line, line, old, new)
