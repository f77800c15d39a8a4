"""Documents 000 and 001, "Python Imports: Behind the scenes": the five steps."""

from __future__ import annotations

from tests.seeds.claims import Claim

_MODULE1_AND_MAIN = """
    -- module1.py
    print("Running module1")
    -- main.py
    print("======== Running main.py ======== ")
    print("Importing module1")
    import module1
    print("Deleting module1")
    del globals()["module1"] # Deletes from globals(), but not from sys.modules
    try:
        print("Accessing module 1 after deleting from globals()")
        # This will cause an exception. module1 is still cached in `sys.modules`,
        # but the reference to the cache has been removed from globals()
        module1
    except NameError as e:
        print("NameError", e)
    print("Re-importing module1")
    # Adds the cached version of module1 back to globals(), without
    # re-executing the module
    import module1
    print("Accessing module 1 after re-importing from globals()")
    module1
    print("Done!")
    print("=================================")
    """

CLAIMS = [
    Claim(
        "sys.modules is a regular dict of names to module objects",
        says="`sys.modules` is a regular `dict` that caches modules. The keys are strings of the "
        "modules' names and the values are module objects (i.e. objects of type `ModuleType`)",
        program="""
            -- module1.py
            -- main.py
            import sys
            import types
            import module1
            print(isinstance(sys.modules, dict))
            print({type(name) for name in sys.modules})
            print(type(sys.modules["module1"]) is types.ModuleType)
            """,
        prints="""
            True
            {<class 'str'>}
            True
            """,
        truth="So it is when nobody interferes. Nothing enforces it: whatever object stands there "
        'is returned, as document 003 shows with `"Hello"`.',
    ),
    Claim(
        "a module in the cache is bound and all further steps are skipped",
        says="If your module is already in `sys.modules`, python uses that version. It adds the "
        "cached version to `globals()` and skips the steps below.",
        program="""
            -- module1.py
            print("Running module1")
            -- main.py
            import sys

            class Listening:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    print("a finder is asked for", name)

            sys.meta_path.insert(0, Listening)
            import module1
            del module1
            import module1
            print("bound:", module1 is sys.modules["module1"])
            """,
        prints="""
            a finder is asked for module1
            Running module1
            bound: True
            """,
    ),
    Claim(
        "the five steps happen in this order",
        says="1. Check `sys.modules` 2. Create a module object 3. Cache the module "
        "4. Compile and execute 5. Add to `globals()`",
        program="""
            -- module1.py
            import sys
            print("4. its code runs; in the cache:", "module1" in sys.modules)
            -- main.py
            import sys
            from importlib.machinery import PathFinder, SourceFileLoader
            from importlib.util import spec_from_file_location

            def cached():
                return "module1" in sys.modules

            class Telling(SourceFileLoader):
                def create_module(self, spec):
                    print("2. it is created; in the cache:", cached())

                def exec_module(self, module):
                    print("3. it is in the cache:", cached(), "and empty:", empty(module))
                    super().exec_module(module)

                def get_data(self, path):
                    if path.endswith(".py"):
                        print("4. its source is read; in the cache:", cached())
                    return super().get_data(path)

                def source_to_code(self, data, path, *rest, **options):
                    print("4. it is compiled; in the cache:", cached())
                    return super().source_to_code(data, path, *rest, **options)

            def empty(module):
                return all(name.startswith("__") for name in vars(module))

            class Finder:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    if name != "module1":
                        return None
                    print("1. it is looked for; in the cache:", cached())
                    file = __file__.replace("main.py", "module1.py")
                    return spec_from_file_location(name, file, loader=Telling(name, file))

            sys.meta_path.insert(0, Finder)
            print("5. it is bound:", "module1" in globals())
            import module1
            print("5. it is bound:", "module1" in globals())
            """,
        prints="""
            5. it is bound: False
            1. it is looked for; in the cache: False
            2. it is created; in the cache: False
            3. it is in the cache: True and empty: True
            4. its source is read; in the cache: True
            4. it is compiled; in the cache: True
            4. its code runs; in the cache: True
            5. it is bound: True
            """,
        truth='Step 2 is said to load "the module\'s source code into it". The new object is '
        "empty: it has its name and where it comes from, no more. The source is read in step 4, "
        "when the module already stands in the cache.",
    ),
    Claim(
        "the first import executes all of the code",
        says="The first time you import a module, python will execute all of the code in that "
        "module.",
        program="""
            -- module1.py
            first = "its first line"
            def function():
                return first
            if function():
                last = "its last line"
            -- main.py
            import module1
            print(module1.first)
            print(module1.last)
            """,
        prints="""
            its first line
            its last line
            """,
        truth="All of its top-level code: a function's body runs when the function is called. "
        "And if the code raises, the rest does not run and the module is taken out of the cache.",
    ),
    Claim(
        "a module whose code raises is not cached and is executed again",
        says="Python only executes a module the first time it is imported",
        program="""
            -- module1.py
            print("Running module1")
            raise RuntimeError("not today")
            -- main.py
            import sys
            for attempt in 1, 2:
                try:
                    import module1
                except RuntimeError as error:
                    print(error, "module1" in sys.modules)
            """,
        prints="""
            Running module1
            not today False
            Running module1
            not today False
            """,
        truth="The first time that succeeds: a failed import leaves nothing in the cache, so the "
        "next one starts afresh.",
    ),
    Claim(
        "importing a module twice does not execute it again",
        says="Importing a module twice will not re-execute it. Subsequent references to your "
        "module will still refer back to the cached module as it was originally imported.",
        program="""
            -- module1.py
            print("Running module1")
            -- main.py
            import module1
            first = module1
            import module1
            print(module1 is first)
            """,
        prints="""
            Running module1
            True
            """,
    ),
    Claim(
        "the cache is shared by all files of a program",
        says="The `sys.modules` cache is not file-specific. [...] If you import the same module "
        "in multiple files in your program, it will get cached once in `sys.modules`.",
        program="""
            -- module1.py
            print("Running module1")
            -- one.py
            import module1
            -- two.py
            import module1
            -- main.py
            import one
            import two
            import module1
            print(one.module1 is two.module1 is module1)
            """,
        prints="""
            Running module1
            True
            """,
    ),
    Claim(
        "that importing executes all of the code is only partly true",
        says="It is often said that importing a python module will execute all of the code in the "
        "module. That is only partly true. [...] Subsequent import statements throughout your "
        "code, even in different files, will refer back to the cached version and will not "
        "execute the module again.",
        program="""
            -- module1.py
            print("Running module1")
            seen_by = []
            -- one.py
            import module1
            module1.seen_by.append("one")
            -- main.py
            import one
            import module1
            module1.seen_by.append("main")
            print(module1.seen_by)
            """,
        prints="""
            Running module1
            ['one', 'main']
            """,
    ),
    Claim(
        "main.py of the document prints this",
        says="Output from main.py",
        program=_MODULE1_AND_MAIN,
        prints="""
            ======== Running main.py ========\x20
            Importing module1
            Running module1
            Deleting module1
            Accessing module 1 after deleting from globals()
            NameError name 'module1' is not defined
            Re-importing module1
            Accessing module 1 after re-importing from globals()
            Done!
            =================================
            """,
        truth="To the letter, but for one space: the program prints it after the first line, and "
        "the document's output has lost it.",
    ),
    Claim(
        "a name deleted from globals is still in the cache",
        says="This will cause an exception. module1 is still cached in `sys.modules`, but the "
        "reference to the cache has been removed from globals()",
        program="""
            -- module1.py
            print("Running module1")
            -- main.py
            import sys
            import module1
            kept = module1
            del globals()["module1"]
            print("module1" in globals(), "module1" in sys.modules)
            import module1
            print(module1 is kept)
            """,
        prints="""
            Running module1
            False True
            True
            """,
        truth="What is removed is a reference to the module, not to the cache.",
    ),
    Claim(
        "import binds in the namespace where the statement stands",
        says="Add to `globals()`: Python adds your module to `globals()`, making it available for "
        "use going forward.",
        program="""
            -- module1.py
            -- package/__init__.py
            -- package/inside.py
            -- main.py
            def function():
                import module1
                return "module1" in locals()

            class Class:
                import module1

            print(function(), "module1" in vars(Class), "module1" in globals())
            import module1 as other
            print("module1" in globals(), "other" in globals())
            import package.inside
            print("package" in globals(), "inside" in globals())
            """,
        prints="""
            True True False
            False True
            True False
            """,
        truth="To `globals()` at the top level of a module only. In a function the name is local, "
        "in a class body it is the class's; `as` binds another name, and `import a.b` binds `a`.",
    ),
]
