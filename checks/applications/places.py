"""Where the applications are: one environment and the sources of those whose tests are there."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from checks.pythons import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

HOME = ROOT / f".venv-applications-{sys.version_info.major}.{sys.version_info.minor}"
PYTHON = str(HOME / "bin" / "python")
PACKAGES = sysconfig.get_path("purelib", vars={"base": str(HOME)})
#: What stands between ``python`` and a program's words; RUN_OPTIONS may say ``--no-watch``.
ENTREPOT = ("-m", "entrepot", "run", *os.environ.get("RUN_OPTIONS", "").split())


def variables(**more: str) -> dict[str, str]:
    """Return the environment of a run: the caller's, without switches, with one hash seed."""
    ours = ("PYTHON", "ENTREPOT", "PYTEST", "COVERAGE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    path = os.pathsep.join([str(HOME / "bin"), kept.get("PATH", "")])
    return {**kept, "PATH": path, "PYTHONHASHSEED": "0", **more}


def install(wanted: Sequence[str]) -> None:
    """Make the environment, with entrepot from this checkout, and install what is not in it."""
    if not Path(PYTHON).exists():
        print(f"setting up {HOME.name}", flush=True)
        venv.create(HOME, with_pip=True)
        _pip("install", "--editable", str(ROOT))
    (HOME / "pytest.ini").touch()  # or suites without settings of their own would get ours
    stamp = HOME / "installed"
    there = set(stamp.read_text().split()) if stamp.exists() else set()
    missing = sorted(set(wanted) - there)
    if missing:
        print(f"installing {len(missing)} packages", flush=True)
        _pip("install", *missing)
        stamp.write_text("\n".join(sorted(there | set(wanted))))


def source_of(requirement: str) -> Path:
    """Return the folder of a package's source distribution, and install the version that it is."""
    name = requirement.partition("<")[0]
    folder = HOME / "sources" / name
    if not folder.exists():
        archives = HOME / "archives" / name
        _pip("download", "--no-deps", "--no-binary", name, "-d", str(archives), requirement)
        (archive,) = archives.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(archives, filter="data")
        (unpacked,) = (path for path in archives.iterdir() if path.is_dir())
        version = unpacked.name.rpartition("-")[2]
        _pip("install", f"{name}=={version}")
        folder.parent.mkdir(exist_ok=True)
        unpacked.rename(folder)
    return folder


def output(*parts: str) -> Path:
    """Return a folder for what a run leaves, empty at first."""
    folder = HOME.joinpath("out", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.is_file():
            file.unlink()
    return folder


def _pip(*words: str) -> None:
    pip = [PYTHON, "-m", "pip", words[0], "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *words[1:]], check=True, env=variables())
