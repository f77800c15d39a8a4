"""A statement of one of the five documents, with the program that shows whether it is so."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import pytest

from tests.seeds.grounds import GROUNDS, blocks


class Claim(NamedTuple):
    """One statement, held by one program that prints the same on every ground.

    Attributes:
        title: What is so, as a sentence without a final stop.
        says: The document's own words.
        program: Files as `grounds.blocks` understands them; ``main.py`` is run.
        prints: What the program prints.
        truth: Where the document errs or is imprecise: what is so instead.
    """

    title: str
    says: str
    program: str
    prints: str
    truth: str = ""

    @property
    def key(self) -> str:
        """Return the title as it stands in the name of a test."""
        return "".join(c if c.isalnum() or c == "_" else "-" for c in self.title).strip("-")

    @property
    def output(self) -> str:
        """Return what must be printed, to the letter."""
        return textwrap.dedent(self.prints).lstrip("\n")

    @property
    def files(self) -> dict[str, str]:
        """Return the program's files by name."""
        return blocks(self.program)


def on_every_ground(claims: list[Claim]) -> pytest.MarkDecorator:
    """Return the decorator that gives a test each claim on each ground."""
    assert len({claim.key for claim in claims}) == len(claims), "two claims have one title"
    return pytest.mark.parametrize(
        ("claim", "ground"),
        [
            pytest.param(claim, ground, id=f"{claim.key}-{ground.replace(' ', '-')}")
            for claim in claims
            for ground in GROUNDS
        ],
    )
