"""Runs a program live, and fresh after each edit, and says how the two compare."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from entrepot.verifying.compare import differences
from tests.properties.child import BY_ANOTHER_NAME
from tests.properties.definitions import definitions, lineage
from tests.properties.messages import receive, send

if TYPE_CHECKING:
    from entrepot.verifying.compare import Difference
    from tests.properties.programs import Program, Version

ROOT = Path(__file__).resolve().parents[2]
#: From the worst to the best.
KINDS = ("crashed", "wrong", "refused", "right")


class Verdict(NamedTuple):
    """How one edit ended.

    Attributes:
        kind: ``right``, ``refused``, ``wrong`` or ``crashed``.
        why: For all but ``right``: in words.
        is_failing: Whether a restart would fail.
    """

    kind: str
    why: str = ""
    is_failing: bool = False


class Server:
    """A server process, and the talk with its child."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.properties.server", kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._to, self._from = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.is_open = False

    def begin(self, root: str) -> None:
        """Fork a process for a program."""
        send(self._to, {"root": root, "live": self.kind == "live"})
        self.is_open = True

    def ask(self, what: str, **order: Any) -> dict[str, Any]:
        """Let the child do something."""
        send(self._to, {"do": what, **order})
        answer: dict[str, Any] = receive(self._from)
        if str(answer.get("crashed", "")).startswith("the process died"):
            self.is_open = False
        return answer

    def end(self) -> None:
        """Let the child go."""
        if self.is_open:
            send(self._to, {"do": "end"})
            self.is_open = False

    def close(self) -> None:
        """End the server."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Judge:
    """Two servers, and a folder for programs."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="entrepot-programs-")
        self.stock, self.live = Server("stock"), Server("live")
        self.number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stock.close()
        self.live.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def verdicts(self, program: Program) -> list[Verdict] | None:
        """Judge each edit; None if the program does not even start."""
        self.number += 1
        root = str(Path(self.folder, f"p{self.number}"))
        try:
            return _Run(self, program, root).judge()
        finally:
            self.live.end()
            self.stock.end()
            shutil.rmtree(root, ignore_errors=True)


