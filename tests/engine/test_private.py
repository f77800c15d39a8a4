"""Private systems: names, sharing, errors, and the end of one."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import sys
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.engine.system import ImportSystem
from entrepot.errors import (
    ExtensionNotIsolatedError,
    SystemClosedError,
    SystemNameError,
    SystemPathError,
)
from tests.seeds.grounds import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., ImportSystem]]:
    """Make private systems over files given as text; nothing of them is left afterwards."""
    before = set(sys.modules), list(sys.meta_path), list(sys.path)
    made: list[ImportSystem] = []

    def make(name: str, files: str) -> ImportSystem:
        folder = write(tmp_path / name, files)
        made.append(ImportSystem(name, path=[str(folder)]))
        return made[-1]

    yield make
    for system in made:
        system.close()
    left = {name for name in set(sys.modules) - before[0] if ":" in name}
    assert (left, sys.meta_path, sys.path) == (set(), before[1], before[2])


def test_two_versions_of_a_package_run_side_by_side(make: Callable[..., ImportSystem]) -> None:
    files = "-- shop/__init__.py\nfrom .rates import RATE\n-- shop/rates.py\nRATE = {}\n"
    old = make("old", files.format(1)).import_module("shop")
    new = make("new", files.format(2)).import_module("shop")

    assert (old.RATE, new.RATE) == (1, 2)
    assert (old.__name__, new.rates.__name__) == ("old:shop", "new:shop.rates")
    assert "shop" not in sys.modules


def test_standard_tools_find_private_modules_by_name(make: Callable[..., ImportSystem]) -> None:
    system = make(
        "tools",
        """
        -- model.py
        from __future__ import annotations
        import dataclasses, typing
        @dataclasses.dataclass
        class Item:
            price: Price
            known: typing.ClassVar[int] = 0
        class Price(typing.NamedTuple):
            amount: int
        """,
    )
    model = system.import_module("model")
    item = model.Item(model.Price(3))

    assert pickle.loads(pickle.dumps(item)) == item
    assert [field.name for field in dataclasses.fields(item)] == ["price"]
    assert typing.get_type_hints(model.Item)["price"] is model.Price


def test_the_process_imports_a_private_module_by_its_prefixed_name(
    make: Callable[..., ImportSystem],
) -> None:
    system = make("host", "-- plugin.py\nRUNS = 1\n-- pkg/__init__.py\n-- pkg/sub.py\n")
    plugin: Any = __import__("host:plugin")

    assert system.modules["plugin"] is plugin
    assert sys.modules["host:plugin"] is plugin
    assert __import__("host:pkg.sub", fromlist=["x"]) is system.modules["pkg.sub"]
    assert vars(plugin)["__spec__"].loader.path.endswith("plugin.py")


def test_the_standard_library_is_shared_and_other_modules_are_not(
    make: Callable[..., ImportSystem],
) -> None:
    system = make("share", "-- m.py\nimport json, sys\nours = sys.modules is json\n")
    module = system.import_module("m")

    assert module.json is sys.modules["json"]
    assert module.sys.modules is system.modules
    assert module.sys.version is sys.version
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'pytest'$"):
        system.import_module("pytest")


def test_a_failing_module_leaves_nothing_behind(make: Callable[..., ImportSystem]) -> None:
    system = make("fails", "-- bad.py\nimport good\n1 / 0\n-- good.py\n")
    with pytest.raises(ZeroDivisionError):
        system.import_module("bad")

    assert "bad" not in system.modules
    assert "fails:bad" not in sys.modules
    assert "fails:good" in sys.modules


def test_unloading_takes_a_package_out_with_its_submodules(
    make: Callable[..., ImportSystem],
) -> None:
    system = make("unload", "-- p/__init__.py\n-- p/a.py\n-- p/b.py\nimport p.a\n")
    package = system.import_module("p")
    system.import_module("p.b")

    assert system.unload("p.a") == ["p.a"]
    assert not hasattr(package, "a")
    assert system.unload("p") == ["p", "p.b"]
    assert [name for name in sys.modules if name.startswith("unload:")] == []
    with pytest.raises(ModuleNotFoundError, match="module 'p' is not in the module cache"):
        system.unload("p")


def test_a_reload_runs_in_place(make: Callable[..., ImportSystem], tmp_path: Path) -> None:
    system = make("again", "-- m.py\nVALUE = 1\n")
    module = system.import_module("m")
    (tmp_path / "again" / "m.py").write_text("VALUE = 'two'\n", encoding="utf-8")

    assert system.reload(module) is module
    assert module.VALUE == "two"
    assert module.__name__ == "again:m"


def test_the_builtins_inside_are_a_module_and_its_namespace(
    make: Callable[..., ImportSystem],
) -> None:
    system = make(
        "built",
        """
        -- m.py
        import builtins, sys
        builtins.answer = 42
        found = answer
        given = {"__builtins__": builtins}
        exec("import helper; size = len(helper.WORDS)", given)
        facts = builtins.__dict__["len"] is len, "path" in vars(sys), vars(sys)["path"] is sys.path
        -- helper.py
        WORDS = ["a", "b"]
        """,
    )
    module = system.import_module("m")

    assert (module.found, module.given["size"], module.facts) == (42, 2, (True, True, True))
    assert not hasattr(vars(sys)["modules"]["builtins"], "answer")


def test_a_module_made_from_a_spec_stays_inside(make: Callable[..., ImportSystem]) -> None:
    system = make(
        "recipe",
        """
        -- m.py
        import importlib.util, os, sys
        file = os.path.join(os.path.dirname(__file__), "plugins", "plug.py")
        spec = importlib.util.spec_from_file_location("plug", file)
        plug = importlib.util.module_from_spec(spec)
        sys.modules["plug"] = plug
        spec.loader.exec_module(plug)
        again = importlib.util.find_spec("other")
        lazy_loader = importlib.util.LazyLoader(again.loader)
        again.loader = lazy_loader
        lazy = importlib.util.module_from_spec(again)
        lazy_loader.exec_module(lazy)
        words = lazy.WORDS
        -- helper.py
        -- other.py
        WORDS = __name__
        -- plugins/plug.py
        import helper
        """,
    )
    module = system.import_module("m")

    assert module.plug.helper is system.modules["helper"]
    assert (module.plug.__name__, module.words) == ("recipe:plug", "recipe:other")
    assert "helper" not in sys.modules


def test_a_finder_of_code_inside_may_know_the_names_that_the_process_knows(
    make: Callable[..., ImportSystem],
) -> None:
    system = make(
        "finder",
        """
        -- six.py
        import sys
        from importlib.machinery import ModuleSpec
        __path__ = []
        class Importer:
            known = __name__ + ".moves"
            def find_spec(self, name, path=None, target=None):
                return ModuleSpec(name, self) if name == self.known else None
            def create_module(self, spec):
                return None
            def exec_module(self, module):
                module.moved = module.__name__
        sys.meta_path.append(Importer())
        -- m.py
        from six.moves import moved
        """,
    )
    assert system.import_module("m").moved == "finder:six.moves"


def test_there_is_one_entrepot_in_a_process(make: Callable[..., ImportSystem]) -> None:
    system = make(
        "nested",
        """
        -- m.py
        import __main__, entrepot
        with entrepot.ImportSystem("inner", path=[__file__.rpartition("/")[0]]) as system:
            name = system.import_module("n").__name__
        -- n.py
        """,
    )
    module = system.import_module("m")

    assert (module.entrepot, module.__main__) == (sys.modules["entrepot"], sys.modules["__main__"])
    assert module.name == "inner:n"


def test_the_process_reloads_a_private_module_by_its_prefixed_name(
    make: Callable[..., ImportSystem], tmp_path: Path
) -> None:
    system = make("from_outside", "-- m.py\nVALUE = 1\n")
    module = system.import_module("m")
    (tmp_path / "from_outside" / "m.py").write_text("VALUE = 'two'\n", encoding="utf-8")

    assert importlib.reload(module) is module is sys.modules["from_outside:m"]
    assert module.VALUE == "two"


def test_what_cannot_be_made_is_refused_in_words() -> None:
    with pytest.raises(SystemNameError) as named:
        ImportSystem("two words")
    assert str(named.value) == (
        "cannot make an import system named 'two words': it is no identifier\n"
        "  nothing was registered\n"
        "  use a short identifier that no open system has, such as 'plugins_a'"
    )
    with pytest.raises(SystemPathError) as path:
        ImportSystem("a", path="plugins")
    assert str(path.value) == (
        "cannot make the import system 'a': path must be a list of folder names (str), "
        "not 'plugins'\n"
        "  nothing was registered\n"
        "  write ImportSystem('a', path=['some/folder'])"
    )
    assert isinstance(path.value, TypeError)


def test_a_name_is_for_one_open_system(make: Callable[..., ImportSystem]) -> None:
    system = make("one", "-- m.py\n")
    with pytest.raises(SystemNameError, match="an open system has the name"):
        ImportSystem("one")
    system.close()
    ImportSystem("one").close()


def test_a_closed_system_imports_nothing_more(make: Callable[..., ImportSystem]) -> None:
    system = make("closed", "-- m.py\ndef later():\n    import n\n-- n.py\n")
    module = system.import_module("m")
    system.close()
    with pytest.raises(SystemClosedError) as error:
        module.later()
    assert str(error.value) == (
        "cannot import 'n': the import system 'closed' is closed\n"
        "  its modules go on working, but import nothing more through it\n"
        "  make a new ImportSystem('closed', path=[...]) to import again"
    )


def test_an_extension_module_is_refused_with_the_way_out(
    make: Callable[..., ImportSystem], tmp_path: Path
) -> None:
    from importlib.machinery import EXTENSION_SUFFIXES

    system = make("ext", "-- m.py\nimport speedy\n")
    file = tmp_path / "ext" / f"speedy{EXTENSION_SUFFIXES[0]}"
    file.write_bytes(b"")
    with pytest.raises(ExtensionNotIsolatedError) as error:
        system.import_module("m")
    assert str(error.value) == (
        "cannot import the extension module 'speedy' in the import system 'ext'\n"
        f"  at {file}\n"
        "  nothing was loaded: an extension belongs to the whole process\n"
        "  import it in the process, and hand it over: "
        "system.modules['speedy'] = the module"
    )
    assert (error.value.name, error.value.path) == ("speedy", str(file))
    system.modules["speedy"] = stand_in = object()
    assert system.import_module("m").speedy is stand_in


def test_code_inside_finds_itself_in_the_cache_by_its_name(
    make: Callable[..., ImportSystem],
) -> None:
    system = make(
        "itself",
        """
        -- lazy.py
        import sys
        before = [__name__ in sys.modules, sys.modules.get(__name__) is sys.modules["lazy"]]
        class Module(type(sys)):
            answer = property(lambda self: 42)
        sys.modules[__name__].__class__ = Module
        -- other.py
        import sys
        sys.modules[__name__] = "in its place"
        """,
    )
    lazy = system.import_module("lazy")

    assert (lazy.before, lazy.answer) == ([True, True], 42)
    assert isinstance(lazy, type(sys))
    assert system.import_module("other") == "in its place"
    assert list(system.modules)[-2:] == ["lazy", "other"]
    assert vars(sys)["modules"]["itself:other"] == "in its place"


def test_code_inside_sets_its_own_path_and_the_process_keeps_its(
    make: Callable[..., ImportSystem], tmp_path: Path
) -> None:
    system = make("paths", "-- m.py\nimport sys\nsys.path = [sys.path[0] + '/more']\nimport n\n")
    write(tmp_path / "paths" / "more", "-- n.py\n")
    before = sys.path

    assert system.import_module("m").n.__spec__.origin == str(tmp_path / "paths/more/n.py")
    assert system.path == [str(tmp_path / "paths/more")]
    assert sys.path is before


def test_what_is_shared_is_found_and_reloaded_in_the_process(
    make: Callable[..., ImportSystem],
) -> None:
    system = make(
        "shared",
        """
        -- m.py
        import importlib.machinery, importlib.util, sched
        spec = importlib.util.find_spec("colorsys").name, importlib.util.find_spec("n").name
        again = importlib.reload(sched) is sched
        path_spec = importlib.machinery.PathFinder.find_spec("n").origin
        -- n.py
        """,
    )
    module = system.import_module("m")

    assert (module.spec, module.again) == (("colorsys", "shared:n"), True)
    assert module.path_spec.endswith("n.py")


def test_type_of_sys_is_the_type_of_modules(make: Callable[..., ImportSystem]) -> None:
    system = make(
        "types",
        """
        -- m.py
        import sys, types
        made = type(sys)("made")
        made.attribute = 1
        facts = isinstance(types, type(sys)), isinstance(made, types.ModuleType), dir(made)[-1]
        del made.attribute
        """,
    )
    module = system.import_module("m")

    assert module.facts == (True, True, "attribute")
    assert repr(module.made) == "<module 'made'>"


def test_warnings_and_tracebacks_name_the_importing_line(
    make: Callable[..., ImportSystem],
) -> None:
    system = make(
        "lines",
        """
        -- m.py
        import old
        def fail():
            import broken
        -- old.py
        import warnings
        warnings.warn("old is old", DeprecationWarning, stacklevel=2)
        -- broken.py
        import nowhere
        """,
    )
    with pytest.warns(DeprecationWarning, match="old is old") as warned:
        module = system.import_module("m")
    with pytest.raises(ModuleNotFoundError) as failed:
        module.fail()

    assert (warned[0].filename, warned[0].lineno) == (module.__file__, 1)
    assert _files(failed) == ["test_private.py", "m.py", "broken.py"]
    with pytest.raises(ModuleNotFoundError) as direct:
        system.import_module("broken")
    assert _files(direct) == ["test_private.py", "broken.py"]


def _files(failed: pytest.ExceptionInfo[BaseException]) -> list[str]:
    return [Path(entry.path).name for entry in failed.traceback]


def test_the_cache_inside_is_a_dict_for_both_names_of_a_module(
    make: Callable[..., ImportSystem],
) -> None:
    cache = make("dicts", "-- m.py\n").modules
    cache.clear()  # of what it shares with the process from the start
    cache["dicts:a"] = 1
    cache.update({"b": 2}, c=3)
    cache |= {"dicts:d": 4}

    assert isinstance(cache, dict)
    assert cache == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert (cache["dicts:b"], cache.get("dicts:x"), "dicts:c" in cache) == (2, None, True)
    assert vars(sys)["modules"]["dicts:d"] == 4
    assert (cache.pop("dicts:a"), cache.popitem(), cache.pop("a", None)) == (1, ("d", 4), None)
    assert cache.setdefault("dicts:e", 5) == cache.setdefault("e", 6) == 5
    for missing in ("a", "dicts:a"):
        with pytest.raises(KeyError, match=f"^'{missing}'$"):
            cache[missing]
        with pytest.raises(KeyError, match=f"^'{missing}'$"):
            cache.pop(missing)
        with pytest.raises(KeyError, match=f"^'{missing}'$"):
            del cache[missing]
    cache.clear()
    assert [name for name in sys.modules if name.startswith("dicts:")] == []
    with pytest.raises(KeyError, match="dictionary is empty"):
        cache.popitem()
