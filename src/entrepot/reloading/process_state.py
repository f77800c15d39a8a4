"""State of the process that statements set and others read: ``random.seed(1)``, a decimal context.

An installed module keeps it where no name of the program leads: in the object whose methods its
functions are (``random.seed``), or behind a function that gets it (``decimal.getcontext()``,
``socket.getdefaulttimeout()``). A *setter* is a statement that calls such a method and uses no
result, stores into what such a function returns, or calls the ``set`` of a ``get``. When it has
set another state, who uses the module after it is due. Who draws from what was set before it
(``random.random()``) changes that: the setter runs again, too, as a restart would begin with it.
"""

from __future__ import annotations

import ast
import sys
import types
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import chain_of, immediate

from .asking import asking
from .attributes import NOTHING, is_a, state_of
from .called import module_called, name_called, owner_called
from .code_run import code_of
from .holding import CONTAINERS
from .ownership import namespace_of
from .passing import passed_by
from .values import is_atom, is_shared, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from entrepot.source.nodes import Chain

    from .code_run import Code
    from .plan import Plan
    from .revision import LiveStatement, Record
    from .world import World

    #: A call, the chain that is called, and what becomes of the result.
    _Call: TypeAlias = tuple[ast.Call, Chain, str]

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType)


class State:
    """What an installed module keeps for the process.

    Attributes:
        name: How the program gets at it, such as ``"random.seed"``.
        users: The functions and classes that may use it, by name.
        is_drawn: Whether using it changes it: it is an object with methods, as a generator.
    """

    __slots__ = ("_get", "is_drawn", "name", "users")

    def __init__(
        self, name: str, get: Callable[[], Any], users: dict[str, Any], *, is_drawn: bool
    ) -> None:
        self.name = name
        self._get = get
        self.users = users
        self.is_drawn = is_drawn

    def now(self) -> Any:
        """Return what it is now, to be compared; ``NOTHING`` if it does not say."""
        try:
            return _told(self._get())
        except Exception:  # noqa: BLE001 (a function of others: what it does not tell, nobody knows)
            return NOTHING


