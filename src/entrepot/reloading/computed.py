"""Properties that remember: what one has computed lies in the instance, by the property's name.

``functools.cached_property`` computes once, and so do properties of others that are made like it.
An entry that the import has made is no state of the program: a statement that runs again would get
what the old text had computed, as of a cache. So it goes, if the property may compute something
else now, and who reads it is due. An entry that the program made later stays, and so does, when
all statements have run, what one of them has computed: it would stand there after a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .attributes import instance_dict
from .bags import computing
from .base import EMPTY
from .users import users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FunctionType

    from .adopt import Adopter
    from .plan import Plan
    from .revision import LiveStatement


class Computed:
    """Forgets what properties have computed, for one pass of a reload."""

    def __init__(self, plan: Plan, adopter: Adopter) -> None:
        self._plan = plan
        self._adopter = adopter
        self._cleared: set[int] = set()
        self._before: dict[tuple[int, str], Any] = {}  # what was computed when the reload began
        self._later: dict[tuple[int, str], Any] | None = None  # by the program
        self._absent: set[tuple[int, str]] = set()  # of these, what was forgotten in this pass

    def forget(self) -> None:
        """Begin a pass."""
        self._cleared.clear()
        self._absent.clear()

    def clear_stale(
        self, live: LiveStatement | None, is_stale: Callable[[FunctionType, list[Any]], bool]
    ) -> None:
        """Let instances forget what a statement must not see, each property once.

        Args:
            live: The statement that is about to run, ``None`` if all have.
            is_stale: Tells of a function, with an instance, whether it may compute another value.
        """
        if self._later is None:
            self._before = {(id(o), name): there[name] for o, there, name, _ in self._entries()}
            self._later = {(id(owner), name): value for owner, name, value in self._made_later()}
        known: dict[int, bool] = {}
        entries = list(self._entries())
        self._absent |= self._before.keys() - {(id(owner), name) for owner, _, name, _ in entries}
        for owner, namespace, name, function in entries:
            if id(function) in self._cleared or not self._is_of_import(owner, name, namespace):
                continue
            if live is None and self._is_of_reload(owner, name, namespace):
                continue
            if id(function) not in known:
                known[id(function)] = is_stale(function, [owner])
            if known[id(function)]:
                self._adopter.journal.delete_item(namespace, name)
                self._note_forgotten(owner, name)
                self._adopter.change(owner, name)
                self._tell(live, type(owner), name)
        self._cleared.update(key for key, was_stale in known.items() if was_stale)

    def settle(self) -> None:
        """Note what statements have made instances compute: that is what the import makes."""
        base, later = self._adopter.base, self._later
        for owner, namespace, name, _ in list(self._entries()) if later is not None else ():
            value = namespace[name]
            content = base.contents[id(owner)]
            if later is None or later.get((id(owner), name), EMPTY) is value:
                continue
            if content.held.get(name, EMPTY) is not value:
                base.hold(self._adopter.journal, content, {**content.held, name: value})

    def _entries(self) -> Iterator[tuple[Any, dict[str, Any], str, FunctionType]]:
        """Yield instances with what is computed of them, by which name and function."""
        contents = self._adopter.base.contents
        kinds: dict[int, dict[str, FunctionType]] = {}
        for key in list(self._adopter.base.computing):
            content = contents.get(key)
            if content is None:
                self._adopter.base.computing.discard(key)
                continue
            owner: Any = content.owner
            namespace = instance_dict(owner)
            if id(type(owner)) not in kinds:
                kinds[id(type(owner))] = computing(type(owner))
            for name, function in kinds[id(type(owner))].items():
                if namespace is not None and name in namespace:
                    yield owner, namespace, name, function

    def _note_forgotten(self, owner: Any, name: str) -> None:
        """Take an entry out of the base, too: it was not the program that has deleted it."""
        base = self._adopter.base
        content = base.contents[id(owner)]
        held = {key: value for key, value in content.held.items() if key != name}
        base.hold(self._adopter.journal, content, held)

    def _is_of_import(self, owner: Any, name: str, namespace: dict[str, Any]) -> bool:
        return self._adopter.base.of(owner).get(name, EMPTY) is namespace[name]

    def _is_of_reload(self, owner: Any, name: str, namespace: dict[str, Any]) -> bool:
        """Return whether a statement has computed an entry now; an equal one may stand for it."""
        key = (id(owner), name)
        return key in self._absent or self._before.get(key) is not namespace[name]

    def _made_later(self) -> Iterator[tuple[Any, str, Any]]:
        for owner, namespace, name, _ in self._entries():
            if not self._is_of_import(owner, name, namespace):
                yield owner, name, namespace[name]

    def _tell(self, live: LiveStatement | None, cls: type, name: str) -> None:
        if live is not None:
            what = f"{cls.__qualname__}: {name} changed"
            for user in users(self._plan.world, cls, {name}):
                if user is not live:
                    self._plan.add([(user, "read", what)], live)
