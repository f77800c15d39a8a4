"""A rule of the import system: a program, and what it must print."""

from __future__ import annotations

import sys
import textwrap
from typing import NamedTuple

import pytest

from tests.seeds.grounds import GROUNDS


class Rule(NamedTuple):
    """One rule, held by one program that prints the same on every ground.

    Attributes:
        title: The rule, as a sentence without a final stop.
        program: Files as `tests.seeds.grounds.blocks` understands them; ``main.py`` is run.
        prints: What the program prints.
        grounds: Where the rule is asked for; the stock interpreter is always the control.
        since: The first Python that has the rule.
        until: The last one.
    """

    title: str
    program: str
    prints: str
    grounds: tuple[str, ...] = GROUNDS
    since: tuple[int, int] = (3, 11)
    until: tuple[int, int] = (3, 99)

    @property
    def output(self) -> str:
        """Return what must be printed, to the letter."""
        return textwrap.dedent(self.prints).lstrip("\n")


def on_its_grounds(rules: list[Rule]) -> pytest.MarkDecorator:
    """Return the decorator that gives a test each rule on each of its grounds."""
    cases = []
    for rule in rules:
        there = rule.since <= sys.version_info[:2] <= rule.until
        first, last = (".".join(map(str, version)) for version in (rule.since, rule.until))
        reason = f"a rule of Python {first} and later" if rule.until[1] == 99 else f"up to {last}"
        skip = pytest.mark.skipif(not there, reason=reason)
        for ground in rule.grounds:
            words = f"{rule.title} {ground}".replace(" ", "-")
            cases.append(pytest.param(rule, ground, id=words, marks=skip))
    return pytest.mark.parametrize(("rule", "ground"), cases)
