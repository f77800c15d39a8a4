"""A notebook kept live: what is done before a cell and after it.

    before a cell    what was saved since the last one is taken
    after a cell     what was saved while it ran is taken; what it imported is watched

Nothing here knows IPython: the extension hands in a way to tell things to the user.
"""

from __future__ import annotations

import importlib
import logging
import os
import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Protocol

from entrepot.errors import FaultError, ReloadBusyError
from entrepot.reloading.edit import Edit
from entrepot.reloading.session import Live
from entrepot.running.scope import Scope

from .interrupts import Interrupts
from .names import Names
from .saves import saves
from .telling import BAD, Telling, gone_telling, shown, telling_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, ModuleType

    from entrepot.reloading.report import Report

ON, EXPLICIT, OFF = "on", "explicit", "off"
MISSING_GRACE = 0.03  # editors that save by renaming leave no file for a moment
OLD_CODE = "nothing has changed, the code from before goes on"


class Tell(Protocol):
    """Shows a telling to the user."""

    def __call__(self, telling: Telling, /) -> None:
        """Show it, once."""
        ...


class NotebookLive(Live):
    """Manages every module that is the user's own, wherever it stands."""

    def __init__(self, system: Any) -> None:
        self.scope = Scope()
        super().__init__([], system)

    def is_managed_file(self, file: object) -> bool:
        """Return whether a file is a Python source that is not installed."""
        return isinstance(file, str) and self.scope.includes(file)


