"""An import system as an object: the state, what programs call, and the seams to build on.

The algorithm itself is in ``algorithm.py``.
"""

from __future__ import annotations

from entrepot.names import level_of, parent_of, tail_of, top_of

from . import specs
from .algorithm import ImportAlgorithm
from .binding import absolute_name, load_from_list, package_of
from .execution import tell_after, tell_before
from .frames import cut_frames, ends_frames, mask_package
from .locks import ModuleLockHolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType, ModuleType
    from typing import Any, Self

    from entrepot.events import Subscriber

    from .execution import ExecutionHook
    from .ground import Ground
    from .narration import Story
    from .specs import ModuleSpec

_ABSENT: Any = object()


class ImportSystem(ImportAlgorithm):
    """A complete import system: a module cache, a path, finders, hooks, locks.

    ``ImportSystem("a", path=["plugins/a"])`` is private: beside the process's own, with a module
    cache of its own. Its modules are registered in ``sys.modules`` as ``a:name``, so that pickle,
    dataclasses and the like find them. The standard library is shared with the process.

    Args:
        name: A short identifier for a private system.
        path: The folders to search, as ``sys.path`` is.

    Raises:
        SystemNameError: The name is no identifier, or an open system has it.
        SystemPathError: The path is no list of str.

    Example:
        >>> system = ImportSystem("doc_example", path=[])
        >>> system.import_module("json").__name__       # shared with the process
        'json'
        >>> system.modules["greeting"] = "Hello"        # whatever stands in the cache is returned
        >>> system.import_module("greeting")
        'Hello'
        >>> system.close()
    """

    def __init__(
        self, name: str, path: Sequence[str] = (), *, ground: Ground | None = None
    ) -> None:
        if ground is None:
            from .private import PrivateGround

            ground = PrivateGround(self, name, path)
        super().__init__(ground)
        self.execution_hooks: tuple[ExecutionHook, ...] = ()
        #: Names being reloaded and their modules, such as ``{"shop.cart": <module>}``.
        self._reloading: dict[str, ModuleType] = {}
        mask_package()

    # The state, looked up each time: a program may replace ``sys.modules`` or ``sys.path``.

    @property
    def name(self) -> str:
        """The name that the system was made with, ``""`` for the process's."""
        return self._ground.name

    @property
    def path(self) -> list[str]:
        """The path entries that top-level modules are searched on."""
        return self._state.path  # type: ignore[no-any-return]

    @property
    def path_hooks(self) -> list[Any]:
        """The callables that make a finder for a path entry."""
        return self._state.path_hooks  # type: ignore[no-any-return]

    @property
    def path_importer_cache(self) -> dict[str, Any]:
        """Path entry -> its finder, or None if no hook takes it."""
        return self._state.path_importer_cache  # type: ignore[no-any-return]

    # What programs call

    def import_module(self, name: str, package: str | None = None) -> Any:
        """Import a module and return it; a name with leading dots is relative to ``package``.

        Raises:
            TypeError: The name is relative, and no package is given.
            ModuleNotFoundError: There is no such module.
        """
        level = level_of(name)
        if level and not package:
            raise TypeError(
                f"the 'package' argument is required to perform a relative import for {name!r}"
            )
        try:
            return self.import_absolute(name[level:], package, level)
        except BaseException as error:
            if self.name:  # in charge of the process, what is seen is what importlib shows
                cut_frames(error)
            raise

    def import_statement(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the protocol of __import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002, ARG002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Do what an import statement asks: the system's ``__import__``.

        Args:
            name: The name in the statement, without leading dots.
            globals: The importer's namespace, for relative imports.
            locals: Not used.
            fromlist: The names after ``import`` in ``from name import ...``.
            level: The number of leading dots.

        Returns:
            The module named, or without a from-list the top package of the name as written.
        """
        if level > 0:
            package = self._ground.plain(package_of(globals if globals is not None else {}))
            full = absolute_name(name, package, level)
        else:
            full = absolute_name(name, None, level)
        module = self.find_and_load(full, self.import_absolute)
        if not fromlist:
            if level == 0:
                return self.find_and_load(top_of(name), self.import_absolute)
            if not name:
                return module
            # `from . import x` never comes here; `__import__("b.c", g, level=1)` means `a.b`.
            shown = full[: len(full) - len(name) + len(top_of(name))]
            return self.modules[shown]
        if hasattr(module, "__path__"):
            return self.load_from_list(module, fromlist, self.import_absolute, name=full)
        return module

    def load_from_list(
        self,
        module: Any,
        fromlist: Sequence[str],
        import_: Callable[[str], Any],
        *,
        name: str | None = None,
    ) -> Any:
        """Import the submodules that a from-list names; return the package (see binding.py)."""
        shown = None if name is None or not self.name else name
        return load_from_list(module, fromlist, import_, self.modules, name=shown)

    def find_spec(self, name: str, package: str | None = None) -> ModuleSpec | None:
        """Return the spec of a module, of the loaded one or of the one that would be loaded.

        For a submodule its package is imported.

        Raises:
            ModuleNotFoundError: The parent is no package.
            ValueError: The module is loaded and has no spec.
        """
        level = level_of(name)
        if level:
            if not package:
                raise ImportError(
                    f"no package specified for {name!r} (required for relative module names)",
                )
            full = absolute_name(name[level:], package, level)
        else:
            full = name
        if full in self.modules:
            return _spec_of_loaded(self.modules[full], name)
        path = None
        if parent_of(full):
            parent = self.import_absolute(parent_of(full))
            try:
                path = parent.__path__
            except AttributeError as error:
                raise ModuleNotFoundError(
                    f"__path__ attribute not found on {parent_of(full)!r} "
                    f"while trying to find {full!r}",
                    name=full,
                ) from error
        return self.find(full, path)

    def invalidate_caches(self) -> None:
        """Have every meta path finder forget what it may have wrong about the files."""
        for finder in self.meta_path:
            if hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()

    def reload(self, module: ModuleType) -> Any:
        """Execute a module's code again, in the module; return what then stands in the cache.

        The module is found anew, so it may have moved or become a package. Names that its code
        does not bind again stay. What other modules took from it stays as it was, and that is
        what ``entrepot.live`` is for.

        Raises:
            TypeError: It is no module.
            ImportError: It, or its package, does not stand in the cache.
            ModuleNotFoundError: It cannot be found any more.
        """
        name = self._ground.plain(_name_for_reload(module))
        if self.modules.get(name) is not module:
            raise ImportError(f"module {name} not in sys.modules", name=name)
        if name in self._reloading:
            return self._reloading[name]
        self._reloading[name] = module
        try:
            path = None
            if parent_of(name):
                try:
                    path = self.modules[parent_of(name)].__path__
                except KeyError:
                    text = f"parent {parent_of(name)!r} not in sys.modules"
                    raise ImportError(text, name=parent_of(name)) from None
            spec = module.__spec__ = self.find(name, path, module)
            if spec is None:
                raise ModuleNotFoundError(f"spec not found for the module {name!r}", name=name)
            self.execute_again(spec, module)
            return self.modules[name]
        finally:
            self._reloading.pop(name, None)

    def execute_again(self, spec: ModuleSpec, module: ModuleType) -> Any:
        """Execute a spec's module in an existing one; return what then stands in the cache.

        Raises:
            ImportError: The module does not stand in the cache under the spec's name.
        """
        key = self._ground.key_of(spec)
        with ModuleLockHolder(self._locks, key):
            modules = self.modules
            if modules.get(key) is not module:
                raise ImportError(f"module {key!r} not in sys.modules", name=key)
            try:
                if spec.loader is None and spec.submodule_search_locations is None:
                    raise ImportError("missing loader", name=spec.name)
                has_loader = spec.loader is not None  # a namespace package is given one now
                specs.set_attributes(module, spec, override=True)
                if has_loader:
                    specs.execute_with_loader(spec, module)
            finally:
                now = modules.pop(key)
                modules[key] = now
            return now

    def unload(self, name: str) -> list[str]:
        """Take a module and its submodules out of the cache and off its package.

        The module objects live on where somebody holds them; a later import makes new ones. For
        an edit that is to reach a running program use ``entrepot.live``.

        Returns:
            The names that were taken out, the module's own first.

        Raises:
            ModuleNotFoundError: The module does not stand in the cache.
        """
        if name not in self.modules:
            raise ModuleNotFoundError(f"module {name!r} is not in the module cache", name=name)
        below = f"{name}."
        gone = [key for key in list(self.modules) if key == name or key.startswith(below)]
        for key in sorted(gone):
            with ModuleLockHolder(self._locks, key):
                module = self.modules.pop(key, None)
            package = self.modules.get(parent_of(key))
            if package is not None and getattr(package, tail_of(key), _ABSENT) is module:
                delattr(package, tail_of(key))
        return sorted(gone)

    def close(self) -> None:
        """End a private system: it loads nothing more, and its names leave ``sys.modules``.

        Its modules go on working. As a context manager a system is closed at the end.
        """
        self._ground.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    # The seams: what happens, and code about to execute

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have a callable told every record of ``entrepot.events``; return how to stop that.

        Subscribers are called in the importing thread, between the steps; they should be quick.
        One that raises is removed, with a ``RuntimeWarning``, and the import goes on.
        """
        narrator = self._narrator
        entry = [subscriber]
        narrator.subscribers = (*narrator.subscribers, entry)
        self.is_observed = True

        def unsubscribe() -> None:
            narrator.subscribers = tuple(e for e in narrator.subscribers if e is not entry)
            self.is_observed = narrator.has_listeners

        return unsubscribe

    def keep_stories(
        self,
        began: Callable[[Story], object],
        ended: Callable[[Story], object] | None = None,
    ) -> Callable[[], None]:
        """Have callables handed each executed import as a whole; return how to stop that.

        Cheaper than ``subscribe``: a story is one object, complete when its import has ended.

        Args:
            began: Called when an import begins; ``append`` of a list keeps them in order.
            ended: Called when it has ended, if given.
        """
        narrator = self._narrator
        keeper = (began, ended)
        narrator.keepers = (*narrator.keepers, keeper)
        self.is_observed = True

        def stop() -> None:
            narrator.keepers = tuple(k for k in narrator.keepers if k is not keeper)
            self.is_observed = narrator.has_listeners

        return stop

    def add_execution_hook(self, hook: ExecutionHook) -> Callable[[], None]:
        """Have a hook told of all code about to execute; return how to take it off again."""
        self.execution_hooks = (*self.execution_hooks, hook)
        return lambda: self.remove_execution_hook(hook)

    def remove_execution_hook(self, hook: ExecutionHook) -> None:
        """Take a hook off; it need not be there."""
        self.execution_hooks = tuple(h for h in self.execution_hooks if h is not hook)

    @ends_frames
    def execute(self, module: ModuleType, code: CodeType) -> None:
        """Execute a module's code in the module: every loader's code comes through here."""
        hooks = self.execution_hooks
        if not hooks:
            exec(code, module.__dict__)
            return
        code, told = tell_before(hooks, self.remove_execution_hook, module, code)
        failure: BaseException | None = None
        try:
            exec(code, module.__dict__)
        except BaseException as error:
            failure = error
            raise
        finally:
            tell_after(told, self.remove_execution_hook, module, code, failure)

    def note_code(self, kind: str, path: str | None, read: int, made: int) -> None:
        """Tell how a loader came by the code of the import that this thread is in."""
        story = self._narrator.current()
        if story:
            story.code(kind, path, read, made)

    def __repr__(self) -> str:
        where = f"private, {self.name!r}" if self.name else "in charge of the process"
        return f"<ImportSystem {where}, {len(self.modules)} modules>"


def _spec_of_loaded(module: Any, name: str) -> ModuleSpec | None:
    if module is None:
        return None
    try:
        spec = module.__spec__
    except AttributeError:
        raise ValueError(f"{name}.__spec__ is not set") from None
    if spec is None:
        raise ValueError(f"{name}.__spec__ is None")
    return spec  # type: ignore[no-any-return]


def _name_for_reload(module: Any) -> str:
    # The spec's name: ``__main__`` run by -m, and renamed modules, are found by what they are.
    try:
        return module.__spec__.name  # type: ignore[no-any-return]
    except AttributeError:
        try:
            return module.__name__  # type: ignore[no-any-return]
        except AttributeError:
            raise TypeError("reload() argument must be a module") from None
