"""Stand-ins for the few standard modules that hold module names, as a private system sees them."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class StandIn(ModuleType):
    """A module that is another one but for some attributes.

    Reading and writing any other attribute reads and writes the original's.

    Args:
        original: The module that it stands in for.
        own: Attribute -> how to get its value, such as ``{"modules": lambda: state.modules}``.

    Example:
        >>> import sys
        >>> inside = StandIn(sys, {"modules": lambda: {"shop": None}})
        >>> inside.modules, inside.version == sys.version
        ({'shop': None}, True)
    """

    def __init__(self, original: ModuleType, own: dict[str, Callable[[], Any]]) -> None:
        super().__init__(original.__name__, original.__doc__)
        vars(self)["_original"] = original
        vars(self)["_own"] = own
        vars(self)["__spec__"] = original.__spec__

    def __getattribute__(self, name: str) -> Any:
        namespace = ModuleType.__getattribute__(self, "__dict__")
        if name in {"__class__", "__dict__"}:
            return ModuleType.__getattribute__(self, name)
        if name in namespace["_own"]:
            return namespace["_own"][name]()
        return getattr(namespace["_original"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        namespace = vars(self)
        if name in namespace["_own"]:
            namespace["_own"][name] = lambda: value
        else:
            setattr(namespace["_original"], name, value)

    def __delattr__(self, name: str) -> None:
        delattr(vars(self)["_original"], name)

    def __dir__(self) -> list[str]:
        return dir(vars(self)["_original"])

    def __repr__(self) -> str:
        return f"<stand-in for {vars(self)['_original']!r} in a private import system>"
