"""Taking over the process, and giving it back: each in a fresh interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.seeds.grounds import STOCK, printed, run, write

if TYPE_CHECKING:
    from pathlib import Path

#: Prints every attribute of the import machinery that differs between two looks.
_LOOK = """
    -- look.py
    import builtins, sys
    import importlib, importlib.abc, importlib.machinery, importlib.util
    import _frozen_importlib as core, _frozen_importlib_external as external

    def everything():
        found = {"__import__": builtins.__import__}
        for module in (core, external, importlib, importlib.abc, importlib.machinery,
                       importlib.util):
            for name, value in vars(module).items():
                found[module.__name__, name] = value
                if isinstance(value, type) and value.__module__.startswith(("importlib", "_fr")):
                    for attribute, inner in vars(value).items():
                        if not attribute.startswith("_abc_"):
                            found[value.__qualname__, attribute] = inner
                            code = getattr(inner, "__code__", None)
                            found[value.__qualname__, attribute, "code"] = code
        for name in ("meta_path", "path_hooks", "path"):
            for number, value in enumerate(getattr(sys, name)):
                found[name, number] = value
        return found

    def differences(before, after):
        return sorted(str(key) for key in {*before, *after}
                      if before.get(key, 0) is not after.get(key, 0)
                      and before.get(key, 0) != after.get(key, 0))
