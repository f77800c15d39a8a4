"""The algorithm of the language reference, chapter 5: from a name to a module, in five steps.

The words. The *module cache* is the mapping of names to modules. A *finder* answers a name with a
*spec*, whose *loader* creates and executes the module. The *ground* is where a system stands: in
charge of the process, with the interpreter's own state in ``sys``, or private, with its own.

The steps are taken in ``_five_steps_locked``, in order: look in the cache, create the module, put
it in the cache, compile and execute it, bind it. Around it, ``find_and_load`` sees to it that one
thread at a time takes the steps for a name, and that the others wait for the end.
"""

from __future__ import annotations

import _imp
import sys
from _warnings import warn

from entrepot.names import parent_of, tail_of

from . import specs
from .binding import absolute_name
from .execution import begin_span, in_span
from .frames import call_without_frames, tell
from .legacy import FINDERS_WORK, legacy_meta_path_spec
from .locks import DeadlockError, ImportLockHolder, ModuleLockHolder
from .narration import UNTOLD, Narrator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    from .execution import Spanning
    from .ground import Ground
    from .narration import Story
    from .specs import ModuleSpec

_ABSENT: Any = object()
#: Since 3.15 the audit event ``import`` is raised here; before, C raises it.
_RAISES_AUDIT_EVENT = sys.version_info >= (3, 15)
#: Since 3.15 C is to be told of loaded modules, for names that wait for them (PEP 810).
_HAS_LAZY_IMPORTS = sys.version_info >= (3, 15)


