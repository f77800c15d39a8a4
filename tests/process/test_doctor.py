"""Programs that make it hard to report on them: the doctor tells once, and harms nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

#: What the program does, its exit code under the doctor, and what is told on standard error.
HARD = {
    "ends by itself": ("import os\nos._exit(3)\n", 3, ""),
    "exits with a message": ("import sys\nsys.exit('bye')\n", 1, "found nothing wrong\nbye\n"),
    "has no standard error": ("import sys\nsys.stderr = None\n", 0, "found nothing wrong\n"),
    "closes standard error": ("import os\nos.close(2)\n", 0, ""),
    "forks": (
        "import os\nif os.fork():\n    os.wait()\nelse:\n    import decimal\n", 0,
        "found nothing wrong\n",
    ),
    "puts what is no text into the cache": (
        "import sys\nsys.modules[5] = None\n", 1,
        "tampering   main.py:2  sets sys.modules['5'], and every later import returns what stands "
        "there; import the module under its own name, or put a finder on sys.meta_path\n"
        "blocked     sys.modules[5] is None, so it cannot be imported; delete the entry\n"
        "found 2 findings\n",
    ),
}  # fmt: skip


def diagnosed(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    write(folder, f"-- main.py\n{program}")
    return subprocess.run(
        [sys.executable, "-m", "entrepot", "doctor", "main.py"], cwd=folder, env=environment(),
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("what", HARD)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_the_doctor_tells_once_of_a_program_that(what: str, tmp_path: Path) -> None:
    program, code, told = HARD[what]
    if sys.version_info < (3, 12) and "sys.modules[5]" in program:
        pytest.skip("3.11 compares names only")

    done = diagnosed(tmp_path, program)

    assert (done.returncode, done.stderr) == (code, told)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="newer Pythons tell who did it")
def test_an_emptied_module_cache_is_told_with_its_line(tmp_path: Path) -> None:
    done = diagnosed(tmp_path, "import sys\nsys.modules.clear()\n")

    assert done.stderr.splitlines()[0] == (
        "tampering   main.py:2  replaces or clears the whole module cache; take it out"
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
