"""Real servers, workers and loops under `entrepot run`, on each Python that is found.

Makes for each Python an environment with all of them (the extra `services`), and runs the tests
that need them; a test is left out where its package has no release for that Python. Windows are
opened on a display of its own, if there is `xvfb-run`. A few minutes a Python.

    ./dev long services
    ./dev long services --on 3.12 -k celery     # one Python, and words for pytest
"""

from __future__ import annotations

import os
import shutil
import sys

from checks.pythons import VERSIONS, SetupFailed, environment, interpreters, launchers

NEEDED = "test,services"  # extras of pyproject.toml


def tested(version: str, words: list[str]) -> int:
    """Run the tests on one Python; return pytest's exit code, or 2 if nothing could be run."""
    print(f"\n--- Python {version}", flush=True)
    try:
        env = environment(version, NEEDED)
    except SetupFailed as failure:
        print(f"left out: {failure}", flush=True)
        return 2
    display = shutil.which("xvfb-run")
    if display and not os.environ.get("DISPLAY"):
        env.command[:0] = [display, "-a"]
    return env.run("-m", "pytest", "-q", "tests/services", *words).returncode


def main() -> int:
    """Run the tests on each Python; return 1 if any failed, 2 if there is none."""
    words = sys.argv[1:]
    found = {*interpreters(), *launchers()}
    if words[:1] == ["--on"]:
        found, words = found & {words[1]}, words[2:]
    if not found:
        print(f"services: no Python {sys.argv[2]} found")
        return 2
    statuses = [tested(version, words) for version in VERSIONS if version in found]
    return 1 if any(statuses) else 0


if __name__ == "__main__":
    raise SystemExit(main())
