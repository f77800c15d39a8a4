"""Jobs of a long check, spread over several processes."""

from __future__ import annotations

import multiprocessing
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.queues import Queue

_LAST = 5.0  #: Seconds that a result may take from a process that has ended.


def spread(work: Callable[..., None], jobs: Sequence[Any], workers: int) -> Iterator[Any]:
    """Yield what several processes put into a queue: one result for each job, as it comes.

    Args:
        work: A function of a module, called in each process with a part of the jobs and the
            queue.
        jobs: What is to be done.
        workers: The number of processes.

    Raises:
        queue.Empty: All processes have ended, and results are missing.
    """
    context = multiprocessing.get_context("spawn")
    out: Queue[Any] = context.Queue()
    processes: list[Any] = [
        context.Process(target=work, args=(jobs[n::workers], out)) for n in range(workers)
    ]
    for process in processes:
        process.start()
    for _ in jobs:
        while out.empty() and any(process.is_alive() for process in processes):
            time.sleep(0.02)
        yield out.get(timeout=_LAST)
    for process in processes:
        process.join()
