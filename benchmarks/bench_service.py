"""A service under load while its code is edited: entrepot, jurigged, uvicorn --reload.

Each variant runs the same application under the same load in the same run. Figures are ratios
between them, and counts that must be zero.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import title
from benchmarks.service_load import COMMANDS, Seen, Service, keep_asking, keep_talking

EDITS = 12
CLIENTS = 4
BROKEN = 1.0  # seconds that a syntax error stays
TORN_REQUESTS = 2000
EXTRA = "services,watch"  # of pyproject.toml: what the environment of this benchmark holds


class Result(NamedTuple):
    """What one variant did: times in milliseconds."""

    first_answers: list[float]
    longest: float
    lost: int
    drops: int
    kept: bool
    worst_while_broken: float
    after_the_fix: float

    @property
    def median(self) -> float:
        """From an edit to the first new answer."""
        return statistics.median(self.first_answers)


async def edited_under_load(name: str, folder: Path) -> Result:
    """Run a variant under load and edit it again and again."""
    service, seen = Service(folder, COMMANDS[name]), Seen()
    await service.start()
    asking = [keep_asking(service.port, "/", seen.answers) for _ in range(CLIENTS)]
    tasks = [asyncio.create_task(job) for job in (*asking, keep_talking(service.port, seen))]
    try:
        await asyncio.sleep(1.5)
        took = []
        for value in range(1, EDITS + 1):
            took.append(await one_edit(service, seen, value))
            await asyncio.sleep(0.2)
        service.save_text("def value(:\n")
        broken = time.monotonic()
        await asyncio.sleep(BROKEN)
        while_broken = [a.took for a in seen.answers if a.at > broken]
        fixed = await one_edit(service, seen, EDITS + 1)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.stop()
    counts = [int(a.text.split()[1]) for a in seen.answers if a.text]
    longest = max(a.took for a in seen.answers)
    worst = max(while_broken, default=float("inf"))
    is_kept = counts[-1] >= len(counts)
    return Result(
        [1000 * t for t in took], 1000 * longest, seen.lost, seen.drops, is_kept, 1000 * worst,
        1000 * fixed,
    )  # fmt: skip


async def one_edit(service: Service, seen: Seen, value: int) -> float:
    """Edit, and return how long it took until the first new answer."""
    saved = service.save(value)
    while seen.first_with(value, saved) == float("inf"):
        if time.monotonic() > saved + 15:
            return float("inf")
        await asyncio.sleep(0.002)
    return seen.first_with(value, saved)


async def torn(name: str, folder: Path) -> tuple[int, int, int]:
    """Return how many requests were torn, and lost, of how many that call the function often."""
    service, seen = Service(folder, COMMANDS[name]), Seen()
    await service.start()
    asking = [keep_asking(service.port, "/several", seen.several, 0) for _ in range(16)]
    tasks = [asyncio.create_task(job) for job in asking]
    value = 0
    try:
        while len(seen.several) < TORN_REQUESTS:
            await asyncio.sleep(0.3)
            value += 1
            service.save(value)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.stop()
    return seen.torn, seen.lost, len(seen.several)


def main() -> None:
    """Print the figures."""
    title("a service under load while its code is edited")
    names = ["entrepot run", "jurigged", "uvicorn --reload"]
    results = {}
    columns = (
        "first answer ms",
        "of entrepot",
        "longest ms",
        "lost",
        "drops",
        "kept",
        "broken ms",
    )
    print(f"{'variant':26}" + "".join(f"{column:>16}" for column in columns))
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            result = results[name] = asyncio.run(edited_under_load(name, Path(folder)))
        ratio = result.median / results["entrepot run"].median
        print(
            f"{name:26}{result.median:16.1f}{ratio:16.1f}{result.longest:16.1f}{result.lost:16}"
            f"{result.drops:16}{'yes' if result.kept else 'no':>16}"
            f"{result.worst_while_broken:16.1f}",
            flush=True,
        )
    for name in ("entrepot run", "entrepot run, guard off"):
        with tempfile.TemporaryDirectory() as folder:
            count, lost, of_all = asyncio.run(torn(name, Path(folder)))
        print(f"{name:26}{count} torn, {lost} lost of {of_all} requests", flush=True)


if __name__ == "__main__":
    main()
