"""A service under load with an edit each second, for half an hour.

    ./dev long soak                      for 30 minutes
    ./dev long soak --minutes 2

Every tenth edit is broken, every tenth touches several files at once. At the end: no request lost,
none torn, memory flat, and the program is what a restart would give.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.service_load import COMMANDS, Seen, Service, keep_asking, keep_talking, work_of

EXTRA = "services,watch"  # of pyproject.toml: what the environment of this check holds
CLIENTS = 4
GROWTH = 1.2  # of the memory of the first tenth


def memory_of(pid: int) -> int:
    """Return the memory of a process, in kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def edit(service: Service, number: int) -> None:
    """Save edit number so and so."""
    if number % 10 == 5:
        service.save_text(f"def value(:\n    return {number}\n")
    elif number % 10 == 9:
        for name in ("one", "two", "three"):
            (service.folder / f"{name}.py").write_text(f"N = {number}\n")
        service.save_text("from one import N\nimport two, three\n\ndef value():\n    return N\n")
    else:
        service.save_text(work_of(number))


async def soak(folder: Path, seconds: float) -> list[str]:
    """Run the service under load and edit it; return what went wrong."""
    service, seen = Service(folder, COMMANDS["entrepot run"]), Seen()
    await service.start()
    assert service.process is not None
    jobs = [keep_asking(service.port, "/", seen.answers) for _ in range(CLIENTS)]
    jobs += [keep_asking(service.port, "/several", seen.several) for _ in range(CLIENTS)]
    tasks = [asyncio.create_task(job) for job in (*jobs, keep_talking(service.port, seen))]
    memory: list[int] = []
    start = time.monotonic()
    number = 0
    try:
        while time.monotonic() < start + seconds:
            await asyncio.sleep(1)
            number += 1
            edit(service, number)
            memory.append(memory_of(service.process.pid))
        service.save(10**6)
        await asyncio.sleep(3)
        verdict = await asyncio.to_thread(verified, service)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.stop()
    tenth = max(len(memory) // 10, 1)
    first, last = statistics.median(memory[:tenth]), statistics.median(memory[-tenth:])
    print(
        f"{number} edits, {len(seen.answers) + len(seen.several)} requests: {seen.lost} lost, "
        f"{seen.torn} torn, {seen.drops} WebSockets dropped; memory {first} -> {last} kB; "
        f"{verdict}"
    )
    last_answer = seen.answers[-1].text.split()[:1]
    faults = {
        "requests were lost": bool(seen.lost),
        "requests were torn": bool(seen.torn),
        "the WebSocket was dropped": bool(seen.drops),
        "memory grew": last > GROWTH * first,
        f"the last edit was not taken: {last_answer}": last_answer != [str(10**6)],
        f"verify: {verdict}": verdict != "equal to a restart",
    }
    return [fault for fault, is_so in faults.items() if is_so]


def verified(service: Service) -> str:
    """Return what ``entrepot verify`` says."""
    assert service.process is not None
    command = [
        sys.executable,
        "-m",
        "entrepot",
        "verify",
        "--json",
        f"--pid={service.process.pid}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return (done.stderr or done.stdout).strip()
    return "equal to a restart" if answer["code"] == 0 else str(answer)


def main() -> int:
    """Run the soak."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        faults = asyncio.run(soak(Path(folder), 60 * arguments.minutes))
    for fault in faults:
        print(f"FAILED: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
