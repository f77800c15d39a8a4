"""In charge of the process: every import goes through our import system, until it is given back.

C keeps the quickest path, an import of a module that stands in the cache. For everything else it
looks functions up on the module ``_frozen_importlib`` at each call; these we replace (level
``"core"``), so imports made from C are seen, and C trims tracebacks as ever. Where the functions
that C calls are not the ones we know, ``builtins.__import__`` is replaced instead (level
``"statement"``), which is public interface.

The classes that programs meet (``SourceFileLoader``, ``FileFinder``, ``PathFinder``, ...) stay
the standard ones: their methods are replaced by those of our classes of the same name. So type
checks, pickles, subclasses and generic functions of programs hold, loaders made before or after
are treated alike, and when the process is given back nothing of ours is left in it.

This is the only file with state that belongs to the process.
"""

from __future__ import annotations

import _frozen_importlib as _core
import _frozen_importlib_external as _external
import builtins
import os
import sys
from _thread import RLock
from types import FunctionType

from entrepot.errors import TakeOverError

from . import binding, bytecode, finders, frames, loaders, locks, namespaces, specs
from .locks import LockTable
from .system import ImportSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .specs import ModuleSpec

_ABSENT: Any = object()

#: What C looks up on the core module at every call, by version (see the tests, which check it).
C_CALLS = ("_find_and_load", "_handle_fromlist", "_lock_unlock_module")

#: Our classes, whose methods go into the standard classes of the same name.
_CLASSES: tuple[type, ...] = (
    loaders.LoaderBasics,
    loaders.SourceLoader,
    loaders.FileLoader,
    loaders.SourceFileLoader,
    loaders.SourcelessFileLoader,
    loaders.ExtensionFileLoader,
    namespaces.NamespaceLoader,
    finders.PathFinder,
    finders.FileFinder,
)

_STANDARD_NAMES = {"LoaderBasics": "_LoaderBasics"}
#: Of a class body, what is not behaviour.
_NOT_BEHAVIOUR = frozenset(
    {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__",
     "__firstlineno__", "__static_attributes__", "__annotate_func__", "__annotations_cache__",
     "__conditional_annotations__", "__parameters__", "__orig_bases__"}
)  # fmt: skip


