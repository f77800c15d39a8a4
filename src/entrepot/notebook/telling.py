"""What is said under a cell: one line, and more on a click where the page can.

A front end that shows HTML gets the line with the details folded; a terminal gets the line.
"""

from __future__ import annotations

import html
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from entrepot.reloading.plan import Plan
    from entrepot.reloading.report import Report

GOOD, BAD, PLAIN = "good", "bad", "plain"
_NAMES_SHOWN = 4
_STYLE: Mapping[str, str] = {
    GOOD: "border-left:3px solid #2e9e5b",
    BAD: "border-left:3px solid #d64545",
    PLAIN: "border-left:3px solid #8a8a8a",
}


class Telling:
    """A line for people, and what stands behind it.

    Attributes:
        line: The line, without ``entrepot:``.
        details: Lines behind it; may be empty.
        mood: ``"good"``, ``"bad"`` or ``"plain"``: what the colour repeats.
        is_asked: Whether somebody asked for it: then a terminal, which has no click, shows all.
    """

    def __init__(self, line: str, details: Iterable[str] = (), mood: str = PLAIN) -> None:
        self.line = line
        self.details = list(details)
        self.mood = mood
        self.is_asked = False

    def __repr__(self) -> str:
        return self.as_text() if self.is_asked else f"entrepot: {self.line}"

    def as_text(self) -> str:
        """Return all of it as plain text."""
        return "\n".join([f"entrepot: {self.line}", *(f"  {line}" for line in self.details)])

    def _repr_html_(self) -> str:
        style = f"{_STYLE[self.mood]};padding-left:.6em;opacity:.85;font-size:90%"
        line = f"<b>entrepot</b>&ensp;{html.escape(self.line)}"
        if not self.details:
            return f'<div style="{style}">{line}</div>'
        details = html.escape("\n".join(self.details))
        return (
            f'<details style="{style}"><summary style="cursor:pointer">{line}</summary>'
            f'<pre style="margin:.3em 0 0 1.1em;background:none">{details}</pre></details>'
        )


def telling_of(report: Report, took: float, when: str = "", left: Iterable[str] = ()) -> Telling:
    """Return what to say of a reload.

    Args:
        report: What it did.
        took: How long, in seconds.
        when: When the edit came, if that is worth saying: ``"saved while the cell ran"``.
        left: Names of the notebook that were left alone.
    """
    left = list(left)
    details = [*details_of(report), *(f"leave   {line}" for line in left)]
    if report.error is not None:
        return Telling(failure_of(report), details, BAD)
    if report.reasons:
        return Telling(refusal_of(report), details, BAD)
    facts = [
        *_counted(report.patched, "function changed in place", "functions changed in place"),
        *_counted(report.ran, "statement run again", "statements run again"),
        *_counted(report.deleted, "name deleted", "names deleted"),
        *_counted(report.replaced, "object replaced", "objects replaced"),
        *_counted(report.state_dropped, "value of yours overridden", "values of yours overridden"),
    ]
    if report.rebound:
        facts.append(f"{_some(report.rebound)} {_verb(report.rebound, 'follows', 'follow')}")
    facts += left
    what = ", ".join(facts) or "nothing to run, lines are up to date"
    before = f"{when}: " if when else ""
    line = f"{before}{files_of(report.files)} is live: {what}"
    return Telling(f"{line} ({took * 1000:.1f} ms)", details, GOOD)


def gone_telling(gone: list[str], telling: Telling) -> Telling:
    """Return what to say when modules left the module cache with their files."""
    files = _verb(gone, "its file is", "their files are")
    what = f"{_some(gone)} {_verb(gone, 'is', 'are')} gone, as {files}"
    return Telling(f"{what}: import again once there is a file", telling.details, GOOD)


def details_of(report: Report) -> list[str]:
    """Return the facts of a report, verb first, in columns."""
    here = os.getcwd() + os.sep
    return [line.replace(here, "") for line in str(report).splitlines()[1:]]


def failure_of(report: Report) -> str:
    """Return why an edit could not be taken, where, and what goes on."""
    error = report.error
    assert error is not None
    what = f"{type(error).__name__}: {_first_line(error)}"
    place = place_of(error, report.files)
    return f"cannot take {place}: {what}; nothing has changed, the code from before goes on"


def refusal_of(report: Report) -> str:
    """Return why an edit needs a restart."""
    more = f" (and {len(report.reasons) - 1} more)" if len(report.reasons) > 1 else ""
    return (
        f"{files_of(report.files)} needs a restart of the kernel: {report.reasons[0]}{more}; "
        f"nothing has changed, the code from before goes on"
    )


def place_of(error: BaseException, files: list[str]) -> str:
    """Return the file and the line where an edit failed: the innermost line of an edited file."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{shown(error.filename)}:{error.lineno}"
    place = files_of(files)
    at = error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if file in files:
            place = f"{shown(file)}:{at.tb_lineno}"
        at = at.tb_next
    return place


def shown(file: str) -> str:
    """Return a file name as people write it: relative where it stands below the folder."""
    relative = os.path.relpath(file)
    return file if relative.startswith(os.pardir) else relative


def files_of(files: list[str]) -> str:
    """Return file names for a line."""
    return _some([shown(file) for file in files]) if files else "nothing"


def _first_line(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    return str(error).partition("\n")[0]


def _counted(facts: list[str], one: str, many: str) -> list[str]:
    return [f"{len(facts)} {one if len(facts) == 1 else many}"] if facts else []


def _some(names: list[str]) -> str:
    shown_names = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown_names} and {more} more" if more > 0 else shown_names


def _verb(names: list[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def plan_lines(plan: Plan) -> list[str]:
    """Return what a plan would do, verb first, each with its chain of reasons."""
    lines = [
        f"patch   {change.record.name}:{scope.name}"
        for change in plan.world.changes.values()
        for scope in change.bodies
    ]
    lines += [
        f"run     {live.where}  {' <- '.join(plan.reasons(live))}" for live in plan.in_order()
    ]
    lines += [f"delete  {module}.{name}" for module, name in plan.deletions]
    here = os.getcwd() + os.sep
    return [line.replace(here, "") for line in lines]
