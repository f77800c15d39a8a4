"""``entrepot trace --steps``: the five steps of every import of a program."""

from __future__ import annotations

import sys

from entrepot.engine.takeover import current, take_over
from entrepot.errors import EntrepotError

from . import attendants, options, run, steps, telling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import TextIO

HELP = """\
usage: entrepot trace --steps [--format text|json] app.py [arguments...]
       entrepot trace --steps [--format text|json] -m name [arguments...]
       entrepot trace --steps [--format text|json] name:function [arguments...]

Run a program as `entrepot run` does, and show on standard error the five steps of each import
that it makes, also of those that are found in the module cache.

options:
  --steps        number the steps of each import
  --format json  one line of JSON per fact; times in nanoseconds (text, for a person, is usual)
  -h, --help     show this and exit

The exit code is the program's own; 2 when there was nothing to run.
"""

_FORMATS = ("text", "json")
_LATER = ("html", "speedscope", "chrome", "importtime")


class Tracing(attendants.Attendant):
    """Records the imports of a program from its first line to its last."""

    def __init__(self, shape: str, stream: TextIO) -> None:
        self._is_json = shape == "json"
        self._stream = stream
        self._recorder: steps.Recorder | None = None
        self._has_failed = False

    def prepare(self) -> None:
        """Take over.

        Raises:
            UsageError: Nothing can be traced.
        """
        try:
            system = take_over()
        except EntrepotError as error:
            raise options.UsageError(f"cannot trace: {error}", "run it with python") from None
        if current() is None:
            raise options.UsageError(
                "cannot trace: ENTREPOT=0 in the environment switches entrepot off",
                "take it out of the environment",
            )
        self._recorder = steps.Recorder(system, self._tell)

    def before(self) -> None:
        """Begin to record."""
        if not self._is_json:
            self._stream.write(telling.LEGEND + "\n")
        if self._recorder is not None:
            self._recorder.start()

    def after(self, error: BaseException | None) -> BaseException | None:
        """End it; what is shown of an error of the program has no frame of the recorder."""
        if self._recorder is not None:
            self._recorder.stop()
            if error is not None:
                self._recorder.take_frames_out(error)
        return error

    def _tell(self, fact: telling.Fact) -> None:
        """Write a line. The program must not notice when that fails."""
        if self._has_failed:
            return
        try:
            line = telling.as_json(fact) if self._is_json else telling.as_text(fact)
            self._stream.write(line + "\n")
        except Exception as error:  # noqa: BLE001
            self._has_failed = True
            _say_if_possible(
                self._stream,
                f"entrepot trace: cannot write any more: {error!r}; the program goes on\n",
            )


def _say_if_possible(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except Exception:  # noqa: BLE001, S110
        pass


def trace(words: list[str], caller: FrameType | None) -> int:
    """Trace the program that the words after ``entrepot trace`` name.

    Returns:
        An exit code, when there was nothing to run. Otherwise the process ends with the program.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    try:
        shape, rest = _options(words)
        target = options.parse(rest, "trace --steps")
        return run.run_target(target, caller, Tracing(shape, sys.stderr))
    except options.UsageError as error:
        print(f"entrepot trace: {error}", file=sys.stderr)
        return 2


def _options(words: list[str]) -> tuple[str, list[str]]:
    """Return the format, and the words that begin with the target."""
    rest, shape, has_steps = list(words), "text", False
    while rest:
        if rest[0] == "--steps":
            has_steps = True
        elif rest[0] == "--format" and len(rest) > 1:
            shape = rest.pop(1)
        elif rest[0].startswith("--format="):
            shape = rest[0].partition("=")[2]
        else:
            break
        del rest[0]
    if shape in _LATER:
        raise options.UsageError(
            f"cannot write the format {shape!r}: this version has text and json",
            "write: --format text, or --format json",
        )
    if shape not in _FORMATS:
        raise options.UsageError(
            f"there is no format {shape!r}", "write: --format text, or --format json"
        )
    if not has_steps:
        raise options.UsageError(
            "cannot trace without --steps: this version has no timed trace yet",
            "write: entrepot trace --steps ...",
        )
    return shape, rest
