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
    "a file in a bad encoding": """
        -- undeclared.py
        -- unknown.py
        # -*- coding: nonsense -*-
        -- contradiction.py
        -- nulls.py
        -- main.py
        import os
        from report import attempt
        def write(name, content):
            with open(os.path.join(os.path.dirname(__file__), name), "wb") as file:
                file.write(content)
        write("undeclared.py", b"name = 'caf\\xe9'\\n")
        write("contradiction.py", b"\\xef\\xbb\\xbf# coding: latin-1\\n")
        write("nulls.py", b"one = 1\\0\\n")
        attempt("undeclared")
        attempt("unknown")
        attempt("contradiction")
        attempt("nulls")
        """,
    "a file with a syntax error": """
        -- broken.py
        one = 1
        two = = 2
        -- indented.py
        if True:
        pass
        -- package/__init__.py
        from . import broken
        -- package/broken.py
        (
        -- main.py
        from report import attempt
        attempt("broken")
        attempt("indented")
        attempt("package")
        """,
    "bytecode without source that is cut off or foreign": """
        -- main.py
        import marshal, os
        from importlib.util import MAGIC_NUMBER
        from report import attempt
        folder = os.path.dirname(__file__)
        code = marshal.dumps(compile("one = 1", "a.py", "exec"))
        contents = {
            "empty": b"",
            "half_a_number": MAGIC_NUMBER[:2],
            "only_a_number": MAGIC_NUMBER,
            "cut_in_the_header": MAGIC_NUMBER + bytes(8),
            "only_a_header": MAGIC_NUMBER + bytes(12),
            "cut_in_the_code": MAGIC_NUMBER + bytes(12) + code[:-20],
            "foreign": b"\\x03\\xf3\\r\\n" + bytes(12) + code,
            "text": b"print('I am no bytecode at all')",
            "no_code": MAGIC_NUMBER + bytes(12) + marshal.dumps([1, 2]),
        }
        for name, content in contents.items():
            with open(os.path.join(folder, name + ".pyc"), "wb") as file:
                file.write(content)
        for name in contents:
            attempt(name)
        """,
    "bytecode beside its source that is cut off or foreign": """
        -- module.py
        print("compiled again")
        -- main.py
        import importlib, os, sys
        from importlib.util import cache_from_source
        source = os.path.join(os.path.dirname(__file__), "module.py")
        cached = cache_from_source(source)
        import module
        with open(cached, "rb") as file:
            right = file.read()
        for wrong in b"", right[:3], right[:15], b"nonsense" + right[8:], bytes(4) + right[4:]:
            with open(cached, "wb") as file:
                file.write(wrong)
            del sys.modules["module"]
            import module
            with open(cached, "rb") as file:
                print(file.read() == right)
        """,
    "bytecode beside its source that is cut off in the code": """
        -- cut.py
        -- main.py
        import os
        from importlib.util import cache_from_source
        from report import attempt
        import cut, sys
        cached = cache_from_source(cut.__file__)
        with open(cached, "rb") as file:
            right = file.read()
        with open(cached, "wb") as file:
            file.write(right[:30])
        del sys.modules["cut"]
        attempt("cut")
        """,
    "a folder and a file that may not be read": """
        -- main.py
        import contextlib, os, shutil, sys, tempfile
        from report import attempt
        import threading, importlib  # all that is needed is loaded before the rights are gone
        folder = tempfile.mkdtemp()
        closed = os.path.join(folder, "closed")
        os.mkdir(closed)
        for name in "secret.py", "closed/hidden.py":
            with open(os.path.join(folder, name), "w"):
                pass
        os.chmod(os.path.join(folder, "secret.py"), 0)
        os.chmod(closed, 0)
        os.chmod(folder, 0o755)
        sys.path += [folder, closed]
        sys.dont_write_bytecode = True
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)  # root may read everything
        out = __import__("io").StringIO()
        try:
            with contextlib.redirect_stdout(out):
                attempt("secret")
                attempt("hidden")
                attempt("closed.hidden")
        finally:
            if was_root:
                os.seteuid(0)
            os.chmod(closed, 0o755)
            shutil.rmtree(folder)
        print(out.getvalue().replace(folder, "FOLDER"))
        """,
    "what looks like a module and is none": """
        -- folder.py/
        -- main.py
        import os, sys
        from report import attempt
        here = os.path.dirname(__file__)
        os.symlink("loop.py", os.path.join(here, "loop.py"))
        os.symlink("nowhere.py", os.path.join(here, "dangling.py"))
        attempt("loop")
        attempt("dangling")
        attempt("folder.py")
        sys.path.append(os.path.join(here, "main.py"))
        sys.path.append(os.path.join(here, "no such folder"))
        attempt("missing")
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
