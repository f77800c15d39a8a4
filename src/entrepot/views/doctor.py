"""``entrepot.doctor()``: what is wrong with the modules of a process, and who did it.

    entrepot.doctor()                  what is wrong now
    with entrepot.doctor() as found:   the same at the end of the block, and who changed the
        import app                     module cache while it ran

Looking changes nothing. While the block runs, the changes of ``sys.modules`` are noted (it stays
the plain dict that it is), and when each module was executed, if entrepot has taken over.
"""

from __future__ import annotations

import json
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from typing import TYPE_CHECKING

from entrepot.engine.narration import Story, line_of
from entrepot.engine.takeover import current
from entrepot.source.removing import lines_that_change, taken_out
from entrepot.source.text import Text

from . import checkups
from .cache_watch import CacheChange, CacheWatch
from .cycle_text import counted
from .finding import Finding
from .twins import duplicates
from .whereabouts import users_modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import CodeType, ModuleType
    from typing import Self

    from entrepot.source.remedy import Remedy


class Diagnosis:
    """What the doctor found; true when there is anything.

    Attributes:
        findings: Such as ``[<Finding 'duplicate': ...>]``.
    """

    def __init__(self) -> None:
        self._watch = CacheWatch(current())
        self._stamps = _Stamps()
        self._asked: dict[str, tuple[str, int]] = {}
        self._take_off: list[Callable[[], object]] = []
        self.findings: list[Finding] = list(self._examined())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to note who changes the module cache."""
        system = current()
        self._watch = CacheWatch(system)
        if system is not None:
            self._take_off = [
                system.add_execution_hook(self._stamps),
                system.keep_stories(self._note),
            ]
        self._watch.start()

    def stop(self) -> None:
        """End it, and examine the process again."""
        self.unwatch()
        self.examine()

    def unwatch(self) -> None:
        """End it; what was found stays as it is."""
        self._watch.stop()
        while self._take_off:
            self._take_off.pop()()

    def examine(self) -> None:
        """Examine the process as it is now."""
        self.findings = list(self._examined())

    def _note(self, story: Story) -> None:
        """Take note of where a module is asked for, to name the line that loads a file again."""
        code = story.importer_code
        if code is not None:
            place = code.co_filename, line_of(code, story.importer_offset)
            self._asked.setdefault(story.name, place)

    def _examined(self) -> Iterator[Finding]:
        modules = dict(sys.modules)
        for change in self._watch.changes:
            yield _tampering(change, modules)
        by_hand = {c.name: (c.file, c.line) for c in self._watch.changes if c.is_exact}
        yield from duplicates(modules, by_hand | self._asked)
        yield from checkups.shadows(modules)
        yield from checkups.non_modules(modules)
        yield from checkups.stale_references(modules)
        yield from checkups.stale_bytecode(modules)
        yield from checkups.edited_since(modules, self._stamps.stamps_by_name)

    def __bool__(self) -> bool:
        return bool(self.findings)

    def __str__(self) -> str:
        lines = [str(finding) for finding in self.findings]
        number = counted(len(lines), "finding") if lines else "nothing wrong"
        return "".join(f"{line}\n" for line in [*lines, f"found {number}"])

    def __repr__(self) -> str:
        return f"<Diagnosis: {len(self.findings)} findings>"

    def as_json(self) -> str:
        """Return the findings as JSON."""
        findings = [finding.as_dict() for finding in self.findings]
        return json.dumps({"findings": findings}, indent=2) + "\n"


class _Stamps:
    """Notes the time and size of each file when its code is about to be executed."""

    def __init__(self) -> None:
        self.stamps_by_name: dict[str, tuple[int, int]] = {}

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        file = getattr(module, "__file__", None)
        stamp = checkups.stamp_of(file) if isinstance(file, str) else None
        if stamp is not None:
            self.stamps_by_name[module.__name__] = stamp
        return code

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        pass


def _tampering(change: CacheChange, modules: Mapping[str, object]) -> Finding:
    """Return the finding for one change of the cache, its stale users named."""
    entry = f"sys.modules[{change.name!r}]"
    file, line, where = _place_of(change, modules)
    users = _users_of(change.old, modules)
    if change.action == "deleted":
        what = f"deletes {entry}; the next import makes a second module"
        remedy = "take it out, and reload in place with importlib.reload"
    elif change.action == "cleared":
        what, remedy = "replaces or clears the whole module cache", "take it out"
    else:
        verb = "replaces" if change.action == "replaced" else "sets"
        what = f"{verb} {entry}, and every later import returns what stands there"
        remedy = "import the module under its own name, or put a finder on sys.meta_path"
    stale = f"; stale now: {', '.join(users)}" if users else ""
    fix = None if where else _undone(change, file, line)
    says = f"{what}{stale}; {remedy}{where}"
    return Finding("tampering", says, file, line, (change.name, *users), fix)


def _place_of(change: CacheChange, modules: Mapping[str, object]) -> tuple[str, int, str]:
    """Return where a change was made, and a remark if that is not known for sure.

    Python 3.11 does not tell. If one statement alone of the program's texts names the entry, or
    none does and one alone may mean it, it was that one.
    """
    if change.is_exact:
        return change.file, change.line, ""
    sure: list[tuple[str, int]] = []
    possible: list[tuple[str, int]] = []
    for file in sorted({str(module.__file__) for module in users_modules(modules).values()}):
        text = _text_of(file)
        found = lines_that_change(text, change.name) if text is not None else ([], [])
        sure += [(file, line) for line in found[0]]
        possible += [(file, line) for line in found[1]]
    candidates = sure or possible
    if len(candidates) == 1:
        return *candidates[0], ""
    return change.file, change.line, " (noticed here: Python 3.11 tells no earlier)"


def _text_of(file: str) -> Text | None:
    try:
        with open(file, "rb") as stream:
            return Text(file, stream.read())
    except OSError:  # at a prompt, in a notebook
        return None


def _undone(change: CacheChange, file: str, line: int) -> Remedy | None:
    """Return the remedy that takes a change out; None where nothing else would be imported."""
    if change.action == "set" and not _is_found(change.name):
        return None
    text = _text_of(file)
    return taken_out(text, line) if text is not None and line else None


def _is_found(name: str) -> bool:
    """Tell whether an import would find a module, by the finders of the interpreter."""
    path = getattr(sys.modules.get(name.rpartition(".")[0]), "__path__", None)
    finders = (BuiltinImporter, FrozenImporter, PathFinder)
    return any(finder.find_spec(name, path) is not None for finder in finders)


def _users_of(old: object, modules: Mapping[str, object]) -> list[str]:
    """Return the names of other modules that lead to an object which left the cache."""
    if old is None or any(module is old for module in modules.values()):
        return []
    namespace = getattr(old, "__dict__", None)
    found = []
    for name, module in modules.items():
        if name.partition(".")[0] == "entrepot":
            continue
        for bound, value in list(getattr(module, "__dict__", {}).items()):
            inside = namespace is not None and getattr(value, "__globals__", None) is namespace
            if module is not old and (value is old or inside):
                found.append(f"{name}.{bound}")
    return sorted(found)


def doctor() -> Diagnosis:
    """Examine the modules of this process; as a context manager, watch who changes the cache.

    Returns:
        The findings; true when there are any, and as text what ``entrepot doctor`` prints.

    Example:
        >>> import sys
        >>> with doctor() as found:
        ...     sys.modules["greeting_"] = "Hello"
        >>> [f.kind for f in found.findings if "greeting_" in f.names]
        ['tampering', 'non-module']
        >>> del sys.modules["greeting_"]
    """
    return Diagnosis()
