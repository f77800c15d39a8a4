"""One lock for each module that is being imported; deadlocks are seen, not suffered.

A thread that imports a module holds the module's lock until its code has run, so the code runs
once and other threads wait for its end. Two threads in a circular import would wait for each
other for ever. Before a thread waits it therefore follows the chain *who holds this lock, which
lock does that thread wait for, who holds that one*; if the chain comes back to itself it raises
``DeadlockError``, and the caller goes on with the partially initialized module (language
reference 5.4; the rule is CPython's since 3.3).

Take-over usually happens in the middle of an import: locks held then are the interpreter's own,
and code of the interpreter may go on taking them. So the two tables, locks by name and locks
waited for by thread, are the interpreter's, and both kinds of lock understand them. A private
system has its own table of locks, since its names are its own; the table of waiting threads is
one for the process, because a chain may lead through several systems.
"""

from __future__ import annotations

import _frozen_importlib
import _imp
import sys
from _thread import RLock, allocate_lock, get_ident
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

#: The interpreter's own class, since programs and C may catch it.
DeadlockError: type[RuntimeError] = _frozen_importlib._DeadlockError  # type: ignore[attr-defined]

#: Up to 3.11 a thread's entry is the one lock it waits for, later a list of them.
_ENTRY_IS_LIST = sys.version_info >= (3, 12)


class ModuleLock:
    """A lock that its thread may take again, and that refuses to complete a deadlock.

    Attributes:
        name: The module it is for, such as ``"shop.cart"``.
        owner: The identifier of the thread that holds it, or None.
    """

    __slots__ = ("__weakref__", "_depth", "_mutex", "_queue", "name", "owner")

    def __init__(self, name: str) -> None:
        self.name = name
        self.owner: int | None = None
        self._depth = 0
        # Re-entrant: the collector or a signal handler may import while this thread is in here.
        self._mutex = RLock()
        self._queue: list[Any] = []

    def acquire(self) -> bool:
        """Take the lock, waiting for another thread if need be. Returns True.

        Raises:
            DeadlockError: Waiting would never end.
        """
        me = get_ident()
        with _Waiting(me, self):
            while not self._take(me):
                pass
        return True

    def _take(self, me: int) -> bool:
        """Take the lock if it is free, else wait once; return whether it was taken."""
        with self._mutex:
            if self._depth == 0 or self.owner == me:
                self.owner = me
                self._depth += 1
                return True
            if self.has_deadlock():
                raise DeadlockError(f"deadlock detected by {self!r}")
            gate = allocate_lock()
            gate.acquire()
            self._queue.append(gate)
        try:
            gate.acquire()
        except BaseException:
            # Interrupted while waiting. If release() had already chosen this thread, its turn
            # must go to the next one, or that one would wait for ever.
            with self._mutex:
                if gate in self._queue:
                    self._queue.remove(gate)
                else:
                    self._wake_next()
            raise
        return False

    def release(self) -> None:
        """Give the lock back.

        Raises:
            RuntimeError: This thread does not hold it.
        """
        with self._mutex:
            if self.owner != get_ident():
                raise RuntimeError("cannot release un-acquired lock")
            self._depth -= 1
            if self._depth == 0:
                self.owner = None
                self._wake_next()

    def _wake_next(self) -> None:
        if self._queue:
            self._queue.pop(0).release()

    def locked(self) -> bool:
        """Return whether any thread holds the lock."""
        return self._depth > 0

    def has_deadlock(self) -> bool:
        """Return whether this thread, by waiting, would wait for itself."""
        me = get_ident()
        seen: set[int | None] = set()
        threads = [self.owner]
        while threads:
            thread = threads.pop()
            if thread == me:
                return True
            if thread not in seen:
                seen.add(thread)
                threads.extend(lock.owner for lock in _waited_for_by(thread))
        return False

    def __repr__(self) -> str:
        return f"_ModuleLock({self.name!r}) at {id(self)}"


def _waits() -> Any:
    """Return the interpreter's table: thread identifier -> what that thread waits for."""
    return _frozen_importlib._blocking_on  # type: ignore[attr-defined]


def _waited_for_by(thread: int | None) -> Iterable[Any]:
    entry = _waits().get(thread)
    if entry is None:
        return ()
    return list(entry) if _ENTRY_IS_LIST else (entry,)


class _Waiting:
    """While it is entered, the table says that the thread waits for the lock."""

    __slots__ = ("_before", "_lock", "_thread")

    def __init__(self, thread: int, lock: ModuleLock) -> None:
        self._thread = thread
        self._lock = lock

    def __enter__(self) -> None:
        if _ENTRY_IS_LIST:
            entry_type = _frozen_importlib._List  # type: ignore[attr-defined]
            self._before = _waits().setdefault(self._thread, entry_type())
            self._before.append(self._lock)
        else:
            self._before = _waits().get(self._thread)
            _waits()[self._thread] = self._lock

    def __exit__(self, *exc_info: object) -> None:
        if _ENTRY_IS_LIST:
            self._before.remove(self._lock)
        elif self._before is None:
            _waits().pop(self._thread, None)
        else:
            _waits()[self._thread] = self._before


class LockTable:
    """The locks of one import system, by module name, for as long as somebody uses them.

    Args:
        locks: The table, name -> weak reference to the lock, such as
            ``{"shop": <weakref to ModuleLock>}``; the interpreter's own for the process.
    """

    def __init__(self, locks: dict[str, Any] | None = None) -> None:
        self.locks: dict[str, Any] = {} if locks is None else locks

    def get(self, name: str) -> Any:
        """Return the lock for a name, making it if there is none."""
        _imp.acquire_lock()
        try:
            reference = self.locks.get(name)
            lock = reference() if reference is not None else None
            if lock is None:
                lock = ModuleLock(name)
                self.locks[name] = ref(lock, self._forget(name))
            return lock
        finally:
            _imp.release_lock()

    def _forget(self, name: str) -> Any:
        locks = self.locks

        def forget(reference: object) -> None:
            _imp.acquire_lock()
            try:
                # Another thread may have made a new lock for the name meanwhile (bpo-31070).
                if locks.get(name) is reference:
                    del locks[name]
            finally:
                _imp.release_lock()

        return forget

    def wait_for(self, name: str) -> None:
        """Wait until no other thread imports ``name``; in a deadlock do not wait."""
        lock = self.get(name)
        try:
            lock.acquire()
        except DeadlockError:
            # A circular import across threads: the caller gets a partially initialized module.
            return
        lock.release()


class ModuleLockHolder:
    """``with ModuleLockHolder(table, name):`` holds the lock of a module."""

    __slots__ = ("_lock",)

    def __init__(self, table: LockTable, name: str) -> None:
        self._lock = table.get(name)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self._lock.release()


class ImportLockHolder:
    """``with ImportLockHolder():`` holds the interpreter's import lock (around finders)."""

    __slots__ = ()

    def __enter__(self) -> None:
        _imp.acquire_lock()

    def __exit__(self, *exc_info: object) -> None:
        _imp.release_lock()
