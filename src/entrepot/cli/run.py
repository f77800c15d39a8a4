"""``entrepot run``: a program in place of ``python``, its imports through our import system.

Its words are read by hand: everything after the target is the program's, and argparse would be
in the program's ``sys.modules``.
"""

from __future__ import annotations

import os
import sys

from entrepot.errors import EntrepotError

from . import handover, targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

HELP = """\
usage: entrepot run [options] app.py [arguments...]
       entrepot run [options] -m name [arguments...]
       entrepot run [options] name:function [arguments...]

Run a program as python does, with every import going through entrepot.

app.py         a script; also a folder or zip file with a __main__.py, or - for standard input
-m name        a module, or a package with a __main__
name:function  a function of a module, called without arguments; its result is the exit code

options:
  --no-watch   run the program without watching its files (so far, no files are watched)
  -h, --help   show this and exit

Options of python itself go before: python -u -m entrepot run app.py
The exit code is the program's own; 2 when there was nothing to run.
ENTREPOT=0 in the environment leaves imports to python.
"""

# Options of `run` that mean something once the program is kept live; and those of `python`.
_LATER = ("--watch", "--poll", "--on-restart", "--allow-partial")
_PYTHONS = "bBdEiIOPqRsSuvWxX"


class UsageError(Exception):
    """The command line cannot be understood. ``str()`` is the whole message."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  nothing was run\n  {remedy}")


def run(words: list[str], caller: FrameType | None) -> int:
    """Run the program that the words after ``entrepot run`` name.

    Returns:
        An exit code, when there was nothing to run. Otherwise the process ends with the program.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    try:
        target = parse(words, "run")
    except UsageError as error:
        print(f"entrepot run: {error}", file=sys.stderr)
        return 2
    return run_target(target, caller, Attendant())


def parse(words: list[str], command: str) -> targets.Target:
    """Return the target that words name, after the options that may stand before it.

    Raises:
        UsageError: The words name no target, or an option that cannot be followed.
    """
    rest = list(words)
    while rest and rest[0] == "--no-watch":
        del rest[0]
    if rest and rest[0] == "--":
        del rest[0]
    elif rest and rest[0].startswith("-") and rest[0] not in ("-", "-m"):
        _refuse(rest[0], command)
    if not rest:
        raise UsageError("what to run is missing", f"name it: entrepot {command} app.py")
    if rest[0] == "-m":
        if len(rest) == 1:
            raise UsageError(
                "the name after -m is missing", f"name it: entrepot {command} -m name"
            )
        return targets.Target("module", rest[1], rest[2:])
    kind = "function" if _names_a_function(rest[0]) else "script"
    return targets.Target(kind, rest[0], rest[1:])


def _refuse(option: str, command: str) -> None:
    if option.startswith("-m"):  # `python -mname`, in one word
        raise UsageError(f"cannot take {option!r}", f"write: entrepot {command} -m {option[2:]}")
    if option.partition("=")[0] in _LATER:
        raise UsageError(
            f"cannot follow {option!r}: this version does not watch files yet",
            "leave it out; after an edit, start the program again",
        )
    if option[1:2] and option[1] in _PYTHONS:
        raise UsageError(
            f"cannot follow {option!r}: it is an option of python itself",
            f"write: python {option} -m entrepot {command} ...",
        )
    raise UsageError(
        f"there is no option {option!r}", f"entrepot {command} --help lists the options"
    )


def _names_a_function(text: str) -> bool:
    name, colon, function = text.partition(":")
    if not colon or os.path.exists(text):
        return False
    return all(part.isidentifier() for part in (*name.split("."), *function.split(".")))


class Attendant:
    """Does what a command wants to be done around a program: ``run``, nothing but take over."""

    def prepare(self) -> None:
        """Come before the target is even looked for; ours is still the ``__main__`` module."""
        take_over_or_say_why_not()

    def before(self) -> None:
        """Come right before the program's first line."""

    def after(self, error: BaseException | None) -> None:
        """Come right after the program's last line, before an error that ended it is shown."""


def run_target(target: targets.Target, caller: FrameType | None, attendant: Attendant) -> int:
    """Run a target in this process, and end the process as ``python`` would.

    Args:
        target: What to run.
        caller: The frame that called the command line.
        attendant: What else is to be done before and after.

    Returns:
        An exit code, when there was nothing to run.
    """
    is_alone = handover.is_at_the_bottom(caller)
    targets.take_out_own_path_entry()
    attendant.prepare()
    try:
        program = targets.prepare(target)
    except targets.CannotRun as error:
        print(f"entrepot: {error}", file=sys.stderr)
        return 2

    def after(error: BaseException | None) -> BaseException | None:
        attendant.after(error)
        return program.after(error)

    if is_alone:
        handover.hand_over(program.start, attendant.before, after)
    return handover.call(program.start, attendant.before, after)


def take_over_or_say_why_not() -> None:
    """Take the process over. When that cannot be done, the program still runs."""
    if os.environ.get("ENTREPOT") == "0":
        return  # not even loaded
    from entrepot.engine.takeover import take_over

    try:
        take_over()
    except EntrepotError as error:
        print(f"entrepot: {error}\n  the program runs, without entrepot", file=sys.stderr)