class _Run:
    def __init__(self, judge: Judge, program: Program, root: str) -> None:
        self.stock, self.live = judge.stock, judge.live
        self.program = program
        self.root = root
        self.holds = [[h.make, h.probe, h.transplant] for h in program.holds]
        self.states = [list(state) for state in program.states]
        self.kept: list[Any] | None = None
        self.dropped: set[str] = set()
        self._made_by_other_code: set[str] = set()
        self._derives_otherwise = False
        self.lost: set[int] = set()  # references to what an edit took away: nobody's from then on

    def judge(self) -> list[Verdict] | None:
        first = self.program.versions[0]
        self._write(first)
        if self._fresh(0) is None:
            return None
        self.live.begin(self.root)
        started = self._start(self.live, first, None)
        if "crashed" in started or started["error"] is not None:
            return [Verdict("wrong", f"at the start: {started}")]
        self.kept = started["holds"]
        self.states = [s for s, did in zip(self.states, started["states"], strict=True) if did]
        verdict = self._compare(0)
        if verdict.kind != "right":
            return [verdict._replace(why=f"before any edit: {verdict.why}")]
        found = []
        for number in range(1, len(self.program.versions)):
            found.append(self._edit(number))
            if found[-1].kind in {"wrong", "crashed"}:
                break  # what follows would be judged in a process that is wrong already
        return found

    def _write(self, version: Version) -> None:
        wanted = {str(Path(self.root, file)): text for file, text in version.files.items()}
        for file in Path(self.root).rglob("*.py"):
            if str(file) not in wanted:
                file.unlink()
        for name, text in wanted.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")

    def _start(
        self, server: Server, version: Version, kept: Any, but: list[int] | None = None
    ) -> dict[str, Any]:
        order = {
            "names": self._names(version),
            "holds": self.holds,
            "states": self.states if kept is None else self._states_kept(),
            "kept": kept,
            "but": but or [],
        }
        return server.ask("start", **order)

    def _states_kept(self) -> list[list[str]]:
        """Return what the program has changed, but for names that an edit has overridden."""
        return [s for s in self.states if f"{s[0]}.{s[2]}" not in self.dropped]

    def _names(self, version: Version) -> list[str]:
        """Return the modules in the order in which a client imports them.

        Those that an edit added come last: a live client cannot have imported them before.
        """
        first = set(self.program.versions[0].names)
        return sorted(version.names, key=lambda name: name not in first)

    def _look(self, server: Server, number: int, but: list[int] | None = None) -> dict[str, Any]:
        names = self._names(self.program.versions[number])
        probes = self.program.probes[number]
        return server.ask("look", names=names, probes=probes, holds=self.holds, but=but or [])

    def _fresh(self, number: int) -> dict[str, Any] | None:
        """Return what a fresh process is, None if it cannot start; its error is kept."""
        self.stock.begin(self.root)
        started = self._start(self.stock, self.program.versions[number], self.kept)
        holds = started.get("holds", ())  # none if the process died, or took too long
        but = [n for n, left in enumerate(holds) if left[0] == "error"]
        if number and but:  # the live client has not tried that, which may leave something behind
            self.stock.end()
            self.stock.begin(self.root)
            started = self._start(self.stock, self.program.versions[number], self.kept, but)
        self.error = started.get("crashed") or started["error"]
        if number and not self.error:
            gone = {"error", "atom"}
            self.lost |= {n for n, left in enumerate(started["holds"]) if left[0] in gone}
            redone = self._states_kept()
            for (_, _, location), did in zip(redone, started["states"], strict=True):
                if not did:  # what made the state is gone
                    self._made_by_other_code.add(location)
        found = None if self.error else self._look(self.stock, number)
        self.stock.end()
        return found

    def _edit(self, number: int) -> Verdict:
        self._write(self.program.versions[number])
        self._note_made_by_other_code(number)
        report = self.live.ask("apply")
        if "crashed" in report:
            return Verdict("crashed", report["crashed"])
        if report["status"] == "ok":
            self.dropped |= set(report["dropped"])
        if report["changes"]:
            return Verdict("wrong", f"{report['status']}, not undone: {report['changes']}")
        if report["status"] == "needs_restart":
            return Verdict("refused", "; ".join(report["reasons"]))
        fresh = self._fresh(number)
        if fresh is None:
            if report["status"] == "failed":  # an edit with two errors may show the other one
                return Verdict("right", is_failing=True)
            if self._fails_to_import(number):  # a module that only the client imports
                return Verdict("right", is_failing=True)
            what = report["error"] or report["status"]
            return Verdict("wrong", f"{what}, a restart fails: {self.error}", is_failing=True)
        if report["status"] == "failed":
            return Verdict("wrong", f"failed, a restart works: {report['error']}")
        return self._compare(number, fresh)

    def _fails_to_import(self, number: int) -> bool:
        """Return whether a client of the live process cannot import a module either."""
        return "crashed" in self._look(self.live, number)

    def _compare(self, number: int, fresh: dict[str, Any] | None = None) -> Verdict:
        if fresh is None:
            fresh = self._fresh(number)
            assert fresh is not None
        held = fresh.get("answers", [])[: len(self.holds)]
        but = [n for n, (_, answer) in enumerate(held) if answer == "not held"]
        live = self._look(self.live, number, but)
        if "crashed" in live or "crashed" in fresh:
            return Verdict("crashed", str(live.get("crashed") or fresh.get("crashed")))
        found = [
            f"{probe}: {mine}, a restart has {theirs}"
            for number, ((probe, mine), (_, theirs)) in enumerate(
                zip(live["answers"], fresh["answers"], strict=True)
            )
            if mine != theirs and theirs != "not held" and not self._is_dropped(probe)
            if number not in self.lost
            if mine != BY_ANOTHER_NAME  # two names had it, and it can follow only one of them
        ]
        if any("RecursionError" in answer for _, answer in (*fresh["answers"], *live["answers"])):
            found.clear()  # how often the program did what it does is told by the stack
        parents = {**live["parents"], **fresh["parents"]}
        states = self._paths_of_state(live["facts"])
        found += [
            str(difference)
            for difference in differences(live["facts"], fresh["facts"], parents)
            if not self._is_dropped(difference.path) and not self._is_state(difference.live)
            if not f"{difference.path}.".startswith(states)
            if not self._is_taken(difference, live["facts"])
            if not self._is_overridden(difference.path)
            if not (self._derives_otherwise and _is_of_client(difference))
        ]
        return Verdict("wrong", "\n    ".join(found[:12])) if found else Verdict("right")

    def _is_dropped(self, text: str) -> bool:
        """Return whether an edit overrode the run-time state there, and said so."""
        names = {location for _, _, location in self.states}
        return any(
            name in text and any(name in dropped for dropped in self.dropped) for name in names
        ) or any(name in text for name in self._made_by_other_code)

    def _is_overridden(self, path: str) -> bool:
        """Return whether an edit overrode what stood there: a class of the client's own, say.

        The fresh process makes that after the import, when nothing can override it.
        """
        place = path.replace(":", ".", 1)
        return any(
            place == told or place.startswith((f"{told}.", f"{told}[")) for told in self.dropped
        )

    def _is_state(self, fact: str | None) -> bool:
        """Return whether an import that ran again has got what the program had made meanwhile."""
        locations = {location for _, _, location in self.states}
        return fact is not None and fact[:3] == "is " and fact.rpartition(":")[2] in locations

    def _paths_of_state(self, facts: dict[str, str]) -> tuple[str, ...]:
        """Return under which paths a snapshot tells of what the program had made elsewhere.

        A new import of it gets that (the contract: what runs reads kept values), and is met first.
        """
        told = (facts.get(f"{module}:{location}", "") for module, _, location in self.states)
        return tuple(f"{fact[3:]}." for fact in told if fact[:3] == "is ")

    def _is_taken(self, difference: Difference, facts: dict[str, str]) -> bool:
        """Return whether a module has by a name of its own what the program had put there.

        An import of it that ran again (``from prices import *``) has got the kept value.
        """
        return difference.live is not None and any(
            difference.path.endswith(f":{location}")
            and difference.path != f"{module}:{location}"
            and difference.live == facts.get(f"{module}:{location}")
            for module, _, location in self.states
        )

    def _note_made_by_other_code(self, number: int) -> None:
        """Note the state that a function made whose text is another now.

        What old code has computed stays as it is; the fresh process lets the new code compute it.
        """
        if self.program.versions[number].broken:
            return
        before, after = ("".join(self.program.versions[n].files.values()) for n in (0, number))
        for _, statement, location in self.states:
            for called in re.findall(r"(\w+)\(", statement):
                texts = [definitions(called, text) for text in (before, after)]
                if texts[0] != texts[1]:
                    self._made_by_other_code.add(location)
        for make, _, _ in self.holds:
            for name in re.findall(r"type\('Held', \(M\('[\w.]+'\)\.(\w+),\)", make):
                if lineage(name, before) != lineage(name, after):
                    self._derives_otherwise = True  # its class told others of itself, or did not


def _is_of_client(difference: Difference) -> bool:
    """Return whether a class that the client has derived stands somewhere, here or there."""
    return any(str(fact).endswith(".Held") for fact in (difference.live, difference.fresh))
