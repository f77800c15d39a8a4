"""What a command wants to be done around a program."""

from __future__ import annotations

import os
import sys

from entrepot.errors import EntrepotError
from entrepot.standard import load_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import TextIO


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


def put_back(modules: Mapping[str, ModuleType]) -> None:
    """Have modules in the cache again that a report needs, if the program has emptied it.

    Without `sys` in it no import works any more, not even those of a report.
    """
    if "sys" not in sys.modules:
        for name, module in modules.items():
            sys.modules.setdefault(name, module)


def say(stream: TextIO | None, text: str) -> None:
    """Write to a standard stream, unless it is closed or gone: then nobody is there to read it.

    What is written to a closed descriptor stays in the buffer, and makes the process end by 120.
    """
    if stream is None:
        return
    try:
        if getattr(stream, "name", None) in ("<stdout>", "<stderr>"):
            os.fstat(stream.fileno())
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        return


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
