"""A live function takes over the code and the facts of a new one, its identity kept.

Closures that change shape get their new cells through ``PyFunction_SetClosure``, the only door
that CPython has for it, in one step with the code; where even that does not do (another module's
globals), the old function becomes a *forwarder*: it calls its successor.
"""

from __future__ import annotations

import functools
import gc
import operator
import sys
import warnings
from typing import TYPE_CHECKING, Any, cast

from entrepot.source.scopes import KINDS, docstring, same_code, same_throughout

from .attributes import OF_CLASS, is_exactly
from .base import EMPTY
from .caches import forget_by_weak_keys
from .deciding import Conflict
from .values import same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CellType, CodeType, FunctionType

    from .adopt import Adopter
    from .journal import Journal

_CONTAINERS = frozenset({list, dict, set})  # a call may have filled the old one
HAS_TYPE_PARAMS = sys.version_info >= (3, 12)
HAS_ANNOTATE = sys.version_info >= (3, 14)
#: What a function has of dicts and tuples besides its attributes and annotations.
_PARTS: Sequence[str] = (
    "__globals__", "__builtins__", "__defaults__", "__kwdefaults__", "__closure__",
    *(("__type_params__",) if HAS_TYPE_PARAMS else ()),
)  # fmt: skip


def set_code(journal: Journal, function: FunctionType, code: CodeType) -> None:
    """Give a function other code with the same free variables, and the docstring in it.

    A docstring that the program (or a decorator) set itself stays.
    """
    old = function.__code__
    if old is code:
        return
    old_doc, new_doc = docstring(old), docstring(code)
    journal.note(lambda: _assign_code(function, old))
    _assign_code(function, code)
    if old_doc != new_doc and function.__doc__ == old_doc:
        wrapped = function.__dict__.get("__wrapped__")
        if wrapped is None or getattr(wrapped, "__doc__", None) != old_doc:
            journal.set_attribute(function, "__doc__", new_doc)
    if function.__name__ == old.co_name and old.co_name != code.co_name:
        journal.set_attribute(function, "__name__", code.co_name)
    if function.__qualname__ == old.co_qualname and old.co_qualname != code.co_qualname:
        journal.set_attribute(function, "__qualname__", code.co_qualname)


def move_code(journal: Journal, function: FunctionType, code: CodeType) -> None:
    """Give a function the same code on other lines."""
    old = function.__code__
    journal.note(lambda: _assign_code(function, old))
    _assign_code(function, code)


def _assign_code(function: FunctionType, code: CodeType) -> None:
    events = _local_events(function.__code__)
    if (function.__code__.co_flags ^ code.co_flags) & KINDS:
        with warnings.catch_warnings(module=warnings):  # 3.13 warns of another kind of function
            warnings.simplefilter("ignore", DeprecationWarning)
            function.__code__ = code
    else:
        function.__code__ = code
    for tool, wanted in events:
        sys.monitoring.set_local_events(tool, code, wanted)


