"""Programs about reload, files, bytecode, encodings and the path."""

PROGRAMS = {
    "reload keeps names and object": """
        -- module.py
        count = globals().get("count", 0) + 1
        -- main.py
        import importlib, module
        module.added = "by hand"
        before = module
        print(importlib.reload(module) is before, module.count, module.added)
        """,
    "a reload that fails keeps the old module": """
        -- module.py
        value = "old"
        -- main.py
        import importlib, module, sys
        from pathlib import Path
        file = Path(__file__).with_name("module.py")
        for text in "value = = 2", "value = 'half'\\nmissing_name\\n":
            file.write_text(text)
            importlib.invalidate_caches()
            try:
                importlib.reload(module)
            except (SyntaxError, NameError) as error:
                print(type(error).__name__, error)
            print(module.value, sys.modules["module"] is module)
        """,
    "reload of a module that became a package": """
        -- module.py
        kind = "module"
        -- main.py
        import importlib, module, os
        from pathlib import Path
        file = Path(__file__).with_name("module.py")
        file.unlink()
        file.with_suffix("").mkdir()
        (file.with_suffix("") / "__init__.py").write_text("kind = 'package'")
        (file.with_suffix("") / "child.py").write_text("")
        importlib.invalidate_caches()
        importlib.reload(module)
        import module.child
        print(module.kind, os.path.basename(module.__file__), len(module.__path__))
        """,
    "reload of a module that is gone": """
        -- module.py
        -- main.py
        import importlib, module, os
        os.remove(module.__file__)
        importlib.invalidate_caches()
        try:
            importlib.reload(module)
        except ModuleNotFoundError as error:
            print(error, error.name)
        """,
    "reload of what is no module": """
        -- main.py
        import importlib, types
        for wrong in "module", 5, None, types.ModuleType("never_imported"):
            try:
                importlib.reload(wrong)
            except (TypeError, ImportError) as error:
                print(type(error).__name__, error)
        """,
    "reload of a package and of its submodule": """
        -- package/__init__.py
        print("package runs")
        from . import child
        -- package/child.py
        print("child runs")
        -- main.py
        import importlib, package
        child = package.child
        importlib.reload(package)
        print(package.child is child)
        print(importlib.reload(package.child) is child)
        """,
    "reload of modules of the standard library": """
        -- main.py
        import importlib, colorsys, json, sys, time
        for module in colorsys, json, time, sys:
            print(importlib.reload(module) is module, module.__name__)
        """,
    "an edit is seen after the entry was deleted": """
        -- module.py
        value = 1
        -- main.py
        import sys, module
        from pathlib import Path
        first = module
        Path(module.__file__).write_text("value = 'edited'")
        del sys.modules["module"]
        import module
        print(first.value, module.value)
        """,
    "an edit of the same size within a second is not seen by the bytecode": """
        -- module.py
        value = 1
        -- main.py
        import os, sys, module
        from pathlib import Path
        status = os.stat(module.__file__)
        Path(module.__file__).write_text("value = 2\\n")
        os.utime(module.__file__, ns=(status.st_atime_ns, status.st_mtime_ns))
        del sys.modules["module"]
        import module
        print(module.value)
        """,
    "a file made while the program runs": """
        -- main.py
        import importlib
        from pathlib import Path
        try:
            import made_later
        except ModuleNotFoundError as error:
            print(error)
        Path(__file__).with_name("made_later.py").write_text("print('made later')")
        importlib.invalidate_caches()
        import made_later
        """,
    "bytecode is written and used": """
        -- module.py
        def function():
            return 1
        -- main.py
        import importlib.util, os, sys
        import module
        cached = importlib.util.cache_from_source(module.__file__)
        print(os.path.relpath(cached, os.path.dirname(__file__)) == os.path.join(
            "__pycache__", f"module.{sys.implementation.cache_tag}.pyc"))
        print(os.path.exists(cached), module.__spec__.cached == cached)
        with open(cached, "rb") as file:
            content = file.read()
        print(content[:4] == importlib.util.MAGIC_NUMBER, content[4:8],
              int.from_bytes(content[12:16], "little"))
        print(module.function.__code__.co_filename == module.__file__)
        """,
    "bytecode is not written when it must not be": """
        -- module.py
        -- main.py
        import os, sys
        sys.dont_write_bytecode = True
        import module
        print(os.path.exists(os.path.join(os.path.dirname(__file__), "__pycache__")))
        """,
    "a bytecode tree elsewhere": """
        -- module.py
        -- main.py
        import os, sys
        here = os.path.dirname(__file__)
        sys.pycache_prefix = os.path.join(here, "elsewhere")
        import module
        print(os.path.exists(os.path.join(here, "__pycache__")),
              module.__spec__.cached == sys.pycache_prefix + here + "/" + os.path.basename(
                  module.__spec__.cached), os.path.exists(module.__spec__.cached))
        """,
    "bytecode alone beside where the source was": """
        -- module.py
        def function():
            return "from bytecode"
        -- main.py
        import os, py_compile
        source = os.path.join(os.path.dirname(__file__), "module.py")
        py_compile.compile(source, source + "c", doraise=True)
        os.remove(source)
        import module
        print(module.function(), os.path.basename(module.__file__))
        print(type(module.__loader__).__name__)
        print(module.__loader__.get_source("module"))
        """,
    "bytecode validated by hash": """
        -- module.py
        value = 1
        -- main.py
        import os, py_compile, sys
        from pathlib import Path
        source = Path(__file__).with_name("module.py")
        for mode in py_compile.PycInvalidationMode.CHECKED_HASH, (
                py_compile.PycInvalidationMode.UNCHECKED_HASH):
            source.write_text("value = 1")
            py_compile.compile(str(source), invalidation_mode=mode, doraise=True)
            source.write_text("value = 2")
            sys.modules.pop("module", None)
            import module
            print(mode.name, module.value)
        """,
    "sources in several encodings": """
        -- latin.py
        -- marked.py
        -- lines.py
        -- main.py
        import os
        here = os.path.dirname(__file__)
        for name, content in {
            "latin": b"# -*- coding: latin-1 -*-\\ntext = 'caf\\xe9'\\n",
            "marked": b"\\xef\\xbb\\xbftext = 'caf\\xc3\\xa9'\\n",
            "lines": b"text = '''one\\r\\ntwo'''\\r\\n",
        }.items():
            with open(os.path.join(here, name + ".py"), "wb") as file:
                file.write(content)
        import latin, marked, lines
        print(ascii(latin.text), ascii(marked.text), ascii(lines.text))
        print(ascii(lines.__loader__.get_source("lines")))
        """,
    "names in other scripts": """
        -- größe.py
        wert = 5
        -- main.py
        import größe
        import importlib
        print(größe.wert, ascii(größe.__name__), importlib.import_module("größe") is größe)
        """,
    "entries of the path that are nothing": """
        -- lib/found.py
        -- main.py
        import os, pathlib, sys
        here = os.path.dirname(__file__)
        sys.path[:0] = [None, 5, b"bytes", "no such folder", os.path.join(here, "main.py"),
                        pathlib.Path(here) / "lib"]
        try:
            import found
        except ModuleNotFoundError as error:
            print(error)
        sys.path.insert(0, os.path.join(here, "lib"))
        import found
        print([entry for entry in sys.path_importer_cache if entry == "no such folder"])
        """,
    "an empty entry is the current folder at that time": """
        -- one/here.py
        place = "one"
        -- two/here.py
        place = "two"
        -- main.py
        import os, sys
        home = os.path.dirname(__file__)
        sys.path.insert(0, "")
        os.chdir(os.path.join(home, "one"))
        import here
        print(here.place, os.path.isabs(here.__file__))
        del sys.modules["here"]
        os.chdir(os.path.join(home, "two"))
        import here
        print(here.place)
        """,
    "a relative entry of the path": """
        -- lib/module.py
        -- main.py
        import os, sys
        sys.path.insert(0, "lib")
        import module
        print(os.path.isabs(module.__file__), os.path.isabs(module.__spec__.origin))
        """,
    "symbolic links": """
        -- real/module.py
        print("runs as", __name__)
        -- main.py
        import os, sys
        here = os.path.dirname(__file__)
        os.symlink("real", os.path.join(here, "linked"))
        os.symlink(os.path.join("real", "module.py"), os.path.join(here, "other.py"))
        import linked.module, other
        print(os.path.relpath(linked.module.__file__, here), os.path.relpath(other.__file__, here))
        """,
    "a path that was replaced": """
        -- lib/module.py
        -- main.py
        import os, sys
        sys.path = [os.path.join(os.path.dirname(__file__), "lib"), *sys.path]
        import module
        print(module.__name__)
        sys.modules = dict(sys.modules)
        sys.modules.pop("module")
        import module as after
        print(after is module)
        """,
}
