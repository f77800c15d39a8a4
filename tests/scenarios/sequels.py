"""Each scenario in other ways: undone, done again, saved file by file, touched.

An edit that is right once may leave what the next one trips over: a base that is not what the
statement made last, a holder that was led on and is not led back. So each scenario is played on:

    undone      all edits, then the first files again in one save
    again       the same, then all edits again
    apart       the files of each edit saved one after the other, with a reload after each
    backwards   the same, the last file first
    touched     all edits, then a comment at the top of each file: nothing runs
    grown       each class gets an attribute first, and loses it with the edits

The end is judged alone, in a program of its own, since a line of a scenario may change what it
asks. After ``undone`` each line has the value that it has where no edit was made; after the others
each is true, as the scenario says. What the program made at run time stays as far as the contract
says so: what an edit overrode on the way is told, and may be what a restart has.
"""

from __future__ import annotations

import ast
import pprint
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.errors import FaultError
from tests.scenarios.playing import begin, falsehoods, stage, take
from tests.scenarios.scenario import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TypeAlias

    from tests.scenarios.scenario import Scenario

    Files: TypeAlias = dict[str, str]

KINDS = ("crashed", "wrong", "refused", "right")
COMMENT = "# touched\n\n"
MARKS = re.compile(r"# reload: always|__entrepot_rerun__")
OF_FIELDS = {
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
    "NamedTuple",
    "TypedDict",
    "Protocol",
}
OF_FIELDS |= {"Structure", "Union"}
ENDS_BADLY = ("failed", "needs_restart")


class Verdict(NamedTuple):
    """What came of a scenario in one way.

    Attributes:
        kind: One of ``KINDS``.
        why: What is not right.
    """

    kind: str
    why: str = ""


def states(scenario: Scenario) -> list[Files]:
    """Return the files before the edits, and after each."""
    found = [dict(scenario.files)]
    for edit in scenario.edits:
        files: dict[str, Any] = {**found[-1], **edit.contents}
        found.append({name: text for name, text in files.items() if text is not None})
    return found


def between(old: Files, new: Files, live: str = "") -> Edit:
    """Return the edit that leads from some files to others."""
    changed = {name: text for name, text in new.items() if old.get(name) != text}
    return Edit({**changed, **dict.fromkeys(old.keys() - new.keys())}, live)


def undone(scenario: Scenario) -> list[Edit]:
    """Return all edits, and one that takes them back."""
    all_states = states(scenario)
    return [*scenario.edits, between(all_states[-1], all_states[0])]


def again(scenario: Scenario) -> list[Edit]:
    """Return all edits, one that takes them back, and all again without the client's code."""
    return [*undone(scenario), *(Edit(edit.contents) for edit in scenario.edits)]


def apart(scenario: Scenario, order: int = 1) -> list[Edit]:
    """Return the edits with a save for each file; none if each has one file."""
    if all(len(edit.contents) < 2 for edit in scenario.edits):
        return []
    found: list[Edit] = []
    for edit in scenario.edits:
        live = edit.live
        for name, text in [*edit.contents.items()][::order]:
            found.append(Edit({name: text}, live))
            live = ""
        if live:
            found.append(Edit({}, live))
    return found


def backwards(scenario: Scenario) -> list[Edit]:
    """Return the edits with a save for each file, the last one first."""
    return apart(scenario, -1)


def touched(scenario: Scenario) -> list[Edit]:
    """Return all edits, and one that puts a comment above each file."""
    last = states(scenario)[-1]
    texts = {name: COMMENT + text for name, text in last.items() if name.endswith(".py")}
    return [*scenario.edits, between(last, {**last, **texts})]


def grown(scenario: Scenario) -> list[Edit]:
    """Return an edit that gives classes an attribute, and the scenario's; none if it has none."""
    first, *rest = states(scenario)
    texts = {name: with_attributes(text) for name, text in first.items() if name.endswith(".py")}
    previous = {**first, **texts}
    if previous == first:
        return []
    edits = [between(first, previous)]
    for edit, files in zip(scenario.edits, rest, strict=True):
        edits.append(between(previous, files, edit.live))
        previous = files
    return edits


def with_attributes(text: str) -> str:
    """Return a text whose plain classes have an attribute more."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    lines = text.splitlines(keepends=True)
    for node in reversed(tree.body):
        if not isinstance(node, ast.ClassDef) or node.decorator_list or has_fields(node):
            continue
        if node.body[-1].lineno > node.lineno:
            lines.insert(node.end_lineno or 0, f"{' ' * node.body[-1].col_offset}grown = 1\n")
    return "".join(lines)


def has_fields(node: ast.ClassDef) -> bool:
    """Return whether an attribute more would be a field or a member, or the class has slots."""
    bases = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
    return bool(bases & OF_FIELDS) or "__slots__" in ast.dump(node)


WAYS: Mapping[str, Callable[[Scenario], list[Edit]]] = {
    "undone": undone,
    "again": again,
    "apart": apart,
    "backwards": backwards,
    "touched": touched,
    "grown": grown,
}


def ends_badly(scenario: Scenario) -> bool:
    """Return whether a scenario's last edit fails, or is refused."""
    return any(line.startswith(ENDS_BADLY) for line in scenario.report or ())


