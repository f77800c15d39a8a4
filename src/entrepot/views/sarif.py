"""Findings as SARIF 2.1.0, which code hosts and editors show at the lines that they are about."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from entrepot.source.remedy import Change, Remedy


class Place:
    """A line of a file, and what is to be said of it."""

    __slots__ = ("file", "line", "says")

    def __init__(self, file: str, line: int, says: str = "") -> None:
        self.file = file
        self.line = line
        self.says = says


class Result:
    """One finding.

    Attributes:
        rule: Which rule it is of, such as ``"cycle"``.
        level: ``"error"``, ``"warning"`` or ``"note"``.
        says: The message.
        places: Where; the first one is where it is shown, the others are related.
        remedy: What would help.
    """

    __slots__ = ("level", "places", "remedy", "rule", "says")

    def __init__(
        self, rule: str, level: str, says: str, places: Sequence[Place], remedy: Remedy | None
    ) -> None:
        self.rule = rule
        self.level = level
        self.says = says
        self.places = list(places)
        self.remedy = remedy


def as_sarif(
    results: Iterable[Result], rules: Mapping[str, str], root: str, faults: Sequence[Place] = ()
) -> str:
    """Return findings as the text of a SARIF file.

    Args:
        results: The findings.
        rules: What each rule finds, by its name.
        root: The folder that file names are relative to.
        faults: Files that could not be looked at.
    """
    names = list(rules)
    run = {
        "tool": {
            "driver": {
                "name": "entrepot",
                "version": __version__,
                "rules": [
                    {"id": name, "shortDescription": {"text": rules[name]}} for name in names
                ],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "warning",
                        "message": {"text": fault.says},
                        "locations": [_location(fault, root)],
                    }
                    for fault in faults
                ],
            }
        ],
        "originalUriBaseIds": {"ROOT": {"uri": Path(root).absolute().as_uri().rstrip("/") + "/"}},
        "results": [_result(result, names, root) for result in results],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(result: Result, names: list[str], root: str) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": result.rule,
        "ruleIndex": names.index(result.rule),
        "level": result.level,
        "message": {"text": result.says},
        "locations": [_location(place, root) for place in result.places[:1]],
        "relatedLocations": [_location(place, root) for place in result.places[1:]],
    }
    fix = _fix(result.remedy, root) if result.remedy is not None else None
    return found | ({"fixes": [fix]} if fix else {})


def _location(place: Place, root: str) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": _artifact(place.file, root)}
    if place.line:
        physical["region"] = {"startLine": place.line}
    location: dict[str, object] = {"physicalLocation": physical}
    return location | ({"message": {"text": place.says}} if place.says else {})


def _artifact(file: str, root: str) -> dict[str, str]:
    relative = os.path.relpath(file, root)
    if relative.startswith(".."):
        return {"uri": Path(file).as_uri()}
    base = Path(root).absolute()
    uri = (base / relative).as_uri()[len(base.as_uri().rstrip("/")) + 1 :]
    return {"uri": uri, "uriBaseId": "ROOT"}


def _fix(remedy: Remedy, root: str) -> dict[str, object] | None:
    """Return a remedy as SARIF states it; one that makes or renames files it cannot state."""
    if any(change.rename_to or not os.path.exists(change.file) for change in remedy.changes):
        return None
    files = dict.fromkeys(change.file for change in remedy.changes)
    return {
        "description": {"text": remedy.says},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file, root),
                "replacements": [_replacement(c) for c in remedy.changes if c.file == file],
            }
            for file in files
        ],
    }


def _replacement(change: Change) -> dict[str, object]:
    region = {
        "startLine": change.line,
        "startColumn": 1,
        "endLine": change.end_line + 1,
        "endColumn": 1,
    }
    return {"deletedRegion": region, "insertedContent": {"text": change.new}}
