"""``entrepot doctor``: run a program, and tell what is wrong with its modules."""

from __future__ import annotations

import os
import sys

from . import attendants, handover, options, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import TextIO

    from entrepot.views.doctor import Diagnosis

HELP = """\
usage: entrepot doctor [--format text|json] app.py [arguments...]
       entrepot doctor [--format text|json] -m name [arguments...]
       entrepot doctor [--format text|json] name:function [arguments...]

Run a program as `entrepot run` does, and tell on standard error what is wrong with its modules,
each with its remedy: one file loaded as two modules, names that are stale after a reload, files
that hide the standard library or a dependency, stale bytecode, and who changed the module cache.

options:
  --format json  for machines (text, for a person, is usual)
  -h, --help     show this and exit

The exit code is 1 when there are findings, otherwise the program's own; 2 when there was nothing
to run.
"""


class Doctoring(attendants.Attendant):
    """Watches a program from its first line to its last, then examines it."""

    def __init__(self, shape: str) -> None:
        self._shape = shape
        self._stderr: TextIO | None = sys.stderr
        self._diagnosis: Diagnosis | None = None
        self._modules: dict[str, ModuleType] = {}
        self._process = os.getpid()

    def prepare(self) -> None:
        """Take over."""
        from entrepot.views.doctor import doctor

        attendants.take_over_or_say_why_not()
        self._diagnosis = doctor()

    def before(self) -> None:
        """Begin to watch."""
        self._modules = dict(sys.modules)
        if self._diagnosis is not None:
            self._diagnosis.start()

    def after(self, error: BaseException | None) -> BaseException | None:
        """Examine the program, and tell what was found; a child that it forked tells nothing."""
        found = self._diagnosis
        if found is None:
            return error
        found.unwatch()
        if os.getpid() != self._process:
            return error
        handover.flush_standard_streams()
        try:
            attendants.put_back(self._modules)
            found.examine()
            text = found.as_json() if self._shape == "json" else str(found)
            attendants.say(self._stderr, text)
            code = 1 if found else 0
        except Exception as fault:  # noqa: BLE001  # whatever it is, the program's end is its own
            told = f"entrepot doctor: cannot report: {type(fault).__name__}: {fault}\n"
            attendants.say(self._stderr, told)
            code = 2
        is_clean = error is None or (isinstance(error, SystemExit) and not error.code)
        return SystemExit(code) if code and is_clean else error


def doctor(words: list[str], caller: FrameType | None) -> int:
    """Follow the words after ``entrepot doctor``.

    Returns:
        An exit code, when there was nothing to run. Otherwise the process ends with the program.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    rest, shape = list(words), "text"
    if rest[:1] == ["--format"] and len(rest) > 1:
        shape, rest = rest[1], rest[2:]
    elif rest[:1] and rest[0].startswith("--format="):
        shape, rest = rest[0].partition("=")[2], rest[1:]
    try:
        if shape not in ("text", "json"):
            raise options.UsageError(
                f"there is no format {shape!r}", "write: --format text, or --format json"
            )
        target = options.parse(rest, "doctor")
        return run.run_target(target, caller, Doctoring(shape))
    except options.UsageError as error:
        print(f"entrepot doctor: {error}", file=sys.stderr)
        return 2
