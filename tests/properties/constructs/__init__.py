"""The kinds of construct that programs are made of, as templates.

In the text files beside this one each construct begins with ``=== its name`` and lines about it:
``! module`` (imports it first), ``+ kind name`` (exports it), ``+ state statement // location``
(what a client may change at run time), ``? expression`` (what a client asks), ``needs kind``.

In its text ``$n`` is the fragment's number, ``$I`` an int that may come from anywhere in the
program, ``$X`` the same where ``x`` is known, ``$K`` a literal, ``$S`` a string; ``$C``, ``$R``,
``$G`` a class, a registering and a plain decorator of the program; ``<<a || b>>`` one of several.
``needs other`` gives another module: ``$Q`` its name, ``$W`` an int of it, ``$P`` its import and
``$O`` its use after that; ``needs int`` gives ``$E``, an int by ``getattr``.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

EASY = ("easy", "library", "more")
HARD = ("easy", "library", "more", "hard", "machinery", "people")


class Construct(NamedTuple):
    """One template."""

    name: str
    text: str
    modules: tuple[str, ...]
    exports: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    probes: tuple[str, ...]
    needs: str


@cache
def constructs_of(files: tuple[str, ...]) -> dict[str, Construct]:
    """Return the constructs of some files, by name."""
    if sys.version_info >= (3, 12):
        files = (*files, "newer")
    found = {}
    for file in files:
        text = Path(__file__).with_name(f"{file}.txt").read_text(encoding="utf-8")
        for block in text.split("=== ")[1:]:
            construct = _read(block)
            found[construct.name] = construct
    return found


def _read(block: str) -> Construct:
    name, *lines = block.splitlines()
    modules, exports, states, probes, text = [], [], [], [], []
    needs = ""
    for line in lines:
        if line.startswith("! "):
            modules.append(line[2:])
        elif line.startswith("+ state "):
            statement, _, location = line[8:].partition(" // ")
            states.append((statement, location))
        elif line.startswith("+ "):
            kind, _, exported = line[2:].partition(" ")
            exports.append((kind, exported))
        elif line.startswith("? "):
            probes.append(line[2:])
        elif line.startswith("needs "):
            needs = line[6:]
        else:
            text.append(line)
    return Construct(
        name,
        "\n".join(text).strip("\n"),
        tuple(modules),
        tuple(exports),
        tuple(states),
        tuple(probes),
        needs,
    )
