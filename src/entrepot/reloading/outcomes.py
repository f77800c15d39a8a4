"""What ends a reload before its end."""

from __future__ import annotations

import os

from entrepot.errors import FaultError


class Refused(Exception):
    """The edit cannot be taken without a restart.

    Attributes:
        reasons: Each with file and line.
    """

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)


class Again(Exception):
    """A statement became due after its turn: the pass begins again."""


class ProgramError(Exception):
    """What a statement of the program raised.

    Attributes:
        error: The exception, as a restart would show it.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class HalfUndone(Exception):
    """An inverse raised when a reload was rolled back; the others were carried out.

    Attributes:
        error: What it raised.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def fault_of(error: BaseException) -> FaultError:
    """Return the exception that tells of a fault of our own."""
    is_undone = not isinstance(error, HalfUndone)
    cause = error.error if isinstance(error, HalfUndone) else error
    return FaultError(cause, _place(cause), is_undone=is_undone)


def _place(error: BaseException) -> str:
    """Return where in this package an exception was raised."""
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 (pathlib is slow to import)
    place = "an unknown place"
    traceback = error.__traceback__
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.startswith(package + os.sep):
            place = f"{os.path.relpath(file, package).replace(os.sep, '/')}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
