"""One module of a world, looked up by number and by word instead of one statement after another.

A statement that reads, binds or touches a name has it in its text. So what is asked by name looks
at the statements whose text holds it, and only those have their syntax read: the cost of a
question is that of its answer, not of the module. When some have been asked for, the words of each
statement are known, and looked up there; when very many have, all are put into one index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.source.scopes import has_imports

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from entrepot.source.imports import ImportFact

    from .revision import LiveStatement


FEW = 16  # words that are looked for in the texts: then it is worth to know all their words
MANY = 300  # those that are looked up by statement: then an index of all is worth it


def imports_made(live: LiveStatement) -> list[ImportFact]:
    """Return the imports that executing a statement makes itself.

    Most classes have theirs in methods: their code tells that, and they need not be parsed.
    """
    if live.statement.is_class and live.codes and not any(map(has_imports, live.codes)):
        return []
    return live.statement.imports


class View:
    """The statements of one module.

    Attributes:
        lives: The statements, in order.
    """

    __slots__ = (
        "_by_word",
        "_dynamic",
        "_imports",
        "_naming",
        "_numbers",
        "_settable",
        "_words",
        "lives",
    )

    def __init__(self, lives: list[LiveStatement]) -> None:
        self.lives = lives
        self._numbers: dict[int, int] | None = None
        self._naming: dict[str, list[LiveStatement]] = {}
        self._words: list[frozenset[str]] | None = None  # of each statement
        self._by_word: dict[str, list[LiveStatement]] | None = None
        self._dynamic: list[LiveStatement] | None = None
        self._imports: dict[str, ImportFact] | None = None
        self._settable: frozenset[str] | None = None

    def number(self, live: LiveStatement) -> int:
        """Return the position of a statement, -1 if it is none of these."""
        if self._numbers is None:
            self._numbers = {id(other): number for number, other in enumerate(self.lives)}
        return self._numbers.get(id(live), -1)

    def naming(self, words: Iterable[str]) -> Sequence[LiveStatement]:
        """Return the statements whose text holds one of some words, in order."""
        found: dict[int, LiveStatement] = {}
        count = 0
        for word in words:
            named = self._naming.get(word)
            if named is None:
                named = self._naming[word] = self._named(word)
            found.update((id(live), live) for live in named)
            count += 1
        return list(found.values()) if count < 2 else sorted(found.values(), key=self.number)

    def _named(self, word: str) -> list[LiveStatement]:
        if not (word.isascii() and word.isidentifier()) or not self._are_words_known():
            return [live for live in self.lives if live.statement.mentions(word)]
        words = self._words or ()
        if len(self._naming) < MANY:
            return [live for live, own in zip(self.lives, words, strict=True) if word in own]
        if self._by_word is None:
            self._by_word = {}
            for live, own in zip(self.lives, words, strict=True):
                for known in own:
                    self._by_word.setdefault(known, []).append(live)
        return self._by_word.get(word, [])

    def _are_words_known(self) -> bool:
        """Return whether the words of the statements are known, or worth to be found by now."""
        if self._words is None:
            statements = [live.statement for live in self.lives]
            if len(self._naming) >= FEW or all(own.has_known_words for own in statements):
                self._words = [statement.words for statement in statements]
        return self._words is not None

    @property
    def dynamic(self) -> list[LiveStatement]:
        """The statements that may look names up by text, or import all names of a module."""
        if self._dynamic is None:
            self._dynamic = [live for live in self.lives if live.statement.is_dynamic]
        return self._dynamic

    @property
    def settable(self) -> frozenset[str]:
        """The names that the statements may set as attributes, or have as strings."""
        if self._settable is None:
            self._settable = frozenset().union(*(live.statement.settable for live in self.lives))
        return self._settable

    @property
    def imports(self) -> dict[str, ImportFact]:
        """What imports the statements themselves make, by the names that they bind."""
        if self._imports is None:
            self._imports = {}
            for live in self.naming(["import"]):
                for fact in imports_made(live):
                    name = fact.asname or fact.name or fact.module.partition(".")[0]
                    self._imports[name] = fact
        return self._imports
