"""What `./dev` does: one function for each of its words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from checks.pythons import (
    OWN_VERSION,
    ROOT,
    VERSIONS,
    SetupFailed,
    environment,
    interpreters,
    launchers,
)

if TYPE_CHECKING:
    from pathlib import Path

USAGE = """\
./dev example          set up, then run the example program with `entrepot run`, and trace it
./dev test             set up, then everything a change must pass:
                       format, lint, types, layers, tests and doctests on each Python 3.11..3.15
./dev tests [ARGS]     pytest with ARGS on one Python (--on 3.12 chooses it)
./dev style            format and lint only          ./dev format    format, mend what can be
./dev types            mypy only                     ./dev layers    import-linter only
./dev long [NAME ...]  the long checks: every file in checks/long/, or these; -OPTIONS are theirs
./dev bench [NAME ...] every benchmarks/bench_*.py, or these; prints ratios
./dev pythons          which Pythons are found
"""


def say(line: str = "") -> None:
    """Print a line at once, so that it stands before the output of a child."""
    print(line, flush=True)


def example() -> int:
    """Set up `.venv` and run the main job on the example program."""
    env = environment(OWN_VERSION)
    program = "examples/shop/main.py"
    say("\n$ entrepot run examples/shop/main.py --currency EUR")
    status = env.run("-m", "entrepot", "run", program, "--currency", "EUR").returncode
    if status:
        return status
    say("\n$ entrepot trace --steps examples/shop/main.py")
    return env.run("-m", "entrepot", "trace", "--steps", program).returncode


def style() -> int:
    """Check the format, the lint rules and the spelling."""
    env = environment(OWN_VERSION, "dev")
    checks = [["ruff", "format", "--check", "."], ["ruff", "check", "."], ["codespell_lib"]]
    return max(env.run("-m", *check).returncode for check in checks)


def format_() -> int:
    """Format every file and mend what ruff can mend."""
    env = environment(OWN_VERSION, "dev")
    mended = env.run("-m", "ruff", "check", "--fix", ".").returncode
    return max(mended, env.run("-m", "ruff", "format", ".").returncode)


def types() -> int:
    """Check the types."""
    return environment(OWN_VERSION, "dev").run("-m", "mypy").returncode


def layers() -> int:
    """Check who imports whom."""
    env = environment(OWN_VERSION, "dev")
    return env.run("-c", "from importlinter.cli import lint_imports_command as c; c()").returncode


def tests(arguments: list[str]) -> int:
    """Run pytest with these arguments on one Python."""
    version = OWN_VERSION
    if arguments[:1] == ["--on"] and len(arguments) > 1:
        version, arguments = arguments[1], arguments[2:]
    if version not in interpreters() | launchers():
        say(f"dev: no Python {version} found; ./dev pythons says which there are")
        return 2
    return environment(version, "test").run("-m", "pytest", *arguments).returncode


def test() -> int:
    """Run everything that a change must pass, and say at the end what passed and what did not."""
    verdicts: list[tuple[str, int, float]] = []
    for title, job in (("format and lint", style), ("types", types), ("layers", layers)):
        say(f"\n=== {title}")
        start = time.monotonic()
        verdicts.append((title, job(), time.monotonic() - start))
    present = sorted(interpreters() | launchers(), key=VERSIONS.index)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tests_of = [pool.submit(_tests_apart, version) for version in present]
        for ended in as_completed(tests_of):
            title, output, status, took = ended.result()
            say(f"\n=== {title}\n{output.rstrip()}")
            verdicts.append((title, status, took))
    say("\n=== verdict")
    for title, status, took in verdicts:
        say(f"{'FAILED' if status else 'passed'}  {title:28}{took:6.0f} s")
    for version in VERSIONS:
        if version not in present:
            say(f"left out  tests on Python {version}: not found on this machine")
    return 1 if any(status for _, status, _ in verdicts) else 0


def _tests_apart(version: str) -> tuple[str, str, int, float]:
    """Run the tests on one Python beside others: return title, output, status and seconds."""
    title, start = f"tests on Python {version}", time.monotonic()
    say(f"\n=== {title}: begun, printed when they have ended")
    command = [sys.executable, "-m", "checks.dev", "tests", "--on", version]
    done = subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return title, done.stdout, done.returncode, time.monotonic() - start


def long(names: list[str]) -> int:
    """Run the long checks."""
    return _scripts("checks/long", "*.py", names, "long check")


def bench(names: list[str]) -> int:
    """Run the benchmarks."""
    return _scripts("benchmarks", "bench_*.py", names, "benchmark")


def _scripts(folder: str, pattern: str, names: list[str], kind: str) -> int:
    scripts = [p for p in sorted((ROOT / folder).glob(pattern)) if not p.name.startswith("_")]
    end = next((n for n, word in enumerate(names) if word.startswith("-")), len(names))
    names, words = names[:end], names[end:]
    unknown = set(names) - {script.stem for script in scripts}
    if unknown or not scripts:
        say(f"dev: there is no {kind} {' or '.join(sorted(unknown))}".rstrip() + f" in {folder}/")
        return 2 if unknown else 0
    statuses: list[int] = []
    for script in scripts:
        if not names or script.stem in names:
            say(f"\n=== {script.relative_to(ROOT)}")
            env = environment(OWN_VERSION, _extra_of(script))
            module = ".".join(script.relative_to(ROOT).with_suffix("").parts)
            statuses.append(env.run("-m", module, *words).returncode)
    return 1 if any(statuses) else 0


def _extra_of(script: Path) -> str:
    """Return the extra whose packages a script needs: what it says as ``EXTRA = "..."``."""
    found = re.search(r'^EXTRA = "([\w,]+)"', script.read_text(), re.MULTILINE)
    return found[1] if found else "dev"


def pythons() -> int:
    """Print which Pythons are found."""
    found = {version: [python] for version, python in interpreters().items()} | launchers()
    for version in VERSIONS:
        say(f"{version}  {' '.join(found.get(version, ['not found']))}")
    return 0


def main(arguments: list[str]) -> int:
    """Dispatch on the first word."""
    plain = {
        "example": example,
        "test": test,
        "style": style,
        "format": format_,
        "types": types,
        "layers": layers,
        "pythons": pythons,
    }
    listed = {"tests": tests, "long": long, "bench": bench}
    word, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    os.chdir(ROOT)
    if word in listed:
        return listed[word](rest)
    if word in plain and not rest:
        return plain[word]()
    say(USAGE.rstrip())
    return 0 if word in ("", "help", "--help", "-h") else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupFailed as failure:
        say(f"dev: {failure}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