class Played(NamedTuple):
    """A scenario that was played to its end.

    Attributes:
        reports: One for each edit.
        wrong: Lines that are not true.
        seen: What the expression of each line gave, as text, where that was asked instead.
    """

    reports: list[Any]
    wrong: list[str]
    seen: dict[str, str]

    @property
    def has_dropped(self) -> bool:
        """Whether it was told that something of the program's was overridden."""
        return any(report.state_dropped for report in self.reports)

    @property
    def story(self) -> str:
        """What the reports tell."""
        return " // ".join(" | ".join(str(report).splitlines()) for report in self.reports)


def played(scenario: Scenario, edits: list[Edit], root: Path, *, is_noted: bool = False) -> Played:
    """Play a scenario with these edits; ask its lines at the end, once each."""
    with stage(root) as project:
        namespace = begin(scenario, scenario.files, project)
        reports = [take(edit, namespace, project) for edit in edits]
        found = [report for report in reports if report is not None]
        return asked(scenario, namespace, found, root if is_noted else None)


def fresh(scenario: Scenario, files: Files, root: Path, *, is_noted: bool = False) -> Played:
    """Ask a scenario's lines in a program that begins with these files."""
    with stage(root, is_live=False) as project:
        namespace = begin(scenario, files, project)
        return asked(scenario, namespace, [], root if is_noted else None)


def asked(
    scenario: Scenario, namespace: dict[str, Any], reports: list[Any], noted: Path | None
) -> Played:
    """Return which lines are not true, or what they give in a program in this folder."""
    lines = scenario.expect + scenario.kept
    if noted is not None:
        return Played(reports, [], {line: seen(line, namespace, noted) for line in lines})
    return Played(reports, falsehoods(lines, namespace), {})


def seen(line: str, namespace: dict[str, Any], root: Path) -> str:
    """Return what the expression of a line gives, without what differs from run to run."""
    try:
        value = eval(line.split(" == ")[0], namespace)
    except Exception as error:
        value = f"{type(error).__name__}: {error}"
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    told = pprint.saferepr(value).replace(str(root), "")  # it sorts dicts
    return re.sub(r"0x[0-9a-f]+", "0x", told)


def verdict(scenario: Scenario, way: str, root: Path) -> Verdict | None:
    """Return what comes of a scenario in one way; ``None`` if it has no such way."""
    edits = WAYS[way](scenario)
    if not edits or sys.version_info < scenario.needs:
        return None
    if ends_badly(scenario) and way not in {"undone", "again"}:
        return None  # half of what ends badly may be good
    found = played(scenario, edits, root / "live", is_noted=way == "undone")
    for report in found.reports:
        if isinstance(report.error, FaultError):
            return Verdict("crashed", found.story)
    last = found.reports[-1]
    if last.status == "needs_restart" and not ends_badly(scenario):
        return Verdict("refused", "; ".join(last.reasons))
    judge = wrong_when_undone if way == "undone" else wrong_at_the_end
    wrong = judge(scenario, way, found, root)
    if way in scenario.others and not wrong:
        wrong = "it ends so, though it is said that it does not"
    elif way in scenario.others:
        wrong = ""
    return Verdict("wrong", f"{wrong} <- {found.story}") if wrong else Verdict("right")


def wrong_when_undone(scenario: Scenario, _way: str, found: Played, root: Path) -> str:
    """Return what an edit and its reverse have left otherwise than it was."""
    lives = [Edit({}, edit.live) for edit in scenario.edits]
    try:
        before = played(scenario, lives, root / "before", is_noted=True).seen
    except Exception:  # the client's code needs the edits
        before = found.seen
    differing = [line for line, value in found.seen.items() if before[line] != value]
    if differing and found.has_dropped:
        anew = fresh(scenario, scenario.files, root / "fresh", is_noted=True).seen
        differing = [line for line in differing if anew[line] != found.seen[line]]
    told = [f"{line}: {found.seen[line]}, before {before[line]}" for line in differing]
    if found.reports[-1].status == "failed":
        told.append("it failed")
    return "; ".join(told)


def wrong_at_the_end(scenario: Scenario, way: str, found: Played, root: Path) -> str:
    """Return what is not as the scenario says."""
    wrong = {line.partition("    # ")[0]: line for line in found.wrong}
    if found.has_dropped:
        wrong = {line: told for line, told in wrong.items() if line not in scenario.kept}
    last = found.reports[-1]
    if way == "touched":
        if wrong:  # it may be the number of a line that it asks
            files = {name: COMMENT + text for name, text in scenario.final_files().items()}
            anew = fresh(scenario, files, root / "fresh").wrong
            wrong = {line: told for line, told in wrong.items() if told not in anew}
        if last.ran and not any(map(MARKS.search, scenario.final_files().values())):
            wrong["ran"] = f"ran {last.ran}"
    if last.status == "failed" and not ends_badly(scenario):
        wrong["failed"] = f"it failed: {last.error!r}"
    return "; ".join(wrong.values())
