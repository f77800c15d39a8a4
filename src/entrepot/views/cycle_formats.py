"""Import cycles for machines and drawings: json, sarif, github, mermaid, dot."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from .cycle_text import as_text, how_it_fails
from .sarif import Place, Result, as_sarif

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .cycles import Cycle, Cycles, Edge

RULES: Mapping[str, str] = {"cycle": "Modules import each other while they are imported"}


def as_json(found: Cycles) -> str:
    """Return everything that is known as JSON."""
    content = {
        "root": found.tree.root,
        "modules": found.modules,
        "edges": [_edge(edge) for edge in found.edges],
        "cycles": [_cycle(cycle) for cycle in found.cycles],
        "unread": [
            {"file": u.file, "line": u.line or None, "reason": u.reason} for u in found.unread
        ],
        "seconds": round(found.took, 3),
    }
    return json.dumps(content, indent=2) + "\n"


def _edge(edge: Edge) -> dict[str, object]:
    imports = [
        {"line": fact.line, "when": fact.when, "text": fact.text()} for fact in edge.imports
    ]
    return {
        "importer": edge.importer,
        "imported": edge.imported,
        "file": edge.file,
        "imports": imports,
    }


def _cycle(cycle: Cycle) -> dict[str, object]:
    cut = cycle.cut and {
        "importer": cycle.cut.importer,
        "imported": cycle.cut.imported,
        **cycle.cut.remedy.as_dict(),
    }
    fails = [
        {
            "first": start,
            "file": missing.chain[-1].file,
            "line": missing.chain[-1].line,
            "imported": missing.imported,
            "name": missing.name,
        }
        for start, missing in cycle.failures_by_start.items()
    ]
    return {
        "kind": "cycle",
        "level": cycle.level,
        "modules": cycle.modules,
        "path": [_edge(edge) for edge in cycle.edges],
        "fails": fails,
        "cut": cut,
    }


def in_a_sentence(cycle: Cycle) -> str:
    """Return what is wrong and what helps, as sentences on one line."""
    names = [edge.importer for edge in cycle.edges]
    parts = [f"import cycle: {' -> '.join([*names, *names[:1]])}"]
    parts += [f"it fails {how_it_fails(s, m)}" for s, m in [*cycle.failures_by_start.items()][:1]]
    if cycle.cut is not None:
        parts.append(f"cut {cycle.cut.importer} -> {cycle.cut.imported}: {cycle.cut.remedy.says}")
    return "; ".join(parts)


def as_sarif_text(found: Cycles) -> str:
    """Return the findings as SARIF 2.1.0."""
    results = []
    for cycle in found.cycles:
        places = [Place(e.file, e.first.line, e.first.text()) for e in _from_the_cut(cycle)]
        remedy = cycle.cut.remedy if cycle.cut is not None else None
        results.append(Result("cycle", cycle.level, in_a_sentence(cycle), places, remedy))
    faults = [Place(unread.file, unread.line, unread.reason) for unread in found.unread]
    return as_sarif(results, RULES, found.tree.root, faults)


def _from_the_cut(cycle: Cycle) -> list[Edge]:
    """Return the edges of the cycle, the one to cut first: that is where a person must look."""
    if cycle.cut is None:
        return cycle.edges
    ends = cycle.cut.importer, cycle.cut.imported
    return sorted(cycle.edges, key=lambda edge: (edge.importer, edge.imported) != ends)


def as_github(found: Cycles) -> str:
    """Return the findings as workflow commands, which GitHub shows beside the lines."""
    lines = []
    for cycle in found.cycles:
        edge = _from_the_cut(cycle)[0]
        place = f"file={_property(_relative(edge.file))},line={edge.first.line}"
        lines.append(
            f"::{cycle.level} {place},title=import cycle::{_message(in_a_sentence(cycle))}"
        )
    for unread in found.unread:
        place = f"file={_property(_relative(unread.file))},line={unread.line or 1}"
        lines.append(f"::warning {place},title=file not read::{_message(unread.reason)}")
    return "".join(f"{line}\n" for line in lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _relative(file: str) -> str:
    return os.path.relpath(file)


def as_mermaid(found: Cycles) -> str:
    """Return the modules that import each other as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    number_by_name = {name: f"m{n}" for n, name in enumerate(_names_in_cycles(found))}
    lines += [f'    {number}["{name}"]' for name, number in number_by_name.items()]
    cut_numbers = []
    for number, (edge, is_cut) in enumerate(_edges_in_cycles(found)):
        ends = f"{number_by_name[edge.importer]} %s {number_by_name[edge.imported]}"
        lines.append(
            "    " + ends % (f'-. "cut, line {edge.first.line}" .->' if is_cut else "-->")
        )
        cut_numbers += [str(number)] * is_cut
    if cut_numbers:
        lines.append(f"    linkStyle {','.join(cut_numbers)} stroke:#c00")
    return "\n".join(lines) + "\n"


def as_dot(found: Cycles) -> str:
    """Return the modules that import each other as a graph for Graphviz."""
    lines = ["digraph cycles {", "    rankdir=LR;", "    node [shape=box];"]
    lines += [f"    {_quoted(name)};" for name in _names_in_cycles(found)]
    for edge, is_cut in _edges_in_cycles(found):
        look = f" [style=dashed, color=red, label={_quoted(f'cut, line {edge.first.line}')}]"
        ends = f"{_quoted(edge.importer)} -> {_quoted(edge.imported)}"
        lines.append(f"    {ends}{look if is_cut else ''};")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _names_in_cycles(found: Cycles) -> list[str]:
    return sorted({name for cycle in found.cycles for name in cycle.modules})


def _edges_in_cycles(found: Cycles) -> Iterator[tuple[Edge, bool]]:
    cuts = {(c.cut.importer, c.cut.imported) for c in found.cycles if c.cut is not None}
    component_by_name = {
        name: number for number, cycle in enumerate(found.cycles) for name in cycle.modules
    }
    for edge in found.edges_at_import():
        ends = edge.importer, edge.imported
        numbers = {component_by_name.get(name, -1) for name in ends}
        if len(numbers) == 1 and -1 not in numbers:
            yield edge, ends in cuts


FORMATS: Mapping[str, Callable[[Cycles], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif_text,
    "github": as_github,
    "mermaid": as_mermaid,
    "dot": as_dot,
}
