"""Which names stand in a text, as Python reads them."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
_SET = re.compile(r"\.(\w+)\b(?=[^=\n]{0,5}=(?!=))|['\"](\w+)(?=['\"])")
_ESCAPED = re.compile(r"\\.")  # in ``"A = 1\nB = 2"``: what follows it is a name
MANY = 40  # questions: then all answers are worth looking up


class Words:
    """The names that stand in a text: found in it, or looked up when many have been asked for."""

    __slots__ = ("_all", "_asked", "_plain")

    def __init__(self, source: str) -> None:
        self._plain = plain(source)
        self._all: frozenset[str] | None = None
        self._asked = 0

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
            self._all = frozenset(_WORD.findall(self._plain)).union(
                _WORD.findall(_ESCAPED.sub(" ", self._plain)) if "\\" in self._plain else ()
            )
        return self._all


def settable(source: str) -> frozenset[str]:
    """Return the names that a text may set as attributes, or has as strings.

    Example:
        >>> sorted(settable("a.size = b.width; c['key']"))
        ['key', 'size']
    """
    return frozenset(one or other for one, other in _SET.findall(plain(source)))


def plain(source: str) -> str:
    """Return a text with its names as Python reads them, ``ﬁle`` as ``file`` (PEP 3131)."""
    if source.isascii():
        return source
    from entrepot.standard import unicodedata

    return unicodedata.normalize("NFKC", source)
