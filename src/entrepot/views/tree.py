"""The imports of a run as a tree, with the time of each step.

The time of an import is split without rest. What its code imported in turn is not its *own*:

    total = own + the totals of its children
    own   = find + create + read + make + execute + bind

``find``
    asking the finders, until one answers;
``create``
    making the module object; for an extension, loading its library;
``read``
    reading files, of bytecode or of source;
``make``
    unmarshalling bytecode, or compiling source;
``execute``
    running the module's code;
``bind``
    the rest: setting it in its package, and what lies between the steps.

A thread has a tree of its own. While one waits for a module that another one executes, the time
of the wait is part of ``own`` of whoever waits.
"""

from __future__ import annotations

from time import perf_counter_ns

from entrepot.engine.narration import line_of, name_of_finder

from .places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from entrepot.engine.narration import Story

    from .recording import Recording

#: The steps that an import's own time is made of, in order.
STEPS = ("find", "create", "read", "make", "execute", "bind")

#: How a module's code was obtained, by the name of its loader.
KINDS_BY_LOADER: Mapping[str, str] = {
    "ExtensionFileLoader": "extension",
    "BuiltinImporter": "built in",
    "FrozenImporter": "frozen",
    "NamespaceLoader": "namespace",
    "None": "namespace",
}


class Place:
    """Where an import was asked for: the module's name, its file, the line, the statement."""

    __slots__ = ("_places", "file", "line", "name")

    def __init__(self, name: str | None, file: str, line: int, places: Places) -> None:
        self.name = name
        self.file = file
        self.line = line
        self._places = places

    @property
    def places(self) -> Places:
        """What reads the statement."""
        return self._places

    @property
    def statement(self) -> str:
        """The statement there; its file is read when somebody asks."""
        return self._places.statement(self.file, self.line)

    def as_dict(self) -> dict[str, object]:
        """Return it as what stands for it in JSON."""
        return {
            "importer": self.name,
            "file": self.file,
            "line": self.line,
            "statement": self.statement,
        }

    def __repr__(self) -> str:
        return f"Place({self.name!r}, {self.file!r}, {self.line}, {self.statement!r})"


