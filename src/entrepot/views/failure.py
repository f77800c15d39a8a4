"""A failed import as it was told: the frames and the error, from an exception or a pasted text.

A *failure* is what both have in common. Its frames go from the program's first line to the place
where the error was raised; an error that was raised while another one was handled is put together
with it, since the traceback of the first ends where it was caught.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class Frame:
    """One line of a traceback.

    Attributes:
        file: The file as the traceback has it.
        line: The line.
        function: ``"<module>"``, or the function's name.
        module: The module's name where it is known, ``""`` otherwise.
    """

    __slots__ = ("file", "function", "line", "module")

    def __init__(self, file: str, line: int, function: str, module: str = "") -> None:
        self.file = file
        self.line = line
        self.function = function
        self.module = module

    @property
    def place(self) -> tuple[str, str]:
        """The file and the function: what stays while the line moves on."""
        return self.file, self.function

    def __repr__(self) -> str:
        return f"Frame({self.file!r}, {self.line}, {self.function!r})"


class Failure:
    """What failed.

    Attributes:
        kind: The name of the exception's type, without its module.
        message: Its text.
        frames: The way to it, the outermost first.
    """

    __slots__ = ("frames", "kind", "message")

    def __init__(self, kind: str, message: str, frames: list[Frame]) -> None:
        self.kind = kind
        self.message = message
        self.frames = frames


def failures_of(error: BaseException) -> list[Failure]:
    """Return an exception, and those that it was raised in place of, the first one first."""
    found: list[Failure] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = list(_frames_of(current.__traceback__))
        found.append(Failure(type(current).__name__, str(current), frames))
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
    return _joined(found[::-1])


def _frames_of(trace: TracebackType | None) -> Iterator[Frame]:
    while trace is not None:
        code = trace.tb_frame.f_code
        name = trace.tb_frame.f_globals.get("__name__")
        module = name if isinstance(name, str) else ""
        yield Frame(code.co_filename, trace.tb_lineno or 0, code.co_name, module)
        trace = trace.tb_next


_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_FRAME = re.compile(
    r'^\s*\|?\s*File "(?P<file>.+?)", line (?P<line>\d+)(?:, in (?P<function>.+))?$'
)
_ERROR = re.compile(r"^(?:\s*\|\s*)?(?P<kind>[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt))"
                    r"(?:: (?P<message>.*))?$")  # fmt: skip


def failures_in(text: str) -> list[Failure]:
    r"""Return the failures in a pasted text, the first one first.

    Example:
        >>> text = '''Traceback (most recent call last):
        ...   File "/app.py", line 1, in <module>
        ...     import shop
        ... ModuleNotFoundError: No module named 'shop'
        ... '''
        >>> [(f.kind, f.message, f.frames) for f in failures_in(text)]
        [('ModuleNotFoundError', "No module named 'shop'", [Frame('/app.py', 1, '<module>')])]
    """
    found: list[Failure] = []
    frames: list[Frame] = []
    for line in _COLOUR.sub("", text).splitlines():
        frame, error = _FRAME.match(line), _ERROR.match(line.rstrip())
        if frame is not None:
            function = frame["function"] or "<module>"
            frames.append(Frame(frame["file"], int(frame["line"]), function.strip()))
        elif "Traceback (most recent call last)" in line:
            frames = []
        elif error is not None and frames:
            kind = error["kind"].rpartition(".")[2]
            found.append(Failure(kind, error["message"] or "", frames))
            frames = []
    return _joined(found)


def _joined(found: list[Failure]) -> list[Failure]:
    """Put before each failure the frames that only the next one's traceback has."""
    for position in range(len(found) - 2, -1, -1):
        inner, outer = found[position], found[position + 1]
        if not inner.frames:
            continue
        for index, frame in enumerate(outer.frames):
            if frame.place == inner.frames[0].place:
                inner.frames[:0] = outer.frames[:index]
                break
    return found
