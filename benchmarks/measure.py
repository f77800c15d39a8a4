"""Measure processes: CPU time from the kernel's accounting, variants taking turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent


class Run(NamedTuple):
    """One finished process.

    Attributes:
        cpu: Its user and system time, with that of its children, in milliseconds.
        answer: The last line that it printed, read as JSON; None when it printed nothing.
    """

    cpu: float
    answer: float | None


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, and raise when it fails."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**environment(), **(variables or {})}, text=True
    )
    assert process.stdout
    printed = process.stdout.read().split("\n")
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} exited {process.returncode}")
    last = next((line for line in reversed(printed) if line.strip()), None)
    return Run(1000 * (usage.ru_utime + usage.ru_stime), json.loads(last) if last else None)


def environment() -> dict[str, str]:
    """Return an environment in which runs can be compared: no switches, one hash seed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ENTREPOT"))}
    return {**kept, "PYTHONHASHSEED": "0"}


def in_turns(variants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Call each variant once a round, in alternating order; the first round is not counted."""
    values: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        names = list(variants)[:: 1 if number % 2 else -1]
        for name in names:
            value = variants[name]()
            if number:
                values[name].append(value)
    return values


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of the ratios, round by round."""
    return statistics.median(v / b for v, b in zip(values, base, strict=True))


def difference(values: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of the differences, round by round."""
    return statistics.median(v - b for v, b in zip(values, base, strict=True))


def rounds(usual: int) -> int:
    """Return how often each variant runs: as usual, or as ROUNDS in the environment says."""
    return int(os.environ.get("ROUNDS", usual))


def title(text: str) -> None:
    """Print what is measured, on which Python."""
    print(f"{text}\nPython {sys.version.split()[0]}, {os.cpu_count()} processors", flush=True)
