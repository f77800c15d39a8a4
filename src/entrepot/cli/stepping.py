"""``entrepot trace --steps``: the five steps of every import of a program."""

from __future__ import annotations

from . import steps, telling, timing
from .attendants import Attendant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class Stepping(Attendant):
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
        self._recorder = steps.Recorder(timing.system_to_trace(), self._tell)

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
