"""Files that cannot be imported; see ``bad_input`` for how the programs tell it."""

PROGRAMS = {
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
}
