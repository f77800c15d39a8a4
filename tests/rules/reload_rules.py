"""Rules of reload that CPython's own suites do not notice when they are broken."""

from __future__ import annotations

from tests.rules.rule import Rule

RULES = [
    Rule(
        "reload takes only the module that stands in the cache",
        program="""
            -- module.py
            -- main.py
            import importlib
            import sys
            import types
            import module
            sys.modules["module"] = types.ModuleType("module")
            try:
                importlib.reload(module)
            except ImportError as error:
                print(error, "|", error.name)
            del sys.modules["module"]
            try:
                importlib.reload(module)
            except ImportError as error:
                print(error, "|", error.name)
            """,
        prints="""
            module module not in sys.modules | module
            module module not in sys.modules | module
            """,
    ),
    Rule(
        "reload goes by the name in the spec",
        program="""
            -- module.py
            print("Running module")
            -- main.py
            import importlib
            import module
            module.__name__ = "renamed"
            print(importlib.reload(module) is module, module.__name__)
            """,
        prints="""
            Running module
            Running module
            True module
            """,
    ),
    Rule(
        "reload of a submodule needs the parent in the cache",
        program="""
            -- package/__init__.py
            -- package/child.py
            -- main.py
            import importlib
            import sys
            import package.child
            child = package.child
            del sys.modules["package"]
            try:
                importlib.reload(child)
            except ImportError as error:
                print(error, "|", error.name)
            """,
        prints="""
            parent 'package' not in sys.modules | package
            """,
    ),
    Rule(
        "a module that reloads itself while it is reloaded gets itself back",
        program="""
            -- module.py
            import importlib
            import sys
            print("Running module")
            me = sys.modules["module"]
            if "ran_before" in globals():
                print("itself:", importlib.reload(me) is me)
            ran_before = True
            -- main.py
            import importlib
            import module
            importlib.reload(module)
            importlib.reload(module)
            """,
        prints="""
            Running module
            Running module
            itself: True
            Running module
            itself: True
            """,
    ),
    Rule(
        "reload returns what stands in the cache afterwards",
        program="""
            -- module.py
            import sys
            if "ran_before" in globals():
                sys.modules["module"] = "a replacement"
            ran_before = True
            -- main.py
            import importlib
            import module
            print(importlib.reload(module))
            """,
        prints="""
            a replacement
            """,
    ),
    Rule(
        "reload tells the finders the module as the target",
        program="""
            -- module.py
            -- main.py
            import importlib
            import sys

            class Listening:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    print(name, target and target.__spec__.name.rpartition(":")[2])

            sys.meta_path.insert(0, Listening)
            import module
            importlib.reload(module)
            """,
        prints="""
            module None
            module module
            """,
    ),
]
