"""The journal: every change to an object of the program, and how to undo it.

Nothing else in this package changes an object of the user's. Each method notes the inverse of one
change and makes it, in this order: an interrupt may come in between, and the inverse of a change
that was not made does nothing. ``roll_back`` runs the inverses in reverse order; ``commit``
forgets them.
"""

from __future__ import annotations

import gc
from _collections import OrderedDict, deque  # type: ignore[import-not-found]  # less to load
from _functools import partial  # type: ignore[import-not-found]  # functools loads five more
from _operator import is_

from .attributes import held_in, instance_dict, is_a, native_setters
from .outcomes import HalfUndone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CellType
    from typing import Any

_MISSING: Any = object()


class Journal:
    """Undo records of one reload.

    Attributes:
        own: Identities of what the records are made of. Who looks for the holders of an object
            must pass these over: to change them would change what is put back.
        when_committed: What is to be done when nothing can be undone any more.
        values: The context before a statement ran, and tokens: see ``contexts.py``.
    """

    __slots__ = ("_undos", "own", "values", "when_committed")

    def __init__(self) -> None:
        self._undos: list[tuple[Callable[[], object], tuple[int, ...]]] = []
        self.own: set[int] = set()
        self.when_committed: list[Callable[[], object]] = []
        self.values: tuple[Any, list[Any]] | None = None

    def __len__(self) -> int:
        return len(self._undos)

    def note(self, undo: Callable[[], object], *backups: object) -> None:
        """Note how to undo a change that was made elsewhere.

        Args:
            undo: Puts back what was.
            backups: Copies that it puts back.
        """
        cells = getattr(undo, "__closure__", None) or ()
        own = tuple(id(part) for part in (*cells, *backups))
        self.own.update(own)
        self._undos.append((undo, own))

    def set_attribute(self, owner: Any, name: str, value: object) -> None:
        """Set an attribute as ``object.__setattr__`` does (``type.__setattr__`` for a class).

        Example:
            >>> import types
            >>> journal, spot = Journal(), types.SimpleNamespace(x=1)
            >>> journal.set_attribute(spot, "x", 2); journal.roll_back(); spot.x
            1
        """
        setter, getter, deleter = _accessors(owner, name)
        old = getter(owner, name)
        if old is _MISSING:
            self.note(lambda: getter(owner, name) is _MISSING or deleter(owner, name))
        else:
            self.note(lambda: getter(owner, name) is old or setter(owner, name, old))
        setter(owner, name, value)

    def delete_attribute(self, owner: Any, name: str) -> None:
        """Delete an attribute."""
        setter, getter, deleter = _accessors(owner, name)
        old = getter(owner, name)
        names = names_of(owner)
        keys = list(names)
        later = keys[keys.index(name) + 1 :] if name in names else []

        def undo() -> None:
            if getter(owner, name) is not old:
                setter(owner, name, old)
            move_to_end(names, later)

        self.note(undo, later)
        deleter(owner, name)

    def set_item(self, container: dict[Any, Any], key: object, value: object) -> None:
        """Set an item of a dict."""
        old = dict.get(container, key, _MISSING)
        if old is value:
            return
        if old is _MISSING:
            self.note(lambda: dict.pop(container, key, None))
        else:
            self.note(lambda: dict.__setitem__(container, key, old))
        dict.__setitem__(container, key, value)

    def delete_item(self, container: dict[Any, Any], key: object) -> None:
        """Delete an item of a dict, if it is there."""
        old = dict.get(container, key, _MISSING)
        if old is _MISSING:
            return
        keys = list(container)
        is_it = [known is key for known in keys]  # the program's keys are not asked, if it is
        later = keys[(is_it.index(True) if any(is_it) else keys.index(key)) + 1 :]

        def undo() -> None:
            dict.__setitem__(container, key, old)
            move_to_end(container, later)

        self.note(undo, later)
        dict.pop(container, key)

    def refill(self, container: Any, content: Any) -> None:
        """Give a list, dict, set or deque another content, its identity kept."""
        before = content_of(container)
        self.note(lambda: fill(container, before), before)
        fill(container, content)

    def note_run(self, namespace: dict[str, Any]) -> Callable[[], dict[str, Any]]:
        """Note a module's namespace before a statement runs in it.

        Returns:
            What is to be called when it has run: what other threads do later stays. It returns
            what the namespace was before.
        """
        before = dict(namespace)
        difference: list[tuple[list[str], dict[str, Any]]] = []

        def differs() -> tuple[list[str], dict[str, Any]]:
            there = dict(namespace)
            if same_items(before, there):
                return [], {}
            lost = {n: value for n, value in before.items() if there.get(n, _MISSING) is not value}
            return [name for name in there if name not in before], lost

        def undo() -> None:
            added, lost = difference[0] if difference else differs()
            for name in added:
                namespace.pop(name, None)
            namespace.update(lost)
            others = [name for name in namespace if name not in before]
            move_to_end(namespace, [*(name for name in before if name in namespace), *others])

        def end() -> dict[str, Any]:
            difference.append(differs())
            return before

        self.note(undo, before, difference)
        return end

    def set_cell(self, cell: CellType, value: object) -> None:
        """Set what a closure's cell holds."""
        held = held_in(cell)
        if held and held[0] is value:
            return
        self.note(partial(fill_cell, cell, held))
        cell.cell_contents = value

    def roll_back(self) -> None:
        """Undo everything, the last change first."""
        self.roll_back_to(0)

    def roll_back_to(self, mark: int) -> None:
        """Undo the changes made since the journal had ``mark`` records.

        Every undo is tried, whatever another one raises: a program that is half as it was helps
        nobody. An interrupt waits until all is undone.

        Raises:
            HalfUndone: Something could not be undone.
        """
        failed: Exception | None = None
        stopped: BaseException | None = None
        while len(self._undos) > mark:
            undo, own = self._undos[-1]
            try:
                undo()
            except Exception as error:  # noqa: BLE001
                failed = failed or error
            except BaseException as error:  # noqa: BLE001
                if stopped is None:
                    stopped = error
                    continue  # an inverse can be carried out twice
            self._undos.pop()
            self.own.difference_update(own)
        if failed is not None:
            raise HalfUndone(failed) from failed
        if stopped is not None:
            raise stopped

    def commit(self) -> list[Exception]:
        """Forget how to undo; return what went wrong while that which went was let go."""
        self._undos.clear()
        self.own.clear()
        errors: list[Exception] = []
        while self.when_committed:
            try:
                self.when_committed.pop()()
            except Exception as error:  # noqa: BLE001  # the others are let go nevertheless
                errors.append(error)
        return errors


