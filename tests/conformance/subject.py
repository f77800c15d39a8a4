"""entrepot's engine, held against CPython's own test suites.

``factory()`` returns an object that a conformance harness drives: ``unit(name)`` stands in for a
module of importlib, ``takeover(level)`` lets the running interpreter import through us,
``counters()`` proves that we did. A harness compares what is loaded, so this file imports what
every process has, and neither ``__future__`` nor ``typing``.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

_SOURCE = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "src"
)
if _SOURCE not in sys.path:
    sys.path.append(_SOURCE)


class _Counter:
    """Counts the modules whose code our engine executed, and the imports that it decided."""

    def __init__(self) -> None:
        self.counts = {"load": 0, "find_and_load": 0}

    def about_to_execute(self, module: "ModuleType", code: "CodeType") -> "CodeType":
        self.counts["load"] += 1
        return code

    def executed(
        self, module: "ModuleType", code: "CodeType", error: BaseException | None
    ) -> None:
        self.counts["find_and_load"] += 1


class Entrepot:
    """The subject."""

    name = "entrepot"
    levels = ("statement", "core")

    def __init__(self) -> None:
        self._counter = _Counter()
        self._built: dict[str, ModuleType] = {}

    def unit(self, module_name: str) -> "ModuleType":
        """Return what stands in for a module of importlib."""
        if not self._built:
            self._built = _build(self._counter)
        return self._built[module_name]

    def build(self) -> None:
        """Import the engine; of what it brings along, only entrepot itself stays loaded.

        A harness compares what a program loads from here on, and in a process of stock Python
        ``__future__``, say, counts as loaded by the program.
        """
        before = set(sys.modules)
        import entrepot.engine.takeover  # noqa: F401 - loaded is what it is to be

        for name in set(sys.modules) - before:
            if name.partition(".")[0] != "entrepot":
                del sys.modules[name]
        # Stock does not have it in this process: tests look at what is loaded.
        if _SOURCE in sys.path:
            sys.path.remove(_SOURCE)

    def takeover(self, level: str) -> None:
        """Have the process import through our engine."""
        if "entrepot.engine.takeover" not in sys.modules:
            self.build()
        from entrepot.engine.takeover import current_level, take_over

        take_over(level).add_execution_hook(self._counter)
        if current_level() != level:
            raise RuntimeError(f"took over at level {current_level()}, not {level}")

    def release(self) -> None:
        """Undo ``takeover``."""
        from entrepot.engine.takeover import give_back

        give_back()

    def counters(self) -> dict[str, int]:
        """Return how much went through our engine."""
        return dict(self._counter.counts)


def factory() -> Entrepot:
    """Return the subject."""
    return Entrepot()


def _build(counter: _Counter) -> "dict[str, ModuleType]":
    """Return a set of importlib's modules in which our engine's parts have their places."""
    import importlib.util
    from importlib import abc, machinery

    from entrepot.engine import finders, loaders, locks, namespaces, takeover
    from entrepot.engine.system import ImportSystem

    system = ImportSystem("", ground=takeover.ProcessGround())
    system.add_execution_hook(counter)
    core = _copy(importlib._bootstrap)
    external = _copy(importlib._bootstrap_external)
    ours: dict[str, Any] = {}
    classes: tuple[Any, ...] = (
        loaders.SourceFileLoader,
        loaders.SourcelessFileLoader,
        loaders.ExtensionFileLoader,
        namespaces.NamespaceLoader,
        finders.PathFinder,
        finders.FileFinder,
    )
    for cls in classes:
        cls._system = system
        ours[cls.__name__] = cls
    vars(core).update(takeover.core_functions(system))
    core._ModuleLock = locks.ModuleLock
    vars(external).update(takeover.external_functions())
    vars(external).update(ours)
    details = [
        (loaders.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (loaders.SourceFileLoader, machinery.SOURCE_SUFFIXES),
        (loaders.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    ]
    external._get_supported_file_loaders = lambda: details
    top = _copy(importlib)
    vars(top).update(
        _bootstrap=core,
        _bootstrap_external=external,
        __import__=system.import_statement,
        import_module=system.import_module,
        reload=system.reload,
        invalidate_caches=system.invalidate_caches,
    )
    for name, module in (("util", importlib.util), ("machinery", machinery)):
        copied = _copy(module)
        for functions in (vars(core), vars(external)):
            known = {k: v for k, v in functions.items() if k in vars(copied) and k[0] != "_"}
            vars(copied).update(known)
        setattr(top, name, copied)
    top.util.find_spec = system.find_spec
    top.abc = abc
    return {
        "importlib": top,
        "importlib._abc": sys.modules["importlib._abc"],
        "importlib.abc": abc,
        "importlib.machinery": top.machinery,
        "importlib.util": top.util,
        "importlib._bootstrap": core,
        "importlib._bootstrap_external": external,
    }


def _copy(module: "ModuleType") -> "Any":
    copied = type(sys)(module.__name__)
    vars(copied).update(vars(module))
    return copied
