"""Imports of one module written as imports of another: so that one file has one name.

`renamed` changes how a module is imported and leaves what the module binds: ``import cart``
becomes ``import shop.cart as cart``, ``from cart import Cart`` becomes ``from shop.cart import
Cart``. `taken_from` says which names a text takes from a module, `with_names_from` takes them from
another one.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .missing import absolute
from .nodes import chain_of
from .redirecting import as_written

if TYPE_CHECKING:
    from .outline import ModuleSource

    #: First line, byte column, last line, byte column, new text.
    Edit = tuple[int, int, int, int, str]
    Import = ast.Import | ast.ImportFrom

_FROM = re.compile(r"from\s*[.\w\s\\]*?\s*\bimport\b")


def imports_of_module(source: ModuleSource, name: str) -> list[ast.AST]:
    """Return the statements, and calls with the name as text, by which a text imports a module."""
    return [node for node in ast.walk(source.tree) if _is_import_of(node, source, name)]


def _is_import_of(node: ast.AST, source: ModuleSource, name: str) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name == name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        module = absolute(node.module or "", node.level, source.package)
        return module == name or any(f"{module}.{alias.name}" == name for alias in node.names)
    return _is_call_for(node, name)


def _is_call_for(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    first = node.args[0]
    called = chain_of(node.func)[-1:]
    return called == ("import_module",) and isinstance(first, ast.Constant) and first.value == name


def renamed(source: ModuleSource, old: str, new: str) -> str:
    r"""Return a text that imports a module by another name.

    Example:
        >>> from .outline import ModuleSource
        >>> from .text import Text
        >>> text = Text("m.py", b"import cart, os\nfrom cart import (\n    A,\n)\n")
        >>> print(renamed(ModuleSource("m", text, is_package=False), "cart", "shop.cart"))
        import os
        import shop.cart as cart
        from shop.cart import (
            A,
        )
        <BLANKLINE>
    """
    edits: list[Edit] = []
    for node in imports_of_module(source, old):
        if isinstance(node, ast.Import):
            edits += _renamed_import(source, node, old, new)
        elif isinstance(node, ast.ImportFrom):
            edits += _renamed_from(source, node, old, new)
        elif isinstance(node, ast.Call):
            edits.append(_edit(node.args[0], f'"{new}"'))
    return _edited(source.text.source, edits)


def _renamed_import(source: ModuleSource, node: ast.Import, old: str, new: str) -> list[Edit]:
    others = [alias for alias in node.names if alias.name != old]
    lines = [f"import {', '.join(map(ast.unparse, others))}"] if others else []
    edits: list[Edit] = []
    for alias in node.names:
        if alias.name != old:
            continue
        if alias.asname or "." not in old:
            lines.append(f"import {new} as {alias.asname or old}")
            continue
        top = old.partition(".")[0]
        chain = tuple(old.split("."))
        names = [n for n in ast.walk(source.tree) if isinstance(n, ast.Name) and n.id == top]
        uses = [n for n in ast.walk(source.tree) if chain_of(n) == chain]
        lines += [f"import {new}"] + [f"import {top}"] * (len(names) > len(uses))
        edits += [_edit(use, new) for use in uses]
    return [*edits, _edit(node, _lines(source, node, lines))]


def _renamed_from(source: ModuleSource, node: ast.ImportFrom, old: str, new: str) -> list[Edit]:
    is_relative = bool(node.level)
    if absolute(node.module or "", node.level, source.package) == old:
        segment = ast.get_source_segment(source.text.source, node) or ""
        head = f"from {as_written(new, source, is_relative=is_relative)} import"
        return [_edit(node, _FROM.sub(lambda _match: head, segment, count=1))]
    parent, _, tail = new.rpartition(".")
    others = [alias for alias in node.names if alias.name != old.rpartition(".")[2]]
    lines = []
    if others:
        origin = "." * node.level + (node.module or "")
        lines.append(f"from {origin} import {', '.join(map(ast.unparse, others))}")
    for alias in node.names:
        if alias in others:
            continue
        bound = alias.asname or alias.name
        suffix = f" as {bound}" if bound != tail else ""
        origin = as_written(parent, source, is_relative=is_relative)
        lines.append(
            f"from {origin} import {tail}{suffix}" if parent else f"import {tail}{suffix}"
        )
    return [_edit(node, _lines(source, node, lines))]


def taken_from(source: ModuleSource, module: str) -> list[str] | None:
    """Return the names that a text takes from a module; None if it may take more than it says."""
    names: list[str] = []
    for node in imports_of_module(source, module):
        chain = _bound_to(node, source, module)
        if chain:
            asked = _asked_of(source, chain)
            if asked is None:
                return None
            names += [use.attr for use in asked]
        elif isinstance(node, ast.ImportFrom):
            names += [alias.name for alias in node.names]
        else:
            return None
    return None if "*" in names else list(dict.fromkeys(names))


def _bound_to(node: ast.AST, source: ModuleSource, module: str) -> tuple[str, ...]:
    """Return the chain by which a text asks for a module that it imports, ``()`` for none."""
    if isinstance(node, ast.Import):
        alias = next(alias for alias in node.names if alias.name == module)
        return (alias.asname,) if alias.asname else tuple(module.split("."))
    if isinstance(node, ast.ImportFrom):
        package = absolute(node.module or "", node.level, source.package)
        for alias in node.names if package != module else ():
            if f"{package}.{alias.name}" == module:
                return (alias.asname or alias.name,)
    return ()


def _asked_of(source: ModuleSource, chain: tuple[str, ...]) -> list[ast.Attribute] | None:
    """Return where a text asks a module for names; None if it does anything else with it."""
    names = [n for n in ast.walk(source.tree) if isinstance(n, ast.Name) and n.id == chain[0]]
    asked = [
        n
        for n in ast.walk(source.tree)
        if isinstance(n, ast.Attribute)
        and chain_of(n.value) == chain
        and isinstance(n.ctx, ast.Load)
    ]
    return asked if len(asked) == len(names) else None


def with_names_from(source: ModuleSource, old: str, new: str) -> str | None:
    """Return a text that takes from another module what it took from one; None if it cannot be."""
    edits: list[Edit] = []
    for node in imports_of_module(source, old):
        if isinstance(node, ast.ImportFrom):
            edits += _renamed_from(source, node, old, new)
        elif isinstance(node, ast.Import):
            asked = _asked_of(source, _bound_to(node, source, old))
            if asked is None:
                return None
            others = [alias for alias in node.names if alias.name != old]
            lines = [f"import {', '.join(map(ast.unparse, others))}"] if others else []
            edits.append(_edit(node, _lines(source, node, [*lines, f"import {new}"])))
            edits += [_edit(use.value, new) for use in asked]
    return _edited(source.text.source, edits)


def _lines(source: ModuleSource, node: Import, lines: list[str]) -> str:
    """Return statements as they can stand where one stands."""
    line = source.text.lines[node.lineno - 1].encode()
    before = line[: node.col_offset].decode()
    return ("\n" + before if not before.strip() else "; ").join(lines)


def _edit(node: ast.AST, new: str) -> Edit:
    assert isinstance(node, ast.stmt | ast.expr)
    last = node.end_lineno or node.lineno
    return node.lineno, node.col_offset, last, node.end_col_offset or 0, new


def _edited(text: str, edits: list[Edit]) -> str:
    """Return a text with parts of it replaced."""
    lines = [line.encode() for line in text.split("\n")]
    for first, start, last, end, new in sorted(set(edits), reverse=True):
        replaced = lines[first - 1][:start] + new.encode() + lines[last - 1][end:]
        lines[first - 1 : last] = [replaced]
    return b"\n".join(lines).decode()
