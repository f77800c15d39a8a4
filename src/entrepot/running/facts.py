"""Facts about a running program, as data: one a line, verb first.

The verbs are those of a report (``patch``, ``run``, ``rebind``, ``delete``, ``keep``, ``drop``,
``replace``) and of its frame: ``edit`` begins one, and ``done``, ``fail`` with ``still``, or
``restart`` ends it; ``clear`` says that an error is over, ``watch`` and ``unwatch`` what is
watched, ``long`` which requests were longer than the settle time, ``fault`` what went wrong in
entrepot itself.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from entrepot.reloading.report import Report

MOST_PER_VERB = 8


class Fact:
    """One line.

    Attributes:
        verb: Such as ``"patch"``.
        what: What it is about, such as ``"shop.cart:Cart.total"``.
        why: More about it; may be empty.
    """

    __slots__ = ("verb", "what", "why")

    def __init__(self, verb: str, what: str, why: str = "") -> None:
        self.verb = verb
        self.what = what
        self.why = why

    def row(self) -> list[str]:
        """Return the three texts in order."""
        return [self.verb, self.what, self.why]


class Outcome:
    """A reload and what is to be known about it beside the report.

    Attributes:
        report: What was done.
        files: The files of the edit.
        statements: How many statements of how many changed; ``(0, 0)`` if they cannot be told.
        waited_for: Passages that were longer than the settle time.
        took: Seconds from the moment the edit was heard of.
        edit: Its number, counted over the process.
    """

    __slots__ = ("edit", "files", "report", "statements", "took", "waited_for")

    def __init__(
        self,
        report: Report,
        files: list[str],
        statements: tuple[int, int],
        waited_for: list[str],
        took: float,
        edit: int,
    ) -> None:
        self.report = report
        self.files = files
        self.statements = statements
        self.waited_for = waited_for
        self.took = took
        self.edit = edit


def counted(prepared: Any) -> tuple[int, int]:
    """Return how many statements a prepared edit changes, and of how many."""
    changes = (getattr(prepared, "changes", None) or {}).values()
    changed = {
        id(live)
        for change in changes
        for live in (*change.added, *change.signed, *(scope.live for scope, _ in change.patches))
    }
    removed = sum(len(change.removed) for change in changes)
    return max(len(changed), removed), sum(len(change.lives) for change in changes)


def short(file: str) -> str:
    """Return a file as seen from the working folder, if it is inside."""
    try:
        here = os.getcwd() + os.sep
    except OSError:
        return file
    return file.removeprefix(here)


def relative(text: str) -> str:
    """Return a text with the files in it as seen from the working folder."""
    try:
        return text.replace(os.getcwd() + os.sep, "")
    except OSError:
        return text


def clock() -> str:
    """Return the time of the day."""
    return time.strftime("%H:%M:%S")


def facts_of(outcome: Outcome) -> Iterator[Fact]:
    """Yield what there is to say about a reload."""
    report = outcome.report
    for number, file in enumerate(outcome.files):
        if number == MOST_PER_VERB:
            yield Fact("edit", f"and {len(outcome.files) - number} more files")
            break
        yield Fact("edit", short(file), _counted(outcome) if not number else "")
    if report.is_ok:
        yield from _steps(report)
        for label in outcome.waited_for:
            yield Fact("long", label, "was longer than the settle time, and saw both programs")
        yield Fact("done", f"edit {outcome.edit}, {1000 * outcome.took:.1f} ms")
        return
    if report.reasons and report.error is None:
        for reason in report.reasons:
            yield Fact("restart", relative(reason))
        return
    if report.error is not None:
        place, words = error_in_words(report.error)
        yield Fact("fail", place, words)
    yield Fact("still", "nothing changed: the program runs on as before; save again to retry")


def _counted(outcome: Outcome) -> str:
    changed, of_all = outcome.statements
    return f"{changed} of {of_all} statements changed" if of_all else ""


def _steps(report: Report) -> Iterator[Fact]:
    found = {
        "patch": (report.patched, "in place"),
        "run": (report.ran, ""),
        "rebind": (report.rebound, ""),
        "delete": (report.deleted, ""),
        "keep": (report.kept, "state kept"),
        "replace": (report.replaced, "a new object; who holds the old one keeps it"),
        "drop": (report.state_dropped, "the edit overrode what the program had made of it"),
    }
    for verb, (places, why) in found.items():
        for place in places[:MOST_PER_VERB]:
            what, _, reason = place.partition("  ")
            reason = reason.removeprefix(f"{what} ")  # it is said in the column before
            yield Fact(verb, short(what), relative(reason) or why)
        if len(places) > MOST_PER_VERB:
            yield Fact(verb, f"and {len(places) - MOST_PER_VERB} more")


def error_in_words(error: BaseException) -> tuple[str, str]:
    """Return where an error arose, as file and line, and what it says."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{short(error.filename)}:{error.lineno}", f"{type(error).__name__}: {error.msg}"
    place = ""
    tb = error.__traceback__
    own = os.path.dirname(os.path.dirname(__file__)) + os.sep
    while tb is not None:
        file = tb.tb_frame.f_code.co_filename
        if not file.startswith((own, "<")):
            place = f"{short(file)}:{tb.tb_lineno}"
        tb = tb.tb_next
    if not place and isinstance(error, OSError) and isinstance(error.filename, str):
        return short(error.filename), f"{type(error).__name__}: {error.strerror}"
    return place, f"{type(error).__name__}: {error}"


def words_of(report: Report | None) -> list[str]:
    """Return what is wrong in words, and where; nothing if nothing is."""
    if report is None:
        return []
    return [*report.reasons, *(() if report.error is None else error_in_words(report.error))]
