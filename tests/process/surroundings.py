"""What a program does with the world: other processes, streams, warnings, standard tools."""

from __future__ import annotations

from tests.process.case import Case

MULTIPROCESSING = """
-- main.py
import multiprocessing, os, sys

def square(x):
    return x * x

class Point:
    def __init__(self, x):
        self.x = x

def move(point):
    return Point(point.x + 1)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(2) as pool:
        print(pool.map(square, range(5)))
        print([p.x for p in pool.map(move, [Point(1), Point(2)])])
        pool.close()
        pool.join()
else:
    print("imported again as", __name__, os.path.basename(__file__), flush=True)
-- pkg/__init__.py
-- pkg/tool.py
import multiprocessing, sys

def square(x):
    return x * x

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        print(pool.map(square, range(5)))
"""

DJANGO_LIKE = """
-- manage.py
import sys
from importlib import import_module
def main():
    return import_module("commands." + sys.argv[1]).run(sys.argv[2:])
if __name__ == "__main__":
    main()
-- commands/__init__.py
-- commands/greet.py
def run(words):
    print("hello", *words)
"""

TESTS = """
-- test_it.py
import unittest
class T(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.assertEqual(1, 2)
if __name__ == "__main__":
    class R(unittest.TextTestRunner):
        def _makeResult(self):
            result = super()._makeResult()
            result.printErrors = lambda: print("errors", len(result.failures))
            return result
    unittest.main(testRunner=R(stream=open("log", "w")))
"""

