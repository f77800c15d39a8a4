"""``entrepot trace``: its words, and which of its two ways of telling is meant."""

from __future__ import annotations

import sys

from . import run
from .options import UsageError
from .options import parse as parse_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

    from .attendants import Attendant

HELP = """\
usage: entrepot trace [options] app.py [arguments...]
       entrepot trace [options] -m name [arguments...]
       entrepot trace [options] name:function [arguments...]

Run a program as `entrepot run` does, and show the imports that it made as a tree: who asked for
each, how its code was obtained, and the time it took, by itself and with what it imported.

options:
  --format F     text (usual), json, html, speedscope, chrome (for Perfetto), or
                 importtime (the text of python -X importtime, for viewers of it)
  -o FILE        write there; text, json and importtime go to standard error without it,
                 the others to a file named after the program; - is standard output
  --budget TIME  exit with 1 if importing takes longer, such as 300ms or 1.5s
  --every        also record imports that are found in the module cache
  --full         show imports that hardly took any time, too
  --steps        number the steps of each import instead, cached ones included, as they happen
                 (formats: text, json)
  -h, --help     show this and exit

The exit code is the program's own; 1 when it went well but is over its budget, 2 when there was
nothing to run.
"""

_FORMATS: Sequence[str] = ("text", "json", "html", "speedscope", "chrome", "importtime")
_FORMATS_OF_STEPS: Sequence[str] = ("text", "json")
_UNITS: Sequence[tuple[str, float]] = (("us", 1e3), ("ms", 1e6), ("s", 1e9))


class Options:
    """What the words before the target ask for.

    Attributes:
        format: Empty when none is named.
        file: What is to be written; "" for the usual place.
        budget: Nanoseconds, or None.
    """

    def __init__(self) -> None:
        self.format = ""
        self.file = ""
        self.budget: int | None = None
        self.every = False
        self.full = False
        self.steps = False


def trace(words: list[str], caller: FrameType | None) -> int:
    """Trace the program that the words after ``entrepot trace`` name.

    Returns:
        An exit code, when there was nothing to run. Otherwise the process ends with the program.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    try:
        options, rest = parse(words)
        target = parse_target(rest, "trace --steps" if options.steps else "trace")
        attendant: Attendant
        if options.steps:
            from . import stepping

            attendant = stepping.Stepping(options.format or "text", sys.stderr)
        else:
            from . import timing

            attendant = timing.Timing(options, target.text)
        return run.run_target(target, caller, attendant)
    except UsageError as error:
        print(f"entrepot trace: {error}", file=sys.stderr)
        return 2


def parse(words: list[str]) -> tuple[Options, list[str]]:
    """Return the options, and the words that begin with the target.

    Raises:
        UsageError: An option cannot be followed.
    """
    options, rest = Options(), list(words)
    while rest:
        name, equals, value = rest[0].partition("=")
        if name in _FLAGS and not equals:
            setattr(options, _FLAGS[name], True)
        elif name in _TAKERS:
            if not equals:
                if len(rest) < 2:
                    raise UsageError(
                        f"what {name} is to be is missing",
                        "entrepot trace --help lists the options",
                    )
                value = rest.pop(1)
            _TAKERS[name](options, value)
        else:
            break
        del rest[0]
    if options.steps:
        _check_steps(options)
    return options, rest


def _take_format(options: Options, value: str) -> None:
    if value not in _FORMATS:
        raise UsageError(
            f"there is no format {value!r}", f"write: --format and one of {', '.join(_FORMATS)}"
        )
    options.format = value


def _take_file(options: Options, value: str) -> None:
    options.file = value


def _take_budget(options: Options, value: str) -> None:
    for unit, nanoseconds in _UNITS:
        number = value.removesuffix(unit)
        if number != value and _is_positive(number):
            options.budget = round(float(number) * nanoseconds)
            return
    raise UsageError(f"{value!r} is no time", "write it with its unit: --budget 300ms")


def _is_positive(number: str) -> bool:
    return number.replace(".", "", 1).isdecimal() and number.isascii()


#: Options without a value, and what each sets.
_FLAGS: Mapping[str, str] = {"--every": "every", "--full": "full", "--steps": "steps"}
#: Options with a value, and what takes it.
_TAKERS: Mapping[str, Callable[[Options, str], None]] = {
    "--format": _take_format,
    "-o": _take_file,
    "--output": _take_file,
    "--budget": _take_budget,
}


def _check_steps(options: Options) -> None:
    if options.format and options.format not in _FORMATS_OF_STEPS:
        raise UsageError(
            f"cannot write steps in the format {options.format!r}",
            "write: --format text, or --format json; or leave out --steps",
        )
    for given, name in (
        (options.file, "-o"),
        (options.budget is not None, "--budget"),
        (options.every, "--every"),
        (options.full, "--full"),
    ):
        if given:
            raise UsageError(
                f"cannot follow {name} together with --steps", f"leave out {name} or --steps"
            )
