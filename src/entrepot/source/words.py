"""Which names stand in a text, as Python reads them."""

from __future__ import annotations

import re
from itertools import chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_WORD = re.compile(r"\w+")
_SPACES: Mapping[int, str] = {n: " " for n in range(128) if not re.match(r"\w", chr(n))}
#: Each begins with letters that are looked for first: a pattern is tried at few places then.
_SET: Sequence[re.Pattern[str]] = (
    re.compile(r"\.(\w+)\b(?=[^=\n]{0,5}=(?!=)|\s*[,:][^=\n(]*=(?!=))"),
    re.compile(r"['\"](\w+)(?=['\"])"),
)
_TAKING = re.compile(r"\b(?:del|for|as)\b[^\n]*")
_ATTRIBUTE = re.compile(r"\.(\w+)")
_ESCAPED = re.compile(r"\\.(\w*)")  # in ``"A = 1\nB = 2"``: what follows it is a name
_STAR = re.compile(r"import(?<!\wimport)[\s\\(]*\*")
_BY_TEXT: Mapping[str, re.Pattern[str]] = {
    word: re.compile(rf"{word}(?<!\w{word})\b")
    for word in ("globals", "locals", "vars", "dir", "eval", "exec", "__import__")
}
MANY = 40  # questions: then all answers are worth looking up


class Words:
    """The names that stand in a text: found in it, or looked up when many have been asked for."""

    __slots__ = ("_all", "_asked", "_plain")

    def __init__(self, source: str) -> None:
        self._plain = plain(source)
        self._all: frozenset[str] | None = None
        self._asked = 0

    @property
    def are_known(self) -> bool:
        """Whether all names have been found."""
        return self._all is not None

    def have(self, word: str) -> bool:
        """Return whether a name may stand in the text."""
        if self._all is not None and word.isascii() and word.isidentifier():
            return word in self._all
        self._asked += 1
        if self._asked > MANY:
            self.all()
        return word in self._plain

    def all(self) -> frozenset[str]:
        """Return the names that may stand in the text; those that are ASCII are all there."""
        if self._all is None:
            source = self._plain
            words = (
                source.translate(_SPACES).split() if source.isascii() else _WORD.findall(source)
            )
            self._all = frozenset(words).union(_ESCAPED.findall(source))
        return self._all

    def among(self, words: Iterable[str]) -> list[str]:
        """Return those of many names that may stand in the text, sorted.

        Example:
            >>> Words("a.b = 'c'").among({"d", "c", "a"})
            ['a', 'c']
        """
        self.all()
        return sorted(word for word in words if self.have(word))


def settable(source: str) -> frozenset[str]:
    r"""Return the names that a text may set or delete as attributes, or has as strings.

    Example:
        >>> sorted(settable("a.size = b.width; c['key']"))
        ['key', 'size']
        >>> sorted(settable("a.x, a.y = b.z\ndel a.old\na.n: int = 1\nfor a.i in c: pass"))
        ['i', 'n', 'old', 'x', 'y']
    """
    text = plain(source)
    found = [pattern.findall(text) for pattern in _SET]
    found += [_ATTRIBUTE.findall(line) for line in _TAKING.findall(text)]
    return frozenset(chain.from_iterable(found))


def imports_all(source: str) -> bool:
    """Return whether a text may import all names of a module.

    Example:
        >>> imports_all("from m import *"), imports_all("reimport * 3")
        (True, False)
    """
    return "*" in source and _STAR.search(source) is not None


def looks_up_by_text(source: str) -> bool:
    """Return whether a text may look names up by text, or import all names of a module.

    Example:
        >>> looks_up_by_text("vars(m)"), looks_up_by_text("directory = myvars")
        (True, False)
    """
    text = plain(source)
    return imports_all(text) or any(
        word in text and pattern.search(text) for word, pattern in _BY_TEXT.items()
    )


def plain(source: str) -> str:
    """Return a text with its names as Python reads them, ``ﬁle`` as ``file`` (PEP 3131)."""
    if source.isascii():
        return source
    from entrepot.standard import unicodedata

    return unicodedata.normalize("NFKC", source)
