"""What a command wants to be done around a program."""

from __future__ import annotations

import os
import sys

from entrepot.errors import EntrepotError
from entrepot.standard import load_all


class Attendant:
    """Does what a command wants to be done around a program: here, nothing but take over."""

    def prepare(self) -> None:
        """Come before the target is even looked for; ours is still the ``__main__`` module."""
        take_over_or_say_why_not()

    def load_rest(self) -> None:
        """Load what is needed after the program's first line; the program has such names itself.

        Called only then: for the usual program it would be loaded too early, or for nothing.
        """
        if os.environ.get("ENTREPOT") != "0":
            load_all(("entrepot.source", "entrepot.views", "entrepot.cli"))

    def before(self) -> None:
        """Come right before the program's first line."""

    def after(self, error: BaseException | None) -> BaseException | None:
        """Come right after the program's last line, before an error that ended it is shown.

        Returns:
            What the process shall end by.
        """
        return error


def take_over_or_say_why_not() -> None:
    """Take the process over. When that cannot be done, the program still runs."""
    if os.environ.get("ENTREPOT") == "0":
        return  # not even loaded
    from entrepot.engine.takeover import take_over

    try:
        take_over()
    except EntrepotError as error:
        say_that_it_runs_without(error)


def say_that_it_runs_without(error: object) -> None:
    """Say that entrepot cannot do its work, and that the program runs all the same."""
    print(f"entrepot: {error}\n  the program runs, without entrepot", file=sys.stderr)
