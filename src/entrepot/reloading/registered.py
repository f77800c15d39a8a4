"""What statements did by two functions of the standard library that leave no trace of it.

They registered classes with abstract ones: ``Iterable.register(Shelf)``. A registry does not tell
who has filled it, and the program may fill it further. So each call of ``ABCMeta.register`` that
managed code makes while it is imported is noted with its site. What a package outside registers
while a managed statement imports it is its own.

And they got modules by names that no text may tell: ``import_module(settings.BACKEND)``. One that
is there already is not imported by it, so the call is noted, too.
"""

from __future__ import annotations

from _weakref import ref
from abc import ABCMeta
from importlib import import_module

from entrepot.names import level_of, resolve_relative

from .attributes import is_a
from .base import is_abstract

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from .recorder import Recorder
    from .revision import Site

REGISTER: CodeType = ABCMeta.register.__code__
IMPORT_MODULE: CodeType = import_module.__code__


class Registration:
    """One call of ``register``, by weak references: a registry keeps nothing alive either.

    Attributes:
        site: Where it was made.
    """

    __slots__ = ("_abstract", "_cls", "site")

    def __init__(self, abstract: type, cls: type, site: Site) -> None:
        self._abstract = ref(abstract)
        self._cls = ref(cls)
        self.site = site

    @property
    def pair(self) -> tuple[Any, Any]:
        """The abstract class and the one registered with it; ``None`` where it is gone."""
        return self._abstract(), self._cls()


def registering(
    frame: FrameType, is_managed: Callable[[str], object]
) -> tuple[ABCMeta, type] | None:
    """Return what a call of ``register`` is about to register, if managed code makes it."""
    names = frame.f_locals
    abstract: Any = names.get(REGISTER.co_varnames[0])
    cls: Any = names.get(REGISTER.co_varnames[1])
    if not is_abstract(abstract) or not is_a(cls, type):
        return None
    caller = frame.f_back
    while caller is not None and not is_managed(caller.f_code.co_filename):
        if caller.f_code.co_name == "<module>":
            return None
        caller = caller.f_back
    return None if caller is None else (abstract, cls)


def note_call(
    recorder: Recorder,
    frame: FrameType,
    site: Callable[[], Site],
    is_managed: Callable[[str], object],
) -> None:
    """Note for a site what a call of one of the two functions is about to do."""
    if frame.f_code is REGISTER:
        found = registering(frame, is_managed)
        if found is not None:
            recorder.registered.append(Registration(*found, site()))
        return
    name = _loading(frame)
    if name:
        recorder.loaded.setdefault(site(), set()).add(name)


def _loading(frame: FrameType) -> str:
    """Return the absolute name that ``import_module`` is called for, ``""`` for none."""
    name, package = (frame.f_locals.get(word) for word in IMPORT_MODULE.co_varnames[:2])
    if not isinstance(name, str) or not name.startswith("."):
        return name if isinstance(name, str) else ""
    level = level_of(name)
    try:
        return resolve_relative(name[level:], package or "", level)
    except (ImportError, AttributeError):
        return ""
