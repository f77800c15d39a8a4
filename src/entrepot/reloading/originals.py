"""What installed modules had at the places that a managed module sets: ``json.dumps = traced``.

It is noted before the managed module runs, or, of a module that is imported meanwhile, when that
is complete. So a statement that wraps what it finds there can run again, and one that is gone
leaves nothing. The lines of the text tell the places, without a parser: this is on the way to a
program's first line. Most modules set no attribute outside of functions, and are not looked into.
"""

from __future__ import annotations

import sys
from types import ModuleType

from .attributes import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import CodeType
    from typing import Any

    from .outside import Found

    Path = tuple[str, ...]


def _operations(text: str) -> frozenset[int]:
    return frozenset(compile(text, "<operations>", "exec").co_code[::2])


#: To set an attribute; told by what is compiled for it, as ``opcode`` takes longer to load.
STORING = _operations("a.b = 1") - _operations("b = 1; a.b") - {0}
_SETTING = b"setattr("
#: Makes space of all that is in no name; what is not ASCII may be in one.
_WORDS = bytes(c if chr(c).isalnum() or c == ord("_") or c > 127 else 32 for c in range(256))


class Originals:
    """Notes for a session what was at such places.

    Attributes:
        found: What was there, see ``outside.py``.
    """

    def __init__(self, found: Found, managed: Container[str]) -> None:
        self.found = found
        self._managed = managed
        self._awaited: dict[str, set[Path]] = {}  # by the first name of a module to come

    def begins(self, code: CodeType, content: bytes) -> None:
        """A managed module is about to run."""
        # ``co_code`` would be another copy, which stays as long as the code does
        operations = code._co_code_adaptive[::2]  # type: ignore[attr-defined]  # noqa: SLF001
        if "setattr" not in code.co_names and all(operations.find(x) < 0 for x in STORING):
            return
        for path in places(content):
            if not self._note(path):
                self._awaited.setdefault(path[0], set()).add(path)

    def executed(self, module: ModuleType) -> None:
        """A module that is not managed is complete."""
        paths = self._awaited.get(module.__name__.partition(".")[0])
        if paths:
            paths.difference_update([path for path in paths if self._note(path, module)])

    def _note(self, path: Path, complete: ModuleType | None = None) -> bool:
        """Note what is at a place; return whether its module is complete by now."""
        for end in range(len(path) - 1, 0, -1):
            module = sys.modules.get(".".join(path[:end]))
            if module is not None:
                break
        else:
            return False
        names = getattr(module, "__dict__", None)
        spec = getattr(module, "__spec__", None)
        is_begun = module is not complete and getattr(spec, "_initializing", False)
        if type(names) is not dict or is_begun:
            return False
        if module.__name__ in self._managed:
            return True
        owner: Any = names
        for name in path[end:-1]:
            held = owner if type(owner) is dict else type.__getattribute__(owner, "__dict__")
            owner = held.get(name)
            owner = vars(owner) if type(owner) is ModuleType else owner
            if type(owner) is not dict and not issubclass(type(owner), type):
                return True
        held = owner if type(owner) is dict else type.__getattribute__(owner, "__dict__")
        key = id(owner), path[-1]
        if key not in self.found:
            self.found[key] = owner, held.get(path[-1], NOTHING)
        return True


def places(content: bytes) -> Iterator[Path]:
    r"""Yield the places that lines of a text may set, of what it imports.

    No line is looked at by itself that needs not be: texts are long.

    Example:
        >>> text = b"import json, os.path as p\njson.dumps = f\nsetattr(p, 'sep', '/')\nx.y = 1"
        >>> list(places(text))
        [('json', 'dumps'), ('os', 'path', 'sep')]
    """
    content = content.replace(b"\r", b"\n")
    chains = [*_assigned(content), *_given(content)]
    found = {chain for chain in chains if all(map(str.isidentifier, chain))}
    imported = _imported(content, {chain[0].encode() for chain in found}) if found else {}
    for chain in chains:
        if chain[0] in imported and chain in found:
            yield imported[chain[0]] + chain[1:]


def _assigned(content: bytes) -> Iterator[Path]:
    """Yield what stands with a dot before an ``=``, in its line."""
    parts = content.split(b"=")
    for number, part in enumerate(parts[:-1]):
        line = part.rfind(b"\n") + 1
        if part.rfind(b".") < line or not parts[number + 1]:  # to compare sets nothing
            continue
        target = part[line:].strip()
        if target[:5] != b"self.":
            yield tuple(_text(target).split("."))


def _given(content: bytes) -> Iterator[Path]:
    """Yield what lines that begin with ``setattr(`` give to it first: an object, and a name."""
    for line, _ in _lines_with(content, _SETTING):
        if line[: len(_SETTING)] == _SETTING:
            owner, _, rest = _text(line[len(_SETTING) :]).partition(",")
            key = rest.partition(",")[0].strip()
            yield (*owner.strip().split("."), key[1:-1] if key[:1] in {"'", '"'} else "")


def _imported(content: bytes, wanted: set[bytes]) -> dict[str, Path]:
    """Return where names come from that import statements bind, as far as lines tell.

    Args:
        content: The text.
        wanted: The names; other ones may be among what is returned.
    """
    found: dict[str, Path] = {}
    for line, end in _lines_with(content, b"import "):
        if line[:5] == b"from " and b"(" in line and b")" not in line:
            line += content[end : content.find(b")", end)]  # noqa: PLW2901
        if wanted.isdisjoint(line.translate(_WORDS).split()):
            continue
        said = _text(b"".join(part.partition(b"#")[0] for part in line.split(b"\n")))
        if said[:7] == "import ":
            for name, given in _names(said[7:]):
                path = tuple(name.split("."))
                found[given or path[0]] = path if given else path[:1]
        elif said[:5] == "from ":
            name, _, said = said[5:].partition(" import ")
            module = tuple(name.strip().split("."))
            for name, given in _names(said.strip("() \\")):
                found[given or name] = (*module, name)
    return found


def _lines_with(content: bytes, word: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the lines that have a word, without the space around them, and where each ends."""
    at = content.find(word)
    while at >= 0:
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        yield content[content.rfind(b"\n", 0, at) + 1 : end].strip(), end
        at = content.find(word, end)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _names(said: str) -> Iterator[tuple[str, str]]:
    """Yield the names of an import, each with the one that it is given, or nothing."""
    for part in said.split(","):
        name, _, given = part.strip("() \t").partition(" as ")
        if name:
            yield name.strip(), given.strip()
