"""JupyterLab in a real browser: a file is edited between two cells.

    ./dev long notebook_page

Needs JupyterLab and playwright in the environment of the notebooks, and a Chromium on the PATH;
says so and ends with 0 where they are not. ``--picture FILE`` keeps the screenshot.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from checks.notebooks.kernels import run_in_environment

PATIENCE = 240_000  # milliseconds for anything on the page: the machine may be busy
CELLS = [
    "%load_ext entrepot",
    "from prices import TABLE\nfrom rates import VAT\nVAT, TABLE",
    "VAT, TABLE",
]


def notebook() -> str:
    """Return a notebook with the cells."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None,
         "outputs": [], "source": source}
        for n, source in enumerate(CELLS)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def free_port() -> int:
    """Return a port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_lab(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start JupyterLab on the loopback, with settings of its own."""
    variables = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder / ".config"),
        "JUPYTER_DATA_DIR": str(folder / ".data"),
        "JUPYTER_RUNTIME_DIR": str(folder / ".runtime"),
        "IPYTHONDIR": str(folder / ".ipython"),
    }
    words = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
             "--IdentityProvider.token=", "--ServerApp.password="]  # fmt: skip
    with (folder / "lab.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words],
            cwd=folder, env=variables, stdout=log, stderr=log,
        )  # fmt: skip


def wait_for(url: str) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def run_cell(page: Any, number: int, wanted: str) -> None:
    """Run a cell of the page and wait for a text under it."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    if wanted:
        cell.locator(".jp-OutputArea", has_text=wanted).wait_for(timeout=PATIENCE)


def look(folder: Path, port: int, picture: str) -> None:
    """Edit a file between two cells, and look at what the page shows."""
    from playwright.sync_api import sync_playwright  # type: ignore[import-not-found]

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1100, "height": 760})
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/lab/tree/edit.ipynb?reset")
        page.locator(".jp-CodeCell").nth(len(CELLS) - 1).wait_for()
        run_cell(page, 0, "")
        run_cell(page, 1, "(0.1, {10: 11.0, 20: 22.0})")
        (folder / "rates.py").write_text("VAT = 0.2\n")
        run_cell(page, 2, "(0.2, {10: 12.0, 20: 24.0})")
        details = page.locator(".jp-CodeCell").nth(2).locator("details")
        details.locator("summary", has_text="rates.py is live").click()
        details.locator("pre", has_text="rates.VAT changed").wait_for()
        print(details.locator("summary").inner_text())
        if picture:
            page.screenshot(path=picture)
        browser.close()


def main(picture: str) -> int:
    """Run the check; return 0 if it holds or cannot be made here."""
    missing = [n for n in ("jupyterlab", "playwright") if importlib.util.find_spec(n) is None]
    missing += [] if shutil.which("chromium") else ["chromium"]
    if missing:
        print(f"left out: not found here: {', '.join(missing)}")
        return 0
    from checks.notebooks.kernels import ROOT

    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        for file in ("prices.py", "rates.py"):
            shutil.copy(ROOT / "examples" / "notebooks" / file, folder)
        (folder / "edit.ipynb").write_text(notebook())
        lab = start_lab(folder, port)
        try:
            wait_for(f"http://127.0.0.1:{port}/api")
            look(folder, port, picture)
        finally:
            lab.terminate()
            lab.wait()
    print("the page shows the new values and the report")
    return 0


if __name__ == "__main__":
    if "--inside" in sys.argv:
        words = sys.argv[sys.argv.index("--inside") + 1 :]
        sys.exit(main(words[words.index("--picture") + 1] if "--picture" in words else ""))
    sys.exit(run_in_environment("checks.long.notebook_page", ["--inside", *sys.argv[1:]]))
