"""Real histories: a package is kept live while it goes from one version of itself to the next.

Each version is saved over the one before as a checkout would, brought into the running program,
and the program is compared with two fresh processes. Every run prints how many steps were right,
refused, wrong and crashed; one that fails where a restart fails too is right.

    ./dev long histories                              # the last releases of some packages, by pip
    ./dev long histories --releases 20 -- click rich
    ./dev long histories --repository PATH --package click --source src --commits 40

``--python`` names the Python whose environment has what the package needs.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from benchmarks.measure import ROOT, environment
from benchmarks.packages import environment_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    #: A version of a package: its name, and its files by their paths.
    Version: TypeAlias = "tuple[str, Mapping[str, bytes]]"

PACKAGES = ("click", "rich", "attrs", "httpx", "jinja2", "requests", "tomlkit", "more-itertools")
ALSO_NEEDED = {"httpx": "sniffio"}  # by older releases than the one that is installed
MOST_REFUSED = 0.05
DIED = json.dumps({"status": "died", "told": "the process ended"})


def releases(package: str, count: int, python: Path) -> Iterator[Version]:
    """Yield the files of a package's last releases, the oldest first."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    listed = printed([*pip, "index", "versions", package]).decode()
    line = next(line for line in listed.splitlines() if line.startswith("Available versions:"))
    versions = line.partition(":")[2].replace(",", " ").split()[:count]
    for version in reversed(versions):
        with tempfile.TemporaryDirectory() as folder:
            wanted = ["--no-deps", "--only-binary", ":all:", "--dest", folder]
            try:
                printed([*pip, "download", *wanted, f"{package}=={version}"])
            except RuntimeError as error:
                if "No matching distribution" not in str(error):
                    raise
                continue  # one that has no wheel
            wheel = zipfile.ZipFile(next(Path(folder).glob("*.whl")))
            with wheel:
                yield version, {n: wheel.read(n) for n in wheel.namelist() if n.endswith(".py")}


def commits(repository: Path, source: str, package: str, count: int) -> Iterator[Version]:
    """Yield the files of a package at the last commits that changed it, the oldest first."""
    git = ["git", "-C", str(repository)]
    path = f"{source}/{package}" if source else package
    log = [*git, "log", "--first-parent", f"-{count + 1}", "--format=%H", "--", f"{path}/**.py"]
    for commit in reversed(printed(log).decode().split()):
        packed = io.BytesIO(printed([*git, "archive", commit, path]))
        with tarfile.open(fileobj=packed) as files:
            yield (
                commit[:9],
                {
                    str(Path(member.name).relative_to(source or ".")): read.read()
                    for member in files
                    if member.name.endswith(".py") and (read := files.extractfile(member))
                },
            )


def printed(command: list[str]) -> bytes:
    """Return what a command prints, and raise when it fails."""
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode().strip()}")
    return done.stdout


def save(files: Mapping[str, bytes], folder: Path) -> int:
    """Make a folder hold these files and no other; return how many were changed."""
    there = {str(file.relative_to(folder)): file for file in folder.rglob("*.py")}
    changed = 0
    for name, file in there.items():
        if name not in files:
            file.unlink()
            changed += 1
    for name, data in files.items():
        file = folder / name
        if name not in there or file.read_bytes() != data:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            changed += 1
    return changed


class Running:
    """A process that has imported the package and keeps it live."""

    def __init__(self, python: Path, folder: Path, package: str) -> None:
        words = ["-m", "checks.long._history", str(folder), package]
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        self._command = [str(python), *words]
        self._variables = {**environment(), "PYTHONPATH": path}
        self._process: subprocess.Popen[str] | None = None
        self.loaded_with: dict[str, str] = {}

    def stock(self) -> dict[str, Any]:
        """Return what a fresh process without entrepot takes, and what it cannot import."""
        found: dict[str, Any] = json.loads(
            subprocess.run(
                [*self._command, "stock"],
                env=self._variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=True,
            ).stdout
        )
        return found

    def begin(self) -> None:
        """Start it anew with what the folder holds."""
        self.end()
        self._process = subprocess.Popen(
            self._command,
            env=self._variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.loaded_with = self._answer()["failed"]

    def apply(self) -> dict[str, Any]:
        """Have it apply what was saved, and return what it answers."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write("apply\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline() or DIED)
        return found

    def end(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()


def judged(running: Running, answer: Mapping[str, Any], stock: Mapping[str, Any]) -> str:
    """Return whether a step was right, refused, wrong or crashed."""
    if answer["status"] == "ok":
        return "wrong" if answer["differences"] else "right"
    if answer["status"] == "needs_restart":
        return "refused"
    newly = stock["failed"].keys() - running.loaded_with.keys()
    return "right" if answer["status"] == "failed" and newly else "crashed"


def replay(name: str, package: str, versions: Iterator[Version], python: Path) -> Counter[str]:
    """Go through the versions; tell what is not right; return how many steps were what."""
    found: Counter[str] = Counter()
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        with Running(python, folder, package) as running:
            save(next(versions)[1], folder)
            running.begin()
            for version, files in versions:
                changed = save(files, folder)
                answer, stock = running.apply(), running.stock()
                kind = judged(running, answer, stock)
                found[kind] += 1
                ratios.append(answer.get("cpu", 0) / stock["cpu"])
                if kind != "right":
                    print(f"{kind:8} {name} {version}, {changed} files", flush=True)
                    for line in (answer.get("differences") or answer["told"].splitlines())[:4]:
                        print(f"    {line[:200]}")
                if kind != "right" or answer["status"] != "ok":
                    running.begin()
    if found:
        kinds = ", ".join(f"{found[k]} {k}" for k in ("right", "refused", "wrong", "crashed"))
        cost = statistics.median(ratios)
        print(f"{name:16} {kinds}; CPU {cost:.2f} of a fresh import", flush=True)
    return found


def main() -> int:
    """Replay what is asked for; return 1 if a step was wrong or crashed, or too many refused."""
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", nargs="*", default=PACKAGES)
    parser.add_argument("--releases", type=int, default=10)
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--package")
    parser.add_argument("--source", default="")
    parser.add_argument("--commits", type=int, default=40)
    parser.add_argument("--python", type=Path)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    if options.repository:
        versions = commits(options.repository, options.source, options.package, options.commits)
        python = options.python or Path(sys.executable)
        total += replay(options.repository.name, options.package, versions, python)
    else:
        needed = [ALSO_NEEDED[name] for name in options.packages if name in ALSO_NEEDED]
        python = options.python or environment_with([*options.packages, *needed])
        for name in options.packages:
            versions = releases(name, options.releases, python)
            total += replay(name, name.replace("-", "_"), versions, python)
    is_bad = total["wrong"] + total["crashed"] or total["refused"] > MOST_REFUSED * total.total()
    return 1 if is_bad else 0


if __name__ == "__main__":
    sys.exit(main())
