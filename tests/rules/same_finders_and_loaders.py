"""Programs with finders, loaders, hooks and archives of their own, as the ecosystem has them."""

PROGRAMS = {
    "a finder that makes modules out of nothing": """
        -- main.py
        import sys
        from importlib.abc import Loader, MetaPathFinder
        from importlib.machinery import ModuleSpec

        class Virtual(MetaPathFinder, Loader):
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "virtual":
                    return ModuleSpec(name, self, is_package=True)
            def create_module(self, spec):
                return None
            def exec_module(self, module):
                module.made_for = module.__name__

        sys.meta_path.append(Virtual())
        import virtual.deep.er
        print(virtual.made_for, virtual.deep.er.made_for, virtual.__spec__)
        """,
    "an editable install's finder": """
        -- src/editable/__init__.py
        -- src/editable/core.py
        value = "from the source tree"
        -- __editable___editable_finder.py
        import sys
        from importlib.machinery import PathFinder
        from importlib.util import spec_from_file_location
        from pathlib import Path
        MAPPING = {"editable": str(Path(__file__).parent / "src" / "editable")}
        class _EditableFinder:
            @classmethod
            def find_spec(cls, fullname, path=None, target=None):
                if fullname in MAPPING:
                    init = Path(MAPPING[fullname], "__init__.py")
                    return spec_from_file_location(fullname, init)
                return None
        class _EditableNamespaceFinder:
            @classmethod
            def _path_hook(cls, path):
                raise ImportError
            @classmethod
            def _paths(cls, fullname):
                return []
            @classmethod
            def find_spec(cls, fullname, target=None):
                return None
            @classmethod
            def find_module(cls, fullname):
                return None
        def install():
            sys.meta_path.append(_EditableFinder)
            sys.path_hooks.append(_EditableNamespaceFinder._path_hook)
        -- main.py
        import __editable___editable_finder as finder
        finder.install()
        import editable.core
        print(editable.core.value)
        print(editable.__spec__.submodule_search_locations == editable.__path__)
        """,
    "pth files of a site folder": """
        -- site/extra.pth
        ../more
        import sys; sys.from_pth = "a line that runs"
        -- more/plugged.py
        print("plugged in")
        -- main.py
        import os, site, sys
        site.addsitedir(os.path.join(os.path.dirname(__file__), "site"))
        import plugged
        print(sys.from_pth)
        """,
    "a rewriter of sources in the manner of pytest": """
        -- test_it.py
        def test_one():
            assert 1 == 2
        -- main.py
        import ast, importlib.abc, importlib.machinery, importlib.util, sys
        class Rewriter(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            _find_spec = importlib.machinery.PathFinder.find_spec
            def find_spec(self, name, path=None, target=None):
                spec = self._find_spec(name, path)
                if not name.startswith("test_") or spec is None:
                    return None
                if not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
                    return None
                return importlib.util.spec_from_file_location(
                    name, spec.origin, loader=self,
                    submodule_search_locations=spec.submodule_search_locations)
            def create_module(self, spec):
                return None
            def exec_module(self, module):
                with open(module.__spec__.origin) as file:
                    tree = ast.parse(file.read())
                for node in ast.walk(tree):
                    if isinstance(node, ast.Assert):
                        node.msg = ast.Constant("rewritten: " + ast.unparse(node.test))
                ast.fix_missing_locations(tree)
                exec(compile(tree, module.__spec__.origin, "exec"), module.__dict__)
        sys.meta_path.insert(0, Rewriter())
        import test_it
        try:
            test_it.test_one()
        except AssertionError as error:
            print(error, type(test_it.__loader__).__name__)
        """,
    "a source loader that transforms the text": """
        -- lib/shouting.txt
        print("hello")
        -- main.py
        import os, sys
        from importlib.machinery import FileFinder, SourceFileLoader
        class Upper(SourceFileLoader):
            def get_data(self, path):
                data = super().get_data(path)
                return data.replace(b"hello", b"HELLO") if path.endswith(".txt") else data
        sys.path_hooks.insert(0, FileFinder.path_hook((Upper, [".txt"])))
        sys.path_importer_cache.clear()
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
        import shouting
        print(os.path.basename(shouting.__file__), os.path.basename(shouting.__cached__ or "none")
              if hasattr(shouting, "__cached__") else "")
        """,
    "a path hook for entries that are no folders": """
        -- main.py
        import sys
        from importlib.util import spec_from_loader
        class Shelf:
            def __init__(self, entry):
                if not entry.startswith("shelf:"):
                    raise ImportError(entry)
                self.entry = entry
            def find_spec(self, name, target=None):
                print(self.entry, "is asked for", name)
                return spec_from_loader(name, self) if name == "book" else None
            def create_module(self, spec):
                return None
            def exec_module(self, module):
                module.pages = 100
        sys.path_hooks.append(Shelf)
        sys.path.append("shelf:one")
        import book
        print(book.pages, type(sys.path_importer_cache["shelf:one"]).__name__)
        """,
    "a finder on the meta path that only listens": """
        -- package/__init__.py
        -- package/child.py
        -- main.py
        import sys
        class Listening:
            def find_spec(self, name, path=None, target=None):
                print(name, path is None, target)
        sys.meta_path.insert(0, Listening())
        import package.child
        from package import child
        try:
            from package import missing
        except ImportError as error:
            print(error.name)
        """,
    "a recording dunder import": """
        -- package/__init__.py
        -- package/child.py
        from . import other
        -- package/other.py
        -- main.py
        import builtins
        real = builtins.__import__
        def recording(name, globals=None, locals=None, fromlist=(), level=0):
            print(name, fromlist, level)
            return real(name, globals, locals, fromlist, level)
        builtins.__import__ = recording
        import package.child
        from package import other as o
        import package.child as c
        builtins.__import__ = real
        import package
        """,
    "the lazy loader of importlib": """
        -- heavy.py
        print("heavy runs")
        value = 1
        -- main.py
        import importlib.util, sys
        def lazy(name):
            spec = importlib.util.find_spec(name)
            spec.loader = importlib.util.LazyLoader(spec.loader)
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
            return module
        heavy = lazy("heavy")
        print("not yet")
        print(heavy.value)
        import heavy as again
        print(again is heavy, type(heavy).__name__)
        """,
    "a file loaded by its path": """
        -- plugins/my-plugin.py
        name = __name__
        -- main.py
        import importlib.util, os, sys
        path = os.path.join(os.path.dirname(__file__), "plugins", "my-plugin.py")
        spec = importlib.util.spec_from_file_location("my_plugin", path)
        module = importlib.util.module_from_spec(spec)
        print("my_plugin" in sys.modules)
        spec.loader.exec_module(module)
        print(module.name, spec.loader.is_package("my_plugin"), spec.loader.get_filename() == path)
        """,
    "a file without suffix loaded as source": """
        -- bin/tool
        print("a script without suffix", __name__)
        -- main.py
        import importlib.util, os
        from importlib.machinery import SourceFileLoader
        path = os.path.join(os.path.dirname(__file__), "bin", "tool")
        loader = SourceFileLoader("tool", path)
        spec = importlib.util.spec_from_loader("tool", loader)
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        """,
    "modules and packages in a zip file": """
        -- main.py
        import os, sys, zipfile
        archive = os.path.join(os.path.dirname(__file__), "code.zip")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped.py", "value = 'in a zip'")
            file.writestr("pack/__init__.py", "from . import inner")
            file.writestr("pack/inner.py", "import zipped; value = zipped.value")
            file.writestr("pack/data.txt", "the data")
        sys.path.insert(0, archive)
        import pack, pkgutil
        print(pack.inner.value, type(pack.__loader__).__name__)
        print(os.path.relpath(pack.__file__, archive), pkgutil.get_data("pack", "data.txt"))
        print([found.name for found in pkgutil.iter_modules([archive])])
        """,
    "a folder inside a zip file on the path": """
        -- main.py
        import os, sys, zipfile
        archive = os.path.join(os.path.dirname(__file__), "code.zip")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("lib/inside.py", "print('inside the folder')")
        sys.path.insert(0, os.path.join(archive, "lib"))
        import inside
        """,
    "a zip file that grows after it was asked": """
        -- main.py
        import importlib, os, sys, zipfile
        archive = os.path.join(os.path.dirname(__file__), "code.zip")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("first.py", "")
        sys.path.insert(0, archive)
        import first
        with zipfile.ZipFile(archive, "a") as file:
            file.writestr("second.py", "print('second')")
        importlib.invalidate_caches()
        import second
        """,
    "the standard finders are on the meta path": """
        -- main.py
        import sys
        from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
        print([getattr(finder, "__name__", finder) for finder in sys.meta_path])
        print([cls in sys.meta_path for cls in (BuiltinImporter, FrozenImporter, PathFinder)])
        print([hook.__name__ for hook in sys.path_hooks])
        import os
        folder = os.path.dirname(__file__)
        import json
        print(type(sys.path_importer_cache[folder]).__name__)
        """,
    "importlib's classes fit each other": """
        -- module.py
        -- main.py
        import importlib.abc, importlib.machinery, importlib.util
        import module, json, sys
        machinery, abc = importlib.machinery, importlib.abc
        print(isinstance(module.__loader__, machinery.SourceFileLoader),
              isinstance(json.__loader__, machinery.SourceFileLoader),
              isinstance(module.__loader__, abc.SourceLoader),
              isinstance(module.__loader__, abc.FileLoader),
              issubclass(machinery.PathFinder, abc.MetaPathFinder),
              issubclass(machinery.FileFinder, abc.PathEntryFinder),
              isinstance(module.__spec__, machinery.ModuleSpec),
              sys.__loader__ is machinery.BuiltinImporter,
              type(importlib.util.find_spec("json").loader) is type(module.__loader__))
        print(machinery.SourceFileLoader.__module__, machinery.PathFinder.__module__,
              machinery.SourceFileLoader.__name__, importlib.import_module.__module__)
        """,
    "the methods of a source loader": """
        -- module.py
        # -*- coding: latin-1 -*-
        text = "plain"
        -- main.py
        import module
        loader = module.__loader__
        print(loader.get_source("module"))
        print(loader.get_code("module").co_names, loader.is_package("module"))
        print(loader.path_stats(loader.path)["size"], loader.get_data(loader.path)[:5])
        print(loader == type(loader)("module", loader.path), loader.name)
        try:
            loader.get_filename("other")
        except ImportError as error:
            print(error)
        """,
    "find_spec of what is there and what is not": """
        -- package/__init__.py
        print("package runs")
        -- package/child.py
        print("child runs")
        -- main.py
        import importlib.util
        from importlib.machinery import PathFinder
        print(importlib.util.find_spec("missing"))
        print(importlib.util.find_spec("package.child").name)
        print(importlib.util.find_spec(".child", "package").name)
        print(importlib.util.find_spec("package.missing"))
        for name in "missing.child", "package.child.deep":
            try:
                print(importlib.util.find_spec(name))
            except ModuleNotFoundError as error:
                print(error, error.name)
        print(PathFinder.find_spec("package").submodule_search_locations != [])
        """,
    "module_from_spec and exec_module by hand": """
        -- module.py
        print("runs", __name__, __spec__.name)
        -- main.py
        import importlib.util, sys
        spec = importlib.util.find_spec("module")
        first = importlib.util.module_from_spec(spec)
        print(sorted(vars(first)), first)
        spec.loader.exec_module(first)
        import module
        print(module is first)
        """,
    "a loader that makes its own module object": """
        -- main.py
        import sys, types
        from importlib.machinery import ModuleSpec
        class Special(types.ModuleType):
            extra = "special"
        class Loader:
            def create_module(self, spec):
                module = Special(spec.name)
                module.__file__ = "made up"
                return module
            def exec_module(self, module):
                module.ready = True
        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                return ModuleSpec(name, Loader(), origin="nowhere") if name == "special" else None
        sys.meta_path.append(Finder)
        import special
        print(special.extra, special.ready, special.__file__, special.__spec__.origin, special)
        """,
}
