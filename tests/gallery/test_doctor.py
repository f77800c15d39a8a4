"""What the doctor finds is at the right line, and its change makes the program run."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.source.remedy import Change, Remedy
from entrepot.views.applying import apply
from tests.gallery.wrong import WRONG, Wrong
from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.process


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment(PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


def diagnosed(folder: Path, words: Sequence[str] = ("main.py",)) -> list[dict[str, Any]]:
    """Return what the doctor finds; a program's own traceback follows on standard error."""
    told = ran(folder, "-m", "entrepot", "doctor", "--format=json", *words).stderr
    at = told.index('{\n  "findings"')
    facts, _end = json.JSONDecoder().raw_decode(told[at:])
    found: list[dict[str, Any]] = facts["findings"]
    return found


def changed(findings: list[dict[str, Any]]) -> None:
    """Make the changes of all findings, those that two findings share once."""
    remedies = {
        json.dumps(finding["remedy"], sort_keys=True) for finding in findings if finding["remedy"]
    }
    assert remedies, findings
    for text in sorted(remedies):
        remedy = json.loads(text)
        changes = [Change(**change) for change in remedy["changes"]]
        apply(Remedy(remedy["how"], remedy["says"], changes, 1))


@pytest.mark.parametrize("wrong", WRONG, ids=[w.title.replace(" ", "-") for w in WRONG])
def test_a_program_is_diagnosed_and_the_change_makes_it_run(wrong: Wrong, tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    write(folder, wrong.program)
    assert ran(folder, *wrong.words).returncode == 1, "the program must fail under python"

    findings = [f for f in diagnosed(folder, wrong.words) if f["kind"] == wrong.kind]

    places = [f"{(f['file'] or '').removeprefix(f'{folder}/')}:{f['line'] or 0}" for f in findings]
    assert wrong.place in places
    changed(findings)
    mended = ran(folder, *wrong.words)
    assert (mended.returncode, mended.stderr) == (0, ""), findings
    assert wrong.kind not in [f["kind"] for f in diagnosed(folder, wrong.words)]


def test_a_file_that_a_link_leads_to_is_imported_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    program = "-- main.py\nimport lib.tool\nimport vendor.tool\n"
    program += "assert lib.tool.STATE is vendor.tool.STATE\n"
    write(
        folder, f"{program}-- lib/__init__.py\n-- lib/tool.py\nSTATE = []\n-- vendor/__init__.py"
    )
    (folder / "vendor" / "tool.py").symlink_to("../lib/tool.py")

    findings = diagnosed(folder)

    assert [(f["kind"], f["line"], f["names"]) for f in findings] == [
        ("duplicate", 2, ["lib.tool", "vendor.tool"])
    ]
    changed(findings)
    assert ran(folder, "main.py").returncode == 0
    assert (folder / "main.py").read_text(
        encoding="utf-8"
    ) == "import lib.tool\nimport lib.tool\nassert lib.tool.STATE is lib.tool.STATE\n"


def test_a_module_loaded_by_hand_is_named_where_it_was_done(tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    program = """
-- main.py
import importlib.util, sys
import tool
spec = importlib.util.spec_from_file_location("again", tool.__file__)
sys.modules["again"] = again = importlib.util.module_from_spec(spec)
spec.loader.exec_module(again)
-- tool.py
STATE = []
"""
    write(folder, program)

    twin = next(f for f in diagnosed(folder) if f["kind"] == "duplicate")

    assert twin["remedy"] is None
    assert twin["says"].endswith("import it as 'tool', and do not load the file by hand")
    if sys.version_info >= (3, 12):
        assert (twin["file"], twin["line"]) == (str(folder / "main.py"), 4)


def test_a_hidden_standard_module_does_not_keep_the_change_from_being_made(tmp_path: Path) -> None:
    # Whatever writes the change must not import what the file hides, `tempfile` needs `random`.
    folder = tmp_path.resolve()
    program = "-- main.py\nimport random\nassert random.randint(1, 1) == 1\n-- random.py\nN = 1\n"
    write(folder, program)
    failed = ran(folder, "main.py")
    (folder / "traceback").write_text(failed.stderr, encoding="utf-8")

    told = ran(folder, "-m", "entrepot", "explain", "--apply", "traceback")

    assert told.returncode == 1
    assert told.stderr == f"changed {folder / 'my_random.py'}\n"
    assert ran(folder, "main.py").returncode == 0


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="newer Pythons tell each change")
def test_python_3_11_says_where_a_change_was_noticed_that_several_may_have_made(
    tmp_path: Path,
) -> None:
    folder = tmp_path.resolve()
    program = """
-- main.py
import sys
import colorsys
for name in ["colorsys"]:
    del sys.modules[name]
for other in ["wave"]:
    sys.modules.pop(other, None)
import colorsys
"""
    write(folder, program)

    finding = next(f for f in diagnosed(folder) if f["kind"] == "tampering")

    assert finding["remedy"] is None
    assert finding["line"] == 7
    assert finding["says"].endswith("(noticed here: Python 3.11 tells no earlier)")
