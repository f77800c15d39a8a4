"""Document 003, "Python DeepCuts: Import Cache & sys.modules"."""

from __future__ import annotations

from tests.seeds.claims import Claim

CLAIMS = [
    Claim(
        "an imported module is in the cache",
        says='import sys; import math; "math" in sys.modules. This is a dictionary: '
        '{"module_name": module_object}',
        program="""
            -- main.py
            import sys
            import math
            print("math" in sys.modules)
            print(isinstance(sys.modules, dict))
            """,
        prints="""
            True
            True
            """,
    ),
    Claim(
        "one object stands under the name and in the cache",
        says='id(math) == id(sys.modules["math"])',
        program="""
            -- main.py
            import sys
            import math
            first = math
            import math
            print(id(math) == id(sys.modules["math"]), math is first)
            """,
        prints="""
            True True
            """,
    ),
    Claim(
        "a second import only looks into the cache",
        says="it checks sys.modules, finds the existing module, returns the same object. [...] "
        "This is why imports are fast after the first load.",
        program="""
            -- demo_module.py
            -- main.py
            import sys

            class Listening:
                asked = []

                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    cls.asked.append(name)

            sys.meta_path.insert(0, Listening)
            import demo_module
            for _ in range(1000):
                import demo_module
            print(Listening.asked)
            """,
        prints="""
            ['demo_module']
            """,
        truth="How fast is a measurement, not a test: `benchmarks/` has it.",
    ),
    Claim(
        "top-level code runs only during the first import",
        says="Output: Executing module. Printed only once.",
        program="""
            -- demo_module.py
            print("Executing module")
            -- main.py
            import demo_module
            import demo_module
            """,
        prints="""
            Executing module
            """,
    ),
    Claim(
        "reload executes the code again",
        says="You can force Python to re-execute a module using: import importlib; "
        "importlib.reload(module)",
        program="""
            -- demo_module.py
            print("Executing module")
            -- main.py
            import importlib
            import demo_module
            importlib.reload(demo_module)
            """,
        prints="""
            Executing module
            Executing module
            """,
    ),
    Claim(
        "a name taken by from-import is stale after a reload",
        says="demo_module is updated, but some_function still points to the old version",
        program="""
            -- demo_module.py
            def some_function():
                return "old"
            -- main.py
            import importlib
            from pathlib import Path
            import demo_module
            from demo_module import some_function
            text = "def some_function():\\n    return 'new'\\n# a longer file\\n"
            Path(__file__).with_name("demo_module.py").write_text(text)
            importlib.reload(demo_module)
            print(demo_module.some_function(), some_function())
            """,
        prints="""
            new old
            """,
        truth="Under a plain `importlib.reload`. With `entrepot.live` the function is changed in "
        "place, and both names lead to the new code: the end of this pitfall.",
    ),
    Claim(
        "the reference goes stale even if the file was not edited",
        says="This happens because: the reference was copied earlier; reload does not rewrite "
        "existing references",
        program="""
            -- demo_module.py
            def some_function():
                pass
            -- main.py
            import importlib
            import demo_module
            from demo_module import some_function
            print(some_function is demo_module.some_function)
            importlib.reload(demo_module)
            print(some_function is demo_module.some_function)
            """,
        prints="""
            True
            False
            """,
    ),
    Claim(
        "a module is in the cache before its code runs",
        says="When two modules import each other, Python avoids infinite recursion by: inserting "
        "the module into sys.modules before execution finishes",
        program="""
            -- egg.py
            import sys
            print("egg is in the cache:", "egg" in sys.modules)
            import hen
            -- hen.py
            import egg
            print("hen sees egg:", egg is not None)
            -- main.py
            import egg
            """,
        prints="""
            egg is in the cache: True
            hen sees egg: True
            """,
        truth="Before it begins, even: the module's first line finds itself there.",
    ),
    Claim(
        "a circular import sees a partially initialised module",
        says="other modules may access it, even if it's not fully initialised",
        program="""
            -- egg.py
            shell = "there before the import"
            import hen
            yolk = "there after the import"
            -- hen.py
            import egg
            print(hasattr(egg, "shell"), hasattr(egg, "yolk"))
            -- main.py
            import egg
            print(egg.yolk)
            """,
        prints="""
            True False
            there after the import
            """,
    ),
    Claim(
        "the errors of a circular import name the cause",
        says="This leads to errors like: missing attributes, partially defined objects",
        program="""
            -- lib/egg.py
            import hen
            yolk = 1
            -- lib/hen.py
            import egg
            egg.yolk
            -- lib/left.py
            from right import name
            other = 1
            -- lib/right.py
            from left import other
            name = 1
            -- main.py
            import os, re, sys
            lib = os.path.join(os.path.dirname(__file__), "lib")
            sys.path.append(lib)
            try:
                import egg
            except AttributeError as error:
                print(re.sub(" from '.*egg.py'", "", str(error)))
            try:
                import left
            except ImportError as error:
                print(str(error).replace(lib + os.sep, ""))
            """,
        prints="""
            partially initialized module 'egg' has no attribute 'yolk' (most likely due to a circular import)
            cannot import name 'other' from partially initialized module 'left' (most likely due to a circular import) (left.py)
            """,  # noqa: E501 - Python's own words, to the letter
        truth="From Python 3.13 on the AttributeError tells the file too (taken out here), and "
        "if that file lies beside the script instead of in a folder `lib`, another hint: "
        "\"consider renaming '.../egg.py' if it has the same name as a third-party module\".",
    ),
    Claim(
        "whatever stands in the cache is what import returns",
        says='sys.modules["fake_module"] = "Hello"; import fake_module; print(fake_module). '
        "Python does not validate this: it simply returns what's stored.",
        program="""
            -- main.py
            import sys
            sys.modules["fake_module"] = "Hello"
            import fake_module
            print(fake_module)
            print(type(fake_module))
            """,
        prints="""
            Hello
            <class 'str'>
            """,
    ),
    Claim(
        "None in the cache is the one object that import refuses",
        says="Python fully trusts sys.modules.",
        program="""
            -- demo_module.py
            -- main.py
            import sys
            sys.modules["demo_module"] = None
            try:
                import demo_module
            except ModuleNotFoundError as error:
                print(error)
            """,
        prints="""
            import of demo_module halted; None in sys.modules
            """,
        truth="With one exception: `None` there is the documented way to forbid an import.",
    ),
]
