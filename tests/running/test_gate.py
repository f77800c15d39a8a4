"""The gate: a passage sees either the old program or the new one, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading

import pytest

from entrepot.reloading.gate import Gate


def test_a_reload_waits_for_who_is_inside() -> None:
    gate = Gate()
    seen: list[str] = []
    passage = gate.pass_through("a request").__enter__()
    reload = threading.Thread(target=lambda: seen.extend(["closed", *gate.close(30)]))
    reload.start()

    while not gate._is_closed:
        pass
    seen.append("inside")
    passage.__exit__()
    reload.join()

    assert seen == ["inside", "closed"]


def test_who_is_too_long_is_named() -> None:
    gate = Gate()
    with gate.pass_through("GET /slow"):
        assert gate.close(0.001) == ["GET /slow"]
        gate.open()


def test_who_has_been_inside_for_long_is_not_waited_for() -> None:
    gate = Gate()
    with gate.pass_through("a stream"):
        number, (label, since) = next(iter(gate.inside.items()))
        gate.inside[number] = (label, since - 3600)

        assert gate.close(600) == ["a stream"]


def test_newcomers_wait_until_the_gate_is_open() -> None:
    gate = Gate()
    gate.close(0)
    entered = threading.Event()

    def come() -> None:
        with gate.pass_through():
            entered.set()

    thread = threading.Thread(target=come)
    thread.start()
    assert not entered.wait(0.01)
    gate.open()
    thread.join()
    assert entered.is_set()


def test_a_passage_inside_a_passage_is_never_held() -> None:
    gate = Gate()
    with gate.pass_through("outer"):
        gate.close(0)
        with gate.pass_through("inner"):
            assert [label for label, _ in gate.inside.values()] == ["outer", "inner"]


def test_a_coroutine_waits_without_holding_up_its_loop() -> None:
    gate = Gate()

    async def come() -> str:
        async with gate.pass_through("held"):
            return "inside"

    async def main() -> list[str]:
        gate.close(0)
        newcomer = asyncio.create_task(come())
        await asyncio.sleep(0)
        others = ["the loop turns"]
        gate.open()
        return [*others, await newcomer]

    assert asyncio.run(main()) == ["the loop turns", "inside"]


def test_on_the_thread_of_a_loop_a_with_statement_is_not_held() -> None:
    gate = Gate()

    async def main() -> int:
        gate.close(0)
        with gate.pass_through("in a coroutine"):
            return len(gate.inside)

    assert asyncio.run(main()) == 1


def test_a_passage_ends_by_an_error_too() -> None:
    gate = Gate()
    with pytest.raises(KeyError), gate.pass_through():
        raise KeyError
    assert gate.inside == {}


def test_a_forked_child_begins_with_nobody_inside() -> None:
    gate = Gate()
    gate.pass_through("another thread's").__enter__()
    gate.close(0)
    gate.after_fork()
    with gate.pass_through("the child's"):
        assert [label for label, _ in gate.inside.values()] == ["the child's"]
