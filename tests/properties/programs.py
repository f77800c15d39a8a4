"""Programs of several modules, as data: what the generator makes and the edits change.

A *fragment* is one construct's text: some statements that belong together. A module is a list of
fragments, a program a list of modules in the order in which they can import each other. Each
fragment says what it exports, as ``(kind, name)``, so that others can use it: an ``int``, a
function of one int (``fn``), a class of which ``C(3).value()`` is an int (``cls``), and so on.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

#: How an export of each kind is used as an int.
USES = {
    "int": ("{0}",),
    "fn": ("{0}(2)", "{0}(1)"),
    "cls": ("{0}(3).value()",),
    "obj": ("{0}.value()",),
    "list": ("{0}[0]", "len({0})", "sum({0})"),
    "dict": ("{0}['a']", "len({0})"),
    "maker": ("{0}(2)(3)",),
}


@dataclass(frozen=True)
class Export:
    """Something that other fragments can use."""

    module: str
    kind: str
    name: str


@dataclass
class Fragment:
    """Some statements of a module.

    Attributes:
        text: As it stands in the file.
        construct: The construct that wrote it, to write it anew; empty for imports and edits.
        number: What makes its names its own.
        exports: What it exports.
        probes: Expressions over ``M(module)`` that a client evaluates.
        states: Run-time changes as ``(statement, name of the location)``.
    """

    text: str
    construct: str = ""
    number: int = 0
    exports: list[Export] = field(default_factory=list)
    probes: list[str] = field(default_factory=list)
    states: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Module:
    """One module."""

    name: str
    fragments: list[Fragment] = field(default_factory=list)
    is_package: bool = False

    @property
    def file(self) -> str:
        """The file below the program's folder."""
        base = self.name.replace(".", "/")
        return f"{base}/__init__.py" if self.is_package else f"{base}.py"

    @property
    def text(self) -> str:
        """What stands in the file."""
        return "".join(f"{fragment.text.rstrip()}\n\n" for fragment in self.fragments)


@dataclass
class Version:
    """The program at one time.

    Attributes:
        modules: In the order in which they are imported.
        broken: Files with a text of their own: one that does not even parse.
    """

    modules: list[Module]
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """Every file with its text."""
        return {module.file: module.text for module in self.modules} | self.broken

    @property
    def names(self) -> list[str]:
        """The modules' names, in order."""
        return [module.name for module in self.modules]

    def copy(self) -> Version:
        """Return one that can be edited by itself."""
        return copy.deepcopy(self)

    def exports(self, before: str | None = None) -> list[Export]:
        """Return what the modules export, or those that stand before one of them."""
        found = []
        for module in self.modules:
            if module.name == before:
                break
            found += [export for fragment in module.fragments for export in fragment.exports]
        return found


@dataclass
class Hold:
    """A reference that the client takes before the first edit.

    Attributes:
        make: Evaluated once, over ``M``.
        probe: Evaluated after each edit, over ``M`` and ``h``, what was made.
        transplant: Whether what old code computed into it is kept: ``instance``, ``class`` or
            ``cells``.
    """

    make: str
    probe: str
    transplant: str = ""


@dataclass
class Program:
    """What is run and judged.

    Attributes:
        seed: What made it.
        versions: Its texts, the first one before any edit.
        holds: What the client holds.
        states: What the client changes at run time: ``(module, statement, location)``.
        probes: For each version, what the client asks.
        edits: For each later version, what was edited, in words.
    """

    seed: str
    versions: list[Version]
    holds: list[Hold] = field(default_factory=list)
    states: list[tuple[str, str, str]] = field(default_factory=list)
    probes: list[list[str]] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
