"""Documents 002, 003 and 004 as they show it: typed into an interactive interpreter.

A session is a transcript. What follows ``>>>`` (or ``...``) is typed, one line at a time, and
the next one only when the prompt is there again; everything else is what must appear. A line
``# edit FILE`` stands for a person at an editor: the lines below it that begin with ``|`` become
the file's new text. As in the documents, a traceback is shown by its last line.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from tests.seeds.document_004 import SETUP
from tests.seeds.grounds import PRIVATE, environment, write

if TYPE_CHECKING:
    from pathlib import Path

PROMPT, MORE = ">>> ", "... "

#: An interactive interpreter in a program: as `code.interact`, in a namespace of its own.
CONSOLE = """
-- main.py
import code, sys
namespace = {"__name__": "__console__", "__builtins__": __builtins__}
console = code.InteractiveConsole(namespace)
console.interact(banner="", exitmsg="")
"""


class Session(NamedTuple):
    """A transcript to be held.

    Attributes:
        title: What it shows, as a sentence without a final stop.
        document: The number of the document it is from.
        program: The files that lie in the working folder.
        transcript: What is typed, edited and shown.
        truth: Where the document's own transcript is imprecise: what is so instead.
    """

    title: str
    document: str
    program: str
    transcript: str
    truth: str = ""

    @property
    def lines(self) -> list[str]:
        """Return the transcript's lines."""
        return textwrap.dedent(self.transcript).strip("\n").splitlines()

    @property
    def key(self) -> str:
        """Return the title as it stands in the name of a test."""
        return self.title.replace(" ", "-")


