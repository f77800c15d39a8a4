"""What ends a reload before its end."""

from __future__ import annotations


class Refused(Exception):
    """The edit cannot be taken without a restart.

    Attributes:
        reasons: Each with file and line.
    """

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)


class ProgramError(Exception):
    """What a statement of the program raised.

    Attributes:
        error: The exception, as a restart would show it.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error
