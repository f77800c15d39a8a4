"""Edits of single lines within a construct: one goes, two change places, one comes twice."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.programs import Fragment, Module
    from tests.properties.writer import Writer


def line_removed(writer: Writer, module: Module, at: int) -> str:
    """Delete a statement, at the top or in a body."""
    fragment = module.fragments[at]
    tree = ast.parse(fragment.text)
    bodies = [body for body in _bodies(tree) if len(body) > 1]
    if not bodies:
        return ""
    body = writer.random.choice(bodies)
    del body[writer.random.randrange(len(body))]
    return _stored(fragment, tree, "line removed")


def lines_swapped(writer: Writer, module: Module, at: int) -> str:
    """Let two statements that stand together change places."""
    fragment = module.fragments[at]
    tree = ast.parse(fragment.text)
    bodies = [body for body in _bodies(tree) if len(body) > 1]
    if not bodies:
        return ""
    body = writer.random.choice(bodies)
    place = writer.random.randrange(len(body) - 1)
    body[place : place + 2] = [body[place + 1], body[place]]
    return _stored(fragment, tree, "lines swapped")


def line_doubled(writer: Writer, module: Module, at: int) -> str:
    """Let a statement stand there twice."""
    fragment = module.fragments[at]
    tree = ast.parse(fragment.text)
    bodies = list(_bodies(tree))
    body = writer.random.choice(bodies)
    if not body:
        return ""
    place = writer.random.randrange(len(body))
    body.insert(place, body[place])
    return _stored(fragment, tree, "line doubled")


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list) and (body or node is tree):
                yield body


def _stored(fragment: Fragment, tree: ast.Module, what: str) -> str:
    fragment.text = ast.unparse(ast.fix_missing_locations(tree))
    return what
