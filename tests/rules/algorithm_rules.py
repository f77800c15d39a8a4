"""Rules of finding and loading that CPython's own suites do not notice when they are broken."""

from __future__ import annotations

from tests.rules.rule import Rule
from tests.seeds.grounds import STOCK, TAKEN_OVER

RULES = [
    Rule(
        "after execution the entry moves to the end of the cache",
        program="""
            -- early.py
            import late
            -- late.py
            -- main.py
            import sys
            import early
            print([name for name in sys.modules if name in ("early", "late")])
            """,
        prints="""
            ['late', 'early']
            """,
    ),
    Rule(
        "a finder may import the module it looks for and the loaded spec wins",
        program="""
            -- module.py
            print("module.py runs")
            -- decoy.py
            print("decoy.py runs")
            -- main.py
            import os, sys
            from importlib.util import spec_from_file_location

            class Importing:
                busy = False

                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    if name != "module" or cls.busy:
                        return None
                    cls.busy = True
                    import module
                    return spec_from_file_location(name, __file__.replace("main", "decoy"))

            sys.meta_path.insert(0, Importing)
            import module
            print(os.path.basename(module.__spec__.origin))
            """,
        prints="""
            module.py runs
            module.py runs
            module.py
            """,
    ),
    Rule(
        "the error says that the parent is not a package",
        program="""
            -- module.py
            -- package/__init__.py
            -- package/module.py
            -- main.py
            import importlib
            for name in "module.child", "package.module.child":
                try:
                    importlib.import_module(name)
                except ModuleNotFoundError as error:
                    print(error, "|", error.name, "|", error.path)
            """,
        prints="""
            No module named 'module.child'; 'module' is not a package | module.child | None
            No module named 'package.module.child'; 'package.module' is not a package | package.module.child | None
            """,  # noqa: E501 - Python's own words, to the letter
    ),
    Rule(
        "a spec without loader and search locations is an ImportError",
        program="""
            -- main.py
            import sys
            from importlib.machinery import ModuleSpec

            class Finder:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    return ModuleSpec(name, None) if name == "module" else None

            sys.meta_path.insert(0, Finder)
            try:
                import module
            except ImportError as error:
                print(type(error).__name__, error, error.name, "module" in sys.modules)
            """,
        prints="""
            ImportError missing loader module False
            """,
    ),
    Rule(
        "a loader that has only load_module works with an ImportWarning",
        program="""
            -- main.py
            import sys
            import types
            import warnings
            from importlib.machinery import ModuleSpec

            class Loader:
                @staticmethod
                def load_module(name):
                    module = sys.modules[name] = types.ModuleType(name)
                    module.loaded = "by load_module"
                    return module

            class Finder:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    return ModuleSpec(name, Loader()) if name == "module" else None

            sys.meta_path.insert(0, Finder)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                import module
            print(module.loaded)
            for warning in caught:
                print(warning.category.__name__, warning.message)
            """,
        prints="""
            by load_module
            ImportWarning Loader.exec_module() not found; falling back to load_module()
            """,
        until=(3, 14),
    ),
    Rule(
        "a relative dunder import returns the first part of the name that was asked for",
        program="""
            -- package/__init__.py
            -- package/b/__init__.py
            -- package/b/c.py
            -- package/asks.py
            import importlib
            for ask in __import__, importlib.__import__:
                print(ask("b.c", globals(), None, (), 1).__name__)
                print(ask("b.c", globals(), None, ("x",), 1).__name__)
                print(ask("package.b.c").__name__)
            -- main.py
            import package.asks
            """,
        prints="""
            package.b
            package.b.c
            package
            package.b
            package.b.c
            package
            """,
    ),
    Rule(
        "a relative import outside a package has no known parent",
        program="""
            -- main.py
            import importlib
            try:
                from . import sibling
            except ImportError as error:
                print(type(error).__name__, error)
            for package in "", None:
                try:
                    importlib.__import__("sibling", {"__package__": package, "__name__": "main"},
                                         None, ("x",), 1)
                except ImportError as error:
                    print(type(error).__name__, error)
            """,
        prints="""
            ImportError attempted relative import with no known parent package
            ImportError attempted relative import with no known parent package
            ImportError attempted relative import with no known parent package
            """,
    ),
    Rule(
        "a meta path that is None means that Python is shutting down",
        program="""
            -- module.py
            -- main.py
            import sys
            kept, sys.meta_path = sys.meta_path, None
            try:
                import module
            except ImportError as error:
                print(type(error).__name__, error)
            sys.meta_path = kept
            import module
            """,
        prints="""
            ImportError sys.meta_path is None, Python is likely shutting down
            """,
        grounds=(STOCK, TAKEN_OVER),
    ),
    Rule(
        "import_module of a relative name asks for the package",
        program="""
            -- main.py
            import importlib
            for package in None, "":
                try:
                    importlib.import_module(".sibling", package)
                except TypeError as error:
                    print(error)
            """,
        prints="""
            the 'package' argument is required to perform a relative import for '.sibling'
            the 'package' argument is required to perform a relative import for '.sibling'
            """,
    ),
]
