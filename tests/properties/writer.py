"""Writes constructs into modules: fills templates, and imports what they use.

Everything is drawn from one random source, so a seed makes one program on every Python.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.properties.programs import USES, Export, Fragment, Module, Version

if TYPE_CHECKING:
    import random

    from tests.properties.constructs import Construct

CHOICE = re.compile(r"<<((?:(?!<<|>>).)*)>>", re.DOTALL)
MARK = re.compile(r"\$([A-Za-z$])")
STRINGS = ("'red'", "'green'", "'blue'", '"it\'s"', "'día'")
#: What other fragments made: its mark, and the kind that stands for it.
THINGS = {
    "R": "registrar", "G": "deco", "C": "cls", "Z": "exc", "Y": "enum", "V": "gen", "U": "ctx",
    "B": "classdeco", "H": "hook", "T": "meta", "J": "reg", "A": "list", "D": "dict",
}  # fmt: skip


class Writer:
    """Writes fragments for one version of a program.

    Attributes:
        version: The program so far.
        constructs: By name.
    """

    def __init__(
        self, random: random.Random, version: Version, constructs: dict[str, Construct]
    ) -> None:
        self.random = random
        self.version = version
        self.constructs = constructs

    def new(self, module: Module, at: int | None = None) -> Fragment | None:
        """Write a construct of any kind into a module; None if it needs what is not there."""
        name = self.random.choice(list(self.constructs))
        number = 1 + max((f.number for m in self.version.modules for f in m.fragments), default=0)
        at = len(module.fragments) if at is None else at
        needs = self.constructs[name].needs
        if needs in THINGS.values() and not _Page(self, module, at).known(needs):
            made = len(module.fragments)
            self.write(module, self._maker(needs), number, at)
            number, at = number + 1, at + len(module.fragments) - made
        return self.write(module, name, number, at)

    def _maker(self, kind: str) -> str:
        """Return the name of a construct that makes what another one needs."""
        makers = [c.name for c in self.constructs.values()
                  if not c.needs and any(kind == made for made, _ in c.exports)]  # fmt: skip
        return self.random.choice(makers)

    def write(self, module: Module, name: str, number: int, at: int) -> Fragment | None:
        """Write a construct at a place in a module, with the imports that it needs."""
        construct = self.constructs[name]
        page = _Page(self, module, at)
        values: dict[str, str] = {}
        if construct.needs and not page.meet(construct.needs, values):
            return None
        text = page.fill(construct.text, number, values)
        for wanted in construct.modules:
            page.import_library(wanted)
        names = {"n": str(number), "M": f"M({module.name!r})", **values}
        fragment = Fragment(
            text,
            name,
            number,
            [
                Export(module.name, kind, exported.replace("$n", str(number)))
                for kind, exported in construct.exports
            ],
            [_marks(probe, names) for probe in construct.probes],
            [
                (_marks(statement, names), _marks(location, names))
                for statement, location in construct.states
            ],
        )
        for imported in page.imports:
            module.fragments.insert(page.at, imported)
            page.at += 1
        module.fragments.insert(page.at, fragment)
        return fragment


def _marks(text: str, values: dict[str, str]) -> str:
    return MARK.sub(lambda m: values.get(m[1], m[0]), text)


class _Page:
    """One fragment being written.

    Attributes:
        imports: The imports that it needs, as fragments of their own.
        at: Where in the module they go.
    """

    def __init__(self, writer: Writer, module: Module, at: int) -> None:
        self.writer = writer
        self.random = writer.random
        self.module = module
        self.at = at
        self.imports: list[Fragment] = []

    def fill(self, text: str, number: int, values: dict[str, str]) -> str:
        while True:
            chosen = CHOICE.sub(lambda m: self._choose(m[1]), text)
            if chosen == text:
                break
            text = chosen

        def mark(match: re.Match[str]) -> str:
            word = match[1]
            if word in values:
                return values[word]
            if word == "n":
                return str(number)
            if word == "$":
                return "$"
            if word == "K":
                return str(self.random.randrange(1, 50))
            if word == "S":
                return self.random.choice(STRINGS)
            if word in THINGS:
                return values.setdefault(word, self.use(self.pick(THINGS[word])))
            return self.integer(["x"] if word == "X" else [])

        return MARK.sub(mark, text)

    def _choose(self, options: str) -> str:
        return self.random.choice(options.split("||")).strip(" ")

    # what stands before this place

    def known(self, *kinds: str) -> list[Export]:
        found = [e for e in self.writer.version.exports(self.module.name) if e.kind in kinds]
        for fragment in self.module.fragments[: self.at]:
            found += [e for e in fragment.exports if e.kind in kinds]
        if self.module.is_package:
            return found
        packages = {m.name for m in self.writer.version.modules if m.is_package}
        return [e for e in found if e.module not in packages or e.module == self.module.name]

    def pick(self, *kinds: str) -> Export:
        return self.random.choice(self.known(*kinds))

    def meet(self, needs: str, values: dict[str, str]) -> bool:
        if needs in THINGS.values():
            return bool(self.known(needs))
        ints = self.known("int")
        if needs == "other":
            ints = [e for e in ints if e.module != self.module.name]
        if not ints:
            return False
        chosen = self.random.choice(ints)
        if needs == "int":
            values["E"] = self._by_getattr(chosen)
            return True
        values["Q"] = chosen.module
        values["W"] = chosen.name
        values["P"] = f"import {chosen.module} as late"
        values["O"] = f"late.{chosen.name}"
        return True

    def _by_getattr(self, export: Export) -> str:
        if export.module == self.module.name:
            return f"globals()[{export.name!r}]"
        self.import_library("sys")
        self.use(export)
        return f"getattr(sys.modules[{export.module!r}], {export.name!r})"

    def integer(self, local: list[str]) -> str:
        """Return an expression that is an int."""
        draw = self.random.random()
        if local and draw < 0.3:
            return self.random.choice(local)
        known = self.known(*USES)
        if draw > 0.75 or not known:
            return str(self.random.randrange(1, 50))
        export = self.random.choice(known[-12:] if self.random.random() < 0.7 else known)
        return self.random.choice(USES[export.kind]).format(self.use(export))

    # imports

    def import_library(self, name: str) -> None:
        text = f"import {name}"
        if not any(f.text == text for f in [*self.module.fragments[: self.at], *self.imports]):
            self.imports.append(Fragment(text))

    def use(self, export: Export) -> str:
        """Return how an export is named here, after importing it in one of the usual ways."""
        if export.module == self.module.name:
            return export.name
        text, name = self.random.choice(self._styles(export))
        if not any(f.text == text for f in [*self.module.fragments[: self.at], *self.imports]):
            self.imports.append(Fragment(text))
        return name

    def _styles(self, export: Export) -> list[tuple[str, str]]:
        parent, _, tail = export.module.rpartition(".")
        short = f"{tail}_"
        styles = [
            (f"from {export.module} import {export.name}", export.name),
            (f"from {export.module} import {export.name}", export.name),
            (f"from {export.module} import {export.name} as {export.name}_", f"{export.name}_"),
            (f"import {export.module}", f"{export.module}.{export.name}"),
            (f"import {export.module} as {short}", f"{short}.{export.name}"),
        ]
        if parent:
            styles.append((f"from {parent} import {tail}", f"{tail}.{export.name}"))
            relative = self._relative(export.module)
            styles.append((f"from {relative} import {export.name}", export.name))
            styles.append((f"from {relative} import {export.name}", export.name))
        return styles

    def _relative(self, name: str) -> str:
        here = self.module.name if self.module.is_package else self.module.name.rpartition(".")[0]
        there = name.split(".")
        mine = here.split(".") if here else []
        same = 0
        while same < min(len(mine), len(there) - 1) and mine[same] == there[same]:
            same += 1
        if not same:
            return name
        return "." * (len(mine) - same + 1) + ".".join(there[same:])
