"""Rules of files: the bytecode cache, where CPython's own suites notice little; archives."""

from __future__ import annotations

from tests.rules.rule import Rule

RULES = [
    Rule(
        "unknown flags in a bytecode file without source are an ImportError",
        program="""
            -- module.py
            -- main.py
            import os
            import py_compile
            import sys
            folder = os.path.dirname(__file__)
            source, legacy = os.path.join(folder, "module.py"), os.path.join(folder, "module.pyc")
            py_compile.compile(source, legacy, doraise=True)
            os.remove(source)
            with open(legacy, "r+b") as file:
                file.seek(4)
                file.write((0b100).to_bytes(4, "little"))
            try:
                import module
            except ImportError as error:
                print(str(error).replace("0b100", "4"), "|", error.name)
                print(error.path == legacy, "module" in sys.modules)
            """,
        prints="""
            invalid flags 4 in 'module' | module
            True False
            """,
    ),
    Rule(
        "unknown flags in a bytecode file beside its source mean to compile again",
        program="""
            -- module.py
            print("Running module")
            -- main.py
            import importlib.util
            import os
            import py_compile
            source = os.path.join(os.path.dirname(__file__), "module.py")
            cached = py_compile.compile(source, doraise=True)
            with open(cached, "r+b") as file:
                file.seek(4)
                file.write((0b100).to_bytes(4, "little"))
            import module
            with open(cached, "rb") as file:
                print(file.read()[4:8])
            """,
        prints="""
            Running module
            b'\\x00\\x00\\x00\\x00'
            """,
    ),
    Rule(
        "a bytecode file that cannot be written is no error",
        program="""
            -- __pycache__
            A file stands where the folder should be.
            -- module.py
            print("Running module")
            -- main.py
            import os
            import module
            print(os.path.isfile(os.path.join(os.path.dirname(__file__), "__pycache__")))
            """,
        prints="""
            Running module
            True
            """,
    ),
    Rule(
        "modules and packages are imported from a zip file",
        program="""
            -- main.py
            import os, sys, zipfile
            archive = os.path.join(os.path.dirname(__file__), "code.zip")
            with zipfile.ZipFile(archive, "w") as file:
                file.writestr("zipped.py", "value = 'in a zip'")
                file.writestr("pack/__init__.py", "from . import inner")
                file.writestr("pack/inner.py", "import zipped; value = zipped.value")
            sys.path.insert(0, archive)
            import pack
            print(pack.inner.value, os.path.relpath(pack.__file__, archive))
            loader = pack.__loader__
            print(type(loader).__name__, loader.is_package(pack.__name__))
            print(loader.get_source(pack.__name__))
            """,
        prints="""
            in a zip pack/__init__.py
            zipimporter True
            from . import inner
            """,
    ),
]
