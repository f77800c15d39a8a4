"""entrepot in the reload matrix: ``run.py --tool tests/adapters/reload_matrix.py:Entrepot``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from adapters.base import Adapter  # type: ignore[import-not-found]

REPOSITORY = Path(__file__).resolve().parents[2]


class Entrepot(Adapter):  # type: ignore[misc]
    """The client is code at a prompt: the session is told what it ran."""

    def start(self, client: Any) -> None:
        super().start(client)
        sys.path.append(str(REPOSITORY / "src"))
        from entrepot.reloading.session import live

        self.live = live([str(self.root)])

    def setup(self, source: str) -> None:
        super().setup(source)
        self.live.ran_client(source, self.client.__dict__)

    def reload(self, change: Any) -> None:
        report = self.live.apply()
        if report.status != "ok":
            if report.error is not None:
                raise report.error
            raise RuntimeError("needs restart: " + "; ".join(report.reasons))