class ProcessGround:
    """The process itself: the state is the interpreter's, in ``sys``."""

    name = ""

    def __init__(self) -> None:
        self.state: Any = sys
        self.locks = LockTable(_core._module_locks)  # type: ignore[attr-defined]

    def plain(self, name: Any) -> Any:
        """Return the name as it is."""
        return name

    def key_of(self, spec: ModuleSpec) -> str:
        """Return the spec's name, under which C would put it in the cache."""
        return spec.name

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the name alone."""
        return (name,)

    def take_spec(self, spec: ModuleSpec) -> ModuleSpec:
        """Return the spec as it is."""
        return spec

    def take_module(self, module: Any) -> None:
        """Leave the module as it is."""

    def import_parents(self, system: ImportSystem, name: str, import_: Any) -> None:
        """Have the packages of a name imported, by the core's function of that name if it has one.

        That function (3.15) is ours, unless somebody put another in its place.
        """
        through_core = getattr(_core, "_resolve_parents", None)
        if through_core is None or _Process.system is not system:
            system.import_parents(name, import_)
        else:
            through_core(name, import_)

    def shared(self, name: str) -> None:  # noqa: ARG002 - the protocol's signature
        """Return None: the process shares with nobody."""

    def close(self) -> None:
        """Refuse: the process needs an import system.

        Raises:
            TakeOverError: Always.
        """
        raise TakeOverError(
            "close the process's own import system",
            "it goes on importing",
            "call entrepot.give_back() to let the interpreter import by itself again",
        )


class _Journal:
    """Attributes replaced, to be put back in reverse order."""

    def __init__(self) -> None:
        self._entries: list[tuple[Any, str, Any, Any]] = []

    def replace(self, owner: Any, name: str, new: Any) -> None:
        """Set an attribute, noting what stood there."""
        old = _held(owner, name)
        setattr(owner, name, new)
        self._entries.append((owner, name, old, _held(owner, name)))

    def put_back(self) -> None:
        """Put back what is still ours; what somebody replaced since stays theirs."""
        for owner, name, old, new in reversed(self._entries):
            if _held(owner, name) is not new:
                continue
            if old is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, old)


def _held(owner: Any, name: str) -> Any:
    """Return what an owner has itself; of a function also its name and its module."""
    if type(owner) is FunctionType:
        return getattr(owner, name)
    return vars(owner).get(name, _ABSENT)


class _Process:
    """Who is in charge of this process. Changed by one thread at a time."""

    lock = RLock()
    system: ImportSystem | None = None
    level: str | None = None
    journal: _Journal | None = None


def is_switched_off() -> bool:
    """Return whether ``ENTREPOT=0`` switches everything off."""
    return os.environ.get("ENTREPOT") == "0"


def current() -> ImportSystem | None:
    """Return the import system that is in charge of the process, or None for its own."""
    return _Process.system


def current_level() -> str | None:
    """Return ``"core"``, ``"statement"``, or None if the process imports by itself."""
    return _Process.level


def take_over(level: str = "core") -> ImportSystem:
    """Have every import of this process go through our import system; return it.

    May be called at any time, also in the middle of an import; taking over twice changes nothing.
    With ``ENTREPOT=0`` in the environment nothing is taken over, and the system that is returned
    imports only what is asked of it.

    Args:
        level: ``"core"`` (falls back if this interpreter's core is not as we know it) or
            ``"statement"``.

    Raises:
        ValueError: There is no such level.

    Example:
        >>> system = take_over()
        >>> current() is system, current_level()
        (True, 'core')
        >>> give_back()
        >>> current() is None
        True
    """
    if level not in {"core", "statement"}:
        raise ValueError(f"level must be 'core' or 'statement', not {level!r}")
    with _Process.lock:
        if _Process.system is not None:
            return _Process.system
        system = ImportSystem("", ground=ProcessGround())
        if is_switched_off():
            return system
        if level == "core" and not has_known_core():
            level = "statement"
        journal = _Journal()
        try:
            _Process.system = system
            _replace_methods(system, journal)
            replaced = _replace_functions(system, journal, level)
            _replace_taken_names(replaced, journal)
        except BaseException:
            _Process.system = None
            journal.put_back()
            raise
        _Process.level, _Process.journal = level, journal
        return system


def give_back() -> None:
    """Let the interpreter import by itself again, as if nothing had been taken over.

    Modules that were loaded meanwhile stay as they are. Does nothing if nothing was taken over.
    """
    with _Process.lock:
        journal = _Process.journal
        _Process.system = _Process.level = _Process.journal = None
        if journal is not None:
            journal.put_back()


def has_known_core() -> bool:
    """Return whether C calls the functions that we know how to replace.

    They must be there, and with the parameters that C passes.
    """
    wanted = {"_find_and_load": 2, "_handle_fromlist": 3, "_lock_unlock_module": 1}
    for name, count in wanted.items():
        code = getattr(getattr(_core, name, None), "__code__", None)
        if code is None or code.co_argcount != count:
            return False
    return sys.implementation.name == "cpython" and (3, 11) <= sys.version_info < (3, 16)


def _replace_methods(system: ImportSystem, journal: _Journal) -> None:
    for ours in _CLASSES:
        standard = getattr(_external, _STANDARD_NAMES.get(ours.__name__, ours.__name__))
        for name, value in vars(ours).items():
            if name in {"_system", "exec_module"} and ours is loaders.LoaderBasics:
                continue  # replaced below, by what knows this system
            if name not in _NOT_BEHAVIOUR and not name.startswith("_abc_"):
                journal.replace(standard, name, value)
    paths_class = getattr(_external, "NamespacePath", None) or _external._NamespacePath  # type: ignore[attr-defined]
    for name in ("__init__", "_get_parent_path", "_recalculate", "_state"):
        journal.replace(paths_class, name, vars(namespaces.NamespacePath)[name])
    journal.replace(_external.PathFinder, "_namespace_path", paths_class)
    basics = _external._LoaderBasics
    journal.replace(basics, "_system", system)
    journal.replace(basics, "exec_module", exec_module_through(system))


def exec_module_through(system: ImportSystem) -> Any:
    """Return the ``exec_module`` of loaders that obtain code and leave its execution to us.

    ``importlib.abc`` takes this function into a class of its own, so it carries the system along.
    """

    def exec_module(self: Any, module: ModuleType) -> None:
        """Execute the module."""
        system.execute(module, loaders.code_for(self, module))

    return frames.masked(exec_module)


def _replace_functions(
    system: ImportSystem, journal: _Journal, level: str
) -> dict[int, tuple[Any, Any]]:
    """Replace the functions of the two core modules; return original's id -> (original, ours)."""
    core_level = level == "core"
    replaced: dict[int, tuple[Any, Any]] = {}
    for owner, functions in (
        (_core, core_functions(system)),
        (_external, external_functions()),
    ):
        for name, ours in functions.items():
            if not core_level and name in C_CALLS:
                continue
            original = vars(owner).get(name)
            if original is not None:
                journal.replace(owner, name, ours)
                replaced[id(original)] = (original, ours)
                if type(ours) is FunctionType:  # who pickles or shows it finds it where it stands
                    for fact in ("__module__", "__qualname__", "__name__"):
                        journal.replace(ours, fact, getattr(original, fact))
    if not core_level:
        original = builtins.__import__
        journal.replace(builtins, "__import__", system.import_statement)
        replaced[id(original)] = (original, system.import_statement)
    return replaced


def core_functions(system: ImportSystem) -> dict[str, Any]:
    """Return what takes the place of functions of ``_frozen_importlib``, by their names there."""

    def _find_and_load_lazy_submodule(name: str, import_: Any) -> Any:
        return system.find_and_load(name, import_, lazy_submodule=True)

    def _handle_fromlist(
        module: Any, fromlist: Any, import_: Any, *, recursive: bool = False
    ) -> Any:
        # C comes here for every import from a package: what is there already is looked at here.
        for item in fromlist:
            if not isinstance(item, str) or item == "*":
                binding.load_from_list(module, (item,), import_, system.modules, of_all=recursive)
            elif not hasattr(module, item):
                binding.load_submodule(module, item, import_, system.modules)
        return module

    def _find_spec(name: str, path: Any, target: Any = None) -> Any:
        return system.find(name, path, target)

    own = (_find_and_load_lazy_submodule, _handle_fromlist, _find_spec)
    for function in own:
        frames.masked(function)
    return {
        "_find_and_load": system.find_and_load,
        "_find_and_load_lazy_submodule": _find_and_load_lazy_submodule,
        "_handle_fromlist": _handle_fromlist,
        "_lock_unlock_module": system.wait_for,
        "_gcd_import": system.import_absolute,
        "_resolve_parents": system.import_parents,
        "__import__": system.import_statement,
        "_find_spec": _find_spec,
        "_load": system.load,
        "_load_unlocked": system.load_unlocked,
        "_exec": system.execute_again,
        "module_from_spec": specs.module_from_spec,
        "spec_from_loader": specs.spec_from_loader,
        "_get_module_lock": system.lock_for,
        "_ModuleLock": locks.ModuleLock,
        "_calc___package__": binding.package_of,
        "_sanity_check": binding.check_arguments,
    }


def external_functions() -> dict[str, Any]:
    """Return what takes the place of functions of ``_frozen_importlib_external``."""
    return {
        "cache_from_source": bytecode.cache_from_source,
        "source_from_cache": bytecode.source_from_cache,
        "decode_source": bytecode.decode_source,
        "spec_from_file_location": specs.spec_from_file_location,
        "_code_to_timestamp_pyc": bytecode.timestamp_file,
        "_code_to_hash_pyc": bytecode.hash_file,
        "_calc_mode": bytecode.mode_for,
        "_write_atomic": bytecode.write_atomic,
        "_get_cached": bytecode.cached_path_of,
    }


def _replace_taken_names(replaced: dict[int, tuple[Any, Any]], journal: _Journal) -> None:
    """Where importlib's own modules took a replaced function by name, replace it too."""
    for name, module in list(sys.modules.items()):
        if name != "importlib" and not name.startswith("importlib."):
            continue
        if module in {_core, _external}:
            continue
        for attribute, value in list(vars(module).items()):
            original, ours = replaced.get(id(value), (_ABSENT, None))
            if value is original:
                journal.replace(module, attribute, ours)
    abc = sys.modules.get("importlib.abc")
    if abc is not None:  # else it takes the method from the core when it is imported
        ours = vars(_external._LoaderBasics)["exec_module"]
        journal.replace(abc.InspectLoader, "exec_module", ours)
