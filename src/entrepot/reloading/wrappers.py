"""Properties, methods, partials and caches take over what new ones wrap."""

from __future__ import annotations

import gc
import types
from typing import TYPE_CHECKING, Any

from .caches import clear
from .functions import merge_own
from .values import is_view, same

if TYPE_CHECKING:
    from .adopt import Adopter

#: What each cache has of its own.
_OF_CACHES = frozenset({"__wrapped__", "cache_parameters"})


def adopt_wrapper(adopter: Adopter, old: Any, new: Any) -> Any:
    """Properties and methods cannot change: make one of the adopted functions."""
    made = _wrapper(adopter, old, new)
    if made is not new:
        adopter.twins[id(new)] = (new, made)  # for who else holds it, and for the base
    return made


def _wrapper(adopter: Adopter, old: Any, new: Any) -> Any:
    if type(new) is property:
        parts = [
            adopter.adopt(a, b)
            for a, b in ((old.fget, new.fget), (old.fset, new.fset), (old.fdel, new.fdel))
        ]
        if (
            parts == [old.fget, old.fset, old.fdel]
            and old.__doc__ == new.__doc__
            and not any(adopter.is_changed(part) for part in parts)
        ):
            return old
        doc = None if new.fget and new.__doc__ == new.fget.__doc__ else new.__doc__
        made: Any = property(parts[0], parts[1], parts[2], doc)
        if getattr(new, "__isabstractmethod__", False) != getattr(
            made, "__isabstractmethod__", False
        ):
            return new
        made.__set_name__(None, adopter.place.rpartition(".")[2])  # its errors say the name
        return made
    if type(new) is staticmethod or type(new) is classmethod:
        inner = adopter.adopt(old.__func__, new.__func__)
        if inner is old.__func__:
            _take_facts(adopter, vars(old), vars(new))
            return old
        made = type(new)(inner)
        if not vars(new):  # as Python makes one of ``__new__`` or ``__class_getitem__`` itself
            vars(made).clear()
        return made
    if type(new) is types.MethodType:
        owner = adopter.adopt(old.__self__, new.__self__)
        function = adopter.adopt(old.__func__, new.__func__)
        if owner is old.__self__ and function is old.__func__:
            return old
        return types.MethodType(function, owner)
    return new


def shows_adopted(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether a view goes on to show the object that it showed, as that stays.

    Such as ``registry`` of what ``functools.singledispatch`` makes: a proxy of a dict in a
    closure. A memoryview shows bytes, which are written in place.
    """
    if not is_view(new) or type(new) is memoryview:
        return False
    if getattr(old, "__name__", None) != getattr(new, "__name__", None):
        return False
    shown = *gc.get_referents(old), *gc.get_referents(new)
    return len(shown) == 2 and adopter.adopt(*shown) is shown[0]


#: What a method wrapper copies of its function, when it is made or when it is asked for it first.
_FACTS = frozenset({"__annotations__", "__annotate__", "__doc__", "__name__", "__qualname__"})


def _take_facts(adopter: Adopter, old: dict[str, Any], new: dict[str, Any]) -> None:
    for name, value in list(new.items()):
        if name not in old or not same(old[name], value):
            adopter.journal.set_item(old, name, value)
    for name in [name for name in old if name in _FACTS and name not in new]:
        adopter.journal.delete_item(old, name)


def adopt_partial(adopter: Adopter, old: Any, new: Any) -> Any:
    """A partial takes over function and arguments of another."""
    adopter.pair(old, new)
    function = adopter.adopt(old.func, new.func)
    args = adopter.adopt(old.args, new.args)
    keywords = {
        key: adopter.adopt(old.keywords[key], value) if key in old.keywords else value
        for key, value in new.keywords.items()
    }
    before = old.__reduce__()[2]
    parts = (function, args, *keywords.values())
    if not same((old.func, old.args, old.keywords), (function, args, keywords)) or any(
        adopter.is_changed(part) for part in parts
    ):
        adopter.change(old)
    adopter.journal.note(lambda: old.__setstate__(before), before, *before)
    old.__setstate__((function, args, keywords, old.__dict__ or None))
    return old


def adopt_cache(adopter: Adopter, old: Any, new: Any) -> Any:
    """What ``functools.lru_cache`` made of a function stays, if the function can take over."""
    function = adopter.adopt(old.__wrapped__, new.__wrapped__)
    if function is not old.__wrapped__ or old.cache_parameters() != new.cache_parameters():
        adopter.replace(old, new)
        return new
    adopter.pair(old, new)
    own = vars(old)  # the docstring, the annotations, as of the function, and what was set
    made = {**vars(new), **{name: own[name] for name in _OF_CACHES & own.keys()}}
    merge_own(adopter, own, made, adopter.base.of(own))
    adopter.note_base(own, made)
    if adopter.is_changed(function):
        adopter.change(old)
        clear(adopter.journal, old)  # what runs next must not get what it remembers
        adopter.stale.append(old)
    return old
