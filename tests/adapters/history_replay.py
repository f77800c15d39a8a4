"""entrepot in the history replay: ``REPLAY_ADAPTER=…/history_replay.py:Entrepot``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from adapters import Adapter, NeedsRestart  # type: ignore[import-not-found]

REPOSITORY = Path(__file__).resolve().parents[2]


class Entrepot(Adapter):  # type: ignore[misc]
    """Takes the process over before the package is imported."""

    name = "entrepot"

    def preload(self) -> None:
        sys.path.append(str(REPOSITORY / "src"))
        import entrepot.reloading.reload
        import entrepot.reloading.session  # noqa: F401

    def start(self, root: str, package: str) -> None:
        super().start(root, package)
        self.preload()
        from entrepot.reloading.session import live

        self.live = live([root])

    def reload(self, changes: list[Any]) -> None:
        from entrepot.reloading.edit import Edit

        report = self.live.apply(Edit.of_files([change.path for change in changes]))
        if report.status == "needs_restart":
            raise NeedsRestart("; ".join(report.reasons))
        if report.error is not None:
            raise report.error
