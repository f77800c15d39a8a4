"""Programs about the module cache, packages, relative names and namespace packages."""

PROGRAMS = {
    "a module replaces itself by an object": """
        -- module.py
        import sys
        class Answers:
            def __getattr__(self, name):
                return f"asked for {name}"
        sys.modules[__name__] = Answers()
        -- main.py
        import module
        from module import anything
        print(module.something, anything)
        """,
    "a module replaces its class": """
        -- module.py
        import sys, types
        class Calling(types.ModuleType):
            def __call__(self):
                return "called"
        sys.modules[__name__].__class__ = Calling
        -- main.py
        import module
        print(module(), type(module).__name__)
        """,
    "a module has a getattr and a dir of its own": """
        -- module.py
        def __getattr__(name):
            if name.startswith("old"):
                return name.upper()
            raise AttributeError(f"no {name} here")
        def __dir__():
            return ["old_name"]
        -- main.py
        import module
        from module import old_name
        print(old_name, module.old, dir(module))
        try:
            from module import other
        except ImportError as error:
            print(str(error).split(" (")[0], error.name)
        """,
    "None in the cache blocks an optional dependency": """
        -- optional.py
        -- user.py
        try:
            import optional
        except ImportError:
            optional = None
        print(optional)
        -- main.py
        import sys
        sys.modules["optional"] = None
        import user
        del sys.modules["optional"], sys.modules["user"]
        import user
        print(user.optional.__name__)
        """,
    "None at a submodule's name blocks from-import": """
        -- package/__init__.py
        -- package/child.py
        -- main.py
        import sys
        sys.modules["package.child"] = None
        try:
            from package import child
        except ImportError as error:
            print(type(error).__name__, str(error).split(" (")[0])
        """,
    "an entry put by hand is found with its submodules": """
        -- main.py
        import sys, types
        made = types.ModuleType("made")
        made.__path__ = []
        sys.modules["made"] = made
        sys.modules["made.child"] = child = types.ModuleType("made.child")
        child.value = 5
        import made.child as taken
        from made.child import value
        print(value, taken is child, hasattr(made, "child"))
        """,
    "a module deleted from the cache and from its package is imported anew": """
        -- package/__init__.py
        -- package/child.py
        print("child runs")
        -- main.py
        import sys
        from package import child
        first = child
        del sys.modules["package.child"]
        from package import child
        print(child is first)
        import package.child
        print(package.child is first)
        """,
    "the attributes of a module": """
        -- module.py
        -- package/__init__.py
        -- package/child.py
        -- space/inner.py
        -- main.py
        import os, sys
        import module, package.child, space.inner
        for found in module, package, package.child, space, space.inner:
            spec = found.__spec__
            print(found.__name__, repr(found.__package__), spec.name, spec.parent,
                  spec.has_location, type(spec.loader).__name__, type(found.__loader__).__name__,
                  spec.loader is found.__loader__)
            print(repr(found), getattr(found, "__file__", None), spec.origin, spec.cached,
                  list(getattr(found, "__path__", [])), sorted(vars(found)))
        """,
    "a submodule becomes an attribute of its package": """
        -- package/__init__.py
        -- package/child.py
        -- package/nested/__init__.py
        -- package/nested/leaf.py
        -- main.py
        import package
        print(hasattr(package, "child"))
        import package.child
        print(package.child.__name__)
        import package.nested.leaf as leaf
        print(leaf is package.nested.leaf)
        """,
    "a package's own attribute wins over its submodule": """
        -- package/__init__.py
        child = "an attribute"
        -- package/child.py
        print("child runs")
        -- main.py
        from package import child
        print(child)
        import package.child
        from package import child
        print(child.__name__)
        """,
    "star imports": """
        -- plain.py
        one = 1
        _two = 2
        -- listed.py
        __all__ = ["_two"]
        one = 1
        _two = 2
        -- package/__init__.py
        __all__ = ["child"]
        -- package/child.py
        -- wrong.py
        __all__ = ["missing"]
        -- odd.py
        __all__ = [5]
        -- main.py
        for name in "plain", "listed", "package", "wrong", "odd":
            space = {}
            try:
                exec(f"from {name} import *", space)
            except (AttributeError, TypeError) as error:
                print(type(error).__name__, error)
            print(name, sorted(key for key in space if not key.startswith("__")))
        """,
    "relative imports": """
        -- package/__init__.py
        -- package/a.py
        from . import b
        from .b import value
        from .inner import c
        from .inner.c import deep
        -- package/b.py
        value = "b"
        -- package/inner/__init__.py
        from .. import b
        from ..b import value as from_above
        -- package/inner/c.py
        from ...package import b as itself
        deep = "deep"
        -- main.py
        try:
            import package.a
        except ImportError as error:
            print(error)
        import package.inner
        print(package.inner.from_above, package.b.value)
        """,
    "relative imports that work": """
        -- package/__init__.py
        from . import a as first
        -- package/a.py
        from . import b
        from .b import value
        from .inner import c
        -- package/b.py
        value = "b"
        -- package/inner/__init__.py
        from .. import b
        -- package/inner/c.py
        from ..b import value as deep
        from .. import inner
        -- main.py
        import package
        print(package.first.value, package.inner.c.deep, package.inner.c.inner is package.inner)
        """,
    "import as with dots in a cycle": """
        -- package/__init__.py
        -- package/a.py
        import package.b as b
        name = "a"
        -- package/b.py
        import package.a as a
        from package import a as again
        print(a is again, hasattr(a, "name"))
        -- main.py
        import package.a
        print(package.a.b.a.name)
        """,
    "a cycle through a package's init": """
        -- package/__init__.py
        from package.core import Core
        VERSION = "1"
        -- package/core.py
        import package
        class Core:
            def version(self):
                return package.VERSION
        -- main.py
        import package
        print(package.Core().version())
        """,
    "a namespace package of two portions": """
        -- one/space/left.py
        side = "left"
        -- two/space/right.py
        side = "right"
        -- main.py
        import os, sys
        here = os.path.dirname(__file__)
        sys.path += [os.path.join(here, "one"), os.path.join(here, "two")]
        import space.left, space.right
        print(space.left.side, space.right.side)
        print([os.path.relpath(entry, here) for entry in space.__path__], space.__file__
              if hasattr(space, "__file__") else "no file")
        """,
    "a namespace package grows while the program runs": """
        -- one/space/left.py
        -- main.py
        import importlib, os, sys
        here = os.path.dirname(__file__)
        sys.path.append(os.path.join(here, "one"))
        import space
        print(len(space.__path__))
        os.makedirs(os.path.join(here, "two", "space"))
        with open(os.path.join(here, "two", "space", "right.py"), "w") as file:
            file.write("side = 'right'")
        sys.path.append(os.path.join(here, "two"))
        import space.right
        print(len(space.__path__), space.right.side)
        os.makedirs(os.path.join(here, "three", "space"))
        sys.path.append(os.path.join(here, "three"))
        print(len(space.__path__))
        sys.path.remove(os.path.join(here, "two"))
        print(len(space.__path__))
        """,
    "a folder becomes a portion after invalidate_caches": """
        -- one/space/left.py
        -- two/
        -- main.py
        import importlib, os, sys
        here = os.path.dirname(__file__)
        sys.path += [os.path.join(here, "one"), os.path.join(here, "two")]
        import space
        print(len(space.__path__))
        os.mkdir(os.path.join(here, "two", "space"))
        importlib.invalidate_caches()
        print(len(space.__path__))
        """,
    "a regular package later on the path beats a namespace portion": """
        -- one/thing/inner.py
        -- two/thing/__init__.py
        print("the regular one")
        -- main.py
        import os, sys
        here = os.path.dirname(__file__)
        sys.path += [os.path.join(here, "one"), os.path.join(here, "two")]
        import thing
        try:
            import thing.inner
        except ModuleNotFoundError as error:
            print(error)
        """,
    "a package extends its path by pkgutil": """
        -- one/plug/__init__.py
        from pkgutil import extend_path
        __path__ = extend_path(__path__, __name__)
        -- one/plug/a.py
        -- two/plug/__init__.py
        -- two/plug/b.py
        -- main.py
        import os, sys
        here = os.path.dirname(__file__)
        sys.path += [os.path.join(here, "one"), os.path.join(here, "two")]
        import plug.a, plug.b
        print(len(plug.__path__), plug.b.__name__)
        """,
    "a package beats a module of its name": """
        -- thing.py
        print("the module")
        -- thing/__init__.py
        print("the package")
        -- main.py
        import thing
        """,
    "a module beats a folder without init": """
        -- thing.py
        print("the module")
        -- thing/inner.py
        -- main.py
        import thing
        print(hasattr(thing, "__path__"))
        """,
    "the order of the cache is the order in which modules were ready": """
        -- a.py
        import b, c
        -- b.py
        import c
        -- c.py
        -- main.py
        import sys
        import a
        print([name for name in sys.modules if name in ("a", "b", "c")])
        """,
    "importing one's own main module again": """
        -- main.py
        import sys
        print("running", __name__)
        if __name__ == "__main__":
            import main
            print(main is sys.modules["__main__"], main.__spec__.name, __spec__)
        """,
    "imports at shutdown": """
        -- module.py
        -- main.py
        import atexit
        class Late:
            def __del__(self):
                try:
                    import module
                    print("in del", module.__name__)
                except ImportError:
                    print("too late")
        def at_exit():
            import module
            print("at exit", module.__name__)
        atexit.register(at_exit)
        kept = Late()
        del kept
        """,
}
