"""entrepot in the reload matrix, through cells of an IPython shell.

``run.py --tool tests/adapters/reload_matrix_notebook.py:EntrepotNotebook``, with a Python that
has IPython: setup and probe are cells, and so is what stands between them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from adapters.base import Adapter  # type: ignore[import-not-found]

REPOSITORY = Path(__file__).resolve().parents[2]


class EntrepotNotebook(Adapter):  # type: ignore[misc]
    """The client is a notebook: nobody tells the session anything but the shell's own events."""

    def start(self, client: Any) -> None:
        super().start(client)
        sys.path.append(str(REPOSITORY / "src"))
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        self.shell = InteractiveShell(config=config, user_module=client)
        self.shell.run_cell("%load_ext entrepot").raise_error()

    def execute(self, source: str) -> None:
        self.shell.run_cell(source, store_history=True).raise_error()

    def reload(self, change: Any) -> None:
        self.shell.run_cell("pass")  # it acts before a cell
        from entrepot.notebook.extension import KEY

        trouble = getattr(self.shell, KEY).notebook.trouble
        if trouble:
            raise RuntimeError(trouble)
