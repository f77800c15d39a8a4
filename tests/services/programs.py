"""The same small service for each kind of server.

``/`` answers with the edited function's value, a counter kept in memory and the process;
``/short`` and ``/long`` call the function again and again, for a while.
"""

from __future__ import annotations

from typing import NamedTuple

from .case import WORK

ASGI = (
    WORK
    + """
-- app.py
import os
import again, work
count = 0
async def app(scope, receive, send):
    global count
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            else:
                count += 1
                await send({"type": "websocket.send", "text": f"{work.value()} {count}"})
        return
    if scope["path"] == "/":
        count += 1
        body = f"{work.value()} {count} {os.getpid()}"
    else:
        body = await again.values_async(0.5 if scope["path"] == "/short" else 100)
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body.encode()})
"""
)

WSGI = (
    WORK
    + """
-- app.py
import os
import again, work
count = 0
def app(environ, start_response):
    global count
    if environ["PATH_INFO"] == "/":
        count += 1
        body = f"{work.value()} {count} {os.getpid()}"
    else:
        body = again.values(0.5 if environ["PATH_INFO"] == "/short" else 100)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.encode()]
"""
)

FLASK = (
    WORK
    + """
-- app.py
import os
import flask
import again, work
app = flask.Flask(__name__)
count = 0
@app.get("/")
def index():
    global count
    count += 1
    return f"{work.value()} {count} {os.getpid()}"
@app.get("/short")
def short():
    return again.values(0.5)
@app.get("/long")
def long():
    return again.values(100)
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
import os
from django.http import HttpResponse
from django.urls import path
import again, work
count = 0
def index(request):
    global count
    count += 1
    return HttpResponse(f"{work.value()} {count} {os.getpid()}")
def short(request):
    return HttpResponse(again.values(0.5))
def long(request):
    return HttpResponse(again.values(100))
urlpatterns = [path("", index), path("short", short), path("long", long)]
"""
)

AIOHTTP = (
    WORK
    + """
-- app.py
import os
from aiohttp import web
import again, work
count = 0
async def index(request):
    global count
    count += 1
    return web.Response(text=f"{work.value()} {count} {os.getpid()}")
async def short(request):
    return web.Response(text=await again.values_async(0.5))
async def long(request):
    return web.Response(text=await again.values_async(100))
async def talk(request):
    global count
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for _ in socket:
        count += 1
        await socket.send_str(f"{work.value()} {count}")
    return socket
def main(argv):
    app = web.Application()
    app.router.add_get("/", index)
    app.router.add_get("/short", short)
    app.router.add_get("/long", long)
    app.router.add_get("/talk", talk)
    return app
"""
)


class Service(NamedTuple):
    """A server: its package, how it is started, and its program."""

    package: str
    words: str
    program: str


SERVERS = [
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
