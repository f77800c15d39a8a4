"""Real servers and workers under ``entrepot run``: an edit reaches them, and state is kept.

Each test is left out where its package is not installed (the extra ``services`` has them all).
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.process.case import environment
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]
PATIENCE = 240.0  # only a broken service is waited for so long
POLL = 0.05

WORK = """
-- work.py
def value():
    return "old"
"""

ASGI = (
    WORK
    + """
-- app.py
import work
count = 0
async def app(scope, receive, send):
    global count
    if scope["type"] != "http":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    count += 1
    body = f"{work.value()} {count}".encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})
"""
)

WSGI = (
    WORK
    + """
-- app.py
import work
count = 0
def app(environ, start_response):
    global count
    count += 1
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{work.value()} {count}".encode()]
"""
)

FLASK = (
    WORK
    + """
-- app.py
import flask, work
app = flask.Flask(__name__)
count = 0
@app.get("/")
def index():
    global count
    count += 1
    return f"{work.value()} {count}"
"""
)

DJANGO = (
    WORK
    + """
-- manage.py
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
-- settings.py
SECRET_KEY = "x"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
USE_TZ = True
-- urls.py
from django.http import HttpResponse
from django.urls import path
import work
count = 0
def index(request):
    global count
    count += 1
    return HttpResponse(f"{work.value()} {count}")
urlpatterns = [path("", index)]
"""
)

AIOHTTP = (
    WORK
    + """
-- app.py
from aiohttp import web
import work
count = 0
async def index(request):
    global count
    count += 1
    return web.Response(text=f"{work.value()} {count}")
def main(argv):
    app = web.Application()
    app.router.add_get("/", index)
    return app
"""
)


class Service(NamedTuple):
    """A server: its package, how it is started, and its program."""

    package: str
    words: str
    program: str


SERVICES = [
    Service("uvicorn", "-m uvicorn --port PORT app:app", ASGI),
    Service("hypercorn", "-m hypercorn --workers 0 --bind 127.0.0.1:PORT app:app", ASGI),
    Service("flask", "-m flask run --port PORT", FLASK),
    Service("django", "manage.py runserver --noreload PORT", DJANGO),
    Service("gunicorn", "-m gunicorn --bind 127.0.0.1:PORT app:app", WSGI),
    Service(
        "uvicorn_worker",
        "-m gunicorn -k uvicorn_worker.UvicornWorker --bind 127.0.0.1:PORT app:app",
        ASGI,
    ),
    Service("waitress", "-m waitress --listen 127.0.0.1:PORT app:app", WSGI),
    Service("aiohttp", "-m aiohttp.web -H 127.0.0.1 -P PORT app:main", AIOHTTP),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(folder: Path, program: str, words: str) -> Iterator[Path]:
    """Start a program under ``entrepot run``, and end it and its children after the test."""
    write(folder, program)
    said = folder / "said.txt"
    with said.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrepot", "run", *words.split()],
            cwd=folder,
            env=environment(TMPDIR=str(folder), XDG_RUNTIME_DIR=""),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        yield said
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def waited_for(found: Callable[[], str], said: Path) -> str:
    """Return what is found once it is not empty."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(POLL)
    raise AssertionError(said.read_text())


def answer_of(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError:
        raise
    except OSError:
        return ""


def save(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    beside = file.with_name(file.name + ".tmp~")
    beside.write_text(text.replace(old, new))
    beside.replace(file)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.package)
def test_an_edit_reaches_a_server_and_its_state_is_kept(service: Service, tmp_path: Path) -> None:
    if importlib.util.find_spec(service.package) is None:
        pytest.skip(f"needs {service.package}")
    port = free_port()
    words = service.words.replace("PORT", str(port))

    with started(tmp_path, service.program, words) as said:
        first = waited_for(lambda: answer_of(port), said)
        save(tmp_path / "work.py", "old", "new")
        new = waited_for(lambda: a if (a := answer_of(port)).startswith("new") else "", said)
        text = said.read_text()

    assert first.startswith("old")  # "old 1", or more where an answer came too late
    assert int(new.split()[1]) > int(first.split()[1])
    assert "patch" in text
    assert "fault" not in text


CELERY = (
    WORK
    + """
-- tasks.py
import celery, work
app = celery.Celery("tasks", broker="filesystem://", backend="file:///FOLDER/results")
app.conf.broker_transport_options = {
    "data_folder_in": "/FOLDER/queue", "data_folder_out": "/FOLDER/queue",
    "control_folder": "/FOLDER/control",
}
@app.task
def job():
    return work.value()
-- queue/.keep
-- results/.keep
-- control/.keep
"""
)


def test_an_edit_reaches_the_children_of_celery(tmp_path: Path) -> None:
    if importlib.util.find_spec("celery") is None:
        pytest.skip("needs celery")
    program = CELERY.replace("/FOLDER", str(tmp_path))
    words = "-m celery -A tasks worker --concurrency 1 --loglevel warning"

    def answer() -> str:
        text = "import tasks; print(tasks.job.delay().get(timeout=100))"
        done = subprocess.run(
            [sys.executable, "-c", text],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    with started(tmp_path, program, words) as said:
        first = waited_for(answer, said)
        save(tmp_path / "work.py", "old", "new")
        waited_for(lambda: answer() if "done" in said.read_text() else "", said)
        new = answer()

    assert (first, new) == ("old", "new")


RQ = (
    WORK
    + """
-- worker.py
import sys
import fakeredis, rq, work
def job():
    return work.value()
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
    for package in ("rq", "fakeredis"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    from tests.running.case import running

    with running(tmp_path, RQ, "worker.py") as program:
        assert program.ask("") == "old"
        program.edit("work.py", "old", "new")
        assert program.ask("") == "new"


TK = (
    WORK
    + """
-- app.py
import tkinter, work
root = tkinter.Tk()
root.withdraw()
def tick():
    print(work.value(), flush=True)
    root.after(50, tick)
tick()
root.mainloop()
"""
)


def test_an_edit_reaches_a_loop_of_tk(tmp_path: Path) -> None:
    if importlib.util.find_spec("_tkinter") is None or not os.environ.get("DISPLAY"):
        pytest.skip("needs tkinter and a display")
    with started(tmp_path, TK, "app.py") as said:
        waited_for(lambda: "old" if "old" in said.read_text() else "", said)
        save(tmp_path / "work.py", "old", "new")
        waited_for(lambda: "new" if "\nnew\n" in said.read_text() else "", said)
