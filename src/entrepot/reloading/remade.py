"""Objects that can take over nothing, made again by the text that had made them before.

A class body that runs again makes its ``ids = itertools.count(1)`` again, and an ``__init__``
that got a line makes its ``self.jobs = queue.Queue()`` again. Nothing can be merged into such an
object. But where its own text is as it was, and what that reads is too, a new one is what the old
one had been at first: so the old one stays, with what the program has done to it since.
"""

from __future__ import annotations

import ast
import functools
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, instance_dict, is_a, is_exactly
from .base import EMPTY
from .code_run import code_of
from .defaults import is_literal, said_as_before
from .plain import is_plain
from .touches import uses_touch
from .values import holds_only_attributes, is_atom, is_view, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .adopt import Adopter
    from .revision import LiveStatement, Record
    from .world import World

_MERGED = (dict, list, set, tuple, frozenset, bytearray, FunctionType, type)
_CALLED = frozenset({functools.partial, type(functools.cache(len)), BuiltinFunctionType})
_TABLES = frozenset({list, dict, set})
_DEPTH = 4  # of names that stand for other names of a class or a function


class Remade:
    """Tells which objects are made as they were before, for one reload.

    Attributes:
        live: The statement that has run.
        owner: The instance whose attribute is merged now.
    """

    def __init__(self) -> None:
        self.live: LiveStatement | None = None
        self.owner: Any = None
        self._world: World | None = None
        self._is_changed = False  # by the import, what was asked for last
        self._start: dict[str, dict[str, Any]] = {}

    def begin(self, world: World, start: dict[str, dict[str, Any]]) -> None:
        """Take the program, and the namespaces as they were before the reload."""
        self._world, self._start = world, start

    def is_of_library(self, function: FunctionType) -> bool:
        """Return whether a function belongs to a module that is not managed."""
        world = self._world
        return world is not None and id(function.__globals__) not in world.by_namespace

    def may_make(self, value: Any) -> bool:
        """Return whether the statement that has run may have made an object.

        Nobody tells how old an ``object()`` is, nor what holds it: a statement that calls nothing
        only refers to one of another's, and must not take it for its own.
        """
        live, world = self.live, self._world
        return type(value) is not object or not live or not world or not is_plain(world, live)

    def is_filled_by_calls(
        self, adopter: Adopter, function: FunctionType, name: str, both: tuple[Any, Any]
    ) -> bool:
        """Return whether a default of a function holds what calls have put into it.

        Args:
            adopter: Of the reload.
            function: As the new text has made it.
            name: The parameter.
            both: The default of before, and the new one.
        """
        is_table = is_exactly(both[1], _TABLES) and type(both[0]) is type(both[1])
        is_made = not is_table and adopter.is_new(both[1]) and _is_opaque(adopter, *both)
        if self._world is None or not (is_table or is_made):
            return False
        found = said_as_before(self._world, function.__code__, name)
        if found is None:
            return False
        if is_table:
            return is_literal(found[1])  # what it was at first is told by its text alone
        making = _Making(self._world, self._start, adopter, self.live)
        if not making.reads_the_same(found[0], [found[1]], ()):
            return False
        adopter.pair(*both)
        return True

    def adopt(self, adopter: Adopter, spot: tuple[Any, Any] | None, old: Any, new: Any) -> Any:
        """Return what stands at a spot: the old object if that is made as before."""
        if self.is_alike(adopter, spot, old, new):
            adopter.pair(old, new)
            return old
        if not self._is_changed:
            return adopter.adopt(old, new)
        before, adopter.edited = adopter.edited, old  # what it has got since is told
        try:
            return adopter.adopt(old, new)
        finally:
            adopter.edited = before

    def is_alike(self, adopter: Adopter, spot: tuple[Any, Any] | None, old: Any, new: Any) -> bool:
        """Return whether a new object at a spot is made as the old one was."""
        self._is_changed = False
        if spot is None or self._world is None or not _is_opaque(adopter, old, new):
            return False
        owner, name = spot
        if type(owner) is dict and owner is instance_dict(self.owner):
            owner = self.owner
        if not adopter.is_new(new) or is_a(owner, list):
            return False
        making = _Making(self._world, self._start, adopter, self.live)
        self._is_changed = making.is_changed_by_import((old, new), name)
        if self._is_changed:
            return False
        if is_a(owner, dict):
            return making.is_same_item(name)
        return type(name) is str and making.is_as_before(owner, name)


