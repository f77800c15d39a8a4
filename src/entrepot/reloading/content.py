"""What one object held when the import was over: an entry of the base.

A base holds an entry for each list, dict, instance and class that is reached from the names of all
managed modules, and hardly any of them is ever asked for. So what stands under names is packed
first: a dict takes up to three times the room.
"""

from __future__ import annotations

from _operator import attrgetter
from gc import get_referents

from .attributes import is_a

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

#: What a method with ``super()``, or annotations, close over; nobody binds it anew.
ONLY_CLASS = frozenset({("__class__",), ("__classdict__",), ("__class__", "__classdict__")})
_builtins_of = attrgetter("__builtins__")
_keyword_defaults_of = attrgetter("__kwdefaults__")


class Content:
    """What one object held.

    Attributes:
        owner: The object; ``None`` of the names of a module.
    """

    __slots__ = ("_held", "owner")

    def __init__(self, owner: Any, held: Any) -> None:
        self.owner = owner
        self._held = held

    @property
    def held(self) -> Any:
        """Its content: a list, a dict or a set, as ``content_of`` or ``state_of`` gives it."""
        return self._held

    @held.setter
    def held(self, held: Any) -> None:
        self._held = held

    def holds(self, container: object) -> bool:
        """Return whether it is this very object in which the content stands."""
        return self._held is container


class Packed(Content):
    """What an object held under names, as long as nobody has asked for it.

    First all names stand in a list, then all values. A list, and no tuple, since references in it
    are led on as in any other.

    Example:
        >>> content = Packed("owner", ["a", "b", 1, 2])
        >>> type(content).__name__, content.held, type(content).__name__
        ('Packed', {'a': 1, 'b': 2}, 'Content')
    """

    __slots__ = ()

    @property
    def held(self) -> Any:
        """The content, which stands there as a dict from now on."""
        both = self._held
        half = len(both) // 2
        held = dict(zip(both[:half], both[half:], strict=True))
        if is_a(self.owner, type):  # these two belong to each class, not to what it says
            held.pop("__dict__", None)
            held.pop("__weakref__", None)
        self.held = held
        return held

    @held.setter
    def held(self, held: Any) -> None:
        self.__class__ = Content  # type: ignore[assignment]
        self._held = held


def inside_functions(functions: list[FunctionType]) -> list[Any]:
    """Return what functions hold that can be changed: cells, and attributes of their own."""
    found: list[Any] = []
    for function in functions:
        closure = function.__closure__
        if closure and function.__code__.co_freevars not in ONLY_CLASS:
            found += closure
    return found + own_dicts(functions)


def own_dicts(functions: list[FunctionType]) -> list[dict[str, Any]]:
    """Return the attributes of functions that have some.

    A function makes the dict of its attributes when it is asked for it, and few have one. So they
    are not asked, but looked for among what the functions lead to.
    """
    names, builtins = functions[0].__globals__, _builtins_of(functions[0])
    found = [
        d
        for d in get_referents(*functions)
        if type(d) is dict
        and d is not names
        and d is not builtins
        and d
        and "__builtins__" not in d  # of another module
        and "__build_class__" not in d
    ]
    if not found:
        return found
    defaults = set(map(id, map(_keyword_defaults_of, functions)))
    return [d for d in found if id(d) not in defaults]
