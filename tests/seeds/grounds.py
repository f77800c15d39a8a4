"""The grounds that a test's program runs on, each in a fresh interpreter.

``stock``
    ``python main.py``, nothing of ours: the control. A test that fails here is itself wrong.
``taken over``
    the same command; entrepot takes the process over before the program's first line.
``private``
    a host program imports ``main.py`` as the module ``main`` of a private ``ImportSystem("a")``.
    Its modules are called ``a:name`` there, and so says their ``__name__``; `plain` takes the
    prefix away, so that one expectation serves all grounds.

A program is text in the test. A line ``-- name`` starts a file::

    -- module1.py
    print("Running module1")
    -- main.py
    import module1
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

STOCK, TAKEN_OVER, PRIVATE = "stock", "taken over", "private"
GROUNDS = (STOCK, TAKEN_OVER, PRIVATE)


class Ran(NamedTuple):
    """What a run printed, and how it ended."""

    out: str
    err: str
    code: int


def source_folder() -> str:
    """Return the folder that ``import entrepot`` finds the package in."""
    spec = importlib.util.find_spec("entrepot")
    assert spec is not None
    assert spec.submodule_search_locations
    return str(Path(next(iter(spec.submodule_search_locations))).parent)


#: Runs before the program's first line. What it raises would only be printed by `site`.
_SITE_TAKEN_OVER = """\
try:
    import builtins, _frozen_importlib as core
    before = builtins.__import__, core._find_and_load
    import entrepot
    entrepot.take_over()
    assert before != (builtins.__import__, core._find_and_load), "nothing was taken over"
    del before, builtins, core, entrepot
except BaseException:
    import os, traceback
    traceback.print_exc()
    os._exit(70)
"""

_HOST = """\
import sys
import entrepot
system = entrepot.ImportSystem("a", path=[sys.argv.pop(1)])
sys.argv[0] = "main.py"
system.import_module("main")
"""


def blocks(text: str) -> dict[str, str]:
    """Return the files of a program by name; a file named again goes on where it stopped."""
    text = textwrap.dedent(text).lstrip("\n")
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("-- "):
            name = line[3:].strip()
            found.setdefault(name, "")
        else:
            assert name, f"the program's first line names no file: {line!r}"
            found[name] += line
    return found


def write(folder: Path, text: str) -> Path:
    """Write a program's files into ``folder`` and return it; ``-- empty/`` makes a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in blocks(text).items():
        file = folder / name
        if name.endswith("/"):
            file.mkdir(parents=True, exist_ok=True)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


def environment(ground: str, folder: Path, **variables: str) -> dict[str, str]:
    """Return the environment in which interpreters run on ``ground``.

    What the caller's environment tells Python or entrepot is left out. The host of a private
    system is written here too, beside the file that takes over.
    """
    boot = folder.parent / f"boot-{ground.replace(' ', '-')}"
    boot.mkdir(exist_ok=True)
    site = _SITE_TAKEN_OVER if ground == TAKEN_OVER else ""
    (boot / "sitecustomize.py").write_text(site, encoding="utf-8")
    (boot / "host_of_a_private_system.py").write_text(_HOST, encoding="utf-8")
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "ENTREPOT"))
    }
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(boot), source_folder()]),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        **variables,
    }


def command(ground: str, folder: Path, *flags: str) -> list[str]:
    """Return the command that runs ``main.py`` of ``folder`` on ``ground``."""
    if ground == PRIVATE:
        host = folder.parent / "boot-private" / "host_of_a_private_system.py"
        return [sys.executable, *flags, str(host), str(folder)]
    return [sys.executable, *flags, str(folder / "main.py")]


def run(ground: str, folder: Path, *flags: str, stdin: str = "", **variables: str) -> Ran:
    """Run ``main.py`` of ``folder`` on ``ground``, the working folder being the program's.

    Args:
        ground: One of `GROUNDS`.
        folder: Where `write` put the program.
        *flags: For the interpreter, such as ``"-Wignore"``.
        stdin: What the program can read.
        **variables: Of the environment.
    """
    done = subprocess.run(
        command(ground, folder, *flags),
        cwd=folder,
        env=environment(ground, folder, **variables),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.stdout, done.stderr, done.returncode)


def printed(ground: str, folder: Path, text: str, *flags: str, **variables: str) -> str:
    """Return what a program prints on ``ground``; it must end well and complain of nothing."""
    ran = run(ground, write(folder, text), *flags, **variables)
    assert (ran.code, ran.err) == (0, ""), f"on the ground {ground!r}:\n{ran.out}\n{ran.err}"
    return plain(ran.out) if ground == PRIVATE else ran.out


def plain(text: str) -> str:
    """Return ``text`` with the names of a private system's modules as the program knows them.

    Example:
        >>> plain("cannot import name 'x' from 'a:shop.cart'")
        "cannot import name 'x' from 'shop.cart'"
    """
    return re.sub(r"(?<!\w)a:(?=[A-Za-z_])", "", text)


def told(ground: str, folder: Path, text: str, *flags: str, **variables: str) -> Ran:
    """Return what a program tells on ``ground``, however it ends, for comparison with stock.

    The folder is made anew, so that each ground finds the same paths and no bytecode. Addresses
    are taken out, and in a private system the prefix of names.
    """
    shutil.rmtree(folder, ignore_errors=True)
    ran = run(ground, write(folder, text), *flags, **variables)
    out, err = (re.sub(r"0x[0-9a-f]{6,}", "0x...", stream) for stream in ran[:2])
    if ground == PRIVATE:
        out, err = plain(out), plain(err)
    return Ran(out, err, ran.code)