class ImportAlgorithm:
    """The five steps over the state of a ground. ``ImportSystem`` adds what programs call."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._state = ground.state
        self._locks = ground.locks
        self._narrator = Narrator()
        self.is_observed = False
        self.spanning: Spanning | None = None  # see execution.py

    @property
    def modules(self) -> dict[str, Any]:
        """The module cache, a real dict: name -> module, or whatever was put there."""
        return self._state.modules  # type: ignore[no-any-return]

    @property
    def meta_path(self) -> list[Any]:
        """The meta path finders, in the order in which they are asked."""
        return self._state.meta_path  # type: ignore[no-any-return]

    def import_absolute(self, name: str, package: str | None = None, level: int = 0) -> Any:
        """Import a module by name and level, as an import statement gives them; return it."""
        return self.find_and_load(absolute_name(name, package, level), self.import_absolute)

    def find_and_load(
        self,
        name: str,
        import_: Callable[[str], Any] | None = None,
        *,
        lazy_submodule: bool = False,
    ) -> Any:
        """Return the module of an absolute name, importing it if it is not in the cache.

        Args:
            name: The module's name.
            import_: Imports a parent package; the interpreter's C function, or our own.
            lazy_submodule: Return None instead of raising if there is no such submodule
                (3.15: ``lazy from package import x``).

        Raises:
            ModuleNotFoundError: No finder answers, or None stands in the cache.
        """
        import_ = self.import_absolute if import_ is None else import_
        module = self._look_up(name)
        if module is not _ABSENT:
            return _unless_none(name, module)
        if self.spanning is not None and (end := begin_span(self, name)) is not None:
            return in_span(self, name, end, import_, lazy_submodule=lazy_submodule)
        # What follows is no function of its own: a chain of imports would have more frames.
        shared = self._ground.shared(name)
        if shared is not None:
            return shared
        if _RAISES_AUDIT_EVENT:
            state = self._state
            sys.audit("import", name, None, state.path, state.meta_path, state.path_hooks)
        # Ancestors first, outside of this name's lock: a thread that held it while it waits for
        # a package could be waited for by the thread that executes the package.
        self._ground.import_parents(self, name, import_)
        lock = self._locks.get(name)
        try:
            lock.acquire()
        except DeadlockError:
            module = self._state.modules.get(name, _ABSENT)
            if module is _ABSENT:
                raise
            return _unless_none(name, module)
        try:
            module = self._state.modules.get(name, _ABSENT)
            if module is not _ABSENT:
                # Another thread was first, or importing the parent did it.
                return _unless_none(name, module)
            return self._five_steps_locked(name, import_=import_, lazy_submodule=lazy_submodule)
        finally:
            lock.release()

    def _look_up(self, name: str) -> Any:
        """Return what stands in the cache, executed to its end if another thread is at it."""
        module = self._state.modules.get(name, _ABSENT)
        if module is _ABSENT:
            return module
        if _is_initializing(module):
            return self._executed_elsewhere(name)
        # It may have been taken out while it was looked at.
        return self._state.modules.get(name, _ABSENT)

    def _executed_elsewhere(self, name: str) -> Any:
        """Wait for the thread that executes a module; return what stands in the cache then.

        Its execution may have failed, and another one may have begun: who holds the lock sees
        one that has ended. In a deadlock what stands there is partially initialized.
        """
        lock = self._locks.get(name)
        try:
            lock.acquire()
        except DeadlockError:
            return self._state.modules.get(name, _ABSENT)
        try:
            return self._state.modules.get(name, _ABSENT)
        finally:
            lock.release()

    def import_parents(self, name: str, import_: Callable[[str], Any]) -> None:
        """Import the package of a name, and wait for packages above that another thread runs."""
        parent = name.rpartition(".")[0]
        if not parent:
            return
        end = parent.find(".")
        while end >= 0:
            ancestor = parent[:end]
            if _is_initializing(self._state.modules.get(ancestor)):
                self._locks.wait_for(ancestor)
            end = parent.find(".", end + 1)
        module = self._state.modules.get(parent, _ABSENT)
        if module is _ABSENT or _is_initializing(module):
            call_without_frames(import_, parent)

    def _five_steps_locked(
        self,
        name: str,
        spec: ModuleSpec | None = None,
        *,
        import_: Callable[[str], Any] | None = None,
        lazy_submodule: bool = False,
    ) -> Any:
        """Take the five steps for a module whose lock this thread holds; return the module.

        With a ``spec`` given, only the steps from 2 to 4: nothing is searched, nothing bound.
        """
        modules = self._state.modules
        parent = None
        with self._telling(name) as story:
            # Step 1: look in the cache. It is not there, so find it, for a submodule on the
            # path of its package (importing the package may import it as a side effect).
            if spec is None:
                if name.rpartition(".")[0]:
                    parent = self._parent_in_cache(name, import_)
                if modules.get(name) is not None:
                    return modules[name]
                spec = self._find_locked(name, parent, story, lazy_submodule=lazy_submodule)
                if spec is None:
                    return None
            with _Uninitialized(parent, name):
                if specs.needs_load_module(spec.loader):
                    specs.warn_about_load_module(spec.loader)
                    module = specs.load_the_old_way(spec, modules)
                else:
                    # Step 2: create the module object.
                    module = self._create(spec, story)
                    # Step 3: put it in the cache, before its code runs, so that a circular
                    # import finds it, partially initialized.
                    key = self._cache(spec, module, story)
                    # Step 4: compile and execute. If that fails it is taken out again.
                    module = self._execute(spec, key, module, story)
            # Step 5: bind. The importer's name is bound by its import statement itself; here
            # the package gets the module as an attribute.
            if parent is not None:  # as it is for a top-level module, or with a spec at hand
                self._bind_in_parent(name, module, story)
            if _HAS_LAZY_IMPORTS:
                _tell_lazy_names(name, module)
            return module

    def _parent_in_cache(self, name: str, import_: Callable[[str], Any] | None) -> Any:
        """Return what stands in the cache as the package of a name, imported if need be."""
        parent = parent_of(name)
        if parent not in self._state.modules:
            call_without_frames(import_ or self.import_absolute, parent)
        return self._state.modules[parent]

    def _find_locked(
        self, name: str, parent: Any, story: Story | None, *, lazy_submodule: bool
    ) -> ModuleSpec | None:
        """Return the spec of a module; None only for a lazy submodule that is not there.

        Raises:
            ModuleNotFoundError: It is not there, or its parent is no package.
        """
        path = None
        if name.rpartition(".")[0]:
            try:
                path = parent.__path__
            except AttributeError:
                if lazy_submodule:
                    return None
                text = f"No module named {name!r}; {parent_of(name)!r} is not a package"
                raise ModuleNotFoundError(text, name=name) from None
            parent.__spec__  # noqa: B018 - a package without one is an error, as in CPython
        spec = self.find(name, path, story=story)
        if spec is None and not lazy_submodule:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return spec

    def find(
        self,
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
        *,
        story: Story | None = None,
    ) -> ModuleSpec | None:
        """Return the spec that the first finder on the meta path has for a name, or None.

        Args:
            name: The module's name.
            path: The ``__path__`` of its package, None for a top-level module.
            target: The module that is to be reloaded, if any.
            story: The import that is told, if any.
        """
        meta_path = self.meta_path
        if meta_path is None:
            raise ImportError("sys.meta_path is None, Python is likely shutting down")
        if not meta_path:
            warn("sys.meta_path is empty", ImportWarning, stacklevel=2)
        is_reload = name in self._state.modules
        if story:
            story.finding()
        for asked in self._ground.spellings(name):
            # A copy: a finder may take itself off the meta path when it is asked.
            for finder in list(meta_path):
                with ImportLockHolder():
                    if hasattr(finder, "find_spec"):
                        spec = finder.find_spec(asked, path, target)
                    elif FINDERS_WORK:
                        spec = legacy_meta_path_spec(finder, asked, path)
                    else:
                        continue
                if story:
                    story.asked(finder, spec is not None)
                if spec is not None:
                    if not is_reload and name in self._state.modules:
                        # The finder imported it: what was loaded counts, if it tells.
                        spec = getattr(self._state.modules[name], "__spec__", None) or spec
                    spec = self._ground.take_spec(spec)
                    if story:
                        story.found(spec)
                    return spec
        return None

    def _create(self, spec: ModuleSpec, story: Story | None) -> Any:
        module = specs.module_from_spec(spec)
        self._ground.take_module(module)
        if story:
            story.created(module)
        return module

    def _cache(self, spec: ModuleSpec, module: Any, story: Story | None) -> str:
        # C reads the flag of what stands in the cache, so it is set before.
        spec._initializing = True  # type: ignore[attr-defined]
        key = self._ground.key_of(spec)
        self._state.modules[key] = module
        if story:
            story.cached()
        return key

    def _execute(self, spec: ModuleSpec, key: str, module: Any, story: Story | None) -> Any:
        """Execute a cached module; return what stands in the cache then, moved to the end.

        The module may have replaced itself there. The order is that of shutdown, in reverse.
        """
        modules = self._state.modules
        try:
            try:
                loader: Any = spec.loader
                if hasattr(loader, "exec_module"):
                    loader.exec_module(module)
                else:
                    specs.execute_with_loader(spec, module)
            except BaseException:
                modules.pop(key, None)
                raise
            module = modules.pop(key)  # if it took itself out, the KeyError is CPython's too
            modules[key] = module
            tell("import {!r} # {!r}", spec.name, spec.loader)
        finally:
            spec._initializing = False  # type: ignore[attr-defined]
        if story:
            story.executed()
        return module

    def _bind_in_parent(self, name: str, module: Any, story: Story | None) -> None:
        parent, tail = parent_of(name), tail_of(name)
        package = self._state.modules[parent]  # what stands there now
        try:
            setattr(package, tail, module)
        except AttributeError:
            text = f"Cannot set an attribute on {parent!r} for child module {tail!r}"
            warn(text, ImportWarning, stacklevel=2)
        else:
            if story:
                story.bound(parent, tail)

    def load(self, spec: ModuleSpec) -> Any:
        """Load the module of a spec that is at hand; nothing is searched or bound."""
        with ModuleLockHolder(self._locks, spec.name):
            return self._five_steps_locked(spec.name, spec)

    def load_unlocked(self, spec: ModuleSpec) -> Any:
        """Do what ``load`` does, for a caller that sees to the lock."""
        return self._five_steps_locked(spec.name, spec)

    def lock_for(self, name: str) -> Any:
        """Return the lock of a module's name."""
        return self._locks.get(name)

    def wait_for(self, name: str) -> None:
        """Wait until no other thread imports a module (in a deadlock, do not)."""
        self._locks.wait_for(name)

    def _telling(self, name: str) -> Any:
        return self._narrator.begin(name) if self.is_observed else UNTOLD


def _tell_lazy_names(name: str, module: Any) -> None:
    try:
        _imp._set_lazy_attributes(module, name)  # type: ignore[attr-defined]
    except Exception as error:
        text = f"Cannot set lazy attributes on {name!r}: {error!r}"
        warn(text, ImportWarning, stacklevel=2)


def _unless_none(name: str, module: Any) -> Any:
    if module is None:
        raise ModuleNotFoundError(f"import of {name} halted; None in sys.modules", name=name)
    return module


def _is_initializing(module: Any) -> bool:
    return getattr(getattr(module, "__spec__", None), "_initializing", False)


class _Uninitialized:
    """While it is entered, the package's spec lists the submodule as not yet there.

    C reads the list for "cannot access submodule 'b' of module 'a' (most likely due to a circular
    import)".
    """

    __slots__ = ("_names", "_tail")

    def __init__(self, parent: Any, name: str) -> None:
        spec = getattr(parent, "__spec__", None)
        self._names = getattr(spec, "_uninitialized_submodules", None)
        self._tail = tail_of(name)

    def __enter__(self) -> None:
        if self._names is not None:
            self._names.append(self._tail)

    def __exit__(self, *exc_info: object) -> None:
        if self._names is not None:
            self._names.pop()
