"""Why an import failed, told as a story: who did what, where, and what would help.

A story is a list of *facts*, each with a verb:

    start    a statement starts to import a module
    call     a module's code calls a function
    back     a statement comes back to a module that is still being executed
    need     a statement needs a name
    later    a line that would have bound the name, but is not reached before
    never    no line binds the name
    is       the file that stands where another one was meant
    change   what would help
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .applying import Proposing
from .cycle_text import difference, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.remedy import Remedy


class Fact:
    """One line of a story.

    Attributes:
        verb: What is done; see the top of this file.
        file: Where, ``""`` for nowhere.
        line: The line, 0 for none.
        text: What stands there.
        says: What is to be said of it.
    """

    __slots__ = ("file", "line", "says", "text", "verb")

    def __init__(self, verb: str, file: str, line: int, text: str, says: str = "") -> None:
        self.verb = verb
        self.file = file
        self.line = line
        self.text = text
        self.says = says

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name."""
        return {
            "verb": self.verb,
            "file": self.file or None,
            "line": self.line or None,
            "text": self.text,
            "says": self.says,
        }


class Story(Proposing):
    """Why an import failed.

    Attributes:
        kind: ``"circular"``, ``"shadowed"``, ``"misspelled"``, ``"blocked"`` or ``"relative"``.
        headline: One sentence, without a final stop.
        facts: The lines of the story, in order.
        remedy: What would help, None if nothing small was found.
        advice: What to do where no change can be stated as lines.
    """

    def __init__(
        self,
        kind: str,
        headline: str,
        facts: list[Fact],
        remedy: Remedy | None = None,
        advice: str = "",
    ) -> None:
        self.kind = kind
        self.headline = headline
        self.facts = facts
        self.remedy = remedy
        self.advice = advice

    def as_dict(self) -> dict[str, object]:
        """Return everything by name, for JSON."""
        return {
            "kind": self.kind,
            "headline": self.headline,
            "facts": [fact.as_dict() for fact in self.facts],
            "remedy": self.remedy.as_dict() if self.remedy is not None else None,
            "advice": self.advice,
        }

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines())

    def __repr__(self) -> str:
        return f"<Story {self.kind!r}: {self.headline}>"

    def _lines(self) -> Iterator[str]:
        yield f"why: {self.headline}"
        places = [_place(fact) for fact in self.facts]
        width = max(map(len, places), default=0)
        for fact, place in zip(self.facts, places, strict=True):
            text = (
                f"{fact.text}   {fact.says}" if fact.text and fact.says else fact.text + fact.says
            )
            yield f"  {fact.verb:<7} {place:<{width}}  {text}".rstrip()
        if self.remedy is not None:
            yield f"  change  {self.remedy.says}"
            yield from difference(self.remedy, "          ")
        if self.advice:
            yield f"  {'advice' if self.remedy is not None else 'change':<7} {self.advice}"


def _place(fact: Fact) -> str:
    if not fact.file:
        return ""
    return shown(fact.file) + (f":{fact.line}" if fact.line else "")
