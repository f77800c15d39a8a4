"""Document 003's code snippet, its "real systems" and its "common pitfalls"."""

from __future__ import annotations

from tests.seeds.claims import Claim

#: The snippet to the letter, with its ids and the place of `math` made to look alike everywhere.
_SNIPPET = """
            -- snippet.py
            import sys
            import importlib
            import math
            print("math in cache:", "math" in sys.modules)
            print("Module object:", sys.modules["math"])
            print(id(math), id(sys.modules["math"]))
            # Example with custom module
            # Create demo_module.py with:
            # print("Module executing")
            import demo_module
            import demo_module
            importlib.reload(demo_module)
            from demo_module import some_function
            importlib.reload(demo_module)
            # some_function still refers to old version
            # sys.modules manipulation
            sys.modules["fake_module"] = "Hello"
            import fake_module
            print(fake_module)
            -- main.py
            import contextlib, io, os, re
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                try:
                    import snippet
                except ImportError as error:
                    print("ImportError:", error)
            text = printed.getvalue().replace(os.path.dirname(__file__) + os.sep, "")
            text = re.sub(r"<module 'math' .*>", "<module 'math' ...>", text)
            print(re.sub(r"(\\d{6,}) \\1", "<id> <the same id>", text), end="")
"""

CLAIMS = [
    Claim(
        "the code snippet as it is told ends in an ImportError",
        says='Create demo_module.py with: print("Module executing") [...] '
        "from demo_module import some_function",
        program=_SNIPPET
        + """
            -- demo_module.py
            print("Module executing")
            """,
        prints="""
            math in cache: True
            Module object: <module 'math' ...>
            <id> <the same id>
            Module executing
            Module executing
            ImportError: cannot import name 'some_function' from 'demo_module' (demo_module.py)
            """,
        truth="The file that the snippet tells us to create holds nothing but the `print`. It "
        "needs a `some_function` as well.",
    ),
    Claim(
        "the code snippet prints this once demo_module has some_function",
        says="some_function still refers to old version",
        program=_SNIPPET
        + """
            print("stale:", snippet.some_function is not snippet.demo_module.some_function)
            -- demo_module.py
            print("Module executing")
            def some_function():
                pass
            """,
        prints="""
            math in cache: True
            Module object: <module 'math' ...>
            <id> <the same id>
            Module executing
            Module executing
            Module executing
            Hello
            stale: True
            """,
    ),
    Claim(
        "an edit that was reloaded does not show in a name taken before",
        says="Why changes don't reflect after reload",
        program="""
            -- settings.py
            RATE = 1
            -- shop.py
            from settings import RATE
            def price():
                return 100 * RATE
            -- main.py
            import importlib
            from pathlib import Path
            import settings, shop
            Path(__file__).with_name("settings.py").write_text("RATE = 20\\n")
            importlib.reload(settings)
            print(settings.RATE, shop.price())
            importlib.reload(shop)
            print(shop.price())
            """,
        prints="""
            20 100
            2000
            """,
    ),
    Claim(
        "a notebook's cells go on with the module of the first import",
        says="Why imports behave inconsistently in notebooks",
        program="""
            -- analysis.py
            def mean():
                return "first version"
            -- main.py
            from pathlib import Path
            from code import InteractiveInterpreter
            notebook = InteractiveInterpreter({"__builtins__": __builtins__})

            def cell(text):
                notebook.runsource(text, "<cell>", "exec")

            cell("import analysis; from analysis import mean; print(mean())")
            text = "def mean():\\n    return 'the edited version'\\n"
            Path(__file__).with_name("analysis.py").write_text(text)
            cell("import analysis; from analysis import mean; print(mean())")
            cell("import importlib; importlib.reload(analysis); print(mean())")
            cell("from analysis import mean; print(mean())")
            """,
        prints="""
            first version
            first version
            first version
            the edited version
            """,
    ),
    Claim(
        "a circular import breaks or not by who is imported first",
        says="Why circular imports break unexpectedly",
        program="""
            -- lib/orders.py
            import customers
            class Order:
                pass
            -- lib/customers.py
            import orders
            class Customer:
                last = orders.Order
            -- main.py
            import os, re, sys
            sys.path.append(os.path.join(os.path.dirname(__file__), "lib"))
            import customers
            print("customers first:", customers.Customer.last.__name__)
            del sys.modules["customers"], sys.modules["orders"]
            try:
                import orders
            except AttributeError as error:
                print("orders first:", re.sub(" from '.*orders.py'", "", str(error)))
            """,
        prints="""
            customers first: Order
            orders first: partially initialized module 'orders' has no attribute 'Order' (most likely due to a circular import)
            """,  # noqa: E501 - Python's own words, to the letter
    ),
    Claim(
        "state in a module is shared by all that import it",
        says="Why shared state exists across modules",
        program="""
            -- state.py
            items = []
            -- writer.py
            import state
            state.items.append("written")
            -- reader.py
            import state
            def read():
                return state.items
            -- main.py
            import reader
            import writer
            print(reader.read())
            """,
        prints="""
            ['written']
            """,
    ),
    Claim(
        "plugins are loaded by name when the program runs",
        says="How plugin systems dynamically load code",
        program="""
            -- plugins/__init__.py
            -- plugins/bold.py
            def show(text):
                return f"*{text}*"
            -- plugins/loud.py
            def show(text):
                return text.upper()
            -- main.py
            import importlib
            import pkgutil
            import plugins
            for found in sorted(pkgutil.iter_modules(plugins.__path__), key=lambda f: f.name):
                plugin = importlib.import_module("plugins." + found.name)
                print(found.name, plugin.show("text"))
            """,
        prints="""
            bold *text*
            loud TEXT
            """,
    ),
    Claim(
        "pitfall one is from-import with reload",
        says="Using from module import x with reload",
        program="""
            -- module.py
            x = "old"
            -- main.py
            import importlib
            from pathlib import Path
            import module
            from module import x
            Path(__file__).with_name("module.py").write_text("x = 'edited'\\n")
            importlib.reload(module)
            print(x, module.x)
            from module import x
            print(x)
            """,
        prints="""
            old edited
            edited
            """,
    ),
    Claim(
        "pitfall two is to rely on a module being executed again",
        says="Relying on module re-execution",
        program="""
            -- counter.py
            count = 0
            -- main.py
            def fresh_counter():
                import counter
                counter.count += 1
                return counter.count
            print(fresh_counter(), fresh_counter())
            """,
        prints="""
            1 2
            """,
    ),
    Claim(
        "pitfall three is to ignore that a circular import can break",
        says="Ignoring circular import risks",
        program="""
            -- model.py
            import view
            NAME = "model"
            -- view.py
            import model
            def title():
                return model.NAME
            early = getattr(model, "NAME", "not there yet")
            -- main.py
            import model, view
            print(view.early, "|", view.title())
            """,
        prints="""
            not there yet | model
            """,
        truth="What the circular import reads *while it runs* is at risk; what a function reads "
        "later is not.",
    ),
    Claim(
        "pitfall four is to take imports for stateless",
        says="Assuming imports are stateless",
        program="""
            -- library.py
            verbose = False
            -- quiet_user.py
            import library
            def run():
                return "noise" if library.verbose else "quiet"
            -- loud_user.py
            import library
            library.verbose = True
            -- main.py
            import quiet_user
            print(quiet_user.run())
            import loud_user
            print(quiet_user.run())
            """,
        prints="""
            quiet
            noise
            """,
    ),
    Claim(
        "pitfall five is to modify sys.modules without meaning to",
        says="Modifying sys.modules unintentionally",
        program="""
            -- library.py
            class Error(Exception):
                pass
            def fail():
                raise Error
            -- cleaner.py
            import sys
            for name in [name for name in sys.modules if name.startswith("lib")]:
                del sys.modules[name]
            -- main.py
            import library
            import cleaner
            fail = library.fail
            import library
            try:
                fail()
            except library.Error:
                print("caught")
            except Exception as error:
                print("not caught:", type(error).__name__)
            """,
        prints="""
            not caught: Error
            """,
    ),
]
