"""One lock for each module; a deadlock is seen."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest

from entrepot.engine.locks import DeadlockError, LockTable, ModuleLock
from tests.seeds.grounds import STOCK, printed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_thread_may_take_its_lock_again() -> None:
    lock = ModuleLock("m")
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    assert lock.locked()
    lock.release()
    assert not lock.locked()
    with pytest.raises(RuntimeError, match="cannot release un-acquired lock"):
        lock.release()


def test_a_waiting_thread_gets_the_lock_when_it_is_released() -> None:
    lock = ModuleLock("m")
    lock.acquire()
    order: list[str] = []
    asking = threading.Event()

    def wait() -> None:
        asking.set()
        lock.acquire()
        order.append("got")
        lock.release()

    thread = threading.Thread(target=wait)
    thread.start()
    asking.wait()
    order.append("released")
    lock.release()
    thread.join()
    assert order == ["released", "got"]
    assert not lock.locked()


def test_the_thread_that_would_complete_a_circle_is_told() -> None:
    a, b = ModuleLock("a"), ModuleLock("b")
    both = threading.Barrier(2)
    refused: list[str] = []

    def take(first: ModuleLock, second: ModuleLock) -> None:
        first.acquire()
        both.wait()
        try:
            second.acquire()
        except DeadlockError as error:
            refused.append(str(error).partition(" at ")[0])
        else:
            second.release()
        first.release()

    threads = [threading.Thread(target=take, args=pair) for pair in ((a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert refused
    assert set(refused) <= {
        "deadlock detected by _ModuleLock('a')",
        "deadlock detected by _ModuleLock('b')",
    }


def test_a_lock_lives_as_long_as_somebody_uses_it() -> None:
    table = LockTable()
    lock = table.get("m")
    assert table.get("m") is lock
    del lock
    gc.collect()
    assert table.locks == {}


def test_an_interrupted_wait_passes_its_turn_on(tmp_path: Path) -> None:
    program = """
    -- main.py
    import _thread, signal, threading, time
    from entrepot.engine.locks import ModuleLock
    lock = ModuleLock("m")
    held, done = threading.Event(), threading.Event()

    def hold():
        lock.acquire()
        held.set()
        done.wait()
        lock.release()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        lock.acquire()
    except KeyboardInterrupt:
        print("interrupted")
    done.set()
    holder.join()
    print(lock.acquire(), lock.release(), lock.locked())
    """
    expected = "interrupted\nTrue None False\n"
    assert printed(STOCK, tmp_path / "program", program) == expected


def test_two_threads_in_an_import_cycle_both_end(tmp_path: Path) -> None:
    program = """
    -- main.py
    import sys, threading
    import entrepot
    entrepot.take_over()
    sys.setswitchinterval(1e-6)
    for number in range(30):
        for name in ("a", "b"):
            sys.modules.pop(name, None)
        ready = threading.Barrier(2)
        errors = []
        def ask(name):
            ready.wait()
            try:
                exec(f"import {name}", {})
            except BaseException as error:
                errors.append(error)
        threads = [threading.Thread(target=ask, args=(name,)) for name in ("a", "b")]
        for thread in threads: thread.start()
        for thread in threads: thread.join(10)
        assert not any(thread.is_alive() for thread in threads) and not errors, errors
        assert sys.modules["a"].b.a is sys.modules["a"]
    print("ended")
    -- a.py
    import b
    -- b.py
    import a
    """
    assert printed(STOCK, tmp_path / "program", program) == "ended\n"