def content_of(container: Any) -> Any:
    """Return a shallow copy of a container as a plain list, dict or set.

    Hashes are taken over, not asked for: the program's ``__hash__`` is not called.
    """
    if is_a(container, OrderedDict):
        held = dict(dict.items(container))
        return {key: held[key] for key in _ordered_keys(container)}
    if is_a(container, dict):
        return dict.copy(container)
    if is_a(container, set):
        return set(container)
    if is_a(container, list):
        return list.copy(container)
    if is_a(container, bytearray):
        return bytes(container)
    return list(container)


def same_items(left: Any, right: Any) -> bool:
    """Return whether two contents hold the same objects, in the same order.

    Example:
        >>> same_items({"a": 1}, {"a": 1}), same_items([()], [[]]), same_items({1}, {1})
        (True, False, True)
    """
    kind = type(left)
    if kind is dict or issubclass(kind, dict):
        return (
            len(left) == len(right)
            and all(map(is_, left.values(), right.values()))
            and (all(map(is_, left, right)) or all(map(_is_same_key, left, right)))
        )
    if issubclass(kind, set):
        return set(map(id, left)) == set(map(id, right))
    if issubclass(kind, list):
        return len(left) == len(right) and all(map(is_, left, right))
    return bool(left == right)


def _is_same_key(left: object, right: object) -> bool:
    return left is right or (type(left) is str and type(right) is str and left == right)


def fill(container: Any, content: Any) -> None:
    """Replace the content of a container, methods that a subclass overrides left aside.

    Example:
        >>> box = [1, 2]
        >>> fill(box, [3]); box
        [3]
    """
    if is_a(container, dict):
        _fill_dict(container, content)
    elif is_a(container, set):
        is_set = is_a(content, set)
        if not same_items(set(container), content) or (is_set and not content <= set(container)):
            set.clear(container)
            if is_set:  # with the hashes that are noted there
                set.update(container, content)
                return
            for item in content:  # one by one, as statements do: it gets the order that they make
                set.add(container, item)
    elif is_a(container, list):
        list.__setitem__(container, slice(None), content)
    elif is_a(container, bytearray):
        container[:] = content
    else:
        container.clear()
        container.extend(content)