def _local_events(code: CodeType) -> list[tuple[int, int]]:
    """Return the monitoring events that tools (a debugger, coverage) have set on a code object."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return []
    found = []
    for tool in range(6):
        if monitoring.get_tool(tool) is not None:
            wanted = monitoring.get_local_events(tool, code)
            if wanted:
                found.append((tool, wanted))
    return found


def set_closure(
    journal: Journal, function: FunctionType, code: CodeType, cells: tuple[CellType, ...]
) -> bool:
    """Give a function code with other free variables; return whether it could be done."""
    setter = _closure_setter()
    if setter is None:
        return False
    old_code, old_cells = function.__code__, function.__closure__ or ()
    journal.note(lambda: _swap_closure(setter, function, old_code, old_cells))
    _swap_closure(setter, function, code, cells)
    return True


def _swap_closure(
    setter: Callable[..., object],
    function: FunctionType,
    code: CodeType,
    cells: tuple[CellType, ...],
) -> None:
    """Set closure and code with no Python instruction in between: no thread sees one of both."""
    steps: tuple[Callable[[], object], ...] = (
        functools.partial(setter, function, cells),
        functools.partial(setattr, function, "__code__", code),
    )
    list(map(cast("Any", operator.call), steps))


def _closure_setter() -> Callable[..., object] | None:
    try:
        from entrepot.standard import ctypes
    except ImportError:
        return None
    setter = ctypes.pythonapi.PyFunction_SetClosure
    setter.argtypes = [ctypes.py_object, ctypes.py_object]
    setter.restype = ctypes.c_int
    return setter


def forward(journal: Journal, function: FunctionType, successor: Any) -> None:
    """Make a function call its successor: whoever holds it reaches the new code.

    Example:
        >>> from entrepot.reloading.journal import Journal
        >>> def old(a): return a
        >>> forward(Journal(), old, lambda a: a * 2)
        >>> old(21)
        42
    """

    def template(*args: Any, **kwargs: Any) -> Any:
        target: Any = "successor"
        return target(*args, **kwargs)

    code = template.__code__
    free = function.__code__.co_freevars
    consts = tuple(
        successor if isinstance(const, str) and const == "successor" else const
        for const in code.co_consts
    )
    code = code.replace(
        co_consts=consts,
        co_name=function.__name__,
        co_qualname=function.__qualname__,
        co_freevars=free,
    )
    set_code(journal, function, code)
    if function.__defaults__ is not None:
        journal.set_attribute(function, "__defaults__", None)
    if function.__kwdefaults__ is not None:
        journal.set_attribute(function, "__kwdefaults__", None)
    if getattr(function, "__wrapped__", None) is not successor:
        journal.set_item(function.__dict__, "__wrapped__", successor)


def stop_forwarding(journal: Journal, function: FunctionType) -> None:
    """A function that was made to call its successor is to be itself again."""
    own = own_dict(function) or {}
    wrapped = own.get("__wrapped__")
    if wrapped is not None and any(const is wrapped for const in function.__code__.co_consts):
        journal.delete_item(own, "__wrapped__")


def same_function(left: FunctionType, right: FunctionType) -> bool:
    """Return whether two functions do the same with the same defaults, wherever they stand.

    Example:
        >>> f, g = eval("lambda x: x + 1"), eval(chr(10) + "lambda x: (x + 1)")
        >>> same_function(f, g), same_function(f, lambda x: x + 2)
        (True, False)
    """
    return same_code(left.__code__, right.__code__) and same(
        (left.__defaults__, left.__kwdefaults__), (right.__defaults__, right.__kwdefaults__)
    )


def adopt_function(adopter: Adopter, old: FunctionType, new: FunctionType, base: Any) -> bool:
    """Make ``old`` what ``new`` is. Return whether callers could tell a difference.

    That the body was edited is not meant: the live function has its new code already, unless
    another definition has made the new one.

    Args:
        adopter: Merges what cells, defaults and attributes hold.
        old: The live function.
        new: The function that the new text made.
        base: The attributes that it had when its import was over, ``EMPTY`` if not known.
    """
    before, journal, adopt = _visible(old), adopter.journal, adopter.adopt
    is_other = not same_throughout(old.__code__, new.__code__)
    cells = _merged_cells(old, new, adopt)
    if old.__code__.co_freevars == new.__code__.co_freevars:
        set_code(journal, old, new.__code__)
    elif not set_closure(journal, old, new.__code__, cells):
        forward(journal, old, new)
        return True
    _copy_facts(journal, old, new)
    _keep_defaults(adopter, old, new)
    _merge_attributes(adopter, old, new, base)
    if adopter.remade.is_of_library(old):
        forget_by_weak_keys(adopter, old)
    return is_other or not same(before, _visible(old))


def _parts_of(function: FunctionType) -> list[Any]:
    """Return the dicts and tuples that are a function's own attributes and annotations.

    To ask it for them would make a dict for each, which every later edit had to look into.
    """
    known: list[object] = [getattr(function, name) for name in _PARTS]
    return [
        part
        for part in gc.get_referents(function)
        if (type(part) is dict or type(part) is tuple) and not any(part is one for one in known)
    ]


def own_dict(function: FunctionType) -> dict[str, Any] | None:
    """Return the dict of a function's attributes, ``None`` if nobody has asked it for one yet.

    Example:
        >>> def f(): pass
        >>> def g() -> int: pass
        >>> g.calls = 1
        >>> own_dict(f), own_dict(g)
        (None, {'calls': 1})
    """
    dicts = [part for part in _parts_of(function) if type(part) is dict]
    if not dicts or (
        len(dicts) == 1 and not HAS_ANNOTATE and dicts[0] is function.__annotations__
    ):
        return None
    return function.__dict__


def _annotations_of(function: FunctionType) -> Any:
    """Return a function's annotations as it holds them: a tuple, before anybody asked for them."""
    parts = [] if HAS_ANNOTATE else _parts_of(function)
    if not parts:
        return {}
    return next((part for part in parts if type(part) is tuple), None) or function.__annotations__


def _same_annotations(old: FunctionType, new: FunctionType) -> bool:
    before, after = _annotations_of(old), _annotations_of(new)
    if type(before) is type(after):
        return same(before, after)
    return same(old.__annotations__, new.__annotations__)


def _merge_attributes(adopter: Adopter, old: FunctionType, new: FunctionType, base: Any) -> None:
    own, made = own_dict(old) or {}, own_dict(new) or {}
    merge_own(adopter, old.__dict__ if made else own, made, base)


