"""A live class takes over what a new one is, member by member, its identity kept.

Instances, ``isinstance``, subclasses and ``except`` clauses go on to work, since the class stays
the same object. A class whose metaclass or layout changes cannot stay: the new one is bound, and
what led to the old class is led to it (``relink.py``).
"""

from __future__ import annotations

import abc
import types
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from .attributes import (
    OF_CLASS,
    functions_of,
    held_in,
    is_a,
    is_exactly,
    is_native,
    sets_by_code,
)
from .bags import dump_of
from .base import EMPTY, data_of, is_abstract, registered_with
from .content import Content
from .effects import put_in_order
from .journal import names_of
from .methods import is_of_another_kind, methods_of, names_in_play, note_passed, turned
from .native import declared, is_declared_alike
from .tuples import fields_of, lead_records
from .values import same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .adopt import Adopter

_reset_registry: Any = vars(abc)["_reset_registry"]
_OWN = frozenset(
    {"__dict__", "__weakref__", "_abc_impl", "__abstractmethods__", "__slotnames__"}
)  # the last is what ``copy`` and ``pickle`` remember of a layout
_METHODS = (types.FunctionType, staticmethod, classmethod, property)
_CONTAINERS = frozenset({list, dict, set})
_QUIET = frozenset({"__firstlineno__", "__static_attributes__", "__module__"})


def slots_of(cls: type) -> list[str]:
    """Return the names of the slots that a class adds, in the order of its layout.

    Example:
        >>> class Spot:
        ...     __slots__ = ("x", "y")
        >>> slots_of(Spot)
        ['x', 'y']
    """
    found = [
        name
        for name, member in type.__getattribute__(cls, "__dict__").items()
        if type(member) is types.MemberDescriptorType
    ]
    has = type.__getattribute__(cls, "__dict__")
    return sorted(found) + [name for name in ("__dict__", "__weakref__") if name in has]


def can_adopt(adopter: Adopter, old: type, new: type) -> bool:
    """Return whether a class can become the new one with its layout and metaclass.

    A metaclass with other bases from elsewhere cannot: the classes that it has made lack what
    those give a class when they make it (such as ``abc.ABCMeta`` its registry). Nor can a class
    without a registry become one that has one, though the metaclass is the same.
    """
    metaclass = adopter.twins.get(id(type(new)))
    wanted = type(new) if metaclass is None else metaclass[1]
    if is_native(new) and not is_declared_alike(old, new):
        return False
    if is_abstract(old) != is_abstract(new):
        return False
    is_as_made = not issubclass(new, type) or _from_elsewhere(adopter, old) == _from_elsewhere(
        adopter, new
    )
    return is_as_made and (
        type(old) is wanted
        and slots_of(old) == slots_of(new)
        and old.__basicsize__ == new.__basicsize__
        and old.__itemsize__ == new.__itemsize__
    )


def _from_elsewhere(adopter: Adopter, cls: type) -> list[type]:
    """Return the bases of a class, near and far, that are not the program's."""
    return [base for base in cls.__mro__ if not adopter.base.is_managed_class(base)]


def adopt_class(adopter: Adopter, old: type, new: type) -> type:
    """Make ``old`` what ``new`` is, or return ``new`` where that cannot be."""
    if not adopter.base.is_managed_class(old):
        return new
    if not can_adopt(adopter, old, new):
        return _replaced(adopter, old, new)
    wanted = tuple(adopter.mapped(list(new.__bases__)))
    is_other = wanted != old.__bases__ or _special(old) != _special(new)
    names = names_in_play(old, new, is_derived_otherwise=wanted != old.__bases__)
    methods = methods_of(old, names)
    if is_other:
        adopter.journal.note(partial(forget_answers, old))
    if wanted != old.__bases__:
        try:
            adopter.journal.set_attribute(old, "__bases__", wanted)
        except TypeError:
            return _replaced(adopter, old, new)
        adopter.change(old)
    adopter.pair(old, new)
    for name in ("__name__", "__qualname__"):  # which the type has, not its namespace
        if getattr(old, name) != getattr(new, name):
            adopter.journal.set_attribute(old, name, getattr(new, name))
            adopter.change(old, name)
    order = list(type.__getattribute__(old, "__dict__"))
    adopter.journal.note(lambda: put_in_order(old, order))
    _point_class_cells(adopter, new, new, old)
    fields = fields_of(old)
    _adopt_members(adopter, old, new)
    _return_class_cells(adopter, old, new)
    if fields_of(old) != fields:
        lead_records(adopter, old, fields)
    _update_abstract(adopter, old)
    _adopt_registered(adopter, old, new)
    _register_instead(adopter, old, new)
    if is_other:
        forget_answers(old)
    note_passed(adopter, methods)
    return old


def _special(cls: type) -> set[str]:
    """Return the special methods that a class has, by which others tell what it is."""
    return {
        name if value is not None else f"{name} = None"
        for name, value in data_of(cls).items()
        if name[:2] == "__" == name[-2:]
        and name != "__doc__"
        and (value is None or callable(value))
    }


