"""A program that is kept live: which of its modules, and how they look on disk.

``LiveProgram`` is a live session whose modules are chosen by a scope, not by root folders. It
notes what each file looked like when it was read, so that whoever watches can tell whether it has
changed since, and it manages the program's ``__main__`` as well.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from entrepot.reloading.edit import Edit
from entrepot.reloading.report import NEEDS_RESTART
from entrepot.reloading.session import Live

from .main_module import MainModule, StartEdited, main_module_of_script
from .snapshot import mark_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType
    from typing import Any

    from entrepot.reloading.reload import Prepared
    from entrepot.reloading.report import Report

    from .scope import Scope


GRACE = 0.1  # seconds that a file may be missing, or empty, in the middle of a save


class LiveProgram(Live):
    """Keeps the modules in a scope live.

    Attributes:
        scope: Tells which files.
        marks: What each file looked like before the text was read that runs, or that failed
            last: ``{"/app/cart.py": "17… 210 5 17…"}``.
        main: What is known of ``__main__``, if it is in scope.
        files_at_fork: In a forked process, the files that were kept live then.
    """

    def __init__(
        self,
        scope: Scope,
        system: Any,
        tell_files: Callable[[], object],
        *,
        allow_partial: bool = False,
    ) -> None:
        self.scope = scope
        self.marks: dict[str, str] = {}
        self._new_marks: dict[str, str] = {}  # that the watcher is not told yet
        self._marks_of_edit: dict[str, str] = {}
        self.main: MainModule | None = None
        self.files_at_fork: list[str] = []
        self._tell_files = tell_files
        self._edited = threading.Condition()
        super().__init__((), system, allow_partial=allow_partial)

    def after_fork(self) -> None:
        """Begin anew in a forked child, whose only thread is the one that forked."""
        super().after_fork()
        self.files_at_fork = self.files()
        self._edited = threading.Condition()

    def commit(self, prepared: Prepared) -> Report:
        """Carry a prepared edit out, and wake who waits for edits."""
        report = super().commit(prepared)
        with self._edited:
            self._edited.notify_all()
        return report

    def wait_for_edit(self, revision: int) -> None:
        """Wait until the program is of another revision."""
        with self._edited:
            self._edited.wait_for(lambda: self.revision != revision)

    def is_managed_file(self, file: object) -> bool:
        """Return whether a file is kept live."""
        return isinstance(file, str) and self.scope.includes(file)

    def about_to_read(self, file: str) -> None:
        """Note what a file looks like."""
        self.note(file)

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """End recording, and have the files told that are new."""
        super().executed(module, code, error)
        if self._new_marks and not self._running:
            self._tell_files()

    # what files looked like

    def note(self, file: str, mark: str | None = None) -> None:
        """Note what a file looks like, or looked like before it was read."""
        self._new_marks[file] = self.marks[file] = _mark(file) if mark is None else mark

    def note_read(self, edit: Edit) -> None:
        """Note what the files of an edit looked like before it was read."""
        for file in edit.contents:
            self.note(file, self._marks_of_edit.get(file))

    def new_marks(self) -> list[str]:
        """Return what has not been told, as file, mark, file, mark, …; it counts as told."""
        fields: list[str] = []
        while self._new_marks:
            fields += self._new_marks.popitem()
        return fields

    def all_marks(self) -> list[str]:
        """Return what each file looked like, as file, mark, file, mark, …."""
        return [field for pair in list(self.marks.items()) for field in pair]

    # the main module

    def is_about_to_start(self) -> None:
        """Note the text of ``__main__``, right before its first line."""
        self._take_main(sys.modules["__main__"])

    def _take_main(self, module: Any) -> None:
        file = module.__dict__.get("__file__")
        mark = _mark(file) if isinstance(file, str) else ""
        main = main_module_of_script(module)
        if main is not None and self.is_managed_file(main.file):
            self.main = main
            self.note(main.file, mark)
            self._tell_files()

    def manage_main(self) -> None:
        """Manage what has been executed of ``__main__`` by now."""
        if self.main is None:  # run with -m: what its file is, shows when it has begun
            module = sys.modules.get("__main__")
            if getattr(module, "__spec__", None) is not None:
                self._take_main(module)
        known = self.records.get("__main__")
        if self.main is None or (known is not None and known.revision > 1):
            return
        record = self.main.record()
        if record is not None and (known is None or record.text.content != known.text.known()):
            order = self._order
            self.take_late(record)
            self._order, record.order = order, record.order + (1 << 40)
            self.take_base()
        for twin in list(self.records.values()):
            if record is not None and twin.file == record.file and not twin.is_parsed:
                twin.text = (
                    record.text
                )  # imported as a module too: what begins the program, is not

    # edits

    def files(self) -> list[str]:
        """Return the files that are kept live."""
        files = {record.file for record in list(self.records.values())}
        return sorted(files | ({self.main.file} if self.main is not None else set()))

    def edit_of(self, files: set[str], outstanding: set[str]) -> Edit:
        """Return an edit of files whose content is not what runs.

        Args:
            files: Files that may have changed.
            outstanding: Files that an edit failed on; they are in it as they are now, in any case.
        """
        running: dict[str, set[bytes | None]] = {}
        asked = files | outstanding
        for record in list(self.records.values()):
            if record.file in asked:
                running.setdefault(record.file, set()).add(record.text.known())
        wanted = sorted(running)
        self._marks_of_edit = {file: _mark(file) for file in wanted}
        found = Edit.of_files(wanted)
        contents = {
            file: new
            for file, new in found.contents.items()
            if file in outstanding or {self._cut_or_whole(file, new)} != running[file]
        }
        return Edit(contents)

    def is_running(self, edit: Edit) -> bool:
        """Return whether an edit holds nothing but what runs."""
        return all(
            self._cut_or_whole(record.file, edit.contents[record.file]) == record.text.known()
            for record in list(self.records.values())
            if record.file in edit.contents
        )

    def is_due(self, edit: Edit) -> bool:
        """Return whether an edit makes statements run, as when a file comes that they look for."""
        plan = self.prepare(edit).plan
        return plan is not None and bool(plan.dirty)

    def _cut_or_whole(self, file: str, content: bytes | None) -> bytes | None:
        if self.main is None or file != self.main.file or content is None:
            return content
        try:
            return self.main.cut(content)
        except (SyntaxError, ValueError, StartEdited):
            return content

    def prepare(self, edit: Edit | None = None, *, alone: bool = False) -> Prepared:
        """Read, compare and plan; of the main module's file, what has been executed."""
        if edit is None:
            edit = self.changed_files()
        main = self.main
        if main is None or edit.contents.get(main.file) is None:
            return super().prepare(edit, alone=alone)
        contents = dict(edit.contents)
        try:
            contents[main.file] = main.cut(contents[main.file] or b"")
        except StartEdited as edited:
            from entrepot.reloading.reload import Prepared

            prepared = Prepared(edit, self.revision)
            prepared.report.status = NEEDS_RESTART
            prepared.report.files.append(main.file)
            prepared.report.reasons.append(edited.reason)
            return prepared
        except (SyntaxError, ValueError):
            pass  # the reload itself says so
        return super().prepare(Edit(contents), alone=alone)


def settled(program: LiveProgram, files: set[str], outstanding: set[str]) -> Edit:
    """Return an edit of files, after a moment if one of them is being saved right now."""
    edit = program.edit_of(files, outstanding)
    if any(not content for content in edit.contents.values()):
        time.sleep(GRACE)
        edit = program.edit_of(files, outstanding)
    return edit


def _mark(file: str) -> str:
    try:
        return mark_of(os.stat(file))
    except OSError:
        return ""
