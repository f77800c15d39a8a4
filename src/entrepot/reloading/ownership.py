"""Which statement made the object that a name was bound to before the reload.

Only what a statement made itself may take over what its new version makes: ``g = keep(f)`` gives
``f`` a second name, and when it becomes ``g = wrap(f)``, ``f`` must not become the wrapper.
"""

from __future__ import annotations

import enum
import sys
from types import CellType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .attributes import (
    HEAP_TYPE,
    IMMUTABLE_TYPE,
    is_a,
    is_exactly,
    is_python_class,
    names_of_class,
)
from .generated import is_of_module
from .handed import is_handed_on, says_no_more
from .plain import is_plain, is_reference, only_makes
from .readers import readers
from .values import is_atom, is_led_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from .revision import LiveStatement, Record
    from .world import Location, World


_AROUND_FUNCTIONS = frozenset({property, staticmethod, classmethod})


class Ownership:
    """Answers for one reload.

    Attributes:
        start: What the modules' names were bound to before it.
        current: The statement that runs, as it was before, and whose objects it goes on with.
        ran: The statements that have run in this pass.
        is_new: Tells whether an object was made by the statement that runs.
    """

    def __init__(
        self,
        world: World,
        start: dict[str, dict[str, Any]],
        is_managed_class: Callable[[type], bool],
    ) -> None:
        self.world = world
        self.start = start
        self.is_managed_class = is_managed_class
        self.is_new: Callable[[Any], bool] = lambda _value: False
        self.current: set[int] = set()
        self.ran: set[int] = set()
        self._homes: dict[int, list[Location]] | None = None
        self._outside: set[int] | None = None

    def heir_of(self, live: LiveStatement, record: Record, name: str) -> LiveStatement | None:
        """Return the old statement whose object a statement goes on with, under a name.

        That is its own old version, if that was the last to bind the name; or the last binder, if
        that is gone or binds the name no more, or has just made another (``L = [0]`` above a
        new ``L = [*L, 5]``), or if nothing gets what it makes before the name is bound anew; what
        is bound by text goes on with what was. What gave a name to another's
        object has no heir.
        """
        if is_reference(live):
            return None
        owners = self.world.told_binders(record, name, old=True)
        if self.comes_back(live, record, name):
            return self.world.before(live)
        if not owners and self.world.binds_by_text(live):  # nor does a statement tell by whom
            owners = [old for old in record.lives if self.world.binds_by_text(old)][:1]
            return owners[0] if owners else None
        if not owners or is_reference(owners[-1]):
            return None
        owner = owners[-1]
        if owner is not self.world.before(live):
            now = self.world.now(owner)
            is_last = self.world.binders(record, name)[-1:] == [live]
            is_busy = now is not None and not (is_last and id(now) in self.ran)
            if now is not None and is_busy and not self._makes_for_nobody(now, live, record, name):
                return None
        return owner if self.made(owner, self.start[record.name].get(name)) else None

    def goes_on_with_another(
        self, live: LiveStatement, record: Record, name: str, value: object
    ) -> bool:
        """Return whether a name leads to an object that a later statement had bound it to.

        Who read the name between the two holds what the first one made, equal or not.
        """
        old, owners = self.world.before(live), self.world.old_binders(record, name)
        is_first = old is not None and old in owners[:-1]
        if not is_first or is_atom(value) or not is_led_on(type(value)):
            return False
        return not self.comes_back(live, record, name)  # else it is the one that was read

    def comes_back(self, live: LiveStatement, record: Record, name: str) -> bool:
        """Return whether nothing but imports bind a name again, and they bind what it made.

        A package has ``from .views import *`` at its end, and ``views`` imports from the package.
        """
        old, value = self.world.before(live), self.start[record.name].get(name)
        if old is None or is_reference(live) or is_atom(value):
            return False
        binders = self.world.binders(record, name)
        later = binders[binders.index(live) + 1 :] if live in binders else []
        if not later or not all(map(is_reference, later)):
            return False
        makers = {
            id(maker): maker
            for module, other in self.names_of(value)
            for maker in self.world.old_binders(self.world.records[module], other)
            if not is_reference(maker)
        }
        return makers.keys() == {id(old)}

    def _makes_for_nobody(
        self, live: LiveStatement, later: LiveStatement, record: Record, name: str
    ) -> bool:
        """Return whether nothing reads what a statement binds before a later one binds it anew.

        Who holds the object got it by the name, and means what the name is bound to; unless the
        statement has handed it on itself: ``@show.register(int)`` above ``def _(x)``.
        """
        binders = self.world.binders(record, name)
        if live not in binders:
            return True
        here, until = self.world.position(live), self.world.position(later)
        if here > until or any(
            here <= self.world.position(reader) <= until
            for reader in readers(self.world, record, name)
        ):
            return False
        is_plain_one = is_plain(self.world, live) or only_makes(live)
        return is_plain_one or self._keeps(live, later, record, name)

    def _keeps(self, live: LiveStatement, later: LiveStatement, record: Record, name: str) -> bool:
        """Return whether a statement hands on nothing, as a later one shows that has just run."""
        value = record.namespace[name]
        if id(later) not in self.ran or not says_no_more(live, later) or not self.is_new(value):
            return False
        return not is_handed_on(value, record.namespace, self.is_new)

    def made(self, owner: LiveStatement, value: Any) -> bool:
        """(I5) Return whether a statement made what it bound: nobody had it before."""
        if is_atom(value):
            return True
        if self.is_of_others(value):
            return False
        here = self.world.old_order.position(owner)
        for module, other in self._index().get(id(value), ()):
            binders = self.world.old_binders(self.world.records[module], other)
            if not binders or binders[-1] is owner or is_reference(binders[-1]):
                continue
            if self.world.old_order.position(binders[-1]) < here:
                return False
        return True

    def is_named(self, value: Any) -> bool:
        """Return whether some name led to a value before the reload."""
        return id(value) in self._index()

    def names_of(self, value: Any) -> list[Location]:
        """Return the names that led to a value before the reload."""
        return self._index().get(id(value), [])

    def is_given(self, location: Location) -> bool:
        """Return whether a name is bound to what another one is: it follows that."""
        binders = self.world.old_binders(self.world.records[location[0]], location[1])
        return bool(binders) and is_reference(binders[-1])

    def has_left_class(self, value: FunctionType) -> bool:
        """Return whether a method is no more where its class was defined.

        A function without a name of its own, as in a table, may be held there still.
        """
        home = self.world.by_namespace.get(id(value.__globals__))
        path = value.__qualname__.split(".")
        if home is None or len(path) < 2 or not all(map(str.isidentifier, path)):
            return False
        return _at(home.namespace, value.__qualname__) is not value

    def is_anothers(self, value: Any) -> bool:
        """(I5) Return whether a statement that does not run now has made and named a value.

        The first that gave it a name has made it: ``same = put(FOUND, 1)`` may give it a second.
        What a class holds of its own kind, a member of an enumeration, was made with the class.
        """
        if _is_member(value):
            value = type(value)
        if self.is_of_others(value):
            return True
        owners = []
        for module, name in self._index().get(id(value), ()):
            binder = self._binder(self.world.records[module], name)
            if binder is not None and not is_reference(binder):
                owners.append(binder)
        if not owners and self.is_outside(value):
            return True
        if all(id(owner) in self.current for owner in owners):
            return False
        return id(min(owners, key=self.world.old_order.position)) not in self.current

    def _binder(self, record: Record, name: str) -> LiveStatement | None:
        """Return the statement that bound a name last; the one that runs, if it may have been."""
        binders = self.world.old_binders(record, name)
        if not self.world.told_binders(record, name, old=True):  # by text: any of them
            binders = [*binders, *(old for old in binders if id(old) in self.current)]
        return binders[-1] if binders else None

    def is_outside(self, value: Any) -> bool:
        """(I8) Return whether an object is one of a module that is not managed.

        ``TABLE = {"clean": textwrap.dedent}`` only refers to it: it never becomes something else.
        An instance of one of the program's classes is the program's, and what its own script
        holds, or a prompt, that has got from the modules.
        """
        if self.is_managed_class(value if is_a(value, type) else type(value)):
            return False
        if type(value) is CellType:
            return False  # it is a function's, and no module's
        function = value
        if is_exactly(value, _AROUND_FUNCTIONS):  # of methods that nobody names there are many
            function = value.fget if type(value) is property else value.__func__
        if type(function) is FunctionType:
            names = function.__globals__
            if id(names) in self.world.by_namespace:
                return False  # whoever holds it: the program's own script, say
            if "<locals>" not in function.__code__.co_qualname:
                return is_of_module(names)
            module: object = function.__module__
            if type(module) is str and module in self.world.records:
                return False  # an installed decorator has made it of one of the program's
        if self._outside is None:
            managed = self.world.by_namespace
            self._outside = set()
            for name, namespace in namespaces():
                if id(namespace) not in managed and name != "__main__":
                    self._outside.update(map(id, list(namespace.values())))
        return id(value) in self._outside

    def is_of_others(self, value: Any) -> bool:
        """(I8) Return whether an object is a module, or one that another module has by its name.

        ``x = json if FAST else slow`` did not make ``json``, though no other statement names it.
        Of an instance its class does not tell where it was made: then the module of the class has
        it by some name, or ``sys``.
        """
        if is_a(value, ModuleType):
            return sys.modules.get(str(value.__name__)) is value
        if is_a(value, type) and (
            not value.__flags__ & HEAP_TYPE or value.__flags__ & IMMUTABLE_TYPE
        ):
            return True  # ``object``, ``int``: no statement makes such a class
        if type(value) is FunctionType or is_a(value, type):
            names = self._names_outside(getattr(value, "__module__", None))  # some have none
            return names is not None and _at(names, value.__qualname__) is value
        if self.is_managed_class(type(value)):
            return False
        module_of = getattr(type(value), "__module__", None)
        places = (self._names_outside(module) for module in (module_of, "sys"))
        return any(held is value for names in places if names for held in list(names.values()))

    def _names_outside(self, module: object) -> dict[str, Any] | None:
        """Return the namespace of a module that is not managed, of which the name is known."""
        if type(module) is not str or module in {"__main__", "builtins"}:
            return None
        names = namespace_of(sys.modules.get(module))
        return None if names is None or id(names) in self.world.by_namespace else names

    def runs(self, live: LiveStatement) -> None:
        """A statement is about to run."""
        self.current = {id(self.world.before(live))}
        self.ran.add(id(live))

    def _index(self) -> dict[int, list[Location]]:
        if self._homes is None:
            self._homes = {}
            for module, names in self.start.items():
                for name, value in names.items():
                    self._homes.setdefault(id(value), []).append((module, name))
        return self._homes


def namespaces() -> list[tuple[str, dict[str, Any]]]:
    """Return the namespaces of the modules in the cache, by name."""
    found = [(name, namespace_of(module)) for name, module in list(sys.modules.items())]
    return [(name, namespace) for name, namespace in found if namespace is not None]


def namespace_of(module: object) -> dict[str, Any] | None:
    """Return the namespace of what stands in the cache, without asking it; it may be anything."""
    if not issubclass(type(module), ModuleType):
        return None
    found: dict[str, Any] = object.__getattribute__(module, "__dict__")
    return found


def _at(names: dict[str, Any], path: str) -> Any:
    """Return what a namespace has at a path of names, such as ``"JSONEncoder.default"``."""
    head, *rest = path.split(".")
    found = names.get(head)
    for name in rest:
        found = names_of_class(found).get(name) if is_a(found, type) else None
    return found


def _is_member(value: Any) -> bool:
    """Return whether an object is one that its class holds by a name."""
    cls = type(value)
    if is_a(value, enum.Enum):  # before 3.12 the class has descriptors that give them
        return True
    return is_python_class(cls) and any(held is value for held in names_of_class(cls).values())
