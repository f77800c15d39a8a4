"""Programs about imports in threads, and about what a failing import shows."""

PROGRAMS = {
    "many threads import one module and it runs once": """
        -- module.py
        import threading
        ready = threading.Event()
        print("runs once")
        done = True
        -- main.py
        import threading
        start, seen = threading.Barrier(16), []
        def work():
            start.wait()
            import module
            seen.append(module.done)
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(seen == [True] * 16)
        """,
    "two threads import the two ends of a cycle": """
        -- left.py
        import steps
        steps.left.set()
        steps.right.wait(10)
        import right
        name = "left"
        -- right.py
        import steps
        steps.right.set()
        steps.left.wait(10)
        import left
        name = "right"
        -- steps.py
        import threading
        left, right = threading.Event(), threading.Event()
        -- main.py
        import importlib, threading, steps
        threads = [threading.Thread(target=importlib.import_module, args=(name,))
                   for name in ("left", "right")]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        import left, right
        print(left.right.name, right.left.name)
        """,
    "a thread that a module starts imports the module": """
        -- module.py
        import threading
        started = []
        def work():
            import helper
            started.append(helper.value)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        -- helper.py
        value = "imported in a thread"
        -- main.py
        import module
        print(module.started)
        """,
    "a module that failed in one thread is imported anew by another": """
        -- failing.py
        print("runs")
        raise LookupError("failed")
        -- main.py
        import sys, threading
        kinds = []
        def work():
            try:
                import failing
            except Exception as error:
                kinds.append(type(error).__name__)
        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        print(kinds, "failing" in sys.modules)
        """,
    "a thread pool at import": """
        -- module.py
        from concurrent.futures import ThreadPoolExecutor
        def double(number):
            import helper
            return number * helper.two
        with ThreadPoolExecutor(4) as pool:
            doubled = list(pool.map(double, range(5)))
        -- helper.py
        two = 2
        -- main.py
        import module
        print(module.doubled)
        """,
    "imports in coroutines": """
        -- module.py
        value = 1
        -- main.py
        import asyncio
        async def ask():
            await asyncio.sleep(0)
            import module
            return module.value
        async def main():
            return await asyncio.gather(*(ask() for _ in range(5)))
        print(asyncio.run(main()))
        """,
    "a traceback of a missing module": """
        -- package/__init__.py
        from . import inner
        -- package/inner.py
        import not_installed
        -- main.py
        def load():
            import package
        load()
        """,
    "a traceback of a module that raises": """
        -- package/__init__.py
        from package.inner import value
        -- package/inner.py
        def compute():
            return 1 / 0
        value = compute()
        -- main.py
        import importlib
        importlib.import_module("package")
        """,
    "a traceback of a syntax error": """
        -- outer.py
        import broken
        -- broken.py
        def function(:
            pass
        -- main.py
        import outer
        """,
    "a traceback of a reload": """
        -- module.py
        if "ran" in globals():
            raise ValueError("the second time")
        ran = True
        -- main.py
        import importlib, module
        importlib.reload(module)
        """,
    "a traceback of a loader that raises": """
        -- main.py
        import sys
        from importlib.machinery import ModuleSpec
        class Loader:
            def create_module(self, spec):
                return None
            def exec_module(self, module):
                raise OSError("half way")
        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                return ModuleSpec(name, Loader()) if name == "odd" else None
        sys.meta_path.insert(0, Finder)
        import odd
        """,
    "a traceback of a circular import": """
        -- package/__init__.py
        -- package/a.py
        from .b import late
        early = 1
        -- package/b.py
        from .a import early
        late = 1
        -- main.py
        import package.a
        """,
    "a traceback of a cycle of attributes": """
        -- package/__init__.py
        -- package/a.py
        import package.b
        package.b.late
        -- package/b.py
        import package.a
        package.a.early
        -- main.py
        import package.a
        """,
}