class Import:
    """One executed import.

    Attributes:
        name: The module's name.
        number: Its place in the order in which imports began, from 1.
        thread: The number of its thread: 1 is the one that the recording was started in.
        parent: The import that was under way when it was asked for, or None.
        children: Those that began while it was under way.
        asked_at: Where it was asked for, or None when no Python code did.
        outcome: ``"loaded"``, ``"failed"`` or ``"unfinished"``; with ``error`` when it failed.
        finder: The finder that answered, or None.
        declined: The finders that were asked before and did not.
        kind: ``"bytecode"``, ``"compiled"``, ``"extension"``, ``"built in"``, ``"frozen"``,
            ``"namespace"``, ``"other"``, or ``""`` when it was not found.
        file: Where it comes from, or None.
        began: Nanoseconds after the recording started.
        total: Nanoseconds from its beginning to its end.
        own: Of these, those in no child.
        steps: ``own`` by step, such as ``{"find": 20_000, ...}``.
    """

    __slots__ = (
        "asked_at", "began", "children", "declined", "error", "file", "finder", "is_package",
        "kind", "loader", "name", "number", "outcome", "own", "parent", "steps", "thread", "total",
    )  # fmt: skip

    def __init__(self, number: int, story: Story, thread: int, asked_at: Place | None) -> None:
        spec = story.spec
        self.number = number
        self.name = story.name
        self.thread = thread
        self.asked_at = asked_at
        self.parent: Import | None = None
        self.children: list[Import] = []
        self.error = story.error
        self.outcome = "failed" if story.error is not None else "loaded"
        asked = [name_of_finder(finder) for finder in story.finders[::2]]
        self.finder = asked[-1] if story.answered else None
        # A private system may ask a finder twice: for the name, and for its name in the process.
        self.declined = list(dict.fromkeys(asked[:-1] if story.answered else asked))
        self.kind = _kind_of(story)
        loader = getattr(spec, "loader", None)
        self.loader = None if loader is None else name_of_finder(loader)
        self.is_package = getattr(spec, "submodule_search_locations", None) is not None
        self.file = _file_of(spec)
        self.began = self.total = self.own = 0
        self.steps: dict[str, int] = {}

    def chain(self) -> list[Import]:
        """Return the imports under way around it, the outermost first, it itself last."""
        found: list[Import] = [self]
        while found[-1].parent is not None:
            found.append(found[-1].parent)
        return found[::-1]

    def walk(self) -> Iterator[Import]:
        """Yield it and all imports below it, in the order in which they began."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    def __repr__(self) -> str:
        return f"<Import {self.name}, {self.total / 1e6:.2f} ms>"


class Tree:
    """The imports of a run.

    Attributes:
        imports: All of them, in the order in which they began.
        total: Nanoseconds from the start of the recording to its stop.
        threads: How many threads imported.
        loaded_before: Modules that were there before.
        lazy: Modules that lazy imports left to be loaded.
        asked: All import statements, cached ones included, when these were recorded.
    """

    def __init__(self, recording: Recording) -> None:
        self.imports: list[Import] = []
        until = recording.ended_at or perf_counter_ns()
        self.total = until - recording.began_at
        self.loaded_before = sorted(recording.loaded_before)
        self.lazy = recording.lazy
        self.places = Places()
        numbers_by_thread = {recording.main_thread: 1}
        stories = list(recording.stories)
        nodes_by_story: dict[int, Import] = {}
        for number, story in enumerate(stories, 1):
            thread = numbers_by_thread.setdefault(story.thread, len(numbers_by_thread) + 1)
            node = Import(number, story, thread, self._asked_at(story))
            nodes_by_story[story.import_id] = node
            self.imports.append(node)
            if story.parent is not None and story.parent.import_id in nodes_by_story:
                node.parent = nodes_by_story[story.parent.import_id]
                node.parent.children.append(node)
                _name_c_code(node, node.parent)
        self.threads = len(numbers_by_thread)
        for story, node in zip(reversed(stories), reversed(self.imports), strict=True):
            _measure(node, story, recording.began_at, until)
        self.asked = None if recording.asked is None else [self._asked(a) for a in recording.asked]

    @property
    def roots(self) -> list[Import]:
        """The imports that were asked for while none was under way."""
        return [node for node in self.imports if node.parent is None]

    def roots_of(self, thread: int) -> list[Import]:
        """Return the roots of one thread."""
        return [node for node in self.roots if node.thread == thread]

    @property
    def imported(self) -> int:
        """Nanoseconds that thread 1 spent importing."""
        return sum(node.total for node in self.roots_of(1))

    def steps(self) -> dict[str, int]:
        """Return the time of all imports by step."""
        return {step: sum(node.steps[step] for node in self.imports) for step in STEPS}

    def worst(self, count: int) -> list[Import]:
        """Return the imports that took longest by themselves, the worst first."""
        return sorted(self.imports, key=lambda node: -node.own)[:count]

    def _asked_at(self, story: Story) -> Place | None:
        if story.importer_code is None:
            return None
        return self._place(story.importer_name, story.importer_code, story.importer_offset)

    def _place(self, name: Any, code: Any, offset: int) -> Place:
        named = name if isinstance(name, str) else None
        return Place(named, code.co_filename, line_of(code, offset), self.places)

    def _asked(self, asked: Any) -> tuple[Place, Sequence[str]]:
        return self._place(asked.importer, asked.code, asked.offset), asked.names


def _name_c_code(node: Import, parent: Import) -> None:
    """If an extension asked, say so: its code has no frame, so what was seen is who asked for it.

    The frame that was seen stands at the import of the extension itself.
    """
    seen, above = node.asked_at, parent.asked_at
    if parent.kind != "extension" or seen is None or above is None:
        return
    if (seen.file, seen.line) == (above.file, above.line):
        node.asked_at = Place(parent.name, parent.file or "<extension>", 0, seen.places)


def _measure(node: Import, story: Story, start: int, until: int) -> None:
    """Split the time of an import. Its children have been measured before."""
    ended = story.ended_at
    if not ended:  # still under way
        node.outcome = "unfinished"
        ended = max(until, story.started)
    node.began = story.started - start
    node.total = ended - story.started
    node.own = max(0, node.total - sum(child.total for child in node.children))
    # Of a module that is loaded from a spec at hand, nothing is searched.
    found = story.found_at or (story.started if story.cached_at else ended)
    cached = story.cached_at or ended
    executed = story.executed_at or (ended if story.cached_at else cached)

    def own_between(first: int, last: int) -> int:
        inside = (c.total for c in node.children if first <= c.began + start < last)
        return max(0, last - first - sum(inside))

    steps = {
        "find": own_between(story.started, found),
        "create": own_between(found, cached),
        "read": story.read,
        "make": story.made,
        "execute": max(0, own_between(cached, executed) - story.read - story.made),
    }
    steps["bind"] = max(0, node.own - sum(steps.values()))
    node.steps = steps


def _kind_of(story: Story) -> str:
    if story.spec is None:
        return ""
    if story.code_kind:
        return "bytecode" if story.code_kind == "bytecode" else "compiled"
    loader = story.spec.loader
    return KINDS_BY_LOADER.get("None" if loader is None else name_of_finder(loader), "other")


def _file_of(spec: Any) -> str | None:
    origin = getattr(spec, "origin", None)
    return origin if isinstance(origin, str) and origin not in ("built-in", "frozen") else None
