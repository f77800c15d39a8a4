"""Document 004, "Python Module Import Behavior", as programs. Its transcripts: test_sessions."""

from __future__ import annotations

from tests.seeds.claims import Claim

SETUP = """
            -- sdcard_helper.py
            _mounted = False

            def mount():
                global _mounted
                _mounted = True
                return True

            def is_mounted():
                return _mounted
            -- test_simple.py
            import sdcard_helper

            sdcard_helper.mount()  # Sets _mounted = True
"""

CLAIMS = [
    Claim(
        "modules load once",
        says="Python loads each module only once per session. Subsequent imports return a "
        "reference to the already-loaded module.",
        program="""
            -- sdcard_helper.py
            print("loading")
            -- test_simple.py
            import sdcard_helper
            -- main.py
            import test_simple
            import sdcard_helper
            print(sdcard_helper is test_simple.sdcard_helper)
            """,
        prints="""
            loading
            True
            """,
        truth="Once per name, and for as long as the entry stays in the cache: a reload executes "
        "it again, and a file that is reached under two names is loaded twice.",
    ),
    Claim(
        "one file under two names is loaded twice",
        says="Python loads each module only once per session.",
        program="""
            -- package/__init__.py
            -- package/config.py
            print("loading", __name__)
            -- main.py
            import os, sys
            import package.config
            sys.path.append(os.path.dirname(package.__file__))
            import config
            print(config is package.config)
            """,
        prints="""
            loading package.config
            loading config
            False
            """,
        truth="The cache is kept by name, not by file.",
    ),
    Claim(
        "the importer sees only what it imported itself",
        says="sdcard_helper is in test_simple's namespace, not the REPL's",
        program=SETUP
        + """
            -- main.py
            import test_simple
            print([name for name in dir() if not name.startswith("__")])
            import sdcard_helper
            print([name for name in dir() if not name.startswith("__")])
            """,
        prints="""
            ['test_simple']
            ['sdcard_helper', 'test_simple']
            """,
        truth="CPython sorts what `dir()` answers, so the order is not that of the imports.",
    ),
    Claim(
        "state set by the first importer is seen by the second one",
        says="First import (in test_simple.py) [...] Later import (in REPL) [...] Returns True "
        "(state persisted!)",
        program=SETUP
        + """
            -- main.py
            import test_simple
            import sdcard_helper
            print(sdcard_helper.is_mounted())
            print(sdcard_helper._mounted, test_simple.sdcard_helper._mounted)
            """,
        prints="""
            True
            True True
            """,
    ),
    Claim(
        "all three names lead to the one module object",
        says="All three are references to the one module object stored in `sys.modules`.",
        program=SETUP
        + """
            -- main.py
            import test_simple
            import sdcard_helper
            import sys
            print('sdcard_helper' in sys.modules)
            print(id(sys.modules['sdcard_helper']) == id(sdcard_helper)
                  == id(test_simple.sdcard_helper))
            """,
        prints="""
            True
            True
            """,
    ),
    Claim(
        "equal ids of a variable prove nothing about the module",
        says="id(sdcard_helper._mounted) is 62, id(test_simple.sdcard_helper._mounted) is 62: "
        "Same memory address = same object!",
        program=SETUP
        + """
            -- unrelated.py
            _mounted = True
            -- main.py
            import test_simple
            import sdcard_helper
            import unrelated
            print(id(sdcard_helper._mounted) == id(test_simple.sdcard_helper._mounted))
            print(id(unrelated._mounted) == id(sdcard_helper._mounted))
            print(unrelated is sdcard_helper)
            """,
        prints="""
            True
            True
            False
            """,
        truth="It is the same object, but that object is `True`, of which there is only one: any "
        "module with a variable that is `True` would pass. The proof is in the document's next "
        "section, which compares the ids of the modules.",
    ),
    Claim(
        "each module has a namespace of its own",
        says="test_simple's Namespace: sdcard_helper, os, count; sdcard_helper's Namespace: "
        "_mounted, mount, is_mounted",
        program=SETUP
        + """
            -- main.py
            import test_simple
            def names(module):
                return sorted(name for name in vars(module) if not name.startswith("__"))
            print(names(test_simple))
            print(names(test_simple.sdcard_helper))
            """,
        prints="""
            ['sdcard_helper']
            ['_mounted', 'is_mounted', 'mount']
            """,
        truth="`os` and `count` belong to a longer `test_simple.py` than the one that the "
        "document shows.",
    ),
    Claim(
        "a module-level variable works as a singleton",
        says="Multiple files import config. All see the SAME DATABASE_URL",
        program="""
            -- config.py
            DATABASE_URL = "postgres://..."
            -- one.py
            import config
            -- two.py
            import config
            -- main.py
            import one, two, config
            print(one.config.DATABASE_URL is two.config.DATABASE_URL is config.DATABASE_URL)
            config.DATABASE_URL = "sqlite://"
            print(one.config.DATABASE_URL, two.config.DATABASE_URL)
            """,
        prints="""
            True
            sqlite:// sqlite://
            """,
    ),
    Claim(
        "a second import of an expensive module does nothing",
        says="First import: prints message, loads data. Second import: does nothing, returns "
        "cached module",
        program="""
            -- expensive_module.py
            print("Loading expensive module...")
            def load_huge_dataset():
                print("loading the data")
                return list(range(1000))
            data = load_huge_dataset()
            -- main.py
            import expensive_module
            import expensive_module
            print(len(expensive_module.data))
            """,
        prints="""
            Loading expensive module...
            loading the data
            1000
            """,
    ),
    Claim(
        "a nested import's name has to be imported before it is used",
        says="NameError: name 'sdcard_helper' is not defined. Must import it first",
        program=SETUP
        + """
            -- main.py
            import test_simple
            print(test_simple.sdcard_helper._mounted)
            try:
                sdcard_helper._mounted
            except NameError as error:
                print("NameError:", error)
            import sdcard_helper
            print(sdcard_helper._mounted)
            """,
        prints="""
            True
            NameError: name 'sdcard_helper' is not defined
            True
            """,
    ),
    Claim(
        "module state is shared, but a name taken from it is not",
        says="Module state is global: Module-level variables are shared across all imports",
        program=SETUP
        + """
            -- main.py
            import sdcard_helper
            from sdcard_helper import _mounted
            sdcard_helper.mount()
            print(sdcard_helper._mounted, _mounted)
            """,
        prints="""
            True False
            """,
        truth="Shared through the module. `from sdcard_helper import _mounted` binds the value of "
        "that moment to a name of the importer's own.",
    ),
    Claim(
        "many references lead to one module object",
        says="Memory efficient: One module object, many references",
        program=SETUP
        + """
            -- main.py
            import gc
            import types
            import test_simple
            import sdcard_helper
            import sdcard_helper as another_name
            print(sum(isinstance(object, types.ModuleType) and hasattr(object, "is_mounted")
                      for object in gc.get_objects()))
            """,
        prints="""
            1
            """,
    ),
]
