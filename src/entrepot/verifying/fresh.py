"""What a restart gives: the same modules, imported in a new process.

The new process gets the interpreter, its flags, the environment, the folder and the ``sys.path``
of this one, and imports the modules in the order in which they were imported here. ``__main__``
is not executed: it is the program, not a part of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.errors import VerifyError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Fresh(NamedTuple):
    """What a fresh process has.

    Attributes:
        facts: By path, as in a snapshot.
        parents: By path.
        failed: Modules that could not be imported, with the error in words.
    """

    facts: dict[str, str]
    parents: dict[str, str]
    failed: dict[str, str]


def begin(names: Sequence[str], roots: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a fresh process that imports some modules."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (as is sys.path)
    process = subprocess.Popen(
        [
            sys.executable,
            *subprocess._args_from_interpreter_flags(),  # type: ignore[attr-defined]  # noqa: SLF001
            os.path.join(here, "child.py"),  # noqa: PTH118
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    order: dict[str, Any] = {
        "names": list(names),
        "roots": list(roots),
        "path": sys.path,
        "argv": sys.argv,
        "home": os.path.dirname(os.path.dirname(here)),  # noqa: PTH120
    }
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
    except BrokenPipeError:
        pass  # it has ended already; `end` says how
    process.stdin = None
    return process


def end(process: subprocess.Popen[bytes], seconds: float) -> Fresh:
    """Return what a fresh process has.

    Raises:
        VerifyError: It died, or took too long.
    """
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise VerifyError(f"the imports took longer than {seconds:g} seconds") from None
    try:
        answer = json.loads(output)
    except ValueError:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        reason = f"it ended with status {process.returncode}: {last or 'it said nothing'}"
        raise VerifyError(reason) from None
    return Fresh(answer["facts"], answer["parents"], answer["failed"])