class Interpreter:
    """An interactive interpreter at the other end of a pipe."""

    def __init__(self, arguments: list[str], folder: Path, variables: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", *arguments],
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def until_prompt(self) -> str:
        """Return what appears before the next prompt."""
        assert self._process.stdout
        seen = b""
        while not seen.endswith((PROMPT.encode(), MORE.encode())):
            chunk = os.read(self._process.stdout.fileno(), 4096)
            assert chunk, f"the interpreter ended:\n{seen.decode()}"
            seen += chunk
        return seen.decode()[: -len(PROMPT)]

    def type(self, line: str) -> str:
        """Type a line and return what appears before the next prompt."""
        assert self._process.stdin
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return self.until_prompt()

    def end(self) -> int:
        """Close its standard input and return its exit code."""
        self._process.communicate(timeout=30)
        return self._process.returncode


def played(session: Session, ground: str, folder: Path, *, console: bool) -> list[str]:
    """Return the transcript that a session has on ``ground``.

    Args:
        session: What is typed and edited.
        ground: Where.
        folder: The working folder, made here.
        console: Ask `code.InteractiveConsole` of a program instead of ``python -i``. A private
            system has only the former.
    """
    write(folder, CONSOLE)
    write(folder, session.program)
    variables = environment(ground, folder, PYTHON_BASIC_REPL="1")
    arguments = ["-i", "-q"]
    if ground == PRIVATE:
        arguments = [str(folder.parent / "boot-private/host_of_a_private_system.py"), str(folder)]
    elif console:
        arguments = ["main.py"]
    interpreter = Interpreter(arguments, folder, variables)
    interpreter.until_prompt()
    shown: list[str] = []
    lines = session.lines
    for number, line in enumerate(lines):
        if line.startswith((PROMPT, MORE.rstrip())):
            shown += [line, *_as_shown(interpreter.type(line[len(PROMPT) :]))]
        elif line.startswith("# edit "):
            text = _edited(lines[number + 1 :])
            (folder / line.split()[2]).write_text("".join(f"{row[2:]}\n" for row in text))
            shown += [line, *text]
    assert interpreter.end() == 0
    return shown


def _edited(lines: list[str]) -> list[str]:
    """Return the lines below an ``# edit``."""
    text: list[str] = []
    for line in lines:
        if not line.startswith("|"):
            break
        text.append(line)
    return text


def _as_shown(printed: str) -> list[str]:
    """Return what was printed, of a traceback the last line, of addresses and places the kind."""
    lines = printed.splitlines()
    if "Traceback (most recent call last):" in lines:
        start = lines.index("Traceback (most recent call last):")
        lines = lines[:start] + [line for line in lines[start + 1 :] if not line.startswith(" ")]
    lines = [
        re.sub(r"<module '(?:a:)?(\w+)' from .*>", r"<module '\1' from ...>", x) for x in lines
    ]
    return [re.sub(r"^\d{6,}$", "<address_A>", line) for line in lines]


_FOO_AND_BAR = """
-- foo.py
def hello():
    print('hello')
-- bar.py
import foo

def hello_bar():
    foo.hello()
"""

SESSIONS = [
    Session(
        "an entry deleted from sys modules makes import run the edited file",
        document="002",
        program="""
            -- test.py
            def hello():
                print('hello everyone')
            """,
        transcript="""
            >>> import test
            >>> test.hello()
            hello everyone
            # edit test.py
            | def hello():
            |    print('hello')
            >>> import sys
            >>> del sys.modules['test']
            >>> import test
            >>> test.hello()
            hello
            """,
    ),
    Session(
        "reload reaches bar",
        document="002",
        program=_FOO_AND_BAR,
        transcript="""
            >>> import foo, bar
            >>> bar.hello_bar()
            hello
            >>> foo.hello()
            hello
            # edit foo.py
            | def hello():
            |     print('hello everyone')
            >>> from importlib import reload
            >>> reload(foo)
            <module 'foo' from ...>
            >>> bar.hello_bar()
            hello everyone
            >>> foo.hello()
            hello everyone
            """,
        truth="`reload` returns the module, so the interpreter shows it; the document leaves that "
        "line out.",
    ),
    Session(
        "the dirty little trick does not reach bar",
        document="002",
        program=_FOO_AND_BAR,
        transcript="""
            >>> import foo, bar
            >>> bar.hello_bar()
            hello
            >>> foo.hello()
            hello
            # edit foo.py
            | def hello():
            |     print('hello everyone')
            >>> import sys
            >>> del sys.modules['foo']
            >>> import foo
            >>> bar.hello_bar()
            hello
            >>> foo.hello()
            hello everyone
            """,
    ),
    Session(
        "whatever stands in the cache is returned",
        document="003",
        program="",
        transcript="""
            >>> import sys
            >>> sys.modules["fake_module"] = "Hello"
            >>> import fake_module
            >>> print(fake_module)
            Hello
            """,
    ),
    Session(
        "the scenarios one to three",
        document="004",
        program=SETUP,
        transcript="""
            >>> import test_simple
            >>> [name for name in dir() if not name.startswith('__')]
            ['test_simple']
            >>> import sdcard_helper
            >>> [name for name in dir() if not name.startswith('__')]
            ['sdcard_helper', 'test_simple']
            >>> sdcard_helper._mounted
            True
            >>> test_simple.sdcard_helper._mounted
            True
            >>> id(sdcard_helper._mounted) == id(test_simple.sdcard_helper._mounted)
            True
            """,
        truth="CPython sorts the names; those with two underscores, which the document abridges, "
        "are left out here. The ids of the last line are those of `True`, and prove nothing about "
        "the module.",
    ),
    Session(
        "how Python tracks modules",
        document="004",
        program=SETUP,
        transcript="""
            >>> import test_simple, sdcard_helper
            >>> import sys
            >>> 'sdcard_helper' in sys.modules
            True
            >>> id(sys.modules['sdcard_helper'])
            <address_A>
            >>> id(sdcard_helper)
            <address_A>
            >>> id(test_simple.sdcard_helper)
            <address_A>
            >>> sys.modules['sdcard_helper'] is sdcard_helper is test_simple.sdcard_helper
            True
            """,
    ),
    Session(
        "the common pitfall",
        document="004",
        program=SETUP,
        transcript="""
            >>> import test_simple
            >>> test_simple.sdcard_helper._mounted
            True
            >>> sdcard_helper._mounted
            NameError: name 'sdcard_helper' is not defined
            >>> import sdcard_helper
            >>> sdcard_helper._mounted
            True
            """,
    ),
    Session(
        "the REPL has only what it imported itself",
        document="004",
        program=SETUP,
        transcript="""
            >>> import test_simple
            >>> 'test_simple' in dir()
            True
            >>> 'sdcard_helper' in dir()
            False
            >>> 'sdcard_helper' in dir(test_simple)
            True
            >>> import sdcard_helper
            >>> 'sdcard_helper' in dir()
            True
            """,
    ),
]