class Notebook:
    """One notebook's modules, kept live.

    Attributes:
        live: The live session.
        names: What the cells took from modules.
        mode: ``"on"``, ``"explicit"`` or ``"off"``.
        wanted: The modules that ``%aimport`` named, for ``explicit``: ``{"shop.cart"}``.
        unwanted: Those that it excluded.
        trouble: What could not be taken, as it was told; ``""`` when there is none.
        last: The report of the last reload that changed something.
    """

    def __init__(
        self,
        system: Any,
        namespace: dict[str, Any],
        tell: Tell,
        is_in_a_cell: Callable[[], bool],
    ) -> None:
        self.mode = ON
        self.wanted: set[str] = set()
        self.unwanted: set[str] = set()
        self.trouble = ""
        self.last: Report | None = None
        self.hides_errors = False
        self.saves = saves()
        self.live = NotebookLive(system)
        self.names = Names(namespace)
        self.live.clients.append(self.names)
        self._tell = tell
        self._is_in_a_cell = is_in_a_cell  # a cell may run cells: an edit waits for the outer one
        self._unwatched: list[str] = []
        self._waiting: set[str] = set()
        self._before: list[str] = []  # the modules before an edit
        self._interrupted: set[str] = set()  # files of an edit that the user interrupted
        self._cell_began = time.time()
        self._remove: Callable[[], object] = system.add_execution_hook(self)
        for name in self.live.attach():
            self._unwatched.append(self.live.records[name].file)
        self.watch_new()

    def close(self) -> None:
        """Stop; the modules go on as they are."""
        self._remove()
        self.saves.close()
        self.live.close()

    # the execution hook: which modules are new

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Note a module that is about to be imported: after the cell its file is watched."""
        origin = getattr(module.__spec__, "origin", None)
        if isinstance(origin, str):
            self._unwatched.append(origin)
        return code

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """Do nothing: how an import ended changes nothing here."""

    # around a cell

    def before_cell(self) -> bool:
        """Take what was saved since the last cell; return whether the cell may run."""
        self._cell_began = time.time()
        return self._take_saved("")

    def after_cell(self, source: str) -> None:
        """Take what was saved while the cell ran; learn what it imported."""
        self.names.ran(source)
        if self._unwatched:
            self.watch_new()
        self._take_saved("saved while the cell ran")

    def watch_new(self) -> None:
        """Watch the files of the modules imported since the last time."""
        files = [os.path.realpath(file) for file in self._unwatched]
        self._unwatched.clear()
        self.saves.watch(filter(self.live.is_managed_file, files), self._cell_began)

    def _take_saved(self, when: str) -> bool:
        saved = self.saves.take()
        if saved:
            importlib.invalidate_caches()  # a module may have been written just now
            self._waiting |= saved | self._interrupted
            self._interrupted.clear()
        if not self._waiting or self.mode == OFF or self._is_in_a_cell():
            return True
        return self._take_waiting(when if saved else "")

    def _take_waiting(self, when: str) -> bool:
        texts = {record.file: record.text.known() for record in self.live.records.values()}
        self._waiting &= texts.keys()
        chosen = self._waiting & self._chosen_files()
        try:
            edit = _edit_of(chosen)
        except OSError as error:
            self._say_trouble(f"cannot read {shown(str(error.filename))}: {error.strerror}")
            return True
        if not self.trouble:
            edit = Edit({f: c for f, c in edit.contents.items() if c != texts[f]})
        self._waiting -= chosen
        return self.take(edit, when) if edit.contents else True

    def _chosen_files(self) -> set[str]:
        return {
            record.file
            for record in list(self.live.records.values())
            if self.is_chosen(record.name)
        }

    def is_chosen(self, name: str) -> bool:
        """Return whether edits of a module are taken by themselves."""
        if any(_is_named(name, pattern) for pattern in self.unwanted):
            return False
        return self.mode != EXPLICIT or any(_is_named(name, p) for p in self.wanted)

    # taking an edit

    def take(self, edit: Edit | None, when: str = "") -> bool:
        """Take an edit (``None``: whatever is on disk); return whether the cell may run.

        What goes wrong is told, and the modules are then what they were.
        """
        return self._carry_out(lambda: self._apply(edit), edit, when)

    def _apply(self, edit: Edit | None) -> Report:
        """Apply an edit with what is in trouble still; if that fails again, without it.

        A broken file that has nothing to do with the edit must not hold it up.
        """
        report = self.live.apply(edit)
        if report.is_ok or edit is None or not self.live.outstanding() - edit.contents.keys():
            return report
        alone = self.live.apply(edit, alone=True)
        return alone if alone.is_ok else report

    def retry(self) -> None:
        """Try again what could not be taken."""
        self._carry_out(self.live.retry, None, "")

    def _carry_out(self, act: Callable[[], Report], edit: Edit | None, when: str) -> bool:
        self.names.note(self._base_of)
        self._before = list(self.live.records)
        began = time.perf_counter()
        with Interrupts(self.live.is_managed_file) as interrupts:
            try:
                report = act()
            except KeyboardInterrupt:
                self._interrupted |= self.live.changed_files().contents.keys()
                self._say_trouble(f"interrupted: {OLD_CODE}; save again, or %entrepot retry")
                return False
            except Exception as fault:
                self.step_back(fault)
                return True
        if isinstance(report.error, FaultError):
            self.live.fault = None  # `%entrepot on` tries again
            self.step_back(report.error.error)
            return True
        if isinstance(report.error, ReloadBusyError):
            self._wait_again(edit)
        self._say_report(report, time.perf_counter() - began, when)
        if interrupts.was_held:
            self._say(Telling("interrupted: the edit had been taken as a whole", ()))
        return not interrupts.was_held

    def _base_of(self, module: str) -> dict[str, Any] | None:
        record = self.live.records.get(module)
        return None if record is None else record.base

    def _wait_again(self, edit: Edit | None) -> None:
        if edit is not None:
            self._waiting |= edit.contents.keys()

    def step_back(self, fault: BaseException) -> None:
        """Switch off after a fault of our own, and say so: the notebook goes on."""
        self.mode = OFF
        logging.getLogger("entrepot").debug("a fault of entrepot itself", exc_info=fault)
        what = f"{type(fault).__name__}: {fault}"
        self._say(
            Telling(
                f"a fault of entrepot itself ({what}); it is off now, {OLD_CODE}; "
                f"%entrepot on tries again",
                (),
                BAD,
            )
        )

    # saying

    def _say(self, telling: Telling) -> None:
        self._tell(telling)

    def _say_report(self, report: Report, took: float, when: str) -> None:
        telling = telling_of(report, took, when, self.names.left)
        if not report.is_ok:
            self._say_trouble(telling.line, telling.details)
            return
        gone = [name for name in self._before if name not in self.live.records]
        if gone:
            telling = gone_telling(gone, telling)
        left_out = sorted(shown(file) for file in self.live.outstanding())
        is_over = bool(self.trouble) and not left_out
        if report.files:
            self.last = report
        if is_over:
            self.trouble = ""
            telling.line = f"the trouble is over: {telling.line}"
        elif left_out:
            telling.line = f"{telling.line}; {', '.join(left_out)} still cannot be taken"
        if report.files or is_over:
            self._say(telling)

    def _say_trouble(self, line: str, details: Iterable[str] = ()) -> None:
        """Say once what is wrong: it is not repeated before every cell."""
        if line == self.trouble:
            return
        self.trouble = line
        if not self.hides_errors:
            self._say(Telling(line, details, BAD))


def _is_named(name: str, pattern: str) -> bool:
    """Return whether a pattern names a module, or a package that it is in.

    Example:
        >>> _is_named("shop.cart", "shop"), _is_named("shop.cart", "shop.c*")
        (True, True)
        >>> _is_named("shopping", "shop")
        False
    """
    return name.startswith(f"{pattern}.") or fnmatchcase(name, pattern)


def _edit_of(files: set[str]) -> Edit:
    """Return what files hold; one that is missing may be in the middle of being saved."""
    edit = Edit.of_files(sorted(files))
    missing = [file for file, content in edit.contents.items() if content is None]
    deadline = time.monotonic() + MISSING_GRACE
    while missing and time.monotonic() < deadline:
        time.sleep(MISSING_GRACE / 10)
        found = Edit.of_files(missing).contents
        edit.contents.update(found)
        missing = [file for file in missing if found[file] is None]
    return edit
