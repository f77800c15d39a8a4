"""Real workers under ``entrepot run``: each job sees one program, in every process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.process.case import environment
from tests.running.case import running

from .case import SETTLE, WORK, needs, python_path, save, started, wait_until_said, waited_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]

CELERY = (
    WORK
    + """
-- tasks.py
import os
import celery
import again, work
app = celery.Celery("tasks", broker="filesystem://", backend="file:///FOLDER/results")
app.conf.broker_transport_options = {
    "data_folder_in": "/FOLDER/queue", "data_folder_out": "/FOLDER/queue",
    "control_folder": "/FOLDER/control",
}
count = 0
@app.task
def job():
    global count
    count += 1
    return f"{work.value()} {count} {os.getpid()}"
@app.task
def short():
    return again.values(0.5)
-- queue/.keep
-- results/.keep
-- control/.keep
"""
)


def results_of(folder: Path, job: str, times: int = 1) -> list[str]:
    """Return what some jobs give, none where they could not be sent."""
    text = (
        f"import tasks\njobs = [tasks.{job}.delay() for _ in range({times})]\n"
        "for job in jobs: print(job.get(timeout=100))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=folder,
        env=environment(PYTHONPATH=python_path()),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


def test_an_edit_reaches_every_child_of_celery(tmp_path: Path) -> None:
    needs("celery")
    program = CELERY.replace("/FOLDER", str(tmp_path))
    words = "-m celery -A tasks worker --concurrency 2 --loglevel warning"

    with started(tmp_path, program, words) as said:
        before: list[str] = []
        while len({answer.split()[2] for answer in before}) < 2:
            before += results_of(tmp_path, "job", 8)
        save(tmp_path / "work.py", "old", "new")
        wait_until_said("work:value", said, times=3)  # two children and their parent
        after = results_of(tmp_path, "job", 8)

    children = {answer.split()[2] for answer in before}
    assert {answer.split()[0] for answer in before} == {"old"}
    assert {answer.split()[0] for answer in after} == {"new"}
    assert {answer.split()[2] for answer in after} <= children
    assert min(int(answer.split()[1]) for answer in after) > 1  # the counters go on


def test_a_task_of_celery_sees_one_program(tmp_path: Path) -> None:
    needs("celery")
    program = CELERY.replace("/FOLDER", str(tmp_path))
    words = "-m celery -A tasks worker --concurrency 1 --loglevel warning"

    with started(tmp_path, program, f"--settle={SETTLE} {words}") as said:
        waited_for(lambda: "".join(results_of(tmp_path, "job")), said)
        text = "import tasks; print(tasks.short.delay().get(timeout=100))"
        asking = subprocess.Popen(
            [sys.executable, "-c", text],
            cwd=tmp_path,
            env=environment(PYTHONPATH=python_path()),
            stdout=subprocess.PIPE,
            text=True,
        )
        waited_for(lambda: "yes" if (tmp_path / "inside").exists() else "", said)
        save(tmp_path / "work.py", "old", "new")
        seen, _ = asking.communicate()
        wait_until_said("work:value", said, times=2)
        afterwards = results_of(tmp_path, "short")

    assert (seen, afterwards) == ("old\n", ["new"])


RQ = (
    WORK
    + """
-- worker.py
import os, sys
import fakeredis, rq
import work
count = 0
def job():
    global count
    count += 1
    return f"{work.value()} {count}"
if __name__ == "__main__":
    import worker
    connection = fakeredis.FakeStrictRedis()
    queue = rq.Queue(connection=connection)
    for line in sys.stdin:
        done = queue.enqueue(worker.job)
        rq.SimpleWorker([queue], connection=connection).work(burst=True, logging_level="ERROR")
        print(done.return_value(), flush=True)
"""
)


def test_an_edit_reaches_a_worker_of_rq(tmp_path: Path) -> None:
    needs("rq", "fakeredis")

    with running(tmp_path, RQ, "worker.py", PYTHONPATH=python_path()) as program:
        assert program.ask("") == "old 1"
        program.edit("work.py", "old", "new")
        assert program.ask("") == "new 2"


RQ_FORKS = (
    WORK
    + """
-- jobs.py
import os
import work
count = 0
def job():
    return f"{work.value()} {count} {os.getpid()}"
-- worker.py
import redis, rq
import jobs
if __name__ == "__main__":
    connection = redis.Redis(unix_socket_path="redis.sock")
    queue = rq.Queue(connection=connection)
    while line := input():
        jobs.count += 1
        done = queue.enqueue(jobs.job)
        rq.Worker([queue], connection=connection).work(burst=True, logging_level="ERROR")
        print(done.return_value(), flush=True)
"""
)


@contextmanager
def redis(folder: Path) -> Iterator[None]:
    """Run Redis on a socket in a folder."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("needs redis-server")
    words = [server, "--port", "0", "--unixsocket", "redis.sock", "--save", ""]
    with (folder / "redis.txt").open("wb") as said:
        process = subprocess.Popen(words, cwd=folder, stdout=said)
    try:
        socket = folder / "redis.sock"
        waited_for(lambda: "yes" if socket.exists() else "", folder / "redis.txt")
        yield
    finally:
        process.terminate()
        process.wait()


def test_an_edit_reaches_the_processes_that_rq_forks_for_each_job(tmp_path: Path) -> None:
    needs("rq")

    with (
        redis(tmp_path),
        running(tmp_path, RQ_FORKS, "worker.py", PYTHONPATH=python_path()) as program,
    ):
        first = program.ask("go").split()
        program.edit("work.py", "old", "new")
        second = program.ask("go").split()

    assert (first[:2], second[:2]) == (["old", "1"], ["new", "2"])
    assert first[2] != second[2]