def merge_own(adopter: Adopter, own: dict[str, Any], made: dict[str, Any], base: Any) -> None:
    """Merge the attributes that a new function has into those of the live one."""
    journal, known = adopter.journal, base if isinstance(base, dict) else {}
    for name, value in list(made.items()):
        if name in own:
            place = f"{adopter.place}.{name}"
            was = known.get(name, EMPTY)
            merged = adopter.merge(was, own[name], value, place, (own, name))
            journal.set_item(own, name, merged)
        elif name not in known or not adopter.alike(known[name], value):
            journal.set_item(own, name, value)
    for name in [name for name in own if name not in made]:
        if name in known:
            live = own[name]
            journal.delete_item(own, name)
            if live is not known[name]:
                place = f"{adopter.place}.{name}"
                adopter.undecided.append(Conflict(own, name, known[name], live, place))


def _wraps_no_more(old: FunctionType, new: FunctionType) -> bool:
    """Return whether a function had what it is from one that it wrapped, and the new one has not.

    Else what has said where it belongs may have been another statement, which did not run again.
    """
    mine, theirs = own_dict(old) or {}, own_dict(new) or {}
    return "__wrapped__" in mine and "__wrapped__" not in theirs


def _copy_facts(journal: Journal, old: FunctionType, new: FunctionType) -> None:
    for name in ("__doc__", "__name__", "__qualname__"):
        value = getattr(new, name)
        if getattr(old, name) is not value:
            journal.set_attribute(old, name, value)
    is_default = new.__module__ == new.__globals__.get("__name__")
    if old.__module__ != new.__module__ and (not is_default or _wraps_no_more(old, new)):
        journal.set_attribute(old, "__module__", new.__module__)
    if HAS_TYPE_PARAMS and old.__type_params__ is not new.__type_params__:
        journal.set_attribute(old, "__type_params__", new.__type_params__)
    if HAS_ANNOTATE:
        journal.set_attribute(old, "__annotate__", new.__annotate__)  # type: ignore[attr-defined]
    elif not _same_annotations(old, new):
        journal.set_attribute(old, "__annotations__", new.__annotations__)


def _keep_defaults(adopter: Adopter, old: FunctionType, new: FunctionType) -> None:
    """Give a function the defaults of a new one, but its own where they are the same values.

    Others may hold them: a class that an earlier call has made with a default still does. A list
    that is none but for what calls have put into it stays, too.
    """
    journal = adopter.journal
    live = {**_positional_defaults(old), **(old.__kwdefaults__ or {})}

    def kept(name: str, value: Any) -> Any:
        was = live.get(name, value)
        if adopter.remade.is_filled_by_calls(adopter, new, name, (was, value)):
            return was
        if is_exactly(value, _CONTAINERS):
            return value
        return value if was is value or not same(was, value) else adopter.adopt(was, value)

    positional, named = new.__defaults__, new.__kwdefaults__
    found = _positional_defaults(new)
    if positional is not None and len(found) == len(positional):
        positional = tuple(kept(name, value) for name, value in found.items())
    if named is not None:
        named = {name: kept(name, value) for name, value in named.items()}
    for name, wanted in (("__defaults__", positional), ("__kwdefaults__", named)):
        if getattr(old, name) is not wanted:
            journal.set_attribute(old, name, wanted)


def _positional_defaults(function: FunctionType) -> dict[str, Any]:
    """Return the defaults of the positional parameters, by name."""
    values = function.__defaults__ or ()
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return dict(zip(names[len(names) - len(values) :], values, strict=False))


def _merged_cells(
    old: FunctionType, new: FunctionType, adopt: Callable[[Any, Any], Any]
) -> tuple[CellType, ...]:
    """Return the cells for the new code: those of the old function by name, with new content."""
    old_cells = dict(zip(old.__code__.co_freevars, old.__closure__ or (), strict=True))
    cells: list[CellType] = []
    for name, cell in zip(new.__code__.co_freevars, new.__closure__ or (), strict=True):
        mine = old_cells.get(name)
        if mine is None:
            cells.append(cell)
            continue
        cells.append(mine)
        if mine is cell or name in OF_CLASS:
            continue
        adopt(mine, cell)
    return tuple(cells)


def _visible(function: FunctionType) -> tuple[object, ...]:
    """Return what can be seen of a function without calling it."""
    code = function.__code__
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    annotations = _annotations_of(function)
    if type(annotations) is dict:
        annotations = dict(annotations)
    own = own_dict(function) or {}
    attributes = {k: v for k, v in own.items() if k != "__wrapped__"}
    return (
        function.__name__,
        function.__qualname__,
        function.__doc__,
        arguments,
        code.co_flags & (KINDS | 0xC),
        function.__defaults__,
        function.__kwdefaults__,
        annotations,
        attributes,
    )
