"""The documents' pitfalls, each as a program of `examples/pitfalls`, found and explained."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.case import environment

PITFALLS = Path(__file__).resolve().parents[2] / "examples" / "pitfalls"

pytestmark = pytest.mark.process

#: The folder, what is found, where, and a word of the explanation.
FOUND = [
    ("stale_names", "stale", "main.py", 6, "demo_module.some_function is another object"),
    ("re_execution", "stale", "job.py", 0, "edited after 'job' was executed"),
    ("shared_state", "stale", "main.py", 4, "settings.DEBUG has changed since"),
    ("tampering", "tampering", "main.py", 5, "sets sys.modules['fake_module']"),
    ("second_module", "tampering", "main.py", 8, "stale now: bar.foo"),
]


def diagnosed(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "entrepot", "doctor", "--format=json", "main.py"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("name", "kind", "file", "line", "words"), FOUND)
def test_the_doctor_finds_a_pitfall(
    name: str, kind: str, file: str, line: int, words: str, tmp_path: Path
) -> None:
    shutil.copytree(PITFALLS / name, tmp_path / name)

    done = diagnosed(tmp_path / name)

    assert done.returncode == 1, done.stderr
    findings = [f for f in json.loads(done.stderr)["findings"] if f["kind"] == kind]
    matching = [f for f in findings if words in f["says"]]
    assert matching, done.stderr
    assert (Path(matching[0]["file"]).name, matching[0]["line"] or 0) == (file, line)


def test_the_circular_one_is_told_as_a_story(tmp_path: Path) -> None:
    shutil.copytree(PITFALLS / "circular", tmp_path / "circular")

    done = subprocess.run(
        [sys.executable, "-m", "entrepot", "run", "--no-watch", "main.py"],
        cwd=tmp_path / "circular", env=environment(), capture_output=True,
        encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip

    assert "why: a circular import: 'Order' of orders is needed before it is bound" in done.stderr
    assert "change  import 'Order' inside orders()" in done.stderr


def test_a_program_without_faults_is_clean(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import json\nprint(json.dumps(1))\n")

    done = diagnosed(tmp_path)

    assert (done.returncode, done.stdout, json.loads(done.stderr)) == (0, "1\n", {"findings": []})
