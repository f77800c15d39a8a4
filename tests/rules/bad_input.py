"""What users get wrong: programs that import what cannot be imported, and tell how it ended.

Each calls ``attempt`` with the name of a module. It prints the exception with its attributes,
whether anything of the module is left in the cache, and what another thread gets from the same
import afterwards: if a lock had stayed held, that thread would not come back.
"""

from __future__ import annotations

#: The module that the programs tell their story with.
REPORT = """
-- report.py
import _frozen_importlib
import _imp
import importlib
import sys
import threading

process = _frozen_importlib.sys  # also inside a private system, whose `sys` is its own


def told(error):
    shown = [type(error).__name__, str(error)]
    for attribute in "name", "path", "name_from", "filename", "lineno", "code":
        if hasattr(error, attribute):
            shown.append(f"{attribute}={getattr(error, attribute)!r}")
    cause = error.__cause__
    return " | ".join(shown) + (f" | because of {type(cause).__name__}" if cause else "")


def once(act):
    try:
        act()
    except BaseException as error:
        print(told(error))
    else:
        print("imported")


def attempt(name, act=None):
    print("--", name)
    act = act or (lambda: importlib.import_module(name))
    once(act)
    top = str(name).partition(".")[0]
    keys = {key.rpartition(":")[2] for key in {*sys.modules, *process.modules}}
    left = sorted(key for key in keys if top and key.partition(".")[0] == top)
    print("left:", left, "import lock held:", _imp.lock_held())
    thread = threading.Thread(target=once, args=(act,), daemon=True)
    thread.start()
    thread.join(20)
    print("a lock is held" if thread.is_alive() else "no lock is held")
"""

