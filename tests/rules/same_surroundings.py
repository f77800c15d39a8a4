"""Programs about what the standard library and tools do with modules."""

PROGRAMS = {
    "the frames that a warning and a logger name": """
        -- library.py
        import warnings
        def old():
            warnings.warn("old is old", DeprecationWarning, stacklevel=2)
        warnings.warn("imported", UserWarning, stacklevel=2)
        -- main.py
        import os, warnings
        def show(message, category, filename, lineno, file=None, line=None):
            print(category.__name__, message, os.path.basename(filename), lineno)
        warnings.showwarning = show
        warnings.simplefilter("always")
        import library
        library.old()
        """,
    "who imports is seen in the stack": """
        -- module.py
        import sys
        frame, names = sys._getframe(1), []
        while frame:
            names.append(frame.f_code.co_name)
            frame = frame.f_back
        print(names[-1], "importlib" in sys._getframe(1).f_code.co_filename)
        -- main.py
        import module
        """,
    "pickles of classes and functions": """
        -- shapes.py
        import collections, dataclasses, enum
        @dataclasses.dataclass
        class Point:
            x: int
        class Colour(enum.Enum):
            RED = 1
        Pair = collections.namedtuple("Pair", "a b")
        def function():
            return "called"
        -- main.py
        import copy, pickle, sys
        import shapes
        values = [shapes.Point(1), shapes.Colour.RED, shapes.Pair(1, 2), shapes.function]
        data = pickle.dumps(values)
        print(pickle.loads(data) == values, copy.deepcopy(values) == values)
        del sys.modules["shapes"]
        print(pickle.loads(data)[0])
        """,
    "inspect finds sources and modules": """
        -- module.py
        class Class:
            def method(self):
                return 1  # the line
        -- main.py
        import inspect, linecache, os
        import module
        print(inspect.getsource(module.Class.method).strip())
        print(inspect.getmodule(module.Class) is module, inspect.getsourcefile(module.Class)
              == module.__file__, linecache.getline(module.__file__, 3).strip())
        """,
    "resources and data beside a package": """
        -- package/__init__.py
        -- package/data/__init__.py
        -- package/data/text.txt
        some text
        -- main.py
        import pkgutil
        from importlib.resources import as_file, files
        print(files("package.data").joinpath("text.txt").read_text().strip())
        print(sorted(f.name for f in files("package").joinpath("data").iterdir()
                     if f.suffix == ".txt"))
        with as_file(files("package.data") / "text.txt") as p:
            print(p.exists())
        print(pkgutil.get_data("package.data", "text.txt"))
        """,
    "metadata and entry points of an installed distribution": """
        -- tool/__init__.py
        def hello():
            return "hello from an entry point"
        -- tool-1.5.dist-info/METADATA
        Metadata-Version: 2.1
        Name: tool
        Version: 1.5
        -- tool-1.5.dist-info/entry_points.txt
        [greeters]
        first = tool:hello
        -- main.py
        from importlib import metadata
        print(metadata.version("tool"))
        for point in metadata.entry_points(group="greeters"):
            print(point.name, point.load()())
        """,
    "walking packages": """
        -- top/__init__.py
        -- top/a.py
        -- top/sub/__init__.py
        -- top/sub/b.py
        -- main.py
        import pkgutil, top
        print([(m.name, m.ispkg) for m in pkgutil.walk_packages(top.__path__, "top.")])
        print(pkgutil.resolve_name("top.sub.b").__name__)
        print(pkgutil.resolve_name("os.path:join").__name__)
        """,
    "running modules and paths by runpy": """
        -- script.py
        print("script as", __name__, __spec__ and __spec__.name)
        -- package/__init__.py
        -- package/__main__.py
        from . import inner
        print("package as", __name__, __package__, inner.__name__)
        -- package/inner.py
        -- main.py
        import os, runpy, sys
        here = os.path.dirname(__file__)
        runpy.run_module("script")
        runpy.run_module("package", run_name="__main__", alter_sys=True)
        runpy.run_path(os.path.join(here, "script.py"), run_name="by_path")
        """,
    "a child interpreter runs a module": """
        -- package/__init__.py
        -- package/__main__.py
        import sys
        print("in the child", __spec__.name, sys.argv[1:])
        -- main.py
        import subprocess, sys
        done = subprocess.run([sys.executable, "-m", "package", "argument"], capture_output=True,
                              text=True)
        print(done.stdout, done.stderr)
        """,
    "worker processes that fork and that spawn": """
        -- work.py
        def square(number):
            import helper
            return number ** helper.power
        -- helper.py
        power = 2
        -- main.py
        import multiprocessing, work
        if __name__ == "__main__":
            for method in "fork", "spawn":
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(method, pool.map(work.square, range(4)))
        """,
    "mock patches by name": """
        -- package/__init__.py
        -- package/clock.py
        def now():
            return "the real time"
        -- main.py
        from unittest import mock
        with mock.patch("package.clock.now", return_value="a fake"):
            import package.clock
            print(package.clock.now())
        print(package.clock.now())
        with mock.patch.dict("sys.modules", {"not_there": mock.Mock(value=5)}):
            import not_there
            print(not_there.value)
        """,
    "extension, builtin and frozen modules": """
        -- main.py
        import _ctypes, _json, itertools, sys, zipimport
        import __hello__
        for module in _json, itertools, zipimport, __hello__:
            spec = module.__spec__
            print(spec.name, getattr(spec.loader, "__name__", type(spec.loader).__name__),
                  spec.has_location)
        try:
            import itertools.nothing
        except ModuleNotFoundError as error:
            print(error)
        """,
    "conditional imports and type checking": """
        -- module.py
        from __future__ import annotations
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from not_installed import Thing
        try:
            import tomllib
        except ModuleNotFoundError:
            tomllib = None
        def function(thing: Thing) -> None: ...
        -- main.py
        import module
        print(module.tomllib.__name__, module.function.__annotations__)
        """,
    "imports in exec, eval and functions made at run time": """
        -- module.py
        value = 5
        -- main.py
        space = {}
        exec("import module\\nfrom module import value", space)
        print(space["value"], eval("__import__('module').value"))
        print((lambda: __import__("module"))().value)
        class Class:
            from module import value
        print(Class.value)
        """,
    "the profiler and the tracer see the module's code": """
        -- module.py
        def function():
            return 1
        value = function()
        -- main.py
        import os, sys
        seen = []
        def profile(frame, event, argument):
            name = os.path.basename(frame.f_code.co_filename)
            if event == "call" and name == "module.py":
                seen.append(frame.f_code.co_name)
        sys.setprofile(profile)
        import module
        sys.setprofile(None)
        print(seen)
        """,
    "verbose imports and the time of imports": """
        -- module.py
        -- main.py
        import subprocess, sys, os
        here = os.path.dirname(__file__)
        for flag in ["-v"], ["-X", "importtime"]:
            done = subprocess.run([sys.executable, *flag, "-c", "import module"], cwd=here,
                                  capture_output=True, text=True)
            print([line.split("|")[-1].strip() for line in done.stderr.splitlines()
                   if line.rstrip().endswith("| module") or line.startswith("import 'module'")])
        """,
}
