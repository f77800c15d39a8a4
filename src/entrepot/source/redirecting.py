"""The remedy that imports a name from where it is defined, not from where it is handed on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .deferring import Statement, short
from .missing import absolute
from .outline import statements_at_import
from .remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .outline import ModuleSource
    from .rehearsal import Provider


def redirected(
    provider: Provider, source: ModuleSource, node: ast.ImportFrom, names: set[str]
) -> Iterator[Remedy]:
    """Yield the remedy for those names of a from-import that their module only hands on."""
    statement = Statement(source, node)
    module = absolute(node.module or "", node.level, source.package)
    if module is None or not statement.is_alone:
        return
    lines, kept, moved = [], [], []
    for alias in node.names:
        home = definer(provider, module, alias.name) if alias.name in names else None
        if home is None or home[0] in (module, source.name):
            kept.append(alias)
            continue
        origin, name = home
        moved.append((alias.name, origin))
        bound = alias.asname or alias.name
        suffix = f" as {bound}" if bound != name else ""
        shown = as_written(origin, source, is_relative=bool(node.level))
        lines.append(f"{statement.indent}from {shown} import {name}{suffix}\n")
    if not moved:
        return
    listed = " and ".join(f"{name!r} from {origin!r}" for name, origin in moved)
    says = f"import {listed}, where it is defined ({short(source.file)}:{node.lineno})"
    yield Remedy("direct", says, [statement.replaced(kept, "".join(lines))], 1)


def definer(
    provider: Provider, module: str, name: str, seen: tuple[str, ...] = ()
) -> tuple[str, str] | None:
    """Return the module that defines a name which another module has, and its name there."""
    source = provider(module)
    if source is None or module in seen:
        return None
    origins = set()
    for statement in statements_at_import(source.tree.body):
        if isinstance(statement, ast.ImportFrom):
            origins |= set(_handed_on(provider, source, statement, name, (*seen, module)))
    others = [
        line
        for line in source.outline.lines_by_name.get(name, ())
        if not any(
            isinstance(s, ast.ImportFrom) and s.lineno == line
            for s in statements_at_import(source.tree.body)
        )
    ]
    if len(origins) == 1 and not others:
        return origins.pop()
    return (module, name) if others and not origins else None


def _handed_on(
    provider: Provider,
    source: ModuleSource,
    statement: ast.ImportFrom,
    name: str,
    seen: tuple[str, ...],
) -> Iterator[tuple[str, str]]:
    origin = absolute(statement.module or "", statement.level, source.package)
    for alias in statement.names:
        if origin is None or (alias.asname or alias.name) not in (name, "*"):
            continue
        if alias.name != "*" and provider(f"{origin}.{alias.name}") is not None:
            continue  # a submodule, not a name of a module
        inner = name if alias.name == "*" else alias.name
        found = definer(provider, origin, inner, seen)
        if found is not None:
            yield found
        elif alias.name != "*" and provider(origin) is None:
            yield origin, inner


def as_written(origin: str, source: ModuleSource, *, is_relative: bool) -> str:
    """Return a module's name as a from-import in the source states it."""
    package = source.package
    if not is_relative or not package:
        return origin
    dots = "."
    while package:
        if origin == package:
            return dots
        if origin.startswith(f"{package}."):
            return dots + origin[len(package) + 1 :]
        package, dots = package.rpartition(".")[0], dots + "."
    return origin