def _fill_dict(container: dict[Any, Any], content: dict[Any, Any]) -> None:
    """Make a dict hold exactly ``content``, in its order.

    With keys of built-in types no key is missing in between. The hashes of others may have changed
    with an edit, so that they are not found any more: those dicts are emptied first.
    """
    is_ordered = is_a(container, OrderedDict)
    kind: Any = OrderedDict if is_ordered else dict
    if not all(type(key) in STEADY for key in (*dict.keys(container), *content)):
        kind.clear(container)
        kind.update(container, content)
        return
    for key in [key for key in dict.keys(container) if key not in content]:
        kind.__delitem__(container, key)
    for key, value in content.items():
        kind.__setitem__(container, key, value)
    keys = _ordered_keys(container) if is_ordered else list(dict.keys(container))
    if keys != list(content):
        for key, value in content.items():
            kind.__delitem__(container, key)
            kind.__setitem__(container, key, value)


STEADY = frozenset({str, int, float, bool, bytes, type(None)})


def _ordered_keys(container: Any) -> list[Any]:
    try:
        return list(OrderedDict.keys(container))
    except KeyError:  # one tells another hash now: it is not found
        return list(dict.keys(container))


def _accessors(owner: Any, name: str) -> tuple[Any, Any, Any]:
    if not is_a(owner, type):
        setter, deleter = native_setters(type(owner))
        return setter, _attribute, deleter
    if _is_of_metaclass(type(owner), name):
        return _set_in_class, _class_attribute, _delete_in_class
    setter, deleter = native_setters(type(owner))
    return setter, _class_attribute, deleter


_FOR_GOOD = frozenset({"__class__", "__type_params__"})


def _is_of_metaclass(kind: type, name: str) -> bool:
    """Return whether to set a class's attribute would be to set one of its metaclass's.

    A class may have ``__class__ = property(…)`` for its instances, or what a property of its
    metaclass hides. What ``type`` itself has (``__doc__``, ``__bases__``) is set by it, but for
    what it would never let go again.
    """
    for cls in kind.__mro__:
        names = type.__getattribute__(cls, "__dict__")
        if name in names:
            hides = cls is not type or name in _FOR_GOOD
            return hides and hasattr(type(names[name]), "__set__")
    return False


def _set_in_class(owner: type, name: str, value: object) -> None:
    names_of(owner)[name] = value
    _tell_changed(owner)


def _delete_in_class(owner: type, name: str) -> None:
    names_of(owner).pop(name, None)
    _tell_changed(owner)


def _tell_changed(owner: type) -> None:
    """Let a class forget what it remembers of its attributes, as it does when one is set."""
    type.__dict__["__doc__"].__set__(owner, names_of(owner).get("__doc__"))


def names_of(owner: Any) -> dict[str, Any]:
    """Return the dict that holds an owner's attributes: of a class, the one behind its proxy."""
    if is_a(owner, type):
        found: dict[str, Any] = gc.get_referents(type.__getattribute__(owner, "__dict__"))[0]
        return found
    return instance_dict(owner) or {}


def _class_attribute(owner: type, name: str) -> Any:
    special = type.__dict__.get(name)
    if special is not None and name in {"__bases__", "__name__", "__qualname__"}:
        return special.__get__(owner)
    return type.__getattribute__(owner, "__dict__").get(name, _MISSING)


def _attribute(owner: Any, name: str) -> Any:
    try:
        return object.__getattribute__(owner, name)
    except AttributeError:
        return _MISSING


def move_to_end(container: dict[Any, Any], keys: list[Any]) -> None:
    """Put keys behind all others, in one call of C: no other thread finds one of them missing.

    Those that are not there come back when what took them away is undone.
    """
    keys = [key for key in keys if key in container]
    last = list(dict.keys(container))[-len(keys) :] if keys else []
    if last != keys:
        values = map(partial(dict.pop, container), keys)
        deque(map(partial(dict.__setitem__, container), keys, values), maxlen=0)


def fill_cell(cell: CellType, held: list[Any]) -> None:
    """Let a closure's cell hold what it held, as ``held_in`` tells it."""
    if held:
        cell.cell_contents = held[0]
    else:
        del cell.cell_contents  # of an empty one, too