PROGRAMS = {
    "a module that is not there": """
        -- package/__init__.py
        -- main.py
        from report import attempt
        attempt("missing")
        attempt("missing.child")
        attempt("package.missing")
        def from_import():
            from package import missing
        attempt("from package import missing", from_import)
        """,
    "a parent that is not a package": """
        -- module.py
        -- main.py
        from report import attempt
        attempt("module.child")
        attempt("module.child.grandchild")
        """,
    "a cycle": """
        -- lib/left.py
        from right import name
        other = 1
        -- lib/right.py
        from left import other
        name = 1
        -- lib/first.py
        import second
        value = 1
        -- lib/second.py
        import first
        first.value
        -- package/__init__.py
        from .one import a
        -- package/one.py
        from .two import b
        a = 1
        -- package/two.py
        from .one import a
        b = 1
        -- main.py
        import os, sys
        from report import attempt
        sys.path.append(os.path.join(os.path.dirname(__file__), "lib"))
        attempt("left")
        attempt("first")
        attempt("package")
        """,
    "a module that raises": """
        -- raising.py
        raise RuntimeError("not today")
        -- package/__init__.py
        before = 1
        -- package/good.py
        -- package/raising.py
        import package.good
        1 / 0
        -- parent/__init__.py
        import parent.child
        raise LookupError("after the child")
        -- parent/child.py
        -- needs/__init__.py
        import not_installed
        -- main.py
        from report import attempt
        attempt("raising")
        attempt("package.raising")
        import package
        print(hasattr(package, "raising"), hasattr(package, "good"))
        attempt("parent")
        attempt("needs")
        """,
    "SystemExit and KeyboardInterrupt in a module": """
        -- leaving.py
        raise SystemExit(3)
        -- interrupted.py
        raise KeyboardInterrupt
        -- closing.py
        raise GeneratorExit("odd")
        -- main.py
        from report import attempt
        attempt("leaving")
        attempt("interrupted")
        attempt("closing")
        """,
    "SystemExit that nobody catches": """
        -- leaving.py
        print("leaving")
        raise SystemExit(3)
        -- main.py
        import leaving
        print("never")
        """,
    "names that are no names": """
        -- package/__init__.py
        -- main.py
        import importlib
        from report import once
        for name in "", ".", "..x", ".x", "a..b", "package.", "package..x", "a b", "a/b", "a\\0b":
            print(repr(name))
            once(lambda: importlib.import_module(name))
            once(lambda: importlib.import_module(name, "package"))
            once(lambda: __import__(name))
        ask = importlib.__import__
        for name in None, 5, b"package":
            print(repr(name))
            once(lambda: ask(name))
        once(lambda: ask("package", {"__package__": "package"}, level=-1))
        once(lambda: ask("package", fromlist=[5]))
        once(lambda: ask("x", {"__package__": 5}, None, (), 1))
        once(lambda: ask("x", {}, None, (), 1))
        once(lambda: ask("x", {"__name__": "package", "__package__": "package"}, None, (), 3))
        """,
    "finders that misbehave": """
        -- main.py
        import sys
        from report import attempt

        class Finder:
            answer = None

            @classmethod
            def find_spec(cls, name, path=None, target=None):
                if name.startswith("odd"):
                    return cls.answer(name)

        def refuses(name):
            raise LookupError("the finder broke")

        sys.meta_path.insert(0, Finder)
        for answer in refuses, lambda name: "no spec", lambda name: 5:
            Finder.answer = answer
            attempt("odd")
        """,
    "loaders that misbehave": """
        -- main.py
        import sys
        from importlib.machinery import ModuleSpec
        from report import attempt

        class Loader:
            def create_module(self, spec):
                return None
            def exec_module(self, module):
                pass

        class CannotCreate(Loader):
            def create_module(self, spec):
                raise OSError("no room")

        class CreatesText(Loader):
            def create_module(self, spec):
                return "no module"

        class CannotExecute(Loader):
            def exec_module(self, module):
                raise OSError("half way")

        class HasNoCreate:
            def exec_module(self, module):
                pass

        class RemovesIt(Loader):
            def exec_module(self, module):
                sys.modules.pop("odd", None)

        class PutsNone(Loader):
            def exec_module(self, module):
                sys.modules["odd"] = None

        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                return ModuleSpec(name, loader()) if name == "odd" else None

        sys.meta_path.insert(0, Finder)
        for loader in CannotCreate, CreatesText, CannotExecute, HasNoCreate, RemovesIt, PutsNone:
            print(loader.__name__)
            attempt("odd")
            sys.modules.pop("odd", None)
        """,
    "path hooks that misbehave": """
        -- main.py
        import sys
        from report import attempt

        def refuses(entry):
            raise ImportError("not mine")

        def breaks(entry):
            raise OSError("the hook broke")

        def answers_none(entry):
            return None

        sys.path_hooks.insert(0, refuses)
        attempt("missing")
        for hook in breaks, answers_none:
            sys.path_hooks[0] = hook
            sys.path.append(f"an entry for {hook.__name__}")
            attempt("missing")
            sys.path.pop()
        """,
    "a package whose path is no list": """
        -- number/__init__.py
        __path__ = 5
        -- text/__init__.py
        __path__ = "no such folder"
        -- nothing/__init__.py
        __path__ = None
        -- mixed/__init__.py
        __path__ = [None, 5, *__path__]
        -- mixed/child.py
        -- gone/__init__.py
        del __path__
        -- main.py
        from report import attempt
        attempt("number.child")
        attempt("text.child")
        attempt("nothing.child")
        attempt("mixed.child")
        attempt("gone.child")
        """,
    "archives that are damaged": """
        -- main.py
        import os, sys, zipfile
        from report import attempt
        here = os.path.dirname(__file__)
        good = os.path.join(here, "good.zip")
        with zipfile.ZipFile(good, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.py", "one = 1\\n" * 200)
        with open(good, "rb") as file:
            content = file.read()
        for name, damaged in {
            "cut": content[:-30], "torn": content[:45] + bytes(5) + content[50:], "empty": b"",
        }.items():
            with open(os.path.join(here, name + ".zip"), "wb") as file:
                file.write(damaged)
            sys.path.append(file.name)
            print(name)
            attempt("inside")
            sys.path.pop()
        """,
}

#: Only where the program's `sys` is the process's own.
PROGRAMS_OF_THE_PROCESS = {
    "a path that is no list": """
        -- main.py
        import sys
        from report import attempt
        kept = sys.path
        for path in None, 5, "no such folder", (), [None, 5, b"x"], {}:
            print(path)
            sys.path = path
            attempt("missing")
        sys.path = kept
        """,
    "names that are no names to the builtin": """
        -- package/__init__.py
        -- main.py
        from report import once
        for name in None, 5, b"package":
            once(lambda: __import__(name))
        once(lambda: __import__("package", level=-1))
        once(lambda: __import__("package", fromlist=[5]))
        once(lambda: __import__("x", {"__package__": 5}, None, (), 1))
        once(lambda: __import__("x", {}, None, (), 1))
        once(lambda: __import__("x", {"__package__": "package"}, None, (), 3))
        """,
    "a meta path and path hooks that are no lists": """
        -- main.py
        import sys
        from report import attempt
        kept = sys.meta_path, sys.path_hooks, sys.path_importer_cache
        for wrong in 5, "text", [None, 5]:
            sys.meta_path = wrong
            attempt("missing")
        sys.meta_path = kept[0]
        for wrong in 5, [5], None:
            sys.path_hooks = wrong
            sys.path_importer_cache = {}
            attempt("missing")
        sys.path_hooks, sys.path_importer_cache = kept[1:]
        """,
}
