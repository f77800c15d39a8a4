"""The watcher: tells the hub which of the program's files have changed.

File events of ``watchfiles``, where it is installed and the folders have them, say that it is time
to look; what has changed, the snapshot says. Without them it looks again and again.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from .snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

STEP, DEBOUNCE = 5, 50  # milliseconds: an edit is told 5 to 10 ms after it
LOOK_ANYWAY = 2.0  # seconds; network and container mounts may have no file events
LOOK_SOON = 0.05  # seconds; while file events are not there yet
LOOK = 0.3  # seconds between two looks when there are no file events


class Watcher:
    """Watches folders: by file events of ``watchfiles``, or by looking again and again.

    Attributes:
        how: ``"file events"`` or ``"polling"``; empty while nothing is watched yet.
        wake: A file to read from that becomes readable when there may be something new.
    """

    def __init__(self, every: float | None) -> None:
        self._every = every
        self._snapshot = Snapshot()
        self._told: set[str] = set()
        self._touched: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stop: threading.Event | None = None
        self._events_failed = ""
        self._last_look = 0.0
        self.wake, self._wake_up = os.pipe()
        os.set_blocking(self._wake_up, False)
        self._watch: Callable[..., Any] | None = None
        self._loaded: queue.SimpleQueue[Callable[..., Any]] = queue.SimpleQueue()
        self._is_loading = every is None and not _is_set("WATCHFILES_FORCE_POLLING")
        self.how = "polling"
        if self._is_loading:  # a while: until then, look
            threading.Thread(target=self._load, daemon=True).start()

    def _load(self) -> None:
        try:
            from watchfiles import watch
        except ImportError:
            pass
        else:
            self._loaded.put(watch)
        self._is_loading = False
        self._ring()

    def pause(self) -> float:
        """Return how long may be waited before the next look."""
        if self._is_loading:
            return LOOK_SOON
        if self._watch is None:
            return self._every or LOOK
        return 1.0  # folders that could not be watched are tried again

    def add(self, fields: list[str]) -> list[str]:
        """Watch files, given as file, mark, file, mark, …; return those that differ already."""
        known = len(self._snapshot.folders)
        pairs = zip(fields[::2], fields[1::2], strict=True)
        late = [file for file, mark in pairs if self._snapshot.add(file, mark)]
        if len(self._snapshot.folders) != known:
            self._begin_events()
        return late

    def changed(self) -> list[str]:
        """Return the files that have changed since the last call."""
        now = time.monotonic()
        touched = set()
        while not self._touched.empty():
            touched.add(self._touched.get())
        if not self._loaded.empty():
            self._watch, self.how = self._loaded.get(), "file events"
            self._begin_events()
        if self._events_failed:
            self._watch, self.how = None, "polling"
        every = LOOK_ANYWAY if self._watch else self.pause()
        if now - self._last_look >= every * 0.9:
            self._last_look = now
            touched.update(self._snapshot.folders)
        changed = self._snapshot.changed(touched)
        if self._snapshot.replaced:
            self._snapshot.replaced.clear()
            self._begin_events()
        return changed

    def new_faults(self) -> list[str]:
        """Return what could not be watched and has not been told."""
        faults = {f"cannot read {d}: {why}" for d, why in self._snapshot.faults.items() if why}
        if self._events_failed:
            faults.add(f"no file events: {self._events_failed}; polling instead")
        new = sorted(faults - self._told)
        self._told = faults
        return new

    def _begin_events(self) -> None:
        """Replace the thread that waits for events; what happens meanwhile, a look finds."""
        if self._watch is None:
            return
        if self._stop is not None:
            self._stop.set()
        self._stop = threading.Event()
        folders = [d for d in self._snapshot.folders if d not in self._snapshot.faults]
        if folders:
            work = (self._watch, folders, self._stop)
            threading.Thread(target=self._pass_events_on, args=work, daemon=True).start()

    def _pass_events_on(
        self, watch: Callable[..., Any], folders: list[str], stop: threading.Event
    ) -> None:
        is_new = True  # look once when the events are on: nothing is lost between two watches
        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=DEBOUNCE,
                step=STEP,
                rust_timeout=1000,
                yield_on_timeout=True,
                stop_event=stop,
                recursive=False,
                raise_interrupt=False,
            ):
                names = {name for _, path in changes for name in (path, os.path.dirname(path))}
                for name in names.union(folders if is_new else ()):
                    self._touched.put(name)
                is_new = False
                self._ring()
        except Exception as error:  # noqa: BLE001  # any fault of file events: look instead
            if not stop.is_set():
                self._events_failed = f"{type(error).__name__}: {error}"
                self._ring()

    def _ring(self) -> None:
        try:
            os.write(self._wake_up, b"x")
        except BlockingIOError:
            return  # it rings already


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false")
