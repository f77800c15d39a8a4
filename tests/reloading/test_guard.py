"""What guards of two sessions leave, whose reloads run at the same time on two threads."""

from __future__ import annotations

import threading

import pytest

from entrepot.reloading.journal import Journal
from entrepot.reloading.surroundings import EffectError, Guard


def test_a_guard_that_is_over_refuses_nothing_though_another_one_put_it_back() -> None:
    first = Guard(Journal(), lambda _file: None, may_start=False)
    second = Guard(Journal(), lambda _file: None, may_start=False)
    started: list[int] = []
    thread = threading.Thread(target=lambda: started.append(1))
    start = threading.Thread.start

    first.__enter__()
    second.__enter__()
    with pytest.raises(EffectError, match="starts a thread"):
        thread.start()
    first.__exit__(None, None, None)
    with pytest.raises(EffectError, match="starts a thread"):  # the second one is not over
        thread.start()
    second.__exit__(None, None, None)
    thread.start()
    thread.join()

    assert started == [1]
    assert threading.Thread.start is start
