"""Real kernels, as Jupyter drives them; where ipykernel is installed (``./dev long`` has it)."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")

from checks.notebooks.kernels import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.process, pytest.mark.filterwarnings("default")]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
FOREVER = "import time\nopen('begun', 'w').close()\ntime.sleep(600)\n"


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as started:
        started.run("%load_ext entrepot")
        yield started


def test_a_kernel_takes_edits_completes_words_and_restarts(kernel: Kernel) -> None:
    shop = kernel.folder / "shop.py"
    shop.write_text("N = 1\n")
    kernel.run("from shop import N")
    shop.write_text("N = 2\n")

    after = kernel.run("N")
    reply = kernel.client.complete("%entrepot st", reply=True, timeout=60)

    assert after.value == "2"
    assert after.shown[0].startswith("entrepot: shop.py is live")
    assert "status" in reply["content"]["matches"]
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=60)
    assert kernel.run("%load_ext entrepot\nfrom shop import N\nN").value == "2"


def test_a_kernel_interrupt_in_the_middle_of_an_edit_undoes_it(kernel: Kernel) -> None:
    shop, base = kernel.folder / "shop.py", kernel.folder / "base.py"
    base.write_text("K = 1\n")
    shop.write_text("from base import K\n")
    kernel.run("import shop, base")
    base.write_text("K = 2\n")
    shop.write_text("from base import K\n" + FOREVER)
    kernel.client.execute("1 / 0")
    deadline = time.monotonic() + 60
    while not (kernel.folder / "begun").exists():  # the edit is in its middle then
        assert time.monotonic() < deadline
    shop.write_text("from base import K\nM = 1\n")

    kernel.manager.interrupt_kernel()

    kernel.client.get_shell_msg(timeout=60)  # what is asked before that, the kernel drops
    assert kernel.run("base.K, shop.K, shop.M").value == "(2, 2, 1)"


def test_two_kernels_on_one_tree_each_take_the_edit(kernel: Kernel) -> None:
    shop = kernel.folder / "shop.py"
    shop.write_text("N = 1\n")
    with Kernel(kernel.folder) as other:
        other.run("%load_ext entrepot")
        for each in (kernel, other):
            each.run("import shop")
        kernel.run("shop.STATE = 'mine'")
        shop.write_text("N = 2\n")

        values = [each.run("shop.N, hasattr(shop, 'STATE')").value for each in (kernel, other)]

    assert values == ["(2, True)", "(2, False)"]


def copied(folder: Path) -> Any:
    import nbformat  # type: ignore[import-not-found]

    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    return nbformat.read(folder / "edit.ipynb", as_version=4)


def said_in(notebook: Any) -> str:
    shown = [
        output["data"]["text/plain"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "display_data"
    ]
    return "\n".join("".join(text) for text in shown)


def test_nbclient_runs_the_example(tmp_path: Path) -> None:
    from nbclient import NotebookClient  # type: ignore[import-not-found]

    notebook = copied(tmp_path)

    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()

    assert "rates.py is live" in said_in(notebook)


def test_papermill_runs_the_example(tmp_path: Path) -> None:
    papermill = pytest.importorskip("papermill")
    copied(tmp_path)

    papermill.execute_notebook(
        str(tmp_path / "edit.ipynb"), str(tmp_path / "out.ipynb"), cwd=str(tmp_path),
        progress_bar=False, kernel_name="python3",
    )  # fmt: skip

    assert "the trouble is over" in said_in(json.loads((tmp_path / "out.ipynb").read_text()))
