"""A service under load: a plain ASGI application, clients for it, and what they saw.

The application is written in a folder of its own and edited there. ``/`` answers with the edited
function's value and a counter kept in memory; ``/several`` calls it eight times over about 80 ms;
a WebSocket answers each message with the value.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

APP = """\
import asyncio
import work

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
        while True:
            message = await receive()
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            elif message["type"] == "websocket.disconnect":
                return
            else:
                await send({"type": "websocket.send", "text": str(work.value())})
    if scope["path"] == "/several":
        values = []
        for _ in range(8):
            values.append(work.value())
            await asyncio.sleep(0.01)
        body = " ".join(map(str, values))
    else:
        count += 1
        body = f"{work.value()} {count}"
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body.encode()})
"""


def work_of(value: int) -> str:
    """Return the text of the edited module."""
    return f"def value():\n    return {value}\n"


class Answer(NamedTuple):
    """One answer: when it came, how long it took, what it said; the text is empty if it failed."""

    at: float
    took: float
    text: str


class Seen:
    """What clients saw."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.several: list[Answer] = []
        self.messages: list[Answer] = []
        self.drops = 0

    @property
    def lost(self) -> int:
        """How many requests got no answer."""
        return sum(not answer.text for answer in [*self.answers, *self.several])

    @property
    def torn(self) -> int:
        """How many requests saw two programs."""
        return sum(len(set(answer.text.split())) > 1 for answer in self.several)

    def first_with(self, value: int, since: float) -> float:
        """Return how long after a moment the first answer with a value came."""
        word = str(value)
        found = [a.at for a in self.answers if a.at > since and a.text.split()[:1] == [word]]
        return min(found, default=float("inf")) - since


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def get(port: int, path: str, patience: float = 10.0) -> Answer:
    """Make a request over a connection of its own."""
    start = time.monotonic()
    text = ""
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                f"Connection: close\r\n\r\n".encode()
            )
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            if b" 200 " in head.split(b"\r\n")[0] + b" ":
                text = body.decode()
    except (OSError, TimeoutError):
        text = ""
    return Answer(time.monotonic(), time.monotonic() - start, text)


async def keep_asking(port: int, path: str, into: list[Answer], pause: float = 0.005) -> None:
    """Make requests until cancelled; one that was cut off by that does not count."""
    while True:
        into.append(await get(port, path))
        await asyncio.sleep(pause)


async def keep_talking(port: int, seen: Seen) -> None:
    """Keep a WebSocket and say something every 20 ms; count how often it is dropped."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    while True:
        try:
            async with connect(f"ws://127.0.0.1:{port}/") as connection:
                while True:
                    start = time.monotonic()
                    await connection.send("?")
                    text = str(await connection.recv())
                    seen.messages.append(Answer(time.monotonic(), time.monotonic() - start, text))
                    await asyncio.sleep(0.02)
        except (OSError, WebSocketException):
            seen.drops += 1
            await asyncio.sleep(0.02)


class Service:
    """A server of the application, in a folder of its own."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.said = folder / "said.txt"
        self._command = [word.replace("PORT", str(self.port)) for word in command]
        self.process: asyncio.subprocess.Process | None = None
        (folder / "app.py").write_text(APP)
        self.save(0)

    def save(self, value: int) -> float:
        """Save the edited module; return when."""
        return self.save_text(work_of(value))

    def save_text(self, text: str) -> float:
        """Save a text as the edited module, as careful editors do; return when."""
        beside = self.folder / "work.py.tmp~"
        beside.write_text(text)
        beside.replace(self.folder / "work.py")
        return time.monotonic()

    async def start(self) -> None:
        """Start it and wait until it answers."""
        with self.said.open("wb") as said:
            self.process = await asyncio.create_subprocess_exec(
                *self._command, cwd=self.folder, stdout=said, stderr=said
            )
        deadline = time.monotonic() + 240
        while not (await get(self.port, "/", 2)).text:
            if time.monotonic() > deadline:
                raise RuntimeError(self.said.read_text())
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop it."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


UVICORN = ["-m", "uvicorn", "--log-level", "warning", "--port", "PORT", "app:app"]
RUN = [sys.executable, "-m", "entrepot", "run"]
#: How each variant starts the service.
COMMANDS: dict[str, list[str]] = {
    "entrepot run": [*RUN, *UVICORN],
    "entrepot run, guard off": [*RUN, "--settle=0ms", *UVICORN],
    "jurigged": [sys.executable, "-m", "jurigged", *UVICORN],
    "uvicorn --reload": [sys.executable, *UVICORN, "--reload"],
}
