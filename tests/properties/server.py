"""A pristine interpreter that forks a process for each program.

    python -m tests.properties.server stock|live

Started with the standard library's modules that programs use, and, for ``live``, with entrepot.
It reads where the program is from its standard input and forks; the child talks to the judge
until the program is over, and the server waits for it.
"""

from __future__ import annotations

import gc
import os
import sys

from tests.properties.child import serve
from tests.properties.messages import Gone, receive, send

LIBRARY = (
    *("abc", "asyncio", "collections.abc", "contextlib", "contextvars", "dataclasses", "datetime"),
    *("decimal", "enum", "fractions", "functools", "itertools", "logging", "math", "operator"),
    *("random", "re", "string", "threading", "types", "typing", "weakref", "pathlib"),
    *("linecache", "ast", "tokenize", "traceback", "inspect", "copy", "difflib", "symtable"),
    "unicodedata",  # which ours loads when it is needed
)


def main(kind: str) -> None:
    """Serve until nobody asks any more."""
    for name in LIBRARY:
        __import__(name)
    __import__("entrepot.verifying.snapshot")
    if kind == "live":
        for part in ("session", "reload", "static", "clients"):
            __import__(f"entrepot.reloading.{part}")
        __import__("entrepot.source.facts")
    gc.collect()
    gc.freeze()  # what every program shares is neither walked nor copied
    ours_in, ours_out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    while True:
        try:
            order = receive(ours_in)
        except Gone:
            return
        process = os.fork()
        if not process:
            try:
                serve(ours_in, ours_out, order)
            except Gone:
                pass
            finally:
                os._exit(0)
        _, status = os.waitpid(process, 0)
        if status:
            send(ours_out, {"crashed": f"the process died: status {status}"})


if __name__ == "__main__":
    main(sys.argv[1])
