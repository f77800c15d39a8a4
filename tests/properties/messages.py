"""Messages between the judge and the processes that it starts: JSON with its length before it."""

from __future__ import annotations

import json
import os
from typing import Any


class Gone(Exception):
    """The other side is no longer there."""


def send(descriptor: int, message: Any) -> None:
    """Write one message."""
    content = json.dumps(message).encode()
    content = len(content).to_bytes(8, "big") + content
    while content:
        content = content[os.write(descriptor, content) :]


def receive(descriptor: int) -> Any:
    """Read one message."""
    return json.loads(_read(descriptor, int.from_bytes(_read(descriptor, 8), "big")))


def _read(descriptor: int, wanted: int) -> bytes:
    parts = []
    while wanted:
        part = os.read(descriptor, min(wanted, 1 << 20))
        if not part:
            raise Gone
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)
