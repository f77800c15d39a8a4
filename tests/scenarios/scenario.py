"""Scenario files: a program, edits of it, and what must be true then.

    == scenario: an alias of a constant is rebound in the importer
    -- a.py
    RATE = 1
    -- b.py
    from a import RATE as rate
    -- client
    held = b
    -- edit a.py
    RATE = 2
    -- expect
    held.rate == 2
    -- report
    run     a.py:1
    run     b.py:1

`-- client` is code that holds on to the program; all modules are imported for it. `-- live` is
code that runs before the next edit and makes run-time state. `-- edit`, `-- delete` and `-- again`
(an edit reloaded together with the one above it) change files. Each line of `-- expect` must be
true after the last edit, **and in a fresh process with the new files**, which is how a scenario
itself is checked; lines of `-- kept` need be true in the live program only.

`-- report` tells all that was done: statements that ran, functions that were patched, names that
were deleted, so that doing too much fails too. Without a report block nothing is said about it. A
line `failed NAME` or `needs_restart` tells another outcome, after which everything must be as
before; `reason TEXT` and `note TEXT` are parts of what is told, `no note` says that none is.

`-- not undone again` says in which ways of `sequels.py` the scenario does not end so, and why.
`-- also undone again` names ways that once went wrong: the tests play it in those, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Edit:
    """Files that are saved or deleted at one time.

    Attributes:
        contents: The new text by file name, ``None`` for a deleted file.
        live: Code that the client runs before.
    """

    def __init__(self, contents: Mapping[str, str | None] | None = None, live: str = "") -> None:
        self.contents = dict(contents or {})
        self.live = live


class Scenario:
    """One scenario.

    Attributes:
        title: A sentence.
        files: Texts by file name.
        edits: In order.
        others: Why it ends otherwise in some ways: ``{"again": "it counts its runs"}``.
        also: Ways that the tests play.
    """

    def __init__(self, title: str, place: str) -> None:
        self.title = title
        self.place = place
        self.files: dict[str, str] = {}
        self.client = ""
        self.edits: list[Edit] = []
        self.expect: list[str] = []
        self.kept: list[str] = []
        self.report: list[str] | None = None
        self.needs: tuple[int, int] = (3, 11)
        self.others: dict[str, str] = {}
        self.also: list[str] = []

    def final_files(self) -> dict[str, str]:
        """Return the files after all edits."""
        files: dict[str, str | None] = dict(self.files)
        for edit in self.edits:
            files.update(edit.contents)
        return {name: text for name, text in files.items() if text is not None}

    def __repr__(self) -> str:
        return f"Scenario({self.title!r})"


def read(file: Path) -> list[Scenario]:
    """Return the scenarios of a file."""
    found: list[Scenario] = []
    block: list[str] = []
    head = ""
    for number, line in enumerate([*file.read_text().splitlines(), "== end"], 1):
        if not line.startswith(("== ", "-- ")):
            block.append(line)
            continue
        if head and found:
            _add(found[-1], head, block)
        block = []
        head = line[3:].strip() if line.startswith("-- ") else ""
        if line.startswith("== scenario:"):
            found.append(Scenario(line[12:].strip(), f"{file.name}:{number}"))
    return found


def _add(scenario: Scenario, head: str, block: list[str]) -> None:
    while block and not block[-1].strip():
        block.pop()
    text = "\n".join(block) + "\n"
    word, _, rest = head.partition(" ")
    lines = [line for line in block if line.strip() and not line.startswith("#")]
    if word == "client":
        scenario.client = text
    elif word == "live":
        scenario.edits.append(Edit())
        scenario.edits[-1].live = text
    elif word in {"edit", "again", "delete"}:
        if word == "edit" and not (
            scenario.edits and scenario.edits[-1].live and not scenario.edits[-1].contents
        ):
            scenario.edits.append(Edit())
        if word == "delete" and not scenario.edits:
            scenario.edits.append(Edit())
        scenario.edits[-1].contents[rest] = None if word == "delete" else text
    elif word == "expect":
        scenario.expect += lines
    elif word == "kept":
        scenario.kept += lines
    elif word == "report":
        scenario.report = [re.sub(r"\s+", " ", line.strip()) for line in lines]
    elif word == "not":
        scenario.others.update(dict.fromkeys(rest.split(), " ".join(lines)))
    elif word == "also":
        scenario.also += rest.split()
    elif word == "needs":
        major, minor = rest.split(".")
        scenario.needs = (int(major), int(minor))
    else:
        scenario.files[head] = text
