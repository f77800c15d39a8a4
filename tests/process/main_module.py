"""What a program finds when its first line runs: ``__main__``, ``sys.argv``, ``sys.path``."""

from __future__ import annotations

import compileall
import zipfile
from typing import TYPE_CHECKING

from tests.process.case import Case

if TYPE_CHECKING:
    from pathlib import Path

TELL = """
import sys
namespace = dict(globals())
print(sys.modules["__main__"].__dict__ is globals(), __name__, sys.argv, sys.flags.safe_path)
for name, value in namespace.items():
    print(name, "=", value)
print(sys.path, sys.orig_argv[0], sys.executable, sys.flags)
"""

SCRIPT = f"-- main.py\n{TELL}"


def zipped(folder: Path) -> None:
    """Put ``inner.py`` and ``main.py`` into a zip file, the latter as its ``__main__``."""
    with zipfile.ZipFile(folder / "app.zip", "w") as archive:
        archive.write(folder / "main.py", "__main__.py")
        archive.write(folder / "inner.py", "inner.py")


def compiled(folder: Path) -> None:
    """Compile ``main.py`` beside itself."""
    compileall.compile_file(str(folder / "main.py"), legacy=True, quiet=2)


def linked(folder: Path) -> None:
    """Let ``link.py`` lead to a script in another folder."""
    (folder / "link.py").symlink_to("deep/er/main.py")


PACKAGE = f"""
-- pkg/__init__.py
print("the package", __name__)
-- pkg/__main__.py
from . import mod
{TELL}
-- pkg/mod.py
print("the module", __name__)
-- plain/__init__.py
-- broken/__init__.py
raise ImportError("a package that does not import")
-- module.py
{TELL}
"""

CASES = [
    Case("a script", SCRIPT, "main.py one --two -m"),
    Case("a script named with a dot", SCRIPT, "./main.py"),
    Case("a script without a suffix", f"-- program\n{TELL}", "program a"),
    Case("a script in another folder", f"-- sub/dir/app.py\n{TELL}", "sub/../sub/dir/app.py"),
    Case("a script behind a link", f"-- deep/er/main.py\n{TELL}", "link.py", prepare=linked),
    Case("a script from standard input", "-- unused.py", "- a b", stdin=TELL),
    Case("a script that is bytecode", SCRIPT, "main.pyc x", prepare=compiled),
    Case("a safe path keeps the script's folder out", SCRIPT, flags=["-P"]),
    Case("a safe path by the environment", SCRIPT, variables={"PYTHONSAFEPATH": "1"}),
    Case("an isolated script without site", "-- main.py\nprint(1)", flags=["-P", "-B"]),
    Case("a module", PACKAGE, "-m module --flag x"),
    Case("a module inside a package", PACKAGE, "-m pkg.mod"),
    Case("a package", PACKAGE, "-m pkg -m more"),
    Case("a module on a safe path", PACKAGE, "-m module", flags=["-P"]),
    Case("a package without a main module", PACKAGE, "-m plain"),
    Case("a package that does not import", PACKAGE, "-m broken"),
    Case("a module that is not there", PACKAGE, "-m nothing.here"),
    Case("a module named with its suffix", PACKAGE, "-m module.py"),
    Case("a module of the standard library", PACKAGE, "-m json.tool", stdin='{"a": [1]}'),
    Case("a folder with a main module", f"-- app/__main__.py\n{TELL}", "app x"),
    Case("a folder without a main module", "-- app/other.py", "app"),
    Case("the working folder as a program", f"-- __main__.py\n{TELL}", "."),
    Case("a folder on a safe path", f"-- app/__main__.py\n{TELL}", "app", flags=["-P"]),
    Case(
        "a zip file with a main module",
        f"-- inner.py\nprint(__file__)\n-- main.py\nimport inner\n{TELL}",
        "app.zip x",
        prepare=zipped,
    ),
    Case(
        "annotations at module level",
        """
        -- main.py
        count: int = 1
        name: str
        print(__annotations__ if "__annotations__" in globals() else "on demand")
        """,
    ),
    Case(
        "source of functions in the main module",
        """
        -- main.py
        import inspect, linecache
        def double(x):
            # and a comment
            return 2 * x
        print(inspect.getsource(double), inspect.getfile(double), inspect.getmodule(double))
        print(linecache.getline(__file__, 2), end="")
        """,
    ),
    Case(
        "importing the main module by its own name makes a second one",
        """
        -- main.py
        if __name__ == "__main__":
            import main, __main__
            print(main is __main__, main.__spec__.name, __main__.__spec__)
        """,
    ),
    Case(
        "pickles of classes in the main module",
        """
        -- main.py
        import pickle
        class Point:
            def __init__(self, x): self.x = x
        text = pickle.dumps(Point(3))
        print(text, pickle.loads(text).x, Point, Point.__module__)
        """,
    ),
    Case(
        "nothing below the first line",
        """
        -- main.py
        import inspect, sys, traceback, warnings
        print(len(inspect.stack()), inspect.stack()[-1].function)
        traceback.print_stack()
        try:
            sys._getframe(1)
        except ValueError as error:
            print(error)
        warnings.warn("here")
        warnings.warn("one below", stacklevel=2)
        warnings.warn("two below", stacklevel=3)
        """,
    ),
    Case(
        "the frames of a module are those of runpy alone",
        """
        -- main.py
        import traceback, warnings
        traceback.print_stack()
        warnings.warn("one below", stacklevel=2)
        """,
        "-m main",
    ),
    Case(
        "a script is never in the hands of a hook",
        """
        -- main.py
        import sys
        print(sys.excepthook, sys.excepthook is sys.__excepthook__, sys.unraisablehook)
        print([n for n in dir(sys) if n.startswith("last_")], sys.exc_info(), sys.gettrace())
        """,
    ),
]
