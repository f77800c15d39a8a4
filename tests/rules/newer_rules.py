"""Rules that came with Python 3.14 and 3.15; CPython's own suites do not notice most of them."""

from __future__ import annotations

from tests.rules.rule import Rule
from tests.seeds.grounds import STOCK, TAKEN_OVER

RULES = [
    Rule(
        "a parent that another thread runs is waited for before the child is looked for",
        program="""
            -- package/__init__.py
            import main_of_the_test as test
            test.package_runs.set()
            # Ends early only if the rule is broken; nobody waits for anything to be fast enough.
            test.child_looked_for.wait(0.3)
            test.told.append("the package is ready")
            -- package/child.py
            -- main_of_the_test.py
            import threading
            package_runs, child_looked_for = threading.Event(), threading.Event()
            told = []
            -- main.py
            import sys
            import threading
            import main_of_the_test as test

            class Listening:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    if name == "package.child":
                        test.told.append("the child is looked for")
                        test.child_looked_for.set()

            def other_thread():
                import package

            sys.meta_path.insert(0, Listening)
            thread = threading.Thread(target=other_thread)
            thread.start()
            test.package_runs.wait()
            import package.child
            thread.join()
            print(test.told)
            """,
        prints="""
            ['the package is ready', 'the child is looked for']
            """,
        since=(3, 14),
    ),
    Rule(
        "a finder that takes itself off the meta path does not hide the next one",
        program="""
            -- main.py
            import sys

            class Leaving:
                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    sys.meta_path.remove(cls)

            class Next:
                asked = []  # in a private system it is asked by a second name too

                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    cls.asked.append(name)

            sys.meta_path[:0] = [Leaving, Next]
            try:
                import module_that_is_not_there
            except ModuleNotFoundError as error:
                print("asked for", Next.asked[0])
                print(error)
            """,
        prints="""
            asked for module_that_is_not_there
            No module named 'module_that_is_not_there'
            """,
        since=(3, 14),
    ),
    Rule(
        "a module that vanishes while it is looked at is imported again",
        program="""
            -- module.py
            print("Running module")
            -- main.py
            import importlib
            import sys

            class Vanishing:
                @property
                def __spec__(self):
                    sys.modules.pop("module", None)

            sys.modules["module"] = Vanishing()
            print(importlib.import_module("module") is sys.modules["module"])
            """,
        prints="""
            Running module
            True
            """,
        since=(3, 14),
    ),
    Rule(
        "an import of a submodule raises one audit event for each module",
        program="""
            -- module.py
            -- package/__init__.py
            -- package/child.py
            -- main.py
            import sys
            audited = []

            def hook(event, arguments):
                if event == "import" and arguments[0].partition(".")[0] in ("module", "package"):
                    audited.append(arguments[0])

            sys.addaudithook(hook)
            import module
            import module
            import package.child
            from package import child
            print(audited)
            """,
        prints="""
            ['module', 'package.child', 'package']
            """,
        grounds=(STOCK, TAKEN_OVER),
        since=(3, 15),
    ),
    Rule(
        "an import statement raises one audit event whoever raises it",
        program="""
            -- module.py
            -- main.py
            import sys
            audited = []

            def hook(event, arguments):
                if event == "import" and arguments[0] == "module":
                    audited.append(arguments[0])

            sys.addaudithook(hook)
            import module
            import module
            print(audited)
            """,
        prints="""
            ['module']
            """,
        grounds=(STOCK, TAKEN_OVER),
    ),
    Rule(
        "a lazily imported module leaves the lazy ones when it is loaded",
        program="""
            -- module.py
            -- package/__init__.py
            -- package/child.py
            -- main.py
            import sys
            lazy import module
            lazy import package.child
            print(sorted(sys.lazy_modules & {"module", "package", "package.child"}))
            module.__name__
            print(sorted(sys.lazy_modules & {"module", "package", "package.child"}))
            from package import child
            print(sorted(sys.lazy_modules & {"module", "package", "package.child"}))
            """,
        prints="""
            ['module', 'package.child']
            ['package.child']
            []
            """,
        grounds=(STOCK, TAKEN_OVER),
        since=(3, 15),
    ),
    Rule(
        "a lazy from-import of what is not there fails when the name is read",
        program="""
            -- package/__init__.py
            -- main.py
            lazy from package import missing
            try:
                missing
            except ImportError as error:
                print(type(error).__name__, str(error).partition(" (")[0])
                print(type(error.__cause__).__name__, error.__cause__)
            """,
        prints="""
            ImportError cannot import name 'missing' from 'package'
            ImportError lazy import of 'package.missing' raised an exception during resolution
            """,
        grounds=(STOCK, TAKEN_OVER),
        since=(3, 15),
    ),
]
