"""Where the facts about a running program are written, and how they look.

One line per fact, verb first, in columns; the first of a reload has the time. Written straight
to the terminal that standard error was at the start: the program may replace ``sys.stderr``, or
capture it. What cannot be written is dropped: a closed terminal must not stop a reload.

On a terminal a program's prompt, or its progress bar, may stand in the line, and nobody can tell
where the cursor is. So many spaces are written first as a line has columns, then a carriage
return: that stays in an empty line, and leads from any other to the next one.
"""

from __future__ import annotations

import os

from entrepot.running.connection import high, identity
from entrepot.running.facts import Fact, clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INDENT = " " * 10
_WHAT_WIDTH = 28

#: Colours repeat what the verbs say.
_COLOURS: Mapping[str, str] = {
    "edit": "1",
    "done": "32",
    "clear": "32",
    "fail": "31",
    "fault": "31",
    "still": "33",
    "restart": "33",
    "unwatch": "33",
    "long": "33",
    "drop": "33",
}
#: What is told even when only what went wrong is asked for.
_WRONG = ("fail", "still", "restart", "fault", "unwatch", "clear")
_BEGINNINGS = ("edit", "clear", "watch", "unwatch", "fault")


class Console:
    """Writes facts.

    Args:
        log: ``"json"`` for lines of JSON, ``"logging"`` for the logger ``entrepot``, a file's name
            for that file; empty for standard error.
        is_quiet: Whether only what went wrong is written.
    """

    def __init__(self, log: str = "", *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._is_json = log == "json" or log.endswith((".json", ".jsonl"))
        self._is_logging = log == "logging"
        self._log = log
        self._descriptor = self._open()
        self._identity = identity(self._descriptor)
        self.is_terminal = self._descriptor >= 0 and os.isatty(self._descriptor)
        self._has_colour = _wants_colour(is_terminal=self.is_terminal)
        self._leader = os.getpid()

    def _open(self) -> int:
        log = self._log
        if log in ("", "json"):
            try:
                return high(os.dup(2))
            except OSError:
                return -1  # the program has no standard error
        if log == "logging":
            return -1
        return high(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))

    def tell(self, facts: Sequence[Fact]) -> None:
        """Write facts that belong together."""
        wanted = [fact for fact in facts if not self._is_quiet or fact.verb in _WRONG]
        if not wanted:
            return
        if self._is_logging:
            _log(wanted)
            return
        if self._is_json:
            text = "".join(_as_json(fact) + "\n" for fact in wanted)
        else:
            text = "".join(
                self._line(fact, is_first=not n) + "\n" for n, fact in enumerate(wanted)
            )
        self._write(text)

    def _line(self, fact: Fact, *, is_first: bool) -> str:
        margin = _INDENT
        if is_first and fact.verb in _BEGINNINGS:
            margin = f"{clock()}  "
        who = "" if os.getpid() == self._leader else f"[{os.getpid()}] "
        verb = f"{fact.verb:<8}"
        if self._has_colour and fact.verb in _COLOURS:
            verb = f"\x1b[{_COLOURS[fact.verb]}m{verb}\x1b[0m"
        what = f"{who}{fact.what}"
        return f"{margin}{verb}{what:<{_WHAT_WIDTH}}  {fact.why}".rstrip()

    def _write(self, text: str) -> None:
        if self.is_terminal:
            text = _to_a_fresh_line(self._descriptor) + text
            if _is_raw(self._descriptor):
                text = text.replace("\n", "\r\n")
        if identity(self._descriptor) != self._identity:  # a daemon closes every descriptor
            self._descriptor = self._open()
            self._identity = identity(self._descriptor)
        remaining = text.encode("utf-8", "backslashreplace")
        try:
            while remaining:
                remaining = remaining[os.write(self._descriptor, remaining) :]
        except OSError:
            return  # the terminal is closed, the disk full: the program goes on all the same


def _wants_colour(*, is_terminal: bool) -> bool:
    """Return whether to colour, as NO_COLOR and FORCE_COLOR have it."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal and os.environ.get("TERM") != "dumb"


def _to_a_fresh_line(descriptor: int) -> str:
    """Return what leads to the beginning of a line in which nothing stands yet."""
    if os.environ.get("TERM") in (None, "", "dumb"):
        return ""
    try:
        columns = os.get_terminal_size(descriptor).columns
    except OSError:
        return ""
    return " " * columns + "\r" if columns else ""


def _is_raw(descriptor: int) -> bool:
    """Return whether a terminal does not begin a new line by itself at each newline."""
    from entrepot.standard import termios

    try:
        return not termios.tcgetattr(descriptor)[1] & termios.OPOST
    except termios.error:
        return False


def _as_json(fact: Fact) -> str:
    import time

    from entrepot.standard import json

    fields = {
        "time": round(time.time(), 3),
        "pid": os.getpid(),
        "verb": fact.verb,
        "what": fact.what,
        "why": fact.why,
    }
    return json.dumps(fields)


def _log(facts: Sequence[Fact]) -> None:
    import logging

    logger = logging.getLogger("entrepot")
    for fact in facts:
        level = logging.ERROR if fact.verb in ("fail", "fault") else logging.INFO
        logger.log(level, "%s", f"{fact.verb}  {fact.what}  {fact.why}".rstrip())
