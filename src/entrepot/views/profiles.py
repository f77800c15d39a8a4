"""A tree in the formats of other people's viewers.

``speedscope``
    an evented profile for each thread (https://www.speedscope.app/file-format-schema.json);
``chrome``
    trace events, which Perfetto and chrome://tracing open: complete events ("X"), microseconds;
``importtime``
    the text of ``python -X importtime``, which tuna and importtime-waterfall read: children
    before parents, two spaces a level.
"""

from __future__ import annotations

import sys

from .tree_json import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .tree import Import, Tree


def as_speedscope(tree: Tree) -> str:
    """Return a tree as a file for speedscope."""
    frames = [
        {"name": node.name, "file": node.file or node.kind or "not found"} for node in tree.imports
    ]
    profiles = [
        {
            "type": "evented",
            "name": f"imports of thread {thread}",
            "unit": "nanoseconds",
            "startValue": 0,
            "endValue": max(tree.total, *(_end(node) for node in roots)),
            "events": list(_open_and_close(roots)),
        }
        for thread, roots in _threads(tree)
    ]
    # It opens no file without a profile: a run without imports has one without events.
    empty = {"type": "evented", "name": "no imports", "unit": "nanoseconds", "startValue": 0}
    fields = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "name": " ".join(map(str, getattr(sys, "argv", ()))) or "python",
        "exporter": "entrepot",
        "activeProfileIndex": 0,
        "shared": {"frames": frames},
        "profiles": profiles or [{**empty, "endValue": tree.total, "events": []}],
    }
    return as_json(fields) + "\n"


def _threads(tree: Tree) -> list[tuple[int, Sequence[Import]]]:
    pairs = [(thread, tree.roots_of(thread)) for thread in range(1, tree.threads + 1)]
    return [(thread, roots) for thread, roots in pairs if roots]


def _end(node: Import) -> int:
    return node.began + node.total


def _open_and_close(roots: Sequence[Import]) -> Iterator[dict[str, object]]:
    """Yield an event for the beginning and the end of each import, nested."""
    waiting: list[tuple[Import, bool]] = [(root, True) for root in reversed(roots)]
    while waiting:
        node, is_open = waiting.pop()
        if not is_open:
            yield {"type": "C", "frame": node.number - 1, "at": _end(node)}
            continue
        yield {"type": "O", "frame": node.number - 1, "at": node.began}
        waiting.append((node, False))
        waiting += [(child, True) for child in reversed(node.children)]


def as_chrome(tree: Tree) -> str:
    """Return a tree as trace events, one a line."""
    events: list[dict[str, object]] = [
        {"name": "process_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "imports"}}
    ]
    for thread, _ in _threads(tree):
        name = {"name": f"thread {thread}"}
        events.append({"name": "thread_name", "ph": "M", "pid": 1, "tid": thread, "args": name})
    events += [
        {
            "name": node.name,
            "cat": f"import,{node.kind or 'not found'}",
            "ph": "X",
            "pid": 1,
            "tid": node.thread,
            "ts": node.began / 1000,
            "dur": node.total / 1000,
            "args": _arguments(tree, node),
        }
        for node in tree.imports
    ]
    lines = ",\n".join(as_json(event) for event in events)
    return f'{{"displayTimeUnit":"ms","traceEvents":[\n{lines}\n]}}\n'


def _arguments(tree: Tree, node: Import) -> dict[str, object]:
    """Return what the viewer shows of an import when it is chosen."""
    place = node.asked_at
    asked = f"{tree.places.short(place.file)}:{place.line}  {place.statement}" if place else "C"
    return {
        "asked for by": asked.rstrip(),
        "file": node.file,
        "self ms": node.own / 1e6,
        **{f"{step} ms": time / 1e6 for step, time in node.steps.items()},
        **({"error": node.error} if node.error else {}),
    }


def as_importtime(tree: Tree) -> str:
    """Return a tree as ``python -X importtime`` prints it, one thread after the other."""
    lines = ["import time: self [us] | cumulative | imported package"]
    for _, roots in _threads(tree):
        for node, depth in _children_first(roots):
            own, total = round(node.own / 1000), round(node.total / 1000)
            lines.append(f"import time: {own:9} | {total:10} | {'  ' * depth}{node.name}")
    return "\n".join(lines) + "\n"


def _children_first(roots: Sequence[Import]) -> Iterator[tuple[Import, int]]:
    waiting = [(root, 0, False) for root in reversed(roots)]
    while waiting:
        node, depth, is_seen = waiting.pop()
        if is_seen:
            yield node, depth
            continue
        waiting.append((node, depth, True))
        waiting += [(child, depth + 1, False) for child in reversed(node.children)]
