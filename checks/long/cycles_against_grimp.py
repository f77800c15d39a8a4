"""The edges of `entrepot cycles` against those of grimp, package by package, on real packages.

Both read the texts and run nothing. Compared is every edge, those of functions and of type
checkers included, since grimp tells them alike. The packages are those of the standard library
and what the environment of the checks has. One difference is left out, since it is no edge between
modules: grimp has an edge from a module to itself where its text imports it.

    ./dev long cycles_against_grimp
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import grimp

from entrepot.views.cycles import edges_of
from entrepot.views.sources import read_tree

PACKAGES = (
    "asyncio", "collections", "concurrent", "ctypes", "curses", "dbm", "email", "encodings",
    "html", "http", "importlib", "json", "logging", "multiprocessing", "sqlite3", "tomllib",
    "unittest", "urllib", "wsgiref", "xml", "xmlrpc",
    "_pytest", "grimp", "importlinter", "hypothesis", "pip", "pluggy", "pygments", "rich", "mypy",
    "click", "packaging", "django", "networkx", "sqlalchemy", "pandas", "requests", "jinja2",
)  # fmt: skip


def folder_of(package: str) -> Path | None:
    """Return a package's folder, None if it is not here."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(places))) if places else None


def differences(package: str, folder: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the edges that only grimp has, and those that only we have."""
    graph = grimp.build_graph(package, cache_dir=None)
    theirs = {
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported != importer
    }
    tree = read_tree(str(folder))
    inside = graph.modules
    ours = {
        (edge.importer, edge.imported)
        for edge in edges_of(tree)
        if edge.importer in inside and edge.imported in inside
    }
    return theirs - ours, ours - theirs


def main() -> int:
    """Compare every package that is here; return 1 if any differs."""
    compared = different = 0
    for package in PACKAGES:
        folder = folder_of(package)
        if folder is None:
            print(f"left out  {package}: not installed")
            continue
        try:
            only_theirs, only_ours = differences(package, folder)
        except (grimp.exceptions.GrimpException, SyntaxError) as error:
            print(f"left out  {package}: grimp cannot read it: {type(error).__name__}")
            continue
        compared += 1
        different += bool(only_theirs or only_ours)
        verdict = "differs" if only_theirs or only_ours else "agrees"
        print(f"{verdict:8}  {package}: {len(only_theirs)} only grimp, {len(only_ours)} only ours")
        for importer, imported in sorted(only_theirs)[:5]:
            print(f"            grimp  {importer} -> {imported}")
        for importer, imported in sorted(only_ours)[:5]:
            print(f"            ours   {importer} -> {imported}")
    print(f"compared {compared} packages, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
