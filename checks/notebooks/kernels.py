"""Real IPython kernels, driven as Jupyter drives them, in an environment of their own.

The environment is made on first use beside the others (``.venv-notebooks``), so that the everyday
checks need not install what only this needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-notebooks"
PACKAGES = ("ipykernel>=6.29", "nbclient>=0.10", "papermill>=2.6", "pytest", "pytest-timeout")
PATIENCE = 120  # seconds for one cell


def python() -> str:
    """Return the interpreter of the environment, made first if it is not there.

    ``ENTREPOT_NOTEBOOKS`` in the environment names another one that has the packages.
    """
    stated = os.environ.get("ENTREPOT_NOTEBOOKS")
    if stated:
        return stated
    found = FOLDER / "bin" / "python"
    if not (FOLDER / "ready").exists():
        print(f"setting up {FOLDER.name}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        pip = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES, "--editable", f"{ROOT}[notebook]"], check=True)
        (FOLDER / "ready").touch()
    return str(found)


def run_in_environment(module: str, words: Sequence[str] = ()) -> int:
    """Run a module of this repository with the environment's interpreter."""
    command = [python(), "-m", module, *words]
    variables = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


class Answer:
    """What one cell gave.

    Attributes:
        value: The text of its value, ``""`` if it has none.
        shown: What was displayed under it, as text.
        out: What it printed.
        error: Its error, ``""`` if there was none.
    """

    def __init__(self) -> None:
        self.value = ""
        self.shown: list[str] = []
        self.out = ""
        self.error = ""

    def take(self, message: dict[str, Any]) -> None:
        """Take one message of the kernel."""
        kind, content = message["msg_type"], message["content"]
        if kind == "execute_result":
            self.value = content["data"]["text/plain"]
        elif kind == "display_data":
            self.shown.append(content["data"].get("text/plain", ""))
        elif kind == "stream":
            self.out += content["text"]
        elif kind == "error":
            self.error = f"{content['ename']}: {content['evalue']}"


class Kernel:
    """A kernel whose working folder is given, from ``with`` to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        from jupyter_client.manager import start_new_kernel  # type: ignore[import-not-found]

        variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "IPYTHONDIR": str(self.folder)}
        self.manager, self.client = start_new_kernel(
            kernel_name="python3", cwd=str(self.folder), env=variables
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, source: str) -> Answer:
        """Run a cell and return what it gave."""
        answer = Answer()
        self.client.execute_interactive(
            source, output_hook=answer.take, timeout=PATIENCE, stop_on_error=False
        )
        return answer
