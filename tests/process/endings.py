"""How a program ends: its exit code, what is shown of an exception, who still comes after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.process.case import Case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def main(text: str) -> str:
    """Return a program of one file."""
    return "-- main.py\n" + "\n".join(line.removeprefix("        ") for line in text.splitlines())


def bytes_of(content: bytes) -> Callable[[Path], object]:
    """Return what writes a script of these bytes."""
    return lambda folder: (folder / "bytes.py").write_bytes(content)


FAILS = """
-- lib.py
def fail():
    raise ValueError("from the library")
-- bad_import.py
import nothing_like_this
-- bad_syntax.py
x = = 1
-- circle_a.py
from circle_b import b
-- circle_b.py
from circle_a import a
-- main.py
import sys
"""

CHAINED = """
-- main.py
def inner():
    try:
        {}["missing"]
    except KeyError:
        raise ValueError("while handling")
def outer():
    try:
        inner()
    except ValueError as error:
        raise RuntimeError("because of it") from error
outer()
"""

CASES = [
    Case("an integer", main("import sys\nprint('out')\nsys.exit(7)")),
    Case("no code", main("raise SystemExit")),
    Case("None", main("import sys\nsys.exit(None)")),
    Case("a text", main("import sys\nsys.exit('said on stderr')")),
    Case("a number that is no integer", main("raise SystemExit(1.5)")),
    Case("a large number", main("raise SystemExit(257)")),
    Case("two arguments", main("raise SystemExit(1, 2)")),
    Case("the end of a process without ceremony", main("import os\nos._exit(9)")),
    Case("an exit inside a function of a library", FAILS + "sys.exit.__call__(3)"),
    Case("an uncaught exception", FAILS + "import lib\nlib.fail()"),
    Case("an uncaught exception in a module", FAILS + "import lib\nlib.fail()", "-m main"),
    Case("an uncaught exception by standard input", "-- a.py", "-", stdin="def f():\n  1/0\nf()"),
    Case("a chain of exceptions", CHAINED),
    Case(
        "a group of exceptions",
        main("raise ExceptionGroup('several', [ValueError(1), TypeError('two')])"),
    ),
    Case("an exception with notes", main("e = ValueError('x')\ne.add_note('a note')\nraise e")),
    Case("a failing import", FAILS + "import bad_import"),
    Case("a failing import by name", FAILS + "__import__('bad_import')"),
    Case("a failing import by importlib", FAILS + "import importlib as i\ni.import_module('bad')"),
    Case("a missing name", FAILS + "from lib import missing"),
    # Its story comes after the traceback unless it is switched off (tests/gallery).
    Case(
        "a circular import",
        FAILS + "import circle_a",
        variables={"ENTREPOT_EXPLAIN": "0"},
    ),
    Case("a library that does not compile", FAILS + "import bad_syntax"),
    Case("a script that does not compile", main("print('never')\nif True\n    pass")),
    Case("a script with wrong indentation", main("if True:\npass")),
    Case("a script with mixed tabs", main("if True:\n\tx = 1\n        y = 2\n")),
    Case("a script with an open string", main("x = '''never closed\n\n")),
    Case("a script with an open bracket", main("x = (1,\n\n")),
    Case("a script that returns", main("return 1")),
    Case("a module that does not compile", main("x = = 1"), "-m main"),
    Case("a script that warns while it compiles", main("print(1 is 1)\nx = '\\d'")),
    Case("warnings that are errors", main("print(1 is 1)"), flags=["-Werror"]),
    Case("an interrupt", main("print('out')\nraise KeyboardInterrupt")),
    Case("an interrupt in a module", main("raise KeyboardInterrupt"), "-m main"),
    Case(
        "an interrupt from outside",
        main(
            "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**9): pass"
        ),
    ),
    Case("a signal", main("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)")),
    Case(
        "an interrupt that was caught",
        main("try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    print('caught')"),
    ),
    Case(
        "what comes at exit",
        main(
            """
        import atexit, sys, threading, weakref
        class Last:
            def __del__(self): print("deleted", sys is not None)
        last = Last()
        weakref.finalize(last, print, "finalized")
        atexit.register(print, "at exit")
        atexit.register(lambda: print("__file__" in globals(), sorted(globals())))
        def work():
            import time
            time.sleep(0.05)
            print("a thread's end")
        threading.Thread(target=work).start()
        print("the end of the script")
        """
        ),
        is_live=False,
    ),
    Case(
        "what comes at exit after an exception",
        main("import atexit, sys\natexit.register(lambda: print(repr(sys.last_value)))\n1/0"),
    ),
    Case("an exception at exit", main("import atexit\natexit.register(lambda: 1/0)")),
    Case(
        "an exception in a thread",
        main("import threading\nt = threading.Thread(target=lambda: 1/0)\nt.start()\nt.join()"),
    ),
    Case(
        "a hook of the program's own",
        main(
            """
        import sys, traceback
        def hook(kind, error, tb):
            print("hooked", kind, error, sys.last_value is error, sys.last_traceback is tb)
            traceback.print_tb(tb, file=sys.stdout)
        sys.excepthook = hook
        1/0
        """
        ),
    ),
    Case("a hook that fails", main("import sys\nsys.excepthook = lambda *a: 1/0\nundefined")),
    Case("a hook that exits", main("import sys\nsys.excepthook = lambda *a: sys.exit(5)\n1/0")),
    Case("a hook that is gone", main("import sys\ndel sys.excepthook\n1/0")),
    Case("a hook that is no function", main("import sys\nsys.excepthook = 1\n1/0")),
    Case("standard error that is gone", main("import sys\nsys.stderr = None\n1/0")),
    Case("standard output that is closed", main("import sys\nsys.stdout.close()\n1/0")),
    Case("limited tracebacks", main("import sys\nsys.tracebacklimit = 0\n1/0")),
    Case(
        "a program that runs out of stack",
        main("import sys\nsys.setrecursionlimit(200)\ndef f(): f()\nf()"),
        since=(3, 12),  # 3.11 counts calls of C functions too, and C starts our programs
    ),
    Case("the order of what is printed", main("print('out')\n1/0"), merged=True),
    Case("the order in a module", main("print('out')\n1/0"), "-m main", merged=True),
    Case("the order in a folder", "-- app/__main__.py\nprint('out')\n1/0", "app", merged=True),
    Case("the order of an exit", main("print('out')\nexit('text')"), merged=True),
    Case("the order without buffers", main("print('a')\n1/0"), flags=["-u"], merged=True),
    *(
        Case(title, "-- unused.py", "bytes.py", prepare=bytes_of(content), until=until)
        for title, content, until in (
            ("a script with a byte order mark", b"\xef\xbb\xbfprint('\xc3\xa4')\n1/0", (3, 99)),
            ("a script with a wrong mark", b"\xef\xbb\xbf# coding: latin-1\n", (3, 13)),
            ("a script in no encoding", b"# coding: nothing\nprint(1)\n", (3, 13)),
            ("a script in a wrong encoding", b"# coding: ascii\nx = '\xc3\xa4'\n", (3, 13)),
            ("a script in an undeclared encoding", b"x = 1\nprint('\xe4')\n", (3, 13)),
            ("a script with null bytes", b"print(1)\nx = '\0'\n", (3, 99)),
            ("a script with other line ends", b'print("""a\r\nb""")\r\n1/0\r\n', (3, 99)),
            ("an empty script", b"", (3, 99)),
            ("a script cut off in a line", b"x = 1 + \\\n", (3, 99)),
        )
    ),
    Case("bytecode that is none", "-- bad.pyc\ngarbage, garbage, garbage", "bad.pyc"),
]