def _replaced(adopter: Adopter, old: type, new: type) -> type:
    """Let a class take the place of one that cannot change.

    The methods stay who they were, and so does what the program made of the old class.
    """
    adopter.replace(old, new)
    methods = methods_of(old, names_in_play(old, new, is_derived_otherwise=True))
    base, live, fresh = adopter.base.of(old), data_of(old), data_of(new)
    place = adopter.place
    told = declared(new).keys() | declared(old).keys() if is_native(new) else ()
    for name, value in live.items():
        if name in told:
            continue
        was = EMPTY if base is EMPTY else base.get(name, EMPTY)
        is_own = base is EMPTY or value is was
        if is_own and name in fresh and is_a(fresh[name], _METHODS):
            merged = adopter.adopt(value, fresh[name])
            if merged is not fresh[name]:
                adopter.journal.set_attribute(new, name, merged)
            continue
        if base is EMPTY:
            continue
        adopter.place = f"{place}.{name}"
        if value is was and name in fresh and is_exactly(value, _CONTAINERS):
            adopter.journal.set_attribute(new, name, adopter.adopt(value, fresh[name]))
        if value is was or name in _OWN | _QUIET or hasattr(type(value), "__set__"):
            continue
        if name in fresh and (was is EMPTY or not adopter.alike(was, fresh[name])):
            adopter.dropped.append(adopter.place)
        elif name in fresh or was is EMPTY:
            adopter.journal.set_attribute(new, name, value)
    adopter.place = place
    held = adopter.mapped(fresh)
    adopter.journal.set_item(adopter.base.contents, id(new), Content(new, held))
    made = adopter.base.take(held.values())  # what the program gave it is no part of that
    adopter.journal.note(partial(adopter.base.drop, made))
    _point_class_cells(adopter, new, old, new)  # the methods that stayed are of the new class
    note_passed(adopter, methods, new)
    return new


def _adopt_members(adopter: Adopter, old: type, new: type) -> None:
    journal, place = adopter.journal, adopter.place
    base = adopter.base.of(old)
    live, fresh = data_of(old), data_of(new)
    by_code = {name for name, value in live.items() if sets_by_code(value)}
    adopter.set_by_code.setdefault(id(old), set()).update(by_code)
    skipped = _OWN | {name for name in fresh if type(fresh[name]) is types.MemberDescriptorType}
    if place == f"{fresh.get('__module__')}.{new.__qualname__}":
        skipped |= {"__module__"}  # as by default: what has said otherwise since has not run again
    if is_native(old):
        skipped |= declared(old).keys()
    for name, value in fresh.items():
        if name in skipped:
            continue
        adopter.place = f"{place}.{name}"
        was = EMPTY if base is EMPTY else base.get(name, EMPTY)
        is_as_made = name in live and (was is EMPTY or was is live[name])
        if is_as_made and is_of_another_kind(live[name], value):
            made = turned(adopter, old, name, live[name], value)
            journal.set_attribute(old, name, made)
            adopter.change(old, name)
        elif name in live:
            merged = adopter.merge(was, live[name], value, adopter.place, (old, name))
            if merged is not live[name]:
                journal.set_attribute(old, name, merged)
            known = live[name] if was is EMPTY else was
            if (
                name not in _QUIET
                and (merged is not known or adopter.is_changed(merged))
                and not same(merged, known)
            ) or (name not in _QUIET and adopter.is_changed(merged)):
                adopter.change(old, name)
        elif was is not EMPTY and adopter.alike(was, value):
            continue
        else:
            journal.set_attribute(old, name, adopter.mapped([adopter.revived(value)])[0])
            adopter.change(old, name)
    adopter.place = place
    for name in live:
        if name in fresh or name in _OWN or type(live[name]) is types.MemberDescriptorType:
            continue
        if base is EMPTY or name in base:
            if base is not EMPTY and live[name] is not base[name]:
                adopter.dropped.append(f"{place}.{name}")
            adopter.base.departed.add(journal, f"{place}.{name}", live[name])
            journal.delete_attribute(old, name)
            adopter.change(old, name)
    slots = {name: live[name] for name in slots_of(old) if name in live}
    adopter.note_base(old, {**fresh, **slots} if slots else fresh)  # the new class's keep that


def _point_class_cells(adopter: Adopter, cls: type, source: type, target: type) -> None:
    """Let functions of a class that keep it (``super()``), or its dict, keep another class."""
    for function in functions_in(cls):
        for name, cell in _class_cells(function).items():
            if _holds(cell, source):
                adopter.journal.set_cell(cell, target)
            elif name != "__class__" and _holds(cell, names_of(source)):
                adopter.journal.set_cell(cell, names_of(target))


def _holds(cell: types.CellType, value: object) -> bool:
    return any(held is value for held in held_in(cell))


