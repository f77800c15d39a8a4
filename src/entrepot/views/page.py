"""A tree as one HTML file that needs nothing else: no network, no server, no other file.

The page's own files stand in ``page_files/``; here they are put together with the facts of the
tree. The facts are columns of numbers, with each text kept once, so that thousands of imports
make a small page. A content security policy lets the page load nothing from anywhere.
"""

from __future__ import annotations

import sys

from .tree import STEPS
from .tree_json import about, as_json
from .tree_text import verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .tree import Import, Tree

#: In the order in which they build on each other.
_SCRIPTS: Sequence[str] = ("model.js", "chart.js", "table.js", "details.js", "page.js")
#: The fields of an import in the page's facts, in order; ``model.js`` reads them so.
FIELDS: Sequence[str] = (
    "name", "parent", "thread", "outcome", "error", "kind", "loader", "finder", "declined",
    "file", "began", "total", "steps", "importer", "asked_file", "asked_line", "statement",
)  # fmt: skip


def tree_as_page(tree: Tree) -> str:
    """Return a tree as the text of an HTML file."""
    title = " ".join(map(str, getattr(sys, "argv", ()) or ())) or "a program"
    page = _file("page.html")
    for name, text in (
        ("title", _escaped(title)),
        ("style", _file("page.css")),
        ("facts", _facts(tree, title)),
        ("script", "\n".join(_file(name) for name in _SCRIPTS)),
    ):
        page = page.replace(f"<!-- {name} -->", text)
    return page


def _file(name: str) -> str:
    """Return one of the page's own files, from a folder or from an archive."""
    folder = __file__.removesuffix("page.py").removesuffix("page.pyc")
    loader: Any = globals()["__spec__"].loader
    text: bytes = loader.get_data(f"{folder}page_files/{name}")
    return text.decode("utf-8")


def _escaped(text: str) -> str:
    """Return a text as it can stand in HTML."""
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(letter, entity)
    return text


class _Texts:
    """Keeps each text once; a text's number is its place in ``all``, -1 for none."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._numbers_by_text: dict[str, int] = {}

    def number(self, text: str | None) -> int:
        """Return the number of a text."""
        if text is None:
            return -1
        number = self._numbers_by_text.setdefault(text, len(self.all))
        if number == len(self.all):
            self.all.append(text)
        return number


def _facts(tree: Tree, title: str) -> str:
    """Return the facts as JSON that can stand inside a script element."""
    texts = _Texts()
    imports = [_row(tree, node, texts) for node in tree.imports]
    facts = {
        **about(tree),
        "title": title,
        "verdict": verdict(tree),
        "steps": STEPS,
        "fields": FIELDS,
        "imports": imports,
        "texts": texts.all,
        "lazy": tree.lazy,
        "loaded_before": tree.loaded_before,
    }
    # Nothing in it may look like the end of the script.
    return as_json(facts).replace("<", "\\u003c")


def _row(tree: Tree, node: Import, texts: _Texts) -> list[object]:
    place = node.asked_at
    number = texts.number
    return [
        node.name,
        node.parent.number - 1 if node.parent else -1,
        node.thread,
        number(node.outcome),
        number(node.error),
        number(node.kind),
        number(node.loader),
        number(node.finder),
        [number(name) for name in node.declined],
        number(tree.places.short(node.file) if node.file else None),
        node.began,
        node.total,
        [node.steps[step] for step in STEPS],
        number(place.name if place else None),
        number(tree.places.short(place.file) if place else None),
        place.line if place else 0,
        number(place.statement if place else None),
    ]
