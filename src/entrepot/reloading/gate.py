"""The gate: code that must not see half a reload, and the reload that waits for it.

A *passage* is a stretch of code that must see either the old program or the new one: a request,
a message of a WebSocket, a ``with live.steady():`` block. Passages go through the gate side by
side. A reload *closes* the gate: newcomers are held, passages that are inside end, and when the
last one has, or when the settle time is over, the reload is carried out and the gate is opened
again. So nobody waits longer than the settle time and the reload itself; passages that were
longer saw both programs and are named.

A passage inside a passage (a handler that calls the application again, on the same thread or in
the same task) is never held: it would wait for itself.
"""

from __future__ import annotations

import sys
import threading
from _contextvars import ContextVar
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Self, TypeAlias

    Waits: TypeAlias = tuple[Awaitable[object], Callable[[], object]]

SETTLE = 0.25


class Gate:
    """Lets passages through, except while a reload is carried out.

    Attributes:
        inside: The passages that are inside, by a number: what each is called, and since when:
            ``{7: ("GET /cart", 1234.5)}``.
        waits: How a coroutine waits, by kind of event loop: each returns what to await on this
            thread and what to call when the wait is over, None where no such loop runs.
        notes: What the guards of this gate share, each under a name of its own.
    """

    def __init__(self) -> None:
        self.inside: dict[int, tuple[str, float]] = {}
        self.waits: list[Callable[[], Waits | None]] = [waits_in_asyncio]
        self.notes: dict[str, Any] = {}
        self._changed = threading.Condition(threading.Lock())
        self._waiters: list[Callable[[], object]] = []
        self._is_closed = False
        self._number = 0
        self._depth: ContextVar[int] = ContextVar("entrepot passage", default=0)

    # passages

    def pass_through(self, label: str = "") -> Passage:
        """Return a passage, to be entered by ``with`` or ``async with``."""
        return Passage(self, label)

    def _try(self, label: str) -> int:
        """Let a passage in and return its number, or 0 when it has to wait."""
        with self._changed:
            if self._is_closed and not self._depth.get():
                return 0
            self._number += 1
            self.inside[self._number] = (label, monotonic())
            return self._number

    def _leave(self, number: int) -> None:
        with self._changed:
            self.inside.pop(number, None)
            if self._is_closed:
                self._changed.notify_all()

    def _wait(self) -> None:
        with self._changed:
            while self._is_closed:
                self._changed.wait()

    def _call_when_open(self, waiter: Callable[[], object]) -> None:
        with self._changed:
            if self._is_closed:
                self._waiters.append(waiter)
                return
        waiter()

    # the reload

    def close(self, settle: float = SETTLE) -> list[str]:
        """Hold newcomers and wait until nobody is inside; return who still is when time is up.

        Who has been inside for longer than the settle time already is not waited for: a stream
        of events may last for hours, and would make every edit slow.
        """
        start = monotonic()
        end = start + settle
        with self._changed:
            self._is_closed = True
            while self._has_short_ones(start - settle) and (left := end - monotonic()) > 0:
                self._changed.wait(left)
            return [label for label, _ in self.inside.values()]

    def _has_short_ones(self, since: float) -> bool:
        return any(start > since for _, start in self.inside.values())

    def open(self) -> None:
        """Let everybody in that was held."""
        with self._changed:
            self._is_closed = False
            waiters, self._waiters = self._waiters, []
            self._changed.notify_all()
        for waiter in waiters:
            waiter()

    def after_fork(self) -> None:
        """Begin anew in a forked child: who was inside is on other threads, and not in it."""
        self.inside.clear()
        self._changed = threading.Condition(threading.Lock())
        self._waiters.clear()
        self._is_closed = False


class Passage:
    """One stretch of code that sees either the old program or the new one.

    Enter it with ``with`` on a thread, with ``async with`` in a coroutine of asyncio or trio.
    """

    __slots__ = ("_gate", "_label", "_number", "_token")

    def __init__(self, gate: Gate, label: str) -> None:
        self._gate = gate
        self._label = label
        self._number = 0
        self._token: Any = None

    def __enter__(self) -> Self:
        # On the thread of an event loop waiting would keep those who are inside from leaving.
        if not (number := self._gate._try(self._label)):  # noqa: SLF001
            depth = self._gate._depth  # noqa: SLF001
            token = None
            if any(waits() for waits in self._gate.waits):
                token = depth.set(1)
            else:
                self._gate._wait()  # noqa: SLF001
            while not (number := self._gate._try(self._label)):  # noqa: SLF001
                self._gate._wait()  # noqa: SLF001
            if token is not None:
                depth.reset(token)
        return self._entered(number)

    def __exit__(self, *_error: object) -> None:
        depth = self._gate._depth  # noqa: SLF001
        try:
            depth.reset(self._token)
        except ValueError:
            pass  # left in another context than entered: a generator that somebody else closes
        self._gate._leave(self._number)  # noqa: SLF001

    async def __aenter__(self) -> Self:
        while not (number := self._gate._try(self._label)):  # noqa: SLF001
            await _opened(self._gate)
        return self._entered(number)

    async def __aexit__(self, *error: object) -> None:
        self.__exit__(*error)

    def _entered(self, number: int) -> Self:
        self._number = number
        depth = self._gate._depth  # noqa: SLF001
        self._token = depth.set(depth.get() + 1)
        return self


async def _opened(gate: Gate) -> None:
    """Wait in a coroutine until the gate is open."""
    for waits in gate.waits:
        found = waits()
        if found is not None:
            awaitable, wake = found
            gate._call_when_open(wake)  # noqa: SLF001
            await awaitable
            return
    raise RuntimeError("cannot wait here: no event loop that is known runs on this thread")


def waits_in_asyncio() -> Waits | None:
    """Return something to await on this thread's loop of asyncio, and what ends the wait."""
    asyncio = sys.modules.get("asyncio")
    loop = asyncio._get_running_loop() if asyncio is not None else None  # noqa: SLF001
    if loop is None:
        return None
    future = loop.create_future()

    def resolve() -> None:
        if not future.done():
            future.set_result(None)

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(resolve)
        except RuntimeError:
            return  # the loop was closed in the meantime: nobody waits any more

    return future, wake
