"""``entrepot.trace()``: record the imports of a block of a program, and look at them.

with entrepot.trace() as trace:
import decimal
print(trace)                      the tree, as text
trace.write("decimal.html")       the same for the browser; the suffix chooses the format
"""

from __future__ import annotations

from entrepot.engine.takeover import current, give_back, is_switched_off, take_over
from entrepot.errors import TraceError

from .recording import Recording
from .tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from entrepot.engine.system import ImportSystem

    from .why import Why


class Trace:
    """The imports between two points of a program.

    While a private system is not given, the process is taken over for the time of the trace,
    unless it is already.

    Args:
        every: Also record imports that are found in the module cache, to know all importers of a
            module. This replaces ``builtins.__import__`` for the time of the trace.
        system: The private import system to trace in place of the process.

    Example:
        >>> with trace() as traced:
        ...     import this_is_nowhere                   # doctest: +SKIP
        >>> with trace() as traced:
        ...     try:
        ...         import entrepot_is_not_here
        ...     except ImportError:
        ...         pass
        >>> [(node.name, node.outcome) for node in traced.tree.imports]
        [('entrepot_is_not_here', 'failed')]
    """

    def __init__(self, *, every: bool = False, system: ImportSystem | None = None) -> None:
        self._every = every
        self._system = system
        self._recording: Recording | None = None
        self._has_taken_over = False
        self._tree: Tree | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.stop()
        if error is not None and self._recording is not None:
            self._recording.take_frames_out(error)

    def start(self) -> None:
        """Begin to record.

        Raises:
            TraceError: It has begun before, or ``ENTREPOT=0`` switches entrepot off.
        """
        if self._recording is not None:
            raise TraceError("begin a trace a second time", "call entrepot.trace() for another")
        system = self._system
        if system is None:
            if is_switched_off():
                raise TraceError(
                    "trace: ENTREPOT=0 in the environment switches entrepot off",
                    "take it out of the environment",
                )
            self._has_taken_over = current() is None
            system = take_over()
        self._recording = Recording(system, every=self._every)
        self._recording.start()

    def stop(self) -> None:
        """End it; stopping twice is no different from once."""
        if self._recording is None:
            return
        self._recording.stop()
        if self._has_taken_over:
            self._has_taken_over = False
            give_back()

    @property
    def tree(self) -> Tree:
        """The imports as a tree, up to now or to the end of the trace.

        Raises:
            TraceError: The trace has not begun.
        """
        if self._tree is not None:
            return self._tree
        recording = self._recording
        if recording is None:
            raise TraceError("show a trace that has not begun", "write: with entrepot.trace():")
        tree = Tree(recording)
        if recording.is_stopped:
            self._tree = tree
        return tree

    def why(self, name: str) -> Why:
        """Return why a module was loaded: the chain that first brought it in, and what it cost."""
        from .why import why_in

        return why_in(self.tree, name)

    def text(self, *, width: int = 0, everything: bool = False) -> str:
        """Return the tree as text; ``everything`` also shows what hardly took any time."""
        from .tree_text import tree_as_text

        return tree_as_text(self.tree, width=width, everything=everything)

    def write(self, file: str, format: str | None = None) -> None:  # noqa: A002
        """Write the trace to a file.

        Args:
            file: Its name.
            format: ``"text"``, ``"json"``, ``"html"``, ``"speedscope"``, ``"chrome"`` or
                ``"importtime"``. Without it the suffix decides: ``.html`` and ``.json``, and
                text for any other.

        Raises:
            ValueError: There is no such format.
            OSError: The file cannot be written.
        """
        from .writing import format_for, write

        write(self.tree, file, format_for(file) if format is None else format)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        if self._recording is None:
            return "<trace that has not begun>"
        state = "" if self._recording.is_stopped else ", still recording"
        return f"<trace of {len(self._recording.stories)} imports{state}>"


def trace(*, every: bool = False, system: ImportSystem | None = None) -> Trace:
    """Return a trace of the imports of a ``with`` block (see ``Trace``)."""
    return Trace(every=every, system=system)
