"""After the traceback that ended a program: why an import failed, if that is what it was.

Only here, and only on standard error: the exception itself stays as it is, with no note and no
other text, so a program that catches, compares or logs it sees what it sees under ``python``. A
program with a ``sys.excepthook`` of its own shows its errors itself, and nothing is added.
``ENTREPOT_EXPLAIN=0`` switches it off.
"""

from __future__ import annotations

import os
import sys

_WORDS = ("partially initialized", "circular import", "has no attribute", "cannot import name",
          "is not defined", "is not a package", "None in sys.modules", "no known parent package",
          "consider renaming")  # fmt: skip


def tell_why(error: BaseException) -> None:
    """Print the story of a failed import; on a fault of its own, say so in one line."""
    if "0" in (os.environ.get("ENTREPOT"), os.environ.get("ENTREPOT_EXPLAIN")):
        return
    stream = sys.stderr
    if stream is None or not _may_have_a_story(error):
        return
    try:
        from entrepot.views.explaining import explain

        story = explain(error)
        if story is not None:
            stream.write(f"\n{story}")
    except Exception as fault:  # noqa: BLE001 - the program has ended; its traceback is shown
        _say(f"entrepot: cannot tell why: {type(fault).__name__}: {fault}\n")


def _may_have_a_story(error: BaseException | None) -> bool:
    """Tell, without loading anything, whether an error or what it came from may have one."""
    for _ in range(20):
        if error is None:
            return False
        if isinstance(error, ImportError | AttributeError | NameError):
            try:
                text = str(error)
            except Exception:  # noqa: BLE001 - an exception of the program's own
                return False
            if any(words in text for words in _WORDS):
                return True
        error = error.__cause__ or error.__context__
    return False


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
    except (OSError, ValueError):
        pass  # nobody to tell it to