def _class_cells(function: types.FunctionType) -> dict[str, types.CellType]:
    """Return the cells in which a method has its class, or the dict of that, by name."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell for name, cell in cells if name in OF_CLASS}


def _return_class_cells(adopter: Adopter, old: type, new: type) -> None:
    """Methods that were led to another class, while it had the place, keep their own again."""
    live = data_of(old)
    for name, value in data_of(new).items():
        for mine, made in zip(functions_of(live.get(name)), functions_of(value), strict=False):
            is_pair = type(mine) is type(made) is types.FunctionType and mine is not made
            cells, others = (_class_cells(mine), _class_cells(made)) if is_pair else ({}, {})
            for word in cells.keys() & others.keys():
                own = old if word == "__class__" else names_of(old)
                if _holds(others[word], own) and not _holds(cells[word], own):
                    adopter.journal.set_cell(cells[word], own)


def functions_in(cls: type) -> list[types.FunctionType]:
    """Return the functions that are a class's members, those in properties and the like too."""
    values = list(type.__getattribute__(cls, "__dict__").values())
    return [f for value in values for f in functions_of(value) if type(f) is types.FunctionType]


def lead_methods(adopter: Adopter, old: type, new: type) -> None:
    """Who holds a method of a class whose place another one takes calls the method of that."""
    fresh = data_of(new)
    for name, value in data_of(old).items():
        if name not in fresh or type(fresh[name]) is not type(value):
            continue
        for was, now in zip(functions_of(value), functions_of(fresh[name]), strict=True):
            if type(was) is not types.FunctionType or was.__module__ != old.__module__:
                continue
            is_free = id(was) not in adopter.taken and not adopter.is_anothers(was)
            if was is not now and callable(now) and is_free:
                adopter.taken[id(was)] = was
                adopter.forwards.append((was, now))


def _adopt_registered(adopter: Adopter, old: type, new: type) -> None:
    """Of the virtual subclasses those stay that the program registered at run time.

    The others are registered again by the statements that do.
    """
    if not is_abstract(old) or not is_abstract(new):
        return
    before = registered_with(old)
    _, made_by_import = adopter.base.registered.get(id(old), (old, frozenset[type]()))
    made = frozenset(adopter.mapped(list(registered_with(new))))
    wanted = (before - made_by_import) | made
    if wanted == before:
        return
    adopter.registries.setdefault(id(old), (old, before))
    adopter.journal.note(lambda: set_registered(old, before))
    set_registered(old, wanted)
    adopter.registered.append((old, before - made_by_import))


def _register_instead(adopter: Adopter, old: type, new: type) -> None:
    """Where a decorator has registered the new class, the old one is registered."""
    abstract = [cls for cls, _ in adopter.base.registered.values() if is_abstract(cls)]
    for cls in abstract:
        known = registered_with(cls)
        if any(new is other for other in known):  # not by its hash: it may have none
            adopter.journal.note(partial(set_registered, cls, known - {new}))
            set_registered(cls, known - {new} | {old})


def set_registered(cls: abc.ABCMeta, wanted: Iterable[type]) -> None:
    """Let an abstract class have exactly some virtual subclasses."""
    _reset_registry(cls)
    reset_abc_caches(cls)
    for registered in wanted:
        abc.ABCMeta.register(cls, registered)


def _update_abstract(adopter: Adopter, cls: type) -> None:
    """Tell anew which methods are abstract, in a class and those derived from it."""
    if not is_abstract(cls):
        return
    before: frozenset[str] = getattr(cls, "__abstractmethods__", frozenset())
    wanted = {
        name
        for name, value in data_of(cls).items()
        if getattr(value, "__isabstractmethod__", False)
    }
    for base in cls.__bases__:
        for name in getattr(base, "__abstractmethods__", ()):
            if getattr(getattr(cls, name, None), "__isabstractmethod__", False):
                wanted.add(name)
    if wanted != before:
        adopter.journal.set_attribute(cls, "__abstractmethods__", frozenset(wanted))
        adopter.change(cls, "__abstractmethods__")  # who makes one may not be able to any more
    reset_abc_caches(cls)
    for derived in subclasses_of(cls):
        _update_abstract(adopter, derived)


def classes_below(cls: type) -> list[type]:
    """Return a class and all that are derived from it."""
    found = {id(cls): cls}
    waiting = [cls]
    for known in waiting:
        below = [derived for derived in subclasses_of(known) if id(derived) not in found]
        found.update((id(derived), derived) for derived in below)
        waiting += below
    return waiting


def forget_answers(cls: type) -> None:
    """Let every abstract class ask again whether a class, or one derived from it, is one of its.

    ``isinstance(x, Iterable)`` looks for ``__iter__`` once, and remembers the answer.
    """
    changed = {id(derived) for derived in classes_below(cls)}  # a class may have no hash
    for known in classes_below(object):
        if is_abstract(known):
            _, yes, no, _ = dump_of(known)
            if any(id(reference()) in changed for reference in (*yes, *no)):
                reset_abc_caches(known)


def subclasses_of(cls: type) -> list[type]:
    """Return the classes directly derived from a class."""
    return list(type.__subclasses__(cast("Any", cls)))


def reset_abc_caches(cls: type) -> None:
    """Forget what an abstract base class remembers of who is a subclass."""
    clear = getattr(cls, "_abc_caches_clear", None)
    if clear is not None:
        clear()
