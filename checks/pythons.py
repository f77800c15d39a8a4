"""Find the Pythons of this machine, and make an environment for each.

An *environment* can run Python with entrepot importable from the checkout. There are two kinds:
a virtual environment (`.venv` for the Python that runs `./dev`, `.venv-3.X` for another one),
and, for a Python that is only reachable through a launcher command, a folder of packages
(`.venv-3.X-site`) that `PYTHONPATH` names.

Launchers are named in the environment variable ENTREPOT_PYTHONS, separated by semicolons:

    ENTREPOT_PYTHONS="3.15=/some/launcher its arguments;3.14=/usr/local/bin/python3.14"
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
OWN_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


#: The extras of the environments that every check uses; any other one is beside.
EVERYDAY = ("", "test", "dev")


class SetupFailed(Exception):
    """An environment could not be made; the message says which and why."""


class Environment:
    """One Python with entrepot importable, ready to run commands.

    Attributes:
        version: Such as ``"3.12"``.
        command: How to start its Python, as a list of arguments.
        variables: What its processes find in ``os.environ``, the caller's and its own.
    """

    def __init__(self, version: str, command: list[str], site: Path | None = None) -> None:
        self.version = version
        self.command = command
        self.variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        if site:
            self.variables["PYTHONPATH"] = os.pathsep.join([str(site), str(ROOT / "src")])
        else:
            bin_dir = str(Path(command[0]).parent)
            self.variables["PATH"] = os.pathsep.join([bin_dir, self.variables.get("PATH", "")])

    def run(self, *arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
        """Run its Python with these arguments in the checkout; with `quiet`, keep the output."""
        return subprocess.run(
            [*self.command, *arguments],
            cwd=ROOT,
            env=self.variables,
            text=True,
            check=False,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
        )


def interpreters() -> dict[str, str]:
    """Return the file of a usable Python for each version that is here."""
    found: dict[str, str] = {OWN_VERSION: sys.executable}
    for version in VERSIONS:
        for candidate in _candidates(version):
            if version not in found and _is_usable(candidate, version):
                found[version] = candidate
    return dict(sorted(found.items(), key=lambda item: VERSIONS.index(item[0])))


def launchers() -> dict[str, list[str]]:
    """Return the launcher commands that ENTREPOT_PYTHONS names, by version."""
    stated = [part for part in os.environ.get("ENTREPOT_PYTHONS", "").split(";") if part.strip()]
    commands: dict[str, list[str]] = {}
    for part in stated:
        version, equals, command = part.strip().partition("=")
        if not equals or version not in VERSIONS:
            raise SetupFailed(f"ENTREPOT_PYTHONS: expected '3.X=command', found {part.strip()!r}")
        commands[version] = shlex.split(command)
    return commands


def environment(version: str, extra: str = "") -> Environment:
    """Return the environment of a version, made or brought up to date first.

    Args:
        version: One that `interpreters()` or `launchers()` has.
        extra: Which optional dependencies it needs: ``""``, ``"test"`` or ``"dev"``; others, such
            as ``"services,watch"``, have an environment beside.
    """
    with _one_at_a_time():
        if version in launchers():
            return _environment_from_launcher(version, launchers()[version], extra)
        return _virtual_environment(version, interpreters()[version], extra)


def _virtual_environment(version: str, python: str, extra: str) -> Environment:
    parts = [".venv", *([] if version == OWN_VERSION else [version])]
    folder = ROOT / "-".join([*parts, *_beside(extra)])
    made = Environment(version, [str(folder / "bin" / "python")])
    if _is_current(folder, python, extra):
        return made
    print(f"setting up {folder.name} (Python {version})", flush=True)
    if not _belongs_to(folder, python):
        shutil.rmtree(folder, ignore_errors=True)
        _must([python, "-m", "venv", str(folder)], f"make a virtual environment for {version}")
    what = f"{ROOT}[{extra}]" if extra else str(ROOT)
    pip = [*made.command, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _must([*pip, "--editable", what], f"install entrepot and its tools for Python {version}")
    _stamp(folder, python, extra)
    return made


def _environment_from_launcher(version: str, command: list[str], extra: str) -> Environment:
    extra = "test" if extra in EVERYDAY else extra
    folder = ROOT / "-".join([".venv", version, *_beside(extra), "site"])
    made = Environment(version, command, site=folder)
    if _is_current(folder, shlex.join(command), extra):
        return made
    print(f"setting up {folder.name} (Python {version})", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    wanted = [package for name in extra.split(",") for package in _wanted_by(name)]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    only = ["--python-version", version, "--only-binary=:all:", "--target", str(folder)]
    _must([*pip, *only, *wanted], f"install what the tests import for Python {version}")
    _stamp(folder, shlex.join(command), extra)
    return made


def _beside(extra: str) -> list[str]:
    """Return what an environment is named by that is not the everyday one."""
    return [] if extra in EVERYDAY else extra.split(",")


def _wanted_by(extra: str) -> list[str]:
    """Return the packages of an extra; other extras of ours that it names are looked up too."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    wanted: list[str] = []
    for package in extras[extra]:
        if package.startswith("entrepot["):
            for other in package.removeprefix("entrepot[").removesuffix("]").split(","):
                wanted += _wanted_by(other)
        else:
            wanted.append(package)
    return wanted


def _candidates(version: str) -> Iterator[str]:
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path
    shims = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep)]
    homes = [Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")]
    homes += [entry.parent for entry in shims if entry.name == "shims"]
    for home in homes:
        for folder in sorted(home.glob(f"versions/{version}.*"), reverse=True):
            yield str(folder / "bin" / "python")


def _is_usable(python: str, version: str) -> bool:
    question = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", question], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.decode().strip() == version


def _owner(python: str) -> str:
    return hashlib.sha256(f"{python} {ROOT}".encode()).hexdigest()[:16]


def _contents() -> str:
    """Return a digest of what pip reads of `pyproject.toml`; a new lint rule installs nothing."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())
    read = [tables.get("build-system"), tables.get("project"), tables.get("tool", {}).get("hatch")]
    return hashlib.sha256(json.dumps(read).encode()).hexdigest()[:16]


def _stamp_of(folder: Path) -> list[str]:
    """Return owner, contents and extra; empty ones when it was not set up to its end."""
    try:
        words = (folder / "entrepot-setup").read_text().rstrip("\n").split(" ")
    except OSError:
        words = []
    return words if len(words) == 3 else ["", "", ""]


def _belongs_to(folder: Path, python: str) -> bool:
    return _stamp_of(folder)[0] == _owner(python)


def _is_current(folder: Path, python: str, extra: str) -> bool:
    owner, contents, installed = _stamp_of(folder)
    levels = {"": ("", "test", "dev"), "test": ("test", "dev"), "dev": ("dev",)}
    enough = levels.get(extra, (extra,))
    return (owner, contents) == (_owner(python), _contents()) and installed in enough


def _stamp(folder: Path, python: str, extra: str) -> None:
    (folder / "entrepot-setup").write_text(f"{_owner(python)} {_contents()} {extra}\n")


def _must(command: list[str], purpose: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SetupFailed(f"cannot {purpose}\n$ {shlex.join(command)}\n{done.stdout}{done.stderr}")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
