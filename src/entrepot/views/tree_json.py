"""A tree as JSON: every fact that the trace has, times in nanoseconds.

    {"format": "entrepot-trace", "version": 1, "python": ..., "program": [...],
     "total": ..., "imported": ..., "threads": 1, "loaded_before": [...], "lazy": [...],
     "imports": [{"number": 1, "parent": null, "name": "shop", ..., "steps": {...}}, ...],
     "asked": null | [{"importer": ..., "file": ..., "line": ..., "names": [...]}, ...]}

The letters are written by hand, with the interpreter's own function for strings: the program's
folder may hold a ``json.py``.
"""

from __future__ import annotations

import sys
from _json import encode_basestring_ascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tree import Import, Tree


def as_json(value: object) -> str:
    r"""Return a value as JSON; what JSON does not know becomes a string.

    Example:
        >>> as_json({"name": "shöp", "lines": [1, None, True, 0.5]})
        '{"name":"sh\\u00f6p","lines":[1,null,true,0.5]}'
    """
    if isinstance(value, str):
        return encode_basestring_ascii(str(value))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{as_json(str(k))}:{as_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(as_json, value)) + "]"
    return as_json(str(value))


def tree_as_json(tree: Tree) -> str:
    """Return a tree as JSON, one import a line."""
    fields = {
        "format": "entrepot-trace", "version": 1, **about(tree), "loaded_before":
        tree.loaded_before, "lazy": tree.lazy,
    }  # fmt: skip
    head = as_json(fields)[:-1]
    imports = ",\n".join(as_json(import_as_fields(node)) for node in tree.imports)
    asked = "null"
    if tree.asked is not None:
        lines = (as_json({**place.as_dict(), "names": names}) for place, names in tree.asked)
        asked = "[\n" + ",\n".join(lines) + "\n]"
    return f'{head},\n"imports":[\n{imports}\n],\n"asked":{asked}}}\n'


def about(tree: Tree) -> dict[str, object]:
    """Return what there is to know of the run as a whole."""
    return {
        "python": sys.version.split()[0],
        "program": list(getattr(sys, "argv", ())),
        "total": tree.total,
        "imported": tree.imported,
        "threads": tree.threads,
    }


def import_as_fields(node: Import) -> dict[str, object]:
    """Return one import as what stands for it in JSON."""
    return {
        "number": node.number,
        "parent": node.parent.number if node.parent else None,
        "thread": node.thread,
        "name": node.name,
        "asked_at": None if node.asked_at is None else node.asked_at.as_dict(),
        "outcome": node.outcome,
        "error": node.error,
        "finder": node.finder,
        "declined": node.declined,
        "loader": node.loader,
        "kind": node.kind,
        "file": node.file,
        "is_package": node.is_package,
        "began": node.began,
        "total": node.total,
        "own": node.own,
        "steps": node.steps,
    }
