"""What statements change in modules that are not managed: ``os.environ["MODE"] = MODE``.

Nobody manages ``os``, and no name of the program need lead to what it holds. But a statement that
stores there says so in its text, and so does one that reads there after it: the second is due when
the first has stored another value. Where both say which key or attribute they mean, it must be the
same one. Who calls a function of such a module (``os.getenv``) reads what that names.
"""

from __future__ import annotations

import ast
import sys
import types
from _collections_abc import MutableMapping
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import ANY_ITEM, RESULT

from .asking import asking
from .attributes import NOTHING, derives_from, is_a, state_of
from .holding import CONTAINERS
from .journal import content_of
from .ownership import namespace_of
from .passing import passed_by
from .process_state import ProcessStates
from .touches import touch_objects
from .values import is_atom, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.source.uses import Touch, Uses

    from .plan import Plan
    from .revision import LiveStatement, Record
    from .world import World

MOST = 5_000
MOST_FUNCTIONS = 50
_NOBODYS = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


class Place:
    """An object of a module that is not managed, as it was before a statement that may change it.

    Attributes:
        names: The module's namespace.
        owner: The object, or that namespace.
        held: What the owner held: by key or attribute, or a list.
        inside: What lies in it and may be changed, with the step that leads there, and what it
            held: ``[("['limits']", {"rate": 5}, {"rate": 5})]``.
    """

    __slots__ = ("held", "inside", "names", "owner")

    def __init__(self, names: dict[str, Any], owner: Any) -> None:
        self.names = names
        self.owner = owner
        self.held = _held(owner)
        self.inside: list[tuple[str, Any, Any]] = []

    def changed(self) -> set[Any] | None:
        """Return the keys under which it holds something else, ``None`` where it has no keys."""
        was, now = self.held, _held(self.owner)
        if not is_a(was, dict) or not is_a(now, dict):
            return set() if same(was, now) else None
        keys = was.keys() | now.keys()
        found = {key for key in keys if not same(was.get(key, NOTHING), now.get(key, NOTHING))}
        for step, value, held in self.inside:
            if not same(held, _held(value)):
                if step in {ANY_ITEM, RESULT}:
                    return None
                found.add(ast.literal_eval(step)[0] if step[:1] == "[" else step)
        return found


class Foreign:
    """Tells who reads what statements change there, for one reload."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._world: World = plan.world
        self._places: list[Place] = []
        self._states = ProcessStates(plan)

    def about_to_run(self, live: LiveStatement) -> None:
        """Note what a statement may change."""
        self._states.about_to_run(live)
        found: dict[int, Place] = {}
        for home, uses in self._parts(live):
            for touch in uses.touches:
                passed = list(passed_by(home, touch.chain))
                place = self._place(home, touch, passed)
                if place is None:
                    continue
                known = found.setdefault(id(place[1]), Place(*place))
                first = next((n for n, value in enumerate(passed) if value is known.owner), MOST)
                for value in passed[first + 1 :]:
                    if not is_atom(value) and not is_a(value, _NOBODYS):
                        known.inside.append((touch.chain[first + 1], value, _held(value)))
        self._places = list(found.values())

    def ran(self, live: LiveStatement) -> None:
        """A statement has run: who reads after it what it has changed is due."""
        self._states.ran(live)
        for place in self._places:
            self.tell(place, live)
        self._places = []

    def tell(self, place: Place, live: LiveStatement) -> None:
        """Who reads after a statement what it has changed at a place is due."""
        keys = place.changed()
        if keys == set():
            return
        here = self._world.position(live)
        for reader, what in self._readers(place, keys):
            if self._world.position(reader) > here:
                self._plan.add([(reader, "read", f"{what} changed")], live)

    def _parts(self, live: LiveStatement) -> Iterator[tuple[Record, Uses]]:
        """Yield what a statement uses, and what functions do that it names, far and near."""
        waiting = list(self._world.parts(live))
        seen: set[int] = set()
        for home, uses in waiting:
            yield home, uses
            if len(waiting) > MOST_FUNCTIONS:
                continue
            for chain in (*uses.chains, *((name,) for name in uses.reads)):
                *_, value = (None, *passed_by(home, chain))
                if type(value) is types.FunctionType and id(value) not in seen:
                    seen.add(id(value))
                    record = self._world.home_of(value)
                    scope = record and self._world.scope_of(value.__code__)
                    if record and scope:
                        waiting.append((record, scope.uses))

    def _place(
        self, home: Record, touch: Touch, passed: list[Any]
    ) -> tuple[dict[str, Any], Any] | None:
        """Return what a touch may change of a module that is not managed, with its namespace."""
        names = owner = None
        for value in passed:
            found = namespace_of(value)
            owner = value if found is None else found
            names = names if found is None else found
            if found is None:
                break
        if owner is None or is_atom(owner) or is_a(owner, _NOBODYS):
            return None
        if owner is names:
            if touch.how != "store" or len(passed) < len(touch.chain):
                return None
        elif not touch_objects(self._world, home, touch):
            return None
        if names is None:
            names = namespace_of(sys.modules.get(type(owner).__module__)) or {}
        if id(names) in self._world.by_namespace or (
            owner is not names and not any(value is owner for value in list(names.values()))
        ):
            return None
        return names, owner

    def _readers(self, place: Place, keys: set[Any] | None) -> Iterator[tuple[LiveStatement, str]]:
        """Yield the statements that read what changed, each with what that is called."""
        if place.owner is place.names:
            words, targets = {key: key for key in keys or ()}, {id(place.names)}
        else:
            called = _called(place)
            targets = {id(value) for value in called.values()}
            words = dict.fromkeys(called, next(iter(called)))
            for value in called.values():
                for word in self._world.names_of(value):
                    words.setdefault(word, next(iter(called)))
        module = place.names.get("__name__")
        for word, name in words.items():
            for live in asking(self._world, word, targets, keys):
                yield live, f"{module}.{name}"


def _held(owner: Any) -> Any:
    """Return what an object holds: items by key, attributes by name, or a list."""
    if derives_from(type(owner), MutableMapping) and not is_a(owner, dict):
        try:
            return dict(owner.items())
        except Exception:  # noqa: BLE001 (it is not ours: what it does not tell, nobody reads)
            return {}
    held = content_of(owner) if is_a(owner, CONTAINERS) else state_of(owner)
    return held if len(held) <= MOST else {}


def _called(place: Place) -> dict[str, Any]:
    """Return an object with the functions and methods that its module has of it, by name."""
    names = place.names
    found = {name: value for name, value in names.items() if value is place.owner}
    own = set(found)
    for name, value in list(names.items()):
        if type(value) is types.MethodType and value.__self__ is place.owner:
            found[name] = value
        is_own = type(value) is types.FunctionType and value.__globals__ is names
        if is_own and not own.isdisjoint(value.__code__.co_names):
            found[name] = value
    return found
