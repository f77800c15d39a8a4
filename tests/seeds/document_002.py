"""Document 002, "Importing in python - don't touch sys.modules"."""

from __future__ import annotations

from tests.seeds.claims import Claim

_FOO_AND_BAR = """
            -- foo.py
            def hello():
                print('hello')
            -- bar.py
            import foo

            def hello_bar():
                foo.hello()
            -- main.py
            from pathlib import Path

            def edit_foo():
                file = Path(__file__).with_name("foo.py")
                file.write_text("def hello():\\n    print('hello everyone')\\n")
"""

CLAIMS = [
    Claim(
        "importing again after an edit changes nothing",
        says="If you import a module, let's call it `test`, modify the file and import again (in "
        "the same interpreter instance) nothing changes, you're still running the old code.",
        program="""
            -- test.py
            def hello():
                print('hello everyone')
            -- main.py
            from pathlib import Path
            import test
            test.hello()
            Path(__file__).with_name("test.py").write_text("def hello():\\n    print('hello')\\n")
            import test
            test.hello()
            """,
        prints="""
            hello everyone
            hello everyone
            """,
    ),
    Claim(
        "reload is the canonical way to run the code again",
        says="in python you cannot just `import module` again to reload the module. The canonical "
        "albeit still bad way is to `import importlib` and use `importlib.reload(module)`.",
        program="""
            -- module.py
            print("Running module")
            -- main.py
            import importlib
            import module
            import module
            print(importlib.reload(module) is module)
            """,
        prints="""
            Running module
            Running module
            True
            """,
    ),
    Claim(
        "sys.modules takes item assignment and deletion",
        says="this `sys.modules` standard dict supports item assignment `__setitem__` as well as "
        "deletion `__delitem__`",
        program="""
            -- module.py
            -- main.py
            import sys
            import module
            print(isinstance(sys.modules, dict))
            sys.modules["another_name"] = module
            import another_name
            print(another_name is module)
            del sys.modules["another_name"]
            print("another_name" in sys.modules)
            """,
        prints="""
            True
            True
            False
            """,
    ),
    Claim(
        "mappingproxy takes neither",
        says="unlike `mappingproxy` which is the dict-like object/wrapper/imitator that a lot of "
        "the builtin data structures [...] use to imitate a dict while avoiding modification",
        program="""
            -- main.py
            print(type(dict.__dict__).__name__)
            try:
                dict.__dict__["__getitem__"] = 8
            except TypeError as error:
                print(error)
            try:
                del dict.__dict__["__getitem__"]
            except TypeError as error:
                print(error)
            try:
                dict.__dict__.__getitem__ = 8
            except AttributeError as error:
                print(error)
            """,
        prints="""
            mappingproxy
            'mappingproxy' object does not support item assignment
            'mappingproxy' object does not support item deletion
            'mappingproxy' object attribute '__getitem__' is read-only
            """,
        truth="Footnote 1 assigns to the *attribute* `__getitem__`, which a plain dict refuses "
        "too. What sets the proxy apart is the refusal of items, the first two lines.",
    ),
    Claim(
        "a dict has no instance dict",
        says="Otherwise any `dict` would have an instance dict `dict.__dict__` which would have "
        "an instance dict [...] of type dict which would have an instance dict and so on.",
        program="""
            -- main.py
            class Class:
                pass
            print(hasattr({}, "__dict__"))
            print(type(dict.__dict__).__name__, type(Class.__dict__).__name__)
            print(type(Class().__dict__).__name__, hasattr(Class().__dict__, "__dict__"))
            """,
        prints="""
            False
            mappingproxy mappingproxy
            dict False
            """,
        truth="There is no such recursion to avoid: `dict.__dict__` is the namespace of the class "
        "`dict`, and a single dict has no `__dict__` at all. Every class shows its namespace "
        "through a proxy, so that nobody changes it behind the class's back.",
    ),
    Claim(
        "deleting the entry changes nothing at first",
        says="What happens if you delete the module from sys.modules? The answer: nothing at "
        "first. The code still runs, all functions that were in the module previously are still "
        "there and execute",
        program="""
            -- test.py
            def hello():
                print('hello everyone')
            -- main.py
            import sys
            import test
            del sys.modules['test']
            test.hello()
            print('test' in sys.modules)
            """,
        prints="""
            hello everyone
            False
            """,
    ),
    Claim(
        "import after the deletion reimports the module",
        says="but something odd happens if you now call `import test`: it reimports the module",
        program="""
            -- test.py
            def hello():
                print('hello everyone')
            -- main.py
            import sys
            from pathlib import Path
            import test
            test.hello()
            Path(__file__).with_name("test.py").write_text("def hello():\\n    print('hello')\\n")
            del sys.modules['test']
            first = test
            import test
            test.hello()
            print(test is first)
            """,
        prints="""
            hello everyone
            hello
            False
            """,
    ),
    Claim(
        "the hacked reload makes a second module and leaves the first one alone",
        says="this particular way of reloading only reloads the module in the current namespace",
        program=_FOO_AND_BAR
        + """
            -- later.py
            import foo
            -- main.py
            import sys
            import foo, bar
            first = foo
            del sys.modules['foo']
            import foo
            import later
            print(bar.foo is first, foo is first)
            print(later.foo is foo)
            """,
        prints="""
            True False
            True
            """,
        truth="Nothing is reloaded: a second module object is made. The current namespace gets "
        "it, and so does whoever imports `foo` from now on, `later` here. Whoever holds the first "
        "object keeps it.",
    ),
    Claim(
        "reload reaches the users of the module",
        says="As you can see using `importlib.reload` reloads the module and references to the "
        "module are updated as well",
        program=_FOO_AND_BAR
        + """
            import foo, bar
            bar.hello_bar()
            foo.hello()
            edit_foo()
            from importlib import reload
            kept = id(foo)
            reload(foo)
            bar.hello_bar()
            foo.hello()
            print(id(foo) == kept, bar.foo is foo)
            """,
        prints="""
            hello
            hello
            hello everyone
            hello everyone
            True True
            """,
        truth="No reference is updated, and none needs to be: `bar.foo` leads to the same object "
        "as before, and that object now has another `hello`. Footnote 3 says it right.",
    ),
    Claim(
        "the hacked reload does not reach the users of the module",
        says="This behavior is different if you reload using our dirty little trick. [...] Here "
        "the reference to `foo` in `bar` is not being updated",
        program=_FOO_AND_BAR
        + """
            import foo, bar
            bar.hello_bar()
            foo.hello()
            edit_foo()
            import sys
            del sys.modules['foo']
            import foo
            bar.hello_bar()
            foo.hello()
            """,
        prints="""
            hello
            hello
            hello
            hello everyone
            """,
    ),
    Claim(
        "the old version remains in the globals of the modules that use it",
        says="this `import` is overwriting the definition of the module wherever it is being kept "
        "and the old version of the code remains in the `globals()` dicts of the modules using it",
        program=_FOO_AND_BAR
        + """
            import sys
            import foo, bar
            old = foo
            del sys.modules['foo']
            import foo
            print(sys.modules['foo'] is foo, sys.modules['foo'] is old)
            print(vars(bar)['foo'] is old)
            """,
        prints="""
            True False
            True
            """,
        truth="Rightly guessed. Nothing is overwritten, though: the entry had been deleted, and a "
        "new one is made.",
    ),
    Claim(
        "contents taken out of a module keep their old value",
        says="This does not work if you reassign contents of the imported module. If you do "
        "something like `var = module.other_var` change the value of `other_var` and reload "
        "`var` will still have the old value. That applies to functions and variables as well as "
        "`from module import symbol` imports.",
        program="""
            -- module.py
            other_var = "old"
            def symbol():
                return "old"
            -- main.py
            import importlib
            from pathlib import Path
            import module
            from module import symbol
            var = module.other_var
            file = Path(__file__).with_name("module.py")
            file.write_text(file.read_text().replace("old", "edited"))
            importlib.reload(module)
            print(var, module.other_var)
            print(symbol(), module.symbol())
            """,
        prints="""
            old edited
            old edited
            """,
    ),
    Claim(
        "reload changes the module object in place",
        says="From this I can only assume that `importlib.reload` changes the module object in "
        "place rather that replace it.",
        program="""
            -- module.py
            kept = taken_out = 1
            -- main.py
            import importlib
            from pathlib import Path
            import module
            module.set_by_the_program = 2
            before, namespace = module, module.__dict__
            Path(__file__).with_name("module.py").write_text("kept = 'edited'")
            importlib.reload(module)
            print(module is before, module.__dict__ is namespace)
            print(module.kept, module.taken_out, module.set_by_the_program)
            """,
        prints="""
            True True
            edited 1 2
            """,
        truth="Rightly assumed, and with a consequence: the code runs in the namespace as it "
        "stands, so a name that the new text no longer has stays there.",
    ),
]
