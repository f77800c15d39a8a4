"""What happened during an import, as plain records.

An import that is *executed* (its module was not in the cache) emits its steps in order, each a
record of its own with the same ``import_id``:

    ImportStarted    the module is not in the cache; who asked for it
    FinderAsked      one for each meta path finder asked, with its time
    SpecFound        the finder that answered, and what it said
    ModuleCreated    step 2: the module object exists
    ModuleCached     step 3: it stands in the module cache
    CodeObtained     step 4, first half: bytecode read or source compiled
    ModuleExecuted   step 4, second half: its code ran
    NameBound        step 5: the package that it belongs to has it as an attribute
    ImportFinished   the outcome: ``"loaded"`` or ``"failed"``

Records between a module's ``ImportStarted`` and ``ImportFinished`` on the same thread belong to
it or to imports that its code started (their ``parent_id`` is its ``import_id``). Imports that
are found in the cache never reach the import system when the process is taken over: C answers
them. ``entrepot trace --steps`` records those in another way.

Times are nanoseconds of ``time.perf_counter_ns``. The classes are written out, without
``dataclasses``, because they are loaded on the way to a program's first line.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Subscriber = Callable[["Record"], object]


class Record:
    """One thing that happened. Compared by its fields; ``as_dict()`` is for JSON."""

    __slots__ = ("at", "import_id")
    import_id: int
    at: int

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name, with the kind of record first."""
        fields: dict[str, object] = {"record": type(self).__name__}
        for cls in reversed(type(self).__mro__):
            for field in getattr(cls, "__slots__", ()):
                value = getattr(self, field)
                fields[field] = value.as_dict() if isinstance(value, Importer) else value
        return fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(f"{k}={v!r}" for k, v in self.as_dict().items() if k != "record")
        return f"{type(self).__name__}({shown})"


class Importer:
    """Who asked for an import: the module, its file and the line of the statement.

    ``name`` is the importing module's ``__name__`` (``None`` when its globals have none).
    """

    __slots__ = ("file", "line", "name")

    def __init__(self, name: str | None, file: str, line: int) -> None:
        self.name = name
        self.file = file
        self.line = line

    def as_dict(self) -> dict[str, object]:
        """Return the three fields by name."""
        return {"name": self.name, "file": self.file, "line": self.line}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Importer) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.file, self.line))

    def __repr__(self) -> str:
        return f"Importer({self.name!r}, {self.file!r}, {self.line})"


class ImportStarted(Record):
    """A module that is not in the cache was asked for.

    ``parent_id`` is the import whose code asked, 0 for none. ``importer`` is ``None`` when no
    Python frame asked (an import made from C at start-up).
    """

    __slots__ = ("importer", "name", "parent_id", "thread")

    def __init__(
        self,
        import_id: int,
        at: int,
        name: str,
        parent_id: int,
        importer: Importer | None,
        thread: int,
    ) -> None:
        self.import_id = import_id
        self.at = at
        self.name = name
        self.parent_id = parent_id
        self.importer = importer
        self.thread = thread


class FinderAsked(Record):
    """A meta path finder was asked. ``found`` says whether it answered; ``took`` is in ns."""

    __slots__ = ("finder", "found", "took")

    def __init__(self, import_id: int, at: int, finder: str, found: bool, took: int) -> None:
        self.import_id = import_id
        self.at = at
        self.finder = finder
        self.found = found
        self.took = took


class SpecFound(Record):
    """A finder answered with a spec; ``origin`` is usually the file."""

    __slots__ = ("finder", "is_package", "loader", "origin")

    def __init__(
        self,
        import_id: int,
        at: int,
        finder: str,
        loader: str | None,
        origin: str | None,
        is_package: bool,
    ) -> None:
        self.import_id = import_id
        self.at = at
        self.finder = finder
        self.loader = loader
        self.origin = origin
        self.is_package = is_package


class ModuleCreated(Record):
    """Step 2: the module object exists. ``kind`` is the name of its type."""

    __slots__ = ("kind",)

    def __init__(self, import_id: int, at: int, kind: str) -> None:
        self.import_id = import_id
        self.at = at
        self.kind = kind


class ModuleCached(Record):
    """Step 3: the module stands in the module cache, before its code runs."""

    __slots__ = ()

    def __init__(self, import_id: int, at: int) -> None:
        self.import_id = import_id
        self.at = at


class CodeObtained(Record):
    """Step 4, first half: the code to execute is there.

    ``kind`` is ``"bytecode"`` (read from ``path``), ``"source"`` (compiled from ``path``) or
    ``"other"`` (a loader that does not tell). ``read`` and ``made`` are nanoseconds spent reading
    files, and unmarshalling or compiling.
    """

    __slots__ = ("kind", "made", "path", "read")

    def __init__(
        self, import_id: int, at: int, kind: str, path: str | None, read: int, made: int
    ) -> None:
        self.import_id = import_id
        self.at = at
        self.kind = kind
        self.path = path
        self.read = read
        self.made = made


class ModuleExecuted(Record):
    """Step 4, second half: the module's code ran to its end in ``took`` ns (own and nested)."""

    __slots__ = ("took",)

    def __init__(self, import_id: int, at: int, took: int) -> None:
        self.import_id = import_id
        self.at = at
        self.took = took


class NameBound(Record):
    """Step 5: the parent package ``parent`` got the module as its attribute ``tail``."""

    __slots__ = ("parent", "tail")

    def __init__(self, import_id: int, at: int, parent: str, tail: str) -> None:
        self.import_id = import_id
        self.at = at
        self.parent = parent
        self.tail = tail


class ImportFinished(Record):
    """The import ended. ``outcome`` is ``"loaded"`` or ``"failed"``, then with ``error``."""

    __slots__ = ("error", "name", "outcome", "took")

    def __init__(
        self, import_id: int, at: int, name: str, outcome: str, error: str | None, took: int
    ) -> None:
        self.import_id = import_id
        self.at = at
        self.name = name
        self.outcome = outcome
        self.error = error
        self.took = took
