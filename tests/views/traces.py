"""Traces of small programs, made in this process in a private import system."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

import entrepot
from entrepot import ImportSystem
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from entrepot.views.tracing import Trace
    from entrepot.views.tree import Import

_numbers = count(1)

#: A package, a module imported from two places, one that is not there, and one that fails.
SHOP = """
-- shop/__init__.py
from shop import cart
-- shop/cart.py
import rates
try:
    import nothing_like_this
except ImportError:
    pass
-- shop/bad.py
raise LookupError("no")
-- rates.py
VALUE = 1
"""


@contextmanager
def system_with(folder: Path, program: str) -> Iterator[ImportSystem]:
    """Give a private system whose path has a program's files."""
    system = ImportSystem(f"traced{next(_numbers)}", path=[str(write(folder, program))])
    try:
        yield system
    finally:
        system.close()


def traced(folder: Path, program: str, *names: str, every: bool = False) -> Trace:
    """Return the trace of importing some modules; those that fail are passed over."""
    with system_with(folder, program) as system:
        with entrepot.trace(system=system, every=every) as trace:
            for name in names:
                try:
                    system.import_module(name)
                except (ImportError, LookupError):
                    pass
        _ = trace.tree  # while its files are there
    return trace


def node_of(trace: Trace, name: str) -> Import:
    """Return the only import of a module in a trace."""
    (found,) = (node for node in trace.tree.imports if node.name == name)
    return found
