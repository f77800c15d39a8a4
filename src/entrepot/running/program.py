"""A program that is kept live: which of its modules, and how they look on disk.

``LiveProgram`` is a live session whose modules are chosen by a scope, not by root folders, and
which notes what each file looked like when it was read, so that whoever watches can tell whether
it has changed since.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from entrepot.reloading.edit import Edit
from entrepot.reloading.session import Live

from .snapshot import mark_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType

    from .scope import Scope


class LiveProgram(Live):
    """Keeps the modules in a scope live.

    Attributes:
        scope: Tells which files.
        marks: What the files looked like that are not told to the watcher yet:
            ``{"/app/cart.py": "17… 210 5 17…"}``.
    """

    def __init__(self, scope: Scope, system: Any, tell_files: Callable[[], object]) -> None:
        self.scope = scope
        self.marks: dict[str, str] = {}
        self._tell_files = tell_files
        super().__init__((), system)

    def is_managed_file(self, file: object) -> bool:
        """Return whether a file is kept live."""
        return isinstance(file, str) and self.scope.includes(file)

    def about_to_execute(self, module: ModuleType, code: CodeType) -> CodeType:
        """Note what the file looks like, then begin to record."""
        file = getattr(module.__spec__, "origin", None)
        if isinstance(file, str):
            file = os.path.realpath(file)
            if self.scope.includes(file):
                self.note(file)
        return super().about_to_execute(module, code)

    def note(self, file: str) -> None:
        """Note what a file looks like, before it is read."""
        try:
            self.marks[file] = mark_of(os.stat(file))
        except OSError:
            self.marks[file] = ""

    def executed(self, module: ModuleType, code: CodeType, error: BaseException | None) -> None:
        """End recording, and have the files told that are new."""
        super().executed(module, code, error)
        if self.marks and not self._running:
            self._tell_files()

    def files(self) -> list[str]:
        """Return the files that are kept live."""
        return sorted({record.file for record in list(self.records.values())})

    def edit_of(self, files: set[str]) -> Edit:
        """Return an edit of those of some files whose content is not what runs."""
        running = {record.file: record.text.content for record in list(self.records.values())}
        found = Edit.of_files(sorted(files & running.keys()))
        return Edit({f: new for f, new in found.contents.items() if new != running[f]})