def _is_opaque(adopter: Adopter, old: Any, new: Any) -> bool:
    """Return whether nothing tells what an object was at first, so that nothing can be merged."""
    kind = type(new)
    if type(old) is not kind or old is new or is_atom(new) or is_a(new, _MERGED) or is_view(new):
        return False
    if is_exactly(new, _CALLED) or hasattr(kind, "__get__"):
        return False
    if holds_only_attributes(kind):
        return not adopter.base.is_managed_class(kind) and adopter.base.of(old) is EMPTY
    has_own: Any = kind.__eq__
    return has_own is object.__eq__ or kind.__hash__ is None


class _Making:
    """Compares the texts that make an attribute."""

    def __init__(
        self,
        world: World,
        start: dict[str, dict[str, Any]],
        adopter: Adopter,
        live: LiveStatement | None,
    ) -> None:
        self._world = world
        self._start = start
        self._adopter = adopter
        self._live = live
        self._looked_into: set[int] = set()  # functions

    def is_as_before(self, owner: Any, name: str) -> bool:
        """Return whether the text that makes an attribute is the same, and what it reads."""
        if is_a(owner, type):
            found = self._definition(owner)
            return found is not None and self._is_same_member(*found, name, _DEPTH)
        is_found = False
        for cls in type(owner).__mro__:
            found = self._definition(cls)
            if found is None:
                continue
            record, old, new = found
            stores = [[*_storing(node, name)] for node in (old, new)]
            if [_dumped(parts) for _, parts in stores[0]] != [_dumped(p) for _, p in stores[1]]:
                return False
            for function, parts in stores[1]:
                is_found = True
                if not self._is_same_within(record, function, parts):
                    return False
        return is_found

    def is_same_item(self, key: object) -> bool:
        """Return whether a statement puts an item into a table as it did before.

        ``{"jobs": Queue(), "limit": LIMIT}`` makes its queue as before when ``LIMIT`` is edited.
        """
        live = self._live
        before = None if live is None else self._world.before(live)
        if live is None or before is None:
            return False
        old, new = ([*_items(x.statement.node, key)] for x in (before, live))
        if not new or _dumped(old) != _dumped(new):
            return False
        return self.reads_the_same(live.record, new, live.uses.binds)

    def is_changed_by_import(self, both: tuple[Any, Any], name: Any) -> bool:
        """Return whether statements besides the one that made an object had changed it.

        They run again with that, and would do so twice.

        Args:
            both: The object as it was, and as it is made now, to which names may lead already.
            name: By which its owner has it.
        """
        world = self._world
        words = frozenset(word for word in (name, *world.names_of(both[0])) if type(word) is str)
        edited = [change.record for change in world.changes.values()]
        maker = None if self._live is None else world.before(self._live)
        for record in {id(r): r for r in (*edited, *world.mentioning(words))}.values():
            for live in record.lives:
                for code in code_of(world, live, words, now=False) if live is not maker else ():
                    uses = code.owner.uses
                    if any(uses_touch(world, code.home, uses, one) for one in both):
                        return True
        return False

    def _definition(self, cls: type) -> tuple[Record, ast.ClassDef, ast.ClassDef] | None:
        """Return the old and the new text of a managed class, with its module."""
        record = self._world.home_of(cls)
        path = cls.__qualname__.split(".")
        if record is None:
            return None
        texts = []
        for is_old in (True, False):
            lives = record.lives if is_old else self._world.lives(record)
            node: Any = next(
                (x.statement.node for x in lives if x.statement.name == path[0]), None
            )
            for part in path[1:]:
                inside = node.body if isinstance(node, ast.ClassDef) else []
                node = next((n for n in inside if getattr(n, "name", None) == part), None)
            texts.append(node)
        old, new = texts
        is_found = isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef)
        return (record, old, new) if is_found else None

    def _is_same_member(
        self, record: Record, old: ast.ClassDef, new: ast.ClassDef, name: str, depth: int
    ) -> bool:
        parts = _binding(new.body, name)
        if not depth or not parts or _dumped(parts) != _dumped(_binding(old.body, name)):
            return False
        own = {n for n in _loaded(parts) if _binding(new.body, n)} - {name}
        return all(
            self._is_same_member(record, old, new, other, depth - 1) for other in own
        ) and self.reads_the_same(record, parts, own)

    def _is_same_within(
        self, record: Record, function: ast.FunctionDef, parts: list[ast.stmt]
    ) -> bool:
        """Return whether statements of a method read what they read before."""
        arguments = function.args
        given = {node.arg for node in ast.walk(arguments) if isinstance(node, ast.arg)}
        local = {n for n in _loaded(parts) if n in given or _binding(function.body, n)}
        mine = arguments.args[0].arg if arguments.args else ""
        if local & given - {mine} and not self._is_called_alike():
            return False
        return self.reads_the_same(record, parts, local)

    def _is_called_alike(self) -> bool:
        """Return whether the statement that runs gives what it gave before."""
        live = self._live
        before = None if live is None else self._world.before(live)
        if live is None or before is None or before.statement.text != live.statement.text:
            return False
        return self.reads_the_same(live.record, [live.statement.node], live.uses.binds)

    def reads_the_same(
        self, record: Record, parts: Iterable[ast.AST], local: Iterable[str]
    ) -> bool:
        """Return whether texts read what they read before, but for some names of their own."""
        for part in parts:
            for node in ast.walk(part):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    if node.id not in local and not self._is_same_name(record, node.id):
                        return False
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    home = self._world.home_of(record.namespace.get(node.value.id))
                    is_module = home is not None and node.value.id not in local
                    if home and is_module and not self._is_same_name(home, node.attr):
                        return False
        return True

    def _is_same_name(self, record: Record, name: str) -> bool:
        before = self._start.get(record.name, record.namespace).get(name, NOTHING)
        now = record.namespace.get(name, NOTHING)
        if now is not before and not same(before, now):
            return False
        if type(now) is FunctionType and (self._is_edited(now) or not self._runs_alike(now)):
            return False
        return is_a(now, type) or not self._adopter.is_changed(now)

    def _runs_alike(self, function: FunctionType) -> bool:
        """Return whether what a function reads when it makes an object is as it was."""
        home = self._world.by_namespace.get(id(function.__globals__))
        if home is None or id(function) in self._looked_into:
            return True
        self._looked_into.add(id(function))
        names: set[str] = set()
        waiting = [function.__code__]
        while waiting:
            code = waiting.pop()
            names.update(code.co_names)
            waiting += [inner for inner in code.co_consts if is_a(inner, CodeType)]
        return all(self._is_same_name(home, n) for n in names & home.namespace.keys())

    def _is_edited(self, function: FunctionType) -> bool:
        name = function.__qualname__.partition(".")[0]
        return any(
            scope.path[0][0] == name
            for change in self._world.changes.values()
            if change.record.namespace is function.__globals__
            for scope in change.bodies
        )