"""


def test_giving_back_leaves_the_interpreter_as_it_was(tmp_path: Path) -> None:
    program = (
        _LOOK
        + """
    -- main.py
    import look, entrepot.engine.takeover as takeover
    before = look.everything()
    takeover.take_over()
    print(len(look.differences(before, look.everything())) > 40)
    import json, shop.cart
    takeover.give_back()
    import colorsys
    print(look.differences(before, look.everything()))
    -- shop/__init__.py
    -- shop/cart.py
    """
    )
    assert printed(STOCK, tmp_path / "program", program) == "True\n[]\n"


def test_functions_that_programs_take_are_told_as_the_standard_ones(tmp_path: Path) -> None:
    program = """
    -- main.py
    import importlib.util, pickle
    import entrepot.engine.takeover as takeover
    names = "spec_from_loader", "module_from_spec", "spec_from_file_location", "decode_source"
    def told():
        found = [getattr(importlib.util, name) for name in names]
        return [(f.__module__, f.__qualname__, f.__name__, pickle.dumps(f)) for f in found]
    before = told()
    takeover.take_over()
    print(told() == before)
    takeover.give_back()
    print(told() == before, takeover.specs.spec_from_loader.__module__)
    """
    assert printed(STOCK, tmp_path, program) == "True\nTrue entrepot.engine.specs\n"


def test_functions_of_the_standard_library_keep_the_file_that_they_are_in(tmp_path: Path) -> None:
    program = """
    -- main.py
    import typing
    import entrepot.engine.takeover as takeover
    def files():
        return {f.__code__.co_filename for f in vars(typing).values() if hasattr(f, "__code__")}
    before = files()
    takeover.take_over()
    print(files() == before)
    """
    assert printed(STOCK, tmp_path / "program", program) == "True\n"


def test_modules_loaded_meanwhile_go_on_working(tmp_path: Path) -> None:
    program = """
    -- main.py
    import importlib, inspect, pickle, sys
    import entrepot.engine.takeover as takeover
    takeover.take_over()
    import rates
    takeover.give_back()
    print(type(rates.__loader__) is importlib.machinery.SourceFileLoader)
    print(inspect.getsource(rates.tax).strip())
    print(pickle.loads(pickle.dumps(rates.__loader__)).path == rates.__file__)
    print(importlib.reload(rates) is rates, rates.LOADED)
    -- rates.py
    LOADED = globals().get("LOADED", 0) + 1
    def tax(x): return x / 5
    """
    expected = "True\ndef tax(x): return x / 5\nTrue\nTrue 2\n"
    assert printed(STOCK, tmp_path / "program", program) == expected


def test_what_somebody_replaced_since_stays_theirs(tmp_path: Path) -> None:
    program = """
    -- main.py
    import importlib
    import entrepot.engine.takeover as takeover
    takeover.take_over()
    ours = importlib.import_module
    importlib.import_module = theirs = lambda *args: ours(*args)
    takeover.give_back()
    print(importlib.import_module is theirs)
    """
    assert printed(STOCK, tmp_path / "program", program) == "True\n"


def test_the_process_is_taken_over_in_the_middle_of_an_import(tmp_path: Path) -> None:
    program = """
    -- main.py
    import threading, outer
    import entrepot.engine.takeover as takeover
    print(outer.late.VALUE, outer.seen_by_thread, takeover.current_level())
    import _frozen_importlib
    print(_frozen_importlib._blocking_on, len(_frozen_importlib._module_locks))
    -- outer.py
    import threading
    import entrepot.engine.takeover as takeover
    takeover.take_over()
    seen_by_thread = []
    def ask():
        import outer                      # waits: this thread's lock was taken before
        seen_by_thread.append(hasattr(outer, "late"))
    thread = threading.Thread(target=ask)
    thread.start()
    import late
    import atexit
    threading.Thread(target=thread.join).start()
    -- late.py
    import outer                          # a circle through the take-over
    VALUE = outer.__name__
    """
    ran = run(STOCK, write(tmp_path / "program", program))
    assert ran.err == ""
    assert ran.out.startswith("outer [True] core\n") or ran.out.startswith("outer [] core\n")


def test_the_switch_in_the_environment_turns_everything_off(tmp_path: Path) -> None:
    program = """
    -- main.py
    import builtins, _frozen_importlib as core
    before = builtins.__import__, core._find_and_load
    import entrepot
    system = entrepot.take_over()
    print(before == (builtins.__import__, core._find_and_load))
    print(system.import_module("json").__name__)
    """
    folder = write(tmp_path / "program", program)
    assert run(STOCK, folder, ENTREPOT="0").out == "True\njson\n"
    assert run(STOCK, folder).out == "False\njson\n"


def test_an_unknown_core_falls_back_to_the_public_interface(tmp_path: Path) -> None:
    program = """
    -- main.py
    import builtins, _frozen_importlib as core
    def _find_and_load(name, import_, something_new): ...
    stock, core._find_and_load = core._find_and_load, _find_and_load
    stock_import = builtins.__import__
    import entrepot.engine.takeover as takeover
    """
    # The core is changed after what the take-over needs is loaded.
    program = """
    -- main.py
    import builtins, _frozen_importlib as core
    import entrepot.engine.takeover as takeover
    stock, stock_import = core._find_and_load, builtins.__import__
    core._find_and_load = lambda name, import_, something_new: None
    system = takeover.take_over()
    print(takeover.current_level(), builtins.__import__ == system.import_statement)
    import colorsys, email.mime.text
    from xml import dom
    print(email.mime.text.MIMEText.__name__, dom.__name__)
    takeover.give_back()
    core._find_and_load = stock
    print(builtins.__import__ is stock_import)
    """
    expected = "statement True\nMIMEText xml.dom\nTrue\n"
    assert printed(STOCK, tmp_path / "program", program) == expected


def test_imports_made_from_c_are_seen(tmp_path: Path) -> None:
    program = """
    -- main.py
    import datetime
    import entrepot.engine.takeover as takeover
    system = takeover.take_over()
    names = []
    system.subscribe(lambda record: names.append(getattr(record, "name", None)))
    datetime.datetime.strptime("2026", "%Y")       # C imports _strptime
    print("_strptime" in names)
    """
    assert printed(STOCK, tmp_path / "program", program) == "True\n"


@pytest.mark.parametrize("debug", ["", "1"])
def test_tracebacks_show_no_frame_of_ours_unless_asked_to(tmp_path: Path, debug: str) -> None:
    program = """
    -- main.py
    import traceback
    import entrepot.engine.takeover as takeover
    takeover.take_over()
    for name in ("broken", "unclear", "missing"):
        try:
            exec(f"import {name}", {})
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            print(name, [frame.filename.rpartition("/")[2] for frame in frames])
    -- broken.py
    1 / 0
    -- unclear.py
    1 +
    """
    ran = run(STOCK, write(tmp_path / "program", program), ENTREPOT_DEBUG=debug)
    lines = ran.out.splitlines()
    if debug:
        assert all("algorithm.py" in line for line in lines)
    else:
        assert lines == [
            "broken ['main.py', '<string>', 'broken.py']",
            "unclear ['main.py', '<string>']",
            "missing ['main.py', '<string>']",
        ]


def test_taking_over_twice_changes_nothing(tmp_path: Path) -> None:
    program = """
    -- main.py
    import entrepot
    first = entrepot.take_over()
    print(entrepot.take_over() is first, first)
    entrepot.give_back()
    entrepot.give_back()
    try:
        first.close()
    except entrepot.TakeOverError as error:
        print(error)
    try:
        entrepot.engine.takeover.take_over("deep")
    except ValueError as error:
        print(error)
    """
    ran = run(STOCK, write(tmp_path / "program", program))
    assert ran.out.splitlines()[0].startswith("True <ImportSystem in charge of the process, ")
    assert ran.out.splitlines()[1:] == [
        "cannot close the process's own import system",
        "  now: it goes on importing",
        "  call entrepot.give_back() to let the interpreter import by itself again",
        "level must be 'core' or 'statement', not 'deep'",
    ]


def test_loaders_that_were_made_before_are_ours_too(tmp_path: Path) -> None:
    program = """
    -- main.py
    from importlib.machinery import SourceFileLoader       # taken before
    import importlib.util
    class Own(SourceFileLoader):                            # built on it before
        pass
    import entrepot
    system = entrepot.take_over()
    seen = []
    class Hook:
        def about_to_execute(self, module, code):
            seen.append(module.__name__)
            return code
        def executed(self, module, code, error):
            pass
    system.add_execution_hook(Hook())
    for name, loader in (("p1", SourceFileLoader), ("p2", Own)):
        spec = importlib.util.spec_from_loader(name, loader(name, __file__.replace("main", name)))
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    print(seen)
    -- p1.py
    -- p2.py
    """
    assert printed(STOCK, tmp_path / "program", program) == "['p1', 'p2']\n"


def test_threads_that_take_over_and_give_back_at_once_leave_nothing(tmp_path: Path) -> None:
    program = """
        -- main.py
        import threading, sys, _frozen_importlib_external as external
        import entrepot
        entrepot.take_over(); entrepot.give_back()
        before = {(c, n): v for c in ("FileFinder", "FileLoader", "_LoaderBasics")
                  for n, v in vars(getattr(external, c)).items()}
        def toggle():
            for _ in range(60):
                entrepot.take_over()
                entrepot.give_back()
        sys.setswitchinterval(1e-5)
        threads = [threading.Thread(target=toggle) for _ in range(3)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        entrepot.give_back()
        after = {(c, n): v for c in ("FileFinder", "FileLoader", "_LoaderBasics")
                 for n, v in vars(getattr(external, c)).items()}
        changed = [k for k in before.keys() | after.keys() if before.get(k) is not after.get(k)]
        print(changed)
    """
    assert printed(STOCK, tmp_path / "program", program) == "[]\n"


def test_a_chain_of_imports_may_be_as_long_as_under_the_stock_interpreter(
    tmp_path: Path,
) -> None:
    length = 150
    for number in range(length):
        (tmp_path / f"c{number}.py").write_text(f"import c{number + 1}\n", encoding="utf-8")
    (tmp_path / f"c{length}.py").write_text("END = 1\n", encoding="utf-8")
    program = f"""
        -- main.py
        import sys
        import entrepot
        class Hook:
            def about_to_execute(self, module, code): return code
            def executed(self, module, code, error): pass
        system = entrepot.take_over()
        system.add_execution_hook(Hook())
        sys.path.insert(0, {str(tmp_path)!r})
        import c0
        print(sys.modules["c{length}"].END)
    """
    assert printed(STOCK, tmp_path / "program", program) == "1\n"


def test_none_in_the_place_of_a_package_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("print('executed')\n", encoding="utf-8")
    program = f"""
        -- main.py
        import sys
        import entrepot
        entrepot.take_over()
        sys.path.insert(0, {str(tmp_path)!r})
        sys.modules["nn"] = None
        try:
            import nn.b
        except ModuleNotFoundError as error:
            print(error)
    """
    assert (
        printed(STOCK, tmp_path / "program", program)
        == "No module named 'nn.b'; 'nn' is not a package\n"
    )