CASES = [
    Case("a pool of forked processes", MULTIPROCESSING, "main.py fork", until=(3, 13)),
    Case("a pool of spawned processes", MULTIPROCESSING, "main.py spawn"),
    Case("a pool of a fork server", MULTIPROCESSING, "main.py forkserver"),
    Case("a pool of a module, forked", MULTIPROCESSING, "-m pkg.tool fork", until=(3, 13)),
    Case("a pool of a module, spawned", MULTIPROCESSING, "-m pkg.tool spawn"),
    Case("a pool of a module, by a fork server", MULTIPROCESSING, "-m pkg.tool forkserver"),
    Case(
        "a child by fork",
        """
        -- main.py
        import os, sys
        print("before", flush=True)
        child = os.fork()
        if child == 0:
            import json
            print("child", json.dumps([1]), flush=True)
            sys.exit(6)
        print("status", os.waitpid(child, 0)[1] >> 8)
        """,
        until=(3, 11),
    ),
    Case(
        "a child that fails",
        """
        -- main.py
        import os
        child = os.fork()
        if child == 0:
            raise ValueError("in the child")
        os.waitpid(child, 0)
        raise KeyError("in the parent")
        """,
        until=(3, 11),
    ),
    Case(
        "a child process of the same interpreter",
        """
        -- main.py
        import subprocess, sys
        text = "import sys; print(sys.argv, __name__, 'entrepot' in sys.modules)"
        print(subprocess.run([sys.executable, "-c", text, "x"], text=True, stdout=-1).stdout)
        """,
    ),
    Case(
        "a program that reads standard input",
        '-- main.py\nprint(input("name? ").upper())\nimport sys\nprint(sys.stdin.read())',
        stdin="ada\nthe rest\n",
    ),
    Case("input at its end", "-- main.py\ninput()", stdin=""),
    Case("standard input used up by the script", "-- a.py", "-", stdin="print(input())\n"),
    Case(
        "warnings of a library and of the script",
        """
        -- main.py
        import warnings
        import library
        library.old()
        warnings.warn("of the script", DeprecationWarning)
        def f(): warnings.warn("of the caller", stacklevel=2)
        f()
        -- library.py
        import warnings
        warnings.warn("while imported", stacklevel=2)
        warnings.warn("deprecated while imported", DeprecationWarning, stacklevel=2)
        def old(): warnings.warn("old", DeprecationWarning, stacklevel=2)
        """,
    ),
    Case("a log of the stack", "-- main.py\nimport logging\nlogging.error('x', stack_info=True)"),
    Case(
        "an import seen by hooks",
        """
        -- main.py
        import importlib.machinery as m, importlib.util, sys
        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == "made_up":
                    return m.ModuleSpec(name, self, origin="nowhere")
            def create_module(self, spec): return None
            def exec_module(self, module): module.x = 1
        sys.meta_path.insert(0, Finder())
        import made_up
        print(made_up, made_up.x, importlib.util.find_spec("nothing_here"))
        """,
    ),
    Case(
        "tracing a program",
        """
        -- main.py
        import sys
        names = []
        sys.settrace(lambda f, e, a: names.append((f.f_code.co_filename, e)))
        import small
        sys.settrace(None)
        here = __file__.removesuffix("main.py")
        print([name for name in names if name[0].startswith(here)])
        -- small.py
        x = 1
        """,
    ),
    Case(
        "a profiler that sees no file of ours during an import",
        """
        -- main.py
        import importlib, sys
        files = set()
        sys.setprofile(lambda frame, event, arg: files.add(frame.f_code.co_filename))
        import pkg.near
        from pkg import far
        importlib.import_module(".deep", "pkg")
        importlib.reload(pkg.far)
        sys.setprofile(None)
        print(sorted(file for file in files if "entrepot" in file))
        -- pkg/__init__.py
        -- pkg/near.py
        -- pkg/far.py
        -- pkg/deep.py
        """,
        is_live=False,
    ),
    Case(
        "a program that counts its calls by cProfile, also during imports",
        """
        -- main.py
        import cProfile, os, pstats
        profile = cProfile.Profile()
        profile.enable()
        import shop
        for n in range(10):
            shop.price(n)
        profile.disable()
        here = os.path.dirname(os.path.abspath(__file__))
        for (file, line, name), counts in sorted(pstats.Stats(profile).stats.items()):
            if os.path.dirname(file) == here:
                print(os.path.basename(file), line, name, counts[:2])
        -- shop.py
        import tax
        def price(n):
            return tax.of(n)
        FIRST = price(1)
        -- tax.py
        def of(n):
            return n * 2
        """,
    ),
    Case(
        "a relative import beyond the top, asked for by a call",
        """
        -- main.py
        import importlib
        importlib.import_module("...x", "pkg")
        """,
    ),
    Case(
        "a suffix for sources that a program adds",
        """
        -- main.py
        import importlib.machinery, importlib.util, sys
        importlib.machinery.SOURCE_SUFFIXES.insert(0, ".shop")
        spec = importlib.util.spec_from_file_location("near", "near.shop")
        print(spec.loader.__class__.__name__, spec.cached.rpartition("/")[2])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        print(module.TEXT, getattr(module, "__cached__", None) is not None)
        -- near.shop
        TEXT = "hello"
        """,
    ),
    Case("a management command", DJANGO_LIKE, "manage.py greet a b"),
    Case("tests of the standard library's kind", TESTS, "test_it.py"),
    Case(
        "a debugger",
        "-- main.py\nx = 1\nprint(x)\nbreakpoint()\nprint(x + 1)\n",
        stdin="where\np x\nup\nc\n",
    ),
    Case("a debugger that quits", "-- main.py\nbreakpoint()\nprint(1)\n", stdin="q\n"),
    Case(
        "a program in the debugger",
        "-- main.py\nimport json\nprint(json.dumps(1))\n",
        "-m pdb main.py",
        stdin="n\nwhere\nc\nq\n",
    ),
    Case("a program in the profiler", "-- main.py\nprint(__name__)", "-m runpy main"),
    Case("lines that are traced", "-- main.py\nimport os\n", "-m trace --count -C . main.py"),
    Case("options of the interpreter", "-- main.py\nassert 0\nprint(__debug__)", flags=["-O"]),
    Case("development mode", "-- main.py\nopen(__file__)\n1/0", flags=["-X", "dev"]),
    Case("commands after a program", "-- main.py\nx = 1", flags=["-i"], stdin="print(x + 1)\n"),
    Case("commands after an exit", "-- main.py\nexit(3)", flags=["-i"], stdin="print(4)\n"),
    Case("commands after an error", "-- main.py\n1/0", flags=["-i"], stdin="exit(5)\n"),
    Case("no commands to read", "-- main.py\nx = 1", variables={"PYTHONINSPECT": "1"}),
    Case(
        "commands that the program asks for",
        "-- main.py\nimport os\nos.environ['PYTHONINSPECT'] = '1'",
        stdin="print(1)\n",
    ),
    Case("no site", "-- main.py\nimport sys\nprint('site' in sys.modules)", flags=["-S"]),
    Case(
        "text in another encoding",
        "-- main.py\n# coding: latin-1\nprint(ascii('\u00e9'))\n1/0 # \u00e9\n",
    ),
    Case(
        "a module that was written just now is warned about once",
        r"""
        -- main.py
        import sys, warnings
        with open("shop.py", "w") as file:
            file.write('PATTERN = "\d"\n')
        filters = warnings.filters[:]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import shop
        print([str(warning.message) for warning in caught], warnings.filters == filters)
        """,
    ),
    Case(
        "what comes last finds one thread",
        """
        -- main.py
        import os, sys
        class Last:
            def __del__(self, listdir=os.listdir, write=os.write):
                write(1, b"%d\\n" % len(listdir("/proc/self/task")))
        sys.last = Last()
        """,
    ),
]
