"""Real servers under ``entrepot run``: an edit reaches them, and nothing is lost or torn.

Each test is left out where its package is not installed: `./dev long services` has them all.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from .case import (
    SETTLE,
    answer_of,
    free_port,
    needs,
    save,
    started,
    told,
    wait_until_said,
    waited_for,
)
from .programs import AIOHTTP, ASGI, SERVERS, WSGI, Service

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]


def new_answer_of(port: int) -> str:
    answer = answer_of(port)
    return answer if answer.startswith("new") else ""


@pytest.mark.parametrize("service", SERVERS, ids=lambda service: service.package)
def test_an_edit_reaches_a_server_and_its_state_is_kept(service: Service, tmp_path: Path) -> None:
    needs(service.package)
    port = free_port()
    words = service.words.replace("PORT", str(port))

    with started(tmp_path, service.program, words) as said:
        first = waited_for(lambda: answer_of(port), said).split()
        save(tmp_path / "work.py", "return", "return return")
        wait_until_said(" still ", said)
        while_broken = answer_of(port).split()
        save(tmp_path / "work.py", 'return return "old"', 'return "new"')
        new = waited_for(lambda: new_answer_of(port), said).split()
        wait_until_said(" clear ", said)
        text, patched = said.read_text(), told("patch", said)

    answers = [first, while_broken, new]
    assert [answer[0] for answer in answers] == ["old", "old", "new"]
    assert int(first[1]) < int(while_broken[1]) < int(new[1])  # the counter goes on
    assert len({answer[2] for answer in answers}) == 1  # and so does the process
    assert text.count("SyntaxError") == 1
    assert patched == ["work:value"]
    assert "fault" not in text


@pytest.mark.parametrize("service", SERVERS, ids=lambda service: service.package)
def test_a_request_sees_one_program_unless_it_is_too_long(
    service: Service, tmp_path: Path
) -> None:
    needs(service.package)
    port = free_port()
    words = f"--settle={SETTLE} {service.words.replace('PORT', str(port))}"
    inside = tmp_path / "inside"

    with started(tmp_path, service.program, words) as said, ThreadPoolExecutor() as pool:
        waited_for(lambda: answer_of(port), said)
        short = pool.submit(answer_of, port, "/short")
        waited_for(lambda: "yes" if inside.exists() else "", said)
        save(tmp_path / "work.py", "old", "new")
        seen_by_short = short.result()
        wait_until_said(" done ", said)
        inside.unlink()
        long = pool.submit(answer_of, port, "/long")
        waited_for(lambda: "yes" if inside.exists() else "", said)
        save(tmp_path / "work.py", "new", "newer")
        seen_by_long = long.result()
        wait_until_said(" done ", said, times=2)
        named = told("long", said)

    assert seen_by_short == "old"
    assert seen_by_long == "new newer"  # the control: an edit does come in the middle of it
    assert named == ["GET /long"]


@pytest.mark.parametrize(
    ("package", "words", "program"),
    [
        ("gunicorn", "-m gunicorn --workers 2 --bind 127.0.0.1:PORT app:app", WSGI),
        (
            "uvicorn_worker",
            "-m gunicorn -k uvicorn_worker.UvicornWorker -w 2 --bind 127.0.0.1:PORT app:app",
            ASGI,
        ),
    ],
)
def test_an_edit_reaches_every_worker_of_gunicorn(
    package: str, words: str, program: str, tmp_path: Path
) -> None:
    needs(package)
    port = free_port()

    with started(tmp_path, program, words.replace("PORT", str(port))) as said:
        workers: set[str] = set()
        while len(workers) < 2:
            workers.add(waited_for(lambda: answer_of(port), said).split()[2])
        save(tmp_path / "work.py", "old", "new")
        wait_until_said("work:value", said, times=2)
        answers = [answer_of(port) for _ in range(40)]
        text = said.read_text()

    assert {answer.split()[0] for answer in answers} == {"new"}
    assert all(f"[{worker}]" in text for worker in workers)


@pytest.mark.parametrize(
    ("package", "words", "program"),
    [
        ("uvicorn", "-m uvicorn --port PORT app:app", ASGI),
        ("hypercorn", "-m hypercorn --workers 0 --bind 127.0.0.1:PORT app:app", ASGI),
        ("aiohttp", "-m aiohttp.web -H 127.0.0.1 -P PORT app:main", AIOHTTP),
    ],
    ids=["uvicorn", "hypercorn", "aiohttp"],
)
def test_a_web_socket_is_kept_through_edits(
    package: str, words: str, program: str, tmp_path: Path
) -> None:
    needs(package, "websockets")
    from websockets.asyncio.client import connect

    port = free_port()

    async def talk(said: Path) -> list[str]:
        answers = []
        async with connect(f"ws://127.0.0.1:{port}/talk") as connection:
            for number, (old, new) in enumerate([("old", "newer"), ("newer", "newest")]):
                await connection.send("?")
                answers.append(str(await connection.recv()))
                save(tmp_path / "work.py", old, new)
                await asyncio.to_thread(wait_until_said, " done ", said, number + 1)
            await connection.send("?")
            answers.append(str(await connection.recv()))
        return answers

    with started(tmp_path, program, words.replace("PORT", str(port))) as said:
        first = int(waited_for(lambda: answer_of(port), said).split()[1])
        answers = asyncio.run(talk(said))

    assert answers == [f"old {first + 1}", f"newer {first + 2}", f"newest {first + 3}"]
