"""Stand-ins for the few standard modules that hold module names, as a private system sees them."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

#: What ``sys`` holds of an import system.
STATE = frozenset({"modules", "path", "meta_path", "path_hooks", "path_importer_cache"})
#: Where a stand-in keeps what it is, in its namespace.
_FACTS = "__stand_in__"


class _Facts(NamedTuple):
    original: ModuleType
    own: dict[str, Any]
    state: Any


class _ModuleLike(type):
    """Has ``isinstance(x, type(sys))`` mean inside what it means everywhere: is it a module?"""

    def __instancecheck__(cls, instance: object) -> bool:
        return (
            isinstance(instance, ModuleType)
            if cls is StandIn
            else super().__instancecheck__(instance)
        )

    def __subclasscheck__(cls, subclass: type) -> bool:
        return (
            issubclass(subclass, ModuleType)
            if cls is StandIn
            else super().__subclasscheck__(subclass)
        )


class StandIn(ModuleType, metaclass=_ModuleLike):
    """A module that is another one but for some attributes; `stand_in` makes one.

    Called as programs call ``type(sys)("name")`` it makes a module like any other.
    """

    def __getattribute__(self, name: str) -> Any:
        facts = _facts(self)
        if facts is None or name == "__class__":
            return ModuleType.__getattribute__(self, name)
        if name == "__dict__":  # to read: what is written there is not seen
            state = {} if facts.state is None else vars(facts.state)
            return {**vars(facts.original), **facts.own, **state}
        if name in facts.own:
            return facts.own[name]
        return getattr(_owner(facts, name), name)

    def __setattr__(self, name: str, value: Any) -> None:
        facts = _facts(self)
        if facts is None:
            ModuleType.__setattr__(self, name, value)
        elif name in facts.own:
            facts.own[name] = value
        else:
            setattr(_owner(facts, name), name, value)

    def __delattr__(self, name: str) -> None:
        facts = _facts(self)
        if facts is None:
            ModuleType.__delattr__(self, name)
        else:
            delattr(_owner(facts, name), name)

    def __dir__(self) -> list[str]:
        facts = _facts(self)
        return list(ModuleType.__dir__(self)) if facts is None else dir(facts.original)

    def __repr__(self) -> str:
        facts = _facts(self)
        if facts is None:
            return ModuleType.__repr__(self)
        return f"<stand-in for {facts.original!r} in a private import system>"


def stand_in(
    original: ModuleType, own: dict[str, Any] | None = None, state: Any = None
) -> StandIn:
    """Return a module that is another one but for some attributes.

    Reading and writing any other attribute reads and writes the original's.

    Args:
        original: The module that it stands in for.
        own: Attributes that have a value of their own here.
        state: An object whose attributes are this module's: what is written here counts there.

    Example:
        >>> import sys
        >>> class State:
        ...     path = ["plugins"]
        >>> inside = stand_in(sys, state=State)
        >>> inside.path, inside.version == sys.version
        (['plugins'], True)
        >>> inside.path = ["others"]
        >>> State.path
        ['others']
    """
    module = StandIn(original.__name__, original.__doc__)
    own = {"__spec__": original.__spec__, **(own or {})}
    vars(module)[_FACTS] = _Facts(original, own, state)
    return module


def _facts(module: ModuleType) -> _Facts | None:
    namespace = ModuleType.__getattribute__(module, "__dict__")
    facts: _Facts | None = namespace.get(_FACTS)
    return facts


def _owner(facts: _Facts, name: str) -> Any:
    return facts.state if name in STATE and facts.state is not None else facts.original
