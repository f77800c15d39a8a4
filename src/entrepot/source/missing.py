"""What a circular import fails by: a name that is needed and not there yet, and the way to it."""

from __future__ import annotations

from entrepot.names import resolve_relative


class Link:
    """One place on the way to a failure.

    Attributes:
        module: The module whose code is there.
        file: Its file.
        line: The line that is being executed.
        function: ``"<module>"``, or the function that the module's code has called.
    """

    __slots__ = ("file", "function", "line", "module")

    def __init__(self, module: str, file: str, line: int, function: str = "<module>") -> None:
        self.module = module
        self.file = file
        self.line = line
        self.function = function

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and (self.file, self.line, self.function) == (
            other.file,
            other.line,
            other.function,
        )

    def __hash__(self) -> int:
        return hash((self.file, self.line, self.function))

    def __repr__(self) -> str:
        return f"Link({self.module!r}, {self.file!r}, {self.line}, {self.function!r})"


class Missing(Exception):
    """A name is needed that is not there yet.

    Attributes:
        kind: ``"import"`` (a from-import), ``"attribute"`` (of a module) or ``"name"``.
        imported: The module that does not have it.
        name: The name.
        chain: The way to it, the outermost link first; the last one is where it is needed.
    """

    def __init__(self, kind: str, imported: str, name: str, chain: list[Link]) -> None:
        super().__init__(f"{name!r} of {imported!r} at {chain[-1:]}")
        self.kind = kind
        self.imported = imported
        self.name = name
        self.chain = chain


class Stopped(Exception):
    """A rehearsal is given up; nothing is known."""


def absolute(module: str, level: int, package: str) -> str | None:
    """Return the absolute name that an import statement means, None if it means none."""
    if not level:
        return module
    try:
        return resolve_relative(module, package, level) if package else None
    except ImportError:
        return None