class ProcessStates:
    """Tells who is due because of what statements set, for one reload."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._world: World = plan.world
        self._before: list[tuple[State, Any]] = []
        self._names: dict[str, tuple[list[int], set[str], set[str]]] = {}  # by what they lead to

    def about_to_run(self, live: LiveStatement) -> None:
        """Note what a statement may set; who had set what it draws from is due."""
        self._before = []
        for state, is_set in self._used(live):
            earlier = list(self._setters(state, live)) if state.is_drawn else []
            self._plan.add(
                [(other, "6f", f"it set what {live.where} draws from") for other in earlier], live
            )
            if is_set or earlier:
                self._before.append((state, state.now()))

    def ran(self, live: LiveStatement) -> None:
        """A statement has run: who uses after it what it has set is due."""
        here = self._world.position(live)
        before, self._before = self._before, []
        for state, was in before:
            if was is NOTHING or same(was, state.now()):
                continue
            what = f"what {state.name} sets changed"
            later = [u for u in _users(self._world, state) if self._world.position(u) > here]
            self._plan.add([(user, "read", what) for user in later], live)

    def _setters(self, state: State, live: LiveStatement) -> Iterator[LiveStatement]:
        """Yield who sets a state before a statement, and looks at nothing of the program."""
        here = self._world.position(live)
        for user in _users(self._world, state):
            if self._world.position(user) < here and any(
                is_set and found.users.keys() == state.users.keys()
                for found, is_set in self._used(user)
            ):
                yield user

    def _used(self, live: LiveStatement) -> Iterator[tuple[State, bool]]:
        """Yield which states a statement uses, and whether it sets them."""
        for home, call, kind in self._calls(live):
            value, called = self._called(home, call)
            if kind == "store":
                if is_a(value, _FUNCTIONS) and called[:3] == "get":
                    yield from self._got(value, called)
                continue
            owner = owner_called(value)
            is_set = kind == "alone" and self._is_plain(home, call)
            if owner is not None and self._is_kept(owner):
                yield _of_object(called, owner), is_set
            elif is_set and is_a(value, _FUNCTIONS) and called[:3] == "set":
                yield from self._got(value, "g" + called[1:])

    def _calls(self, live: LiveStatement) -> Iterator[tuple[Record, ast.Call, str]]:
        """Yield the calls in what runs with a statement by names that may lead to a state."""
        for source in code_of(self._world, live):
            names, definitions = self._names_of(source.home)
            if names.isdisjoint(source.reads) and not any(
                chain[0] in definitions for chain in source.owner.uses.chains
            ):
                continue
            known: list[_Call] = source.once("calls", _named_calls)
            for call, chain, kind in known:
                if chain[0] in names or (len(chain) > 1 and chain[0] in definitions):
                    yield source.home, call, kind

    def _names_of(self, home: Record) -> tuple[set[str], set[str]]:
        """Return the names of a module that may lead out of the program, and its definitions'.

        Functions and classes of the program lead there by their attributes only; atoms do not.
        """
        held = list(map(id, list(home.namespace.values())))
        known = self._names.get(home.name)
        if known is None or known[0] != held:
            items = list(home.namespace.items())
            definitions = {
                name
                for name, value in items
                if is_a(value, type | types.FunctionType) and self._world.home_of(value)
            }
            names = {name for name, value in items if not is_atom(value)} - definitions
            names |= home.view.imports.keys() - home.namespace.keys()  # deleted after their use
            known = self._names[home.name] = (held, names, definitions)
        return known[1:]

    def _called(self, home: Record, call: ast.Call) -> tuple[Any, str]:
        """Return what is called, and its name; ``None`` where no global name says so."""
        chain = chain_of(call.func)
        passed = list(passed_by(home, chain)) if chain else []
        value = passed[-1] if passed and len(passed) == len(chain) else None
        return value, name_called(value)

    def _is_plain(self, home: Record, call: ast.Call) -> bool:
        """Return whether a call gets nothing that it might change instead of a state."""
        for chain in map(chain_of, call.args):
            *_, value = (None, *passed_by(home, chain)) if chain else (None,)
            if is_a(value, CONTAINERS):
                return False
        return True

    def _is_kept(self, owner: Any) -> bool:
        """Return whether an installed module keeps an object that the program has no name of."""
        if is_atom(owner) or is_shared(owner) or is_a(owner, type | types.ModuleType):
            return False
        names = namespace_of(sys.modules.get(type(owner).__module__))
        is_managed = names is None or id(names) in self._world.by_namespace
        return not is_managed and _says_state(owner) and not self._world.names_of(owner)

    def _got(self, function: Any, getter: str) -> Iterator[tuple[State, bool]]:
        """Yield the state that a function of an installed module gets."""
        module = module_called(function)
        public = module.lstrip("_")  # ``_socket`` and ``socket`` are one
        homes = [namespace_of(sys.modules.get(name)) or {} for name in (module, public)]
        get: Any = homes[0].get(getter)
        if id(homes[0]) in self._world.by_namespace or not is_a(get, _FUNCTIONS):
            return
        users = {
            name: value
            for names in homes
            for name, value in list(names.items())
            if name[:1] != "_" and public and module_called(value).lstrip("_") == public
        }  # fmt: skip
        yield State(f"{public}.{function.__name__}", get, users, is_drawn=False), True


def _users(world: World, state: State) -> Iterator[LiveStatement]:
    targets = {id(value) for value in state.users.values()}
    words = dict.fromkeys(state.users)
    for value in state.users.values():
        words.update(dict.fromkeys(world.names_of(value)))
    for word in words:
        yield from asking(world, word, targets, None)


def _of_object(called: str, owner: Any) -> State:
    """Return the state of an object whose methods are functions of its module."""
    names = namespace_of(sys.modules[type(owner).__module__]) or {}
    users = {n: v for n, v in list(names.items()) if owner_called(v) is owner}
    return State(f"{type(owner).__module__}.{called}", lambda: owner, users, is_drawn=True)


def _named_calls(source: Code) -> list[_Call]:
    """Return the calls by a name in code with that, and what becomes of their results.

    That is ``"alone"`` where it is nothing, ``"store"`` where something is stored into it. A
    function that gets a state is asked as the program asks it: with no arguments.
    """
    node, found = source.node(), []
    parts = [] if node is None else list(immediate(node))
    alone = {id(part.value) for part in parts if isinstance(part, ast.Expr)}
    for part in parts:
        if isinstance(part, ast.Call) and (chain := chain_of(part.func)):
            found.append((part, chain, "alone" if id(part) in alone else ""))
        elif isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.value, ast.Call):
            call = part.value
            is_stored = not isinstance(part.ctx, ast.Load)
            if (
                is_stored
                and not call.args
                and not call.keywords
                and (chain := chain_of(call.func))
            ):
                found.append((call, chain, "store"))
    return found


def _says_state(owner: Any) -> bool:
    """Return whether an object's class says what its state is, other than its attributes."""
    kind: Any = type(owner)
    pairs = ((kind.__reduce__, object.__reduce__), (kind.__reduce_ex__, object.__reduce_ex__))
    return any(own is not plain for own, plain in pairs)


def _told(owner: Any) -> Any:
    if is_atom(owner):
        return [owner]
    return [state_of(owner), owner.__reduce_ex__(4) if _says_state(owner) else None]
