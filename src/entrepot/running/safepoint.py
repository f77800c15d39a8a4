"""Safe points: where in a running program a reload is carried out.

In a program that runs an event loop, in a turn of the loop: none of its callbacks is in the
middle of something then. Otherwise on the thread that asks, under the reload lock. The loop that
counts is that of the main thread, or else the one that was started last.

Which loops run is told by the adapters.
"""

from __future__ import annotations

import _thread
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_AGAIN = 0.2  # seconds: whether the loop that is waited for still runs


class Turn:
    """A job that is to be done once, by whoever comes first."""

    __slots__ = ("_done", "_is_taken", "_job", "_lock", "error")

    def __init__(self, job: Callable[[], object]) -> None:
        self._job = job
        self._lock = _thread.allocate_lock()
        self._done = _thread.allocate_lock()
        self._done.acquire()
        self._is_taken = False
        self.error: BaseException | None = None

    def take(self) -> None:
        """Do the job, unless somebody has."""
        with self._lock:
            if self._is_taken:
                return
            self._is_taken = True
        try:
            self._job()
        except BaseException as error:  # noqa: BLE001  # the asker's, not the loop's
            self.error = error
        finally:
            self._done.release()

    def wait(self, seconds: float) -> bool:
        """Return whether the job is done, waiting for it at most so long."""
        return self._done.acquire(timeout=seconds)


class SafePoints:
    """Knows the event loops that run, and has a job done between two of their callbacks.

    Attributes:
        loops: How to call something soon, by the thread of a loop: ``{140…: <bound method>}``.
    """

    def __init__(self) -> None:
        self.loops: dict[int, Callable[[Callable[[], object]], object]] = {}

    def run(self, job: Callable[[], object]) -> None:
        """Have a job done at a safe point; return when it is done.

        Raises:
            BaseException: What the job raised.
        """
        turn = Turn(job)
        called: object = None
        while True:
            call_soon = self._loop()
            if call_soon is None:
                turn.take()
            elif call_soon is not called:
                called = call_soon
                try:
                    call_soon(turn.take)
                except RuntimeError:  # the loop has been closed
                    turn.take()
            if turn.wait(LOOK_AGAIN):
                break
        if turn.error is not None:
            raise turn.error

    def _loop(self) -> Callable[[Callable[[], object]], object] | None:
        loops = self.loops.copy()
        loops.pop(_thread.get_ident(), None)  # on the loop's own thread this is its turn
        if not loops:
            return None
        main = threading.main_thread().ident
        return loops.get(main or 0) or list(loops.values())[-1]

    def after_fork(self) -> None:
        """Begin anew in a forked child: the threads of the loops are not in it, but for ours."""
        here = _thread.get_ident()
        self.loops = {thread: loop for thread, loop in self.loops.items() if thread == here}
