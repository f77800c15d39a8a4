"""The words after ``%entrepot``, and autoreload's: so that changing one line switches.

on  2  all  3  complete     edits are taken before and after each cell
1  explicit                 those of the modules that %aimport named
off  0                      no edit is taken
now                         take the edits at once (also the empty line, as with autoreload)
status  retry  plan  verify  why  keep      see %entrepot?
"""

from __future__ import annotations

import argparse
import shlex
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Every word and what it means: {"2": "on"}.
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "": "now", "now": "now",
        "0": "off", "off": "off",
        "1": "explicit", "explicit": "explicit",
        "2": "on", "all": "on", "on": "on",
        "3": "on", "complete": "on",
        "status": "status", "retry": "retry", "plan": "plan", "verify": "verify",
        "why": "why", "keep": "keep",
    }
)  # fmt: skip

WITH_ARGUMENTS = frozenset({"plan", "why", "keep"})


class WordsError(Exception):
    """The words of a magic cannot be understood. ``str()`` is the whole message."""


class Command:
    """What a line of the magic asks for.

    Attributes:
        word: One of the meanings, such as ``"on"``.
        arguments: What follows it: ``["shop.config.LIMIT"]``.
        flags: ``print``, ``log`` and ``hide_errors``, where they are given.
    """

    __slots__ = ("arguments", "flags", "word")

    def __init__(self, word: str, arguments: list[str], flags: dict[str, bool]) -> None:
        self.word = word
        self.arguments = arguments
        self.flags = flags


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise WordsError(message)


def parse(line: str) -> Command:
    """Return what a line asks for.

    Raises:
        WordsError: It cannot be understood.

    Example:
        >>> command = parse("-p complete")
        >>> command.word, command.flags["print"]
        ('on', True)
    """
    parser = _Parser(prog="%entrepot", add_help=False)
    parser.add_argument("-p", "--print", action="store_true")
    parser.add_argument("-l", "--log", action="store_true")
    parser.add_argument("--hide-errors", action="store_true")
    parser.add_argument("--full", action="store_true")  # autoreload's choice of an algorithm
    parser.add_argument("words", nargs="*")
    try:
        found = vars(parser.parse_args(shlex.split(line)))
    except ValueError as error:
        raise WordsError(str(error)) from None
    found.pop("full")
    words: list[str] = found.pop("words")
    first = words[0].lower() if words else ""
    word = MEANINGS.get(first.removesuffix("-") if first[:1].isdigit() else first)
    if word is None:
        raise WordsError(f"there is no word {first!r}")
    if words[1:] and word not in WITH_ARGUMENTS:
        raise WordsError(f"{first!r} takes no {words[1]!r}")
    return Command(word, words[1:], found)


def modules_of(line: str) -> list[tuple[str, str | None, bool]]:
    """Return the modules that a line of ``%aimport`` names, with the alias, and if it is wanted.

    Example:
        >>> modules_of("shop.cart as cart, -shop.db")
        [('shop.cart', 'cart', True), ('shop.db', None, False)]
    """
    named = []
    for part in line.split(","):
        text = part.strip()
        if not text:
            continue
        is_wanted = not text.startswith("-")
        name, _, alias = text.removeprefix("-").strip().partition(" as ")
        named.append((name.strip(), alias.strip() or None, is_wanted))
    return named
