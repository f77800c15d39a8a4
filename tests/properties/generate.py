"""A seed becomes a program: its first version, what a client does with it, and three edits."""

from __future__ import annotations

import random
import re

from tests.properties.constructs import EASY, HARD, constructs_of
from tests.properties.edits import EASY_EDITS, HARD_EDITS, edit
from tests.properties.programs import Export, Hold, Module, Program, Version
from tests.properties.writer import Writer

EDITS_IN_A_ROW = 3
CALLS = {
    "int": ("{0}",),
    "fn": ("{0}(1)", "{0}(4)"),
    "cls": ("{0}(3).value()", "{0}.__doc__"),
    "obj": ("{0}.value()",),
    "list": ("{0}",),
    "dict": ("{0}",),
    "tuple": ("repr({0})",),
    "maker": ("{0}(2)(3)",),
}
#: What a client holds of each kind: how it is made, how it is used, what old code left in it.
HOLDS = {
    "fn": (
        # The stub of an overload is typing's own: the name has left the function that is held.
        ("{0}", "h(2) if {0}.__module__ != 'typing' else None", ""),
        (
            "__import__('functools').partial({0}, 2)",
            "h() if {0}.__module__ != 'typing' else None",
            "",
        ),
        ("[{0}]", "h[0](5) if {0}.__module__ != 'typing' else None", ""),
        ("{0}", "h is {0} or {0}.__module__ == 'typing'", ""),
    ),
    "cls": (
        ("{0}(3)", "h.value()", "instance"),
        ("{0}(3)", "isinstance(h, {0})", ""),
        ("{0}(3).value", "h()", "instance"),
        ("type('Held', ({0},), {{}})", "h(4).value()", "class"),
        ("{0}", "h(2).value(), h is {0}", ""),
    ),
    "obj": (("{0}", "h is {0}", ""), ("{0}.value", "h()", "")),
    "list": (("{0}", "h is {0}", ""),),
    "dict": (("{0}", "h is {0}", ""),),
    "maker": (("{0}(3)", "h(2)", "cells"), ("{0}", "h(2)(2)", "")),
}
SHAPES = (
    ("m0",),
    ("m0", "m1"),
    ("alpha", "beta", "gamma"),
    ("pkg.m0", "pkg.m1", "+pkg"),
    ("pkg.base", "pkg.sub.deep", "pkg.top"),
    ("lib.core", "app.views", "app.main", "+app"),
)


def program(seed: str, *, hard: bool) -> Program:
    """Return the program of a seed."""
    source = random.Random(seed)
    constructs = constructs_of(HARD if hard else EASY)
    edits = HARD_EDITS if hard else EASY_EDITS
    version = Version(_modules(source.choice(SHAPES)))
    writer = Writer(source, version, constructs)
    for module in version.modules:
        for _ in range(source.randrange(3, 9)):
            writer.new(module)
    made = Program(seed, [version])
    for _ in range(EDITS_IN_A_ROW):
        after = made.versions[-1].copy()
        after.broken.clear()
        made.edits.append(edit(Writer(source, after, constructs), edits, source))
        made.versions.append(after)
    _client(made, source)
    return made


def _modules(shape: tuple[str, ...]) -> list[Module]:
    packages = []
    for name in shape:
        parent = name.rpartition(".")[0]
        while parent:
            if f"+{parent}" not in shape and parent not in packages:
                packages.append(parent)
            parent = parent.rpartition(".")[0]
    found = [Module(name, is_package=True) for name in sorted(packages)]
    return found + [Module(name.lstrip("+"), is_package=name.startswith("+")) for name in shape]


def _client(made: Program, source: random.Random) -> None:
    first = made.versions[0]
    exports = first.exports()
    for export in source.sample(exports, min(len(exports), 6)):
        options = HOLDS.get(export.kind)
        if options and export.kind == "cls" and _is_given_a_method(made, export.name):
            continue  # a method taken before that is the one that it was
        if options:
            make, probe, transplant = source.choice(options)
            name = _named(export)
            made.holds.append(Hold(make.format(name), probe.format(name), transplant))
    for module in first.modules:
        for fragment in module.fragments:
            for statement, location in fragment.states:
                if source.random() < 0.8:
                    made.states.append((module.name, statement, location))
    for version in made.versions:
        made.probes.append(_probes(version))


def _is_given_a_method(made: Program, name: str) -> bool:
    """Return whether an edit adds or removes a line like ``C.value = patched``."""
    stored = re.compile(rf"\b{name}_?\.value = ")
    texts = ["".join(version.files.values()) for version in made.versions]
    return len({len(stored.findall(text)) for text in texts}) > 1


def _probes(version: Version) -> list[str]:
    found = []
    for module in version.modules:
        for fragment in module.fragments:
            for export in fragment.exports:
                found += [call.format(_named(export)) for call in CALLS.get(export.kind, ())]
            found += fragment.probes
    return found


def _named(export: Export) -> str:
    return f"M({export.module!r}).{export.name}"
