"""What ``%entrepot`` answers to a word."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from entrepot.reloading.edit import Edit

from .notebook import EXPLICIT, OFF, ON
from .telling import BAD, GOOD, Telling, details_of, plan_lines, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .notebook import Notebook

_MODES: Mapping[str, str] = {
    ON: "edits are taken between cells",
    EXPLICIT: "edits of the modules that %aimport named are taken between cells",
    OFF: "off: no edits are taken",
}


class Answers:
    """Answers for one notebook."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._answers: dict[str, Callable[[list[str]], Telling | None]] = {
            "now": self.now,
            "status": self.status,
            "retry": self.retry,
            "plan": self.plan,
            "verify": self.verify,
            "why": self.why,
            "keep": self.keep,
        }

    def answer(self, word: str, arguments: list[str]) -> Telling | None:
        """Return what to show for a word, None if all was said."""
        return self._answers[word](arguments)

    def now(self, _arguments: list[str]) -> Telling | None:
        """Take what is on disk, whatever the mode."""
        edit = self.notebook.live.changed_files()
        if not edit.contents and not self.notebook.trouble:
            return Telling("nothing to take: the modules are as on disk")
        self.notebook.take(edit)
        return None

    def retry(self, _arguments: list[str]) -> Telling | None:
        """Try again what could not be taken."""
        if not self.notebook.trouble:
            return Telling("nothing to retry: every edit was taken")
        self.notebook.trouble = ""  # said again, if it is still so
        self.notebook.retry()
        return None

    def status(self, _arguments: list[str]) -> Telling:
        """Tell the mode, what is live, what waits, and what is in trouble."""
        notebook = self.notebook
        live = notebook.live
        waiting = sorted(live.changed_files().contents)
        facts = [f"{_MODES[notebook.mode]}", f"{len(live.records)} modules live"]
        if waiting:
            facts.append(f"{len(waiting)} edits waiting")
        lines = [f"watch   {notebook.saves.how}"]
        lines += [f"module  {name}  {shown(r.file)}" for name, r in sorted(live.records.items())]
        lines += [f"exclude {name}" for name in sorted(notebook.unwanted)]
        lines += [f"wait    {shown(file)}" for file in waiting]
        if notebook.trouble:
            facts.append("in trouble")
            lines.append(f"trouble {notebook.trouble}")
        if notebook.last is not None:
            lines += ["last edit", *(f"  {line}" for line in details_of(notebook.last))]
        return Telling("; ".join(facts), lines, BAD if notebook.trouble else GOOD)

    def plan(self, arguments: list[str]) -> Telling:
        """Tell what edits would do, without doing it."""
        live = self.notebook.live
        if arguments:
            edit = Edit.of_files([os.path.realpath(file) for file in arguments])
        else:
            edit = live.changed_files()
        managed = {record.file for record in live.records.values()}
        strangers = sorted(edit.contents.keys() - managed)
        if strangers:
            return Telling(
                f"cannot plan {shown(strangers[0])}: no live module is from it", (), BAD
            )
        if not edit.contents:
            return Telling("nothing to plan: the modules are as on disk")
        try:
            plan = live.plan(edit)
        except SyntaxError as error:
            place = f"{shown(str(error.filename))}:{error.lineno}"
            return Telling(f"the edit cannot be taken: {place} SyntaxError: {error.msg}", (), BAD)
        lines = plan_lines(plan)
        return Telling(f"the edit would do {len(lines)} things; nothing has changed", lines)

    def why(self, arguments: list[str]) -> Telling:
        """Tell why the last edit did what it did; or of one name."""
        last = self.notebook.last
        if not arguments:
            if last is None:
                return Telling("no edit was taken yet")
            return Telling("what the last edit did, and why", details_of(last))
        name = arguments[0]
        lines = [] if last is None else [line for line in details_of(last) if name in line]
        lines += self._chain(name)
        return Telling(f"why {name}" if lines else f"nothing is known of {name!r}", lines)

    def _chain(self, name: str) -> list[str]:
        """Return who imported a module first, and who imported that."""
        record = self.notebook.live.records.get(name)
        lines: list[str] = []
        while record is not None:
            site = record.parent
            if site is None:
                lines.append(f"import  {record.name}  by the notebook, or before entrepot")
                return lines
            lines.append(f"import  {record.name}  by {shown(site.record.file)}:{site.line}")
            record = site.record
        if not lines and name in sys.modules:
            lines.append(f"import  {name}  is in the module cache; its edits are not taken")
        return lines

    def keep(self, arguments: list[str]) -> Telling:
        """Have names keep their value whatever happens, or list them."""
        records = self.notebook.live.records
        for dotted in arguments:
            module, _, name = dotted.rpartition(".")
            record = records.get(module)
            if record is None or name not in record.namespace:
                return Telling(f"cannot keep {dotted!r}: no live module has that name", (), BAD)
            kept = tuple(record.namespace.get("__entrepot_keep__", ()))
            record.namespace["__entrepot_keep__"] = (*kept, *({name} - set(kept)))
        kept_names = [
            f"keep    {record.name}.{name}"
            for record in records.values()
            for name in record.namespace.get("__entrepot_keep__", ())
        ]
        number = len(kept_names)
        what = "1 name keeps its value" if number == 1 else f"{number} names keep their values"
        return Telling(what, kept_names)

    def verify(self, _arguments: list[str]) -> Telling:
        """Compare the modules with those of two fresh processes."""
        verdict = self.notebook.live.verify()
        *details, line = str(verdict).splitlines()
        return Telling(line, details, GOOD if verdict.is_equal else BAD)
