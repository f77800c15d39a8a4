"""``entrepot trace``: record the imports of a program, and write them as a tree at its end."""

from __future__ import annotations

import os
import sys

from entrepot.engine.takeover import current, take_over
from entrepot.errors import EntrepotError
from entrepot.views.recording import Recording

from . import handover, progress
from .attendants import Attendant, put_back, say
from .options import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import TextIO

    from entrepot.engine.system import ImportSystem
    from entrepot.views.tree import Tree
    from entrepot.views.tree_text import Look

    from .tracing import Options

#: Formats that are for a program to read, and what is put behind the program's name.
_SUFFIXES_BY_FORMAT: Mapping[str, str] = {
    "html": ".imports.html",
    "speedscope": ".speedscope.json",
    "chrome": ".chrome.json",
}


def system_to_trace() -> ImportSystem:
    """Take the process over, and return its import system.

    Raises:
        UsageError: Nothing can be traced.
    """
    try:
        system = take_over()
    except EntrepotError as error:
        raise UsageError(f"cannot trace: {error}", "run it with python") from None
    if current() is None:
        raise UsageError(
            "cannot trace: ENTREPOT=0 in the environment switches entrepot off",
            "take it out of the environment",
        )
    return system


class Recorded(Attendant):
    """Records a program's imports, and reports on them when it has ended."""

    command = "trace"

    def __init__(self, *, every: bool) -> None:
        self._every = every
        self._stderr: TextIO | None = sys.stderr
        self._recording: Recording | None = None
        self._progress: progress.Progress | None = None
        self._modules: dict[str, ModuleType] = {}
        self._exit_code = 0

    def prepare(self) -> None:
        """Take over.

        Raises:
            UsageError: Nothing can be traced.
        """
        system = system_to_trace()
        if is_terminal(self._stderr) and self._stderr is not None:
            self._progress = progress.Progress(self._stderr)
        shown = self._progress
        self._recording = Recording(
            system,
            every=self._every,
            began=shown.began if shown else None,
            ended=shown.ended if shown else None,
        )

    def before(self) -> None:
        """Begin to record."""
        self._modules = dict(sys.modules)
        if self._recording is not None:
            self._recording.start()

    def after(self, error: BaseException | None) -> BaseException | None:
        """End it and report.

        Returns:
            What the program ended by; if it went well, an exit by what the report found.
        """
        recording = self._recording
        if recording is None:
            return error
        recording.stop()
        if error is not None:
            recording.take_frames_out(error)
        if recording.is_of_this_process:
            self._report(recording)
        went_well = error is None or (isinstance(error, SystemExit) and error.code in (None, 0))
        return SystemExit(self._exit_code) if went_well and self._exit_code else error

    def _report(self, recording: Recording) -> None:
        """Report. A fault of the report's own is said, and the program ends as ever."""
        if self._progress is not None:
            self._progress.clear()
        put_back(self._modules)
        handover.flush_standard_streams()
        try:
            from entrepot.views.tree import Tree

            self._exit_code = self.report(Tree(recording))
        except Exception as fault:  # noqa: BLE001  # whatever it is, the program's end is its own
            self._exit_code = 2
            self.say(f"entrepot {self.command}: cannot report: {type(fault).__name__}: {fault}\n")

    def report(self, tree: Tree) -> int:
        """Report on the imports of a program; return the exit code if it went well itself."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Write to the standard error that there was before the program began."""
        say(self._stderr, text)


class Timing(Recorded):
    """Writes the tree, and compares it with the budget."""

    def __init__(self, options: Options, target: str) -> None:
        super().__init__(every=options.every)
        from entrepot.views.writing import format_for

        self._options = options
        self._stdout: TextIO | None = sys.stdout
        self._format = options.format or format_for(options.file)
        self._file = options.file
        suffix = _SUFFIXES_BY_FORMAT.get(self._format, "")
        if suffix and not self._file:
            name = os.path.basename(target.rstrip("/")).removesuffix(".py").replace(":", ".")
            self._file = (name if name not in ("", "-", ".", "..") else "program") + suffix
        if self._file and self._file != "-":
            self._file = os.path.join(os.getcwd(), self._file)
            _check_folder(self._file)

    def report(self, tree: Tree) -> int:
        """Write the tree where it is to go; return 1 if it is over the budget."""
        from entrepot.views import tree_text, writing

        stream = self._stdout if self._file == "-" else self._stderr
        if self._file and self._file != "-":
            writing.write(tree, self._file, self._format)
            self.say(f"wrote {tree.places.short(self._file)}\n{tree_text.verdict(tree)}\n")
        elif stream is not None and self._format == "text":
            look = look_of(stream)
            self._put(
                stream, tree_text.tree_as_text(tree, everything=self._options.full, look=look)
            )
        elif stream is not None:
            self._put(stream, writing.written(tree, self._format))
        return self._compare(tree)

    def _put(self, stream: TextIO, text: str) -> None:
        if stream is self._stderr:
            self.say(text)
            return
        stream.write(text)
        stream.flush()

    def _compare(self, tree: Tree) -> int:
        budget = self._options.budget
        if budget is None:
            return 0
        from entrepot.views.tree_text import ms, worst_in_words

        if tree.imported <= budget:
            self.say(f"within the budget: {ms(tree.imported)} of {ms(budget)}\n")
            return 0
        if self._format != "text" or self._file:
            self.say(worst_in_words(tree))
        self.say(
            f"over the budget by {ms(tree.imported - budget)}: "
            f"{ms(tree.imported)} of {ms(budget)}\n"
        )
        return 1


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person sees what is written."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def look_of(stream: TextIO) -> Look:
    """Return how text is to look on a stream: in colour and cut to its width on a terminal."""
    from entrepot.views.tree_text import Look

    encoding = getattr(stream, "encoding", None) or "ascii"
    if not is_terminal(stream):
        return Look(encoding=encoding)
    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        width = 0
    has_colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Look(width, has_colour=has_colour, encoding=encoding)


def _check_folder(file: str) -> None:
    folder = os.path.dirname(file)
    if not os.path.isdir(folder):
        raise UsageError(
            f"cannot write {file!r}: there is no folder {folder!r}", "make it, or name another"
        )
    if not os.access(file if os.path.exists(file) else folder, os.W_OK) or os.path.isdir(file):
        raise UsageError(f"cannot write {file!r}", "name a file that can be written with -o")