def _items(node: ast.AST, key: object) -> Iterator[ast.expr]:
    """Yield what the tables in a text have for a key."""
    for table in [part for part in ast.walk(node) if isinstance(part, ast.Dict)]:
        for said, value in zip(table.keys, table.values, strict=True):
            if isinstance(said, ast.Constant) and said.value == key:
                yield value


def _binding(body: list[ast.stmt], name: str) -> list[ast.stmt]:
    """Return the statements of a body that bind a name."""
    return [
        statement
        for statement in body
        if any(
            isinstance(part, ast.Name) and part.id == name and not isinstance(part.ctx, ast.Load)
            for part in ast.walk(statement)
        )
    ]


def _storing(node: ast.ClassDef, name: str) -> Iterator[tuple[ast.FunctionDef, list[ast.stmt]]]:
    """Yield the methods that set an attribute of their instance, with the statements that do.

    What these read of the method's own variables comes with them.
    """
    for function in node.body:
        if not isinstance(function, ast.FunctionDef) or not function.args.args:
            continue
        mine = function.args.args[0].arg
        parts = [
            statement
            for statement in function.body
            if any(_is_store(part, mine, name) for part in ast.walk(statement))
        ]
        for _ in range(_DEPTH if parts else 0):
            more = [
                s for n in _loaded(parts) for s in _binding(function.body, n) if s not in parts
            ]
            if not more:
                break
            parts += more
        if parts:
            yield function, parts


def _is_store(part: ast.AST, mine: str, name: str) -> bool:
    return (
        isinstance(part, ast.Attribute)
        and part.attr == name
        and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name)
        and part.value.id == mine
    )


def _loaded(parts: Iterable[ast.AST]) -> set[str]:
    return {
        node.id
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _dumped(parts: Iterable[ast.AST]) -> list[str]:
    return [ast.dump(part) for part in parts]
