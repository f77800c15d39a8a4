"""Whether a text makes an object as before: it is the same text, and so is what it reads.

It reads names, attributes of the instance whose method it stands in, and whatever the functions
read that it calls. Which these may be is told by names among the functions that ran when the
statement was executed; a class that is called runs the methods that Python calls by itself.
"""

from __future__ import annotations

import ast
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, derives_from, is_a
from .base import EMPTY
from .code_run import code_of
from .touches import uses_touch
from .values import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .adopt import Adopter
    from .revision import LiveScope, LiveStatement, Record
    from .world import World

_DEPTH = 4  # of names that stand for other names of a class or a function


class Making:
    """Compares the texts that make an attribute."""

    def __init__(
        self,
        world: World,
        start: dict[str, dict[str, Any]],
        adopter: Adopter,
        live: LiveStatement | None,
        whole: tuple[Any, dict[str, Any]] = (None, {}),
    ) -> None:
        self._world = world
        self._start = start
        self._adopter = adopter
        self._live = live
        self._whole = whole
        self._looked_into: set[int] = set()  # functions
        self._within: tuple[Record, str] | None = None  # the method in which the text stands

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
                self._within = record, f"{cls.__qualname__}.{function.name}"
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
        return self._has_the_same(mine, parts) and self.reads_the_same(record, parts, local)

    def _has_the_same(self, mine: str, parts: Iterable[ast.AST]) -> bool:
        """Return whether attributes that a text reads of its instance are as the import had them.

        Args:
            mine: What the method calls its instance.
            parts: Of the method.
        """
        owner, fresh = self._whole
        if id(owner) not in self._adopter.before:
            return True
        _, base, live = self._adopter.before[id(owner)]
        before = live if base is EMPTY else base
        for node in _attributes(parts):
            if not isinstance(node.value, ast.Name) or node.value.id != mine:
                continue
            was, now = before.get(node.attr, EMPTY), fresh.get(node.attr, EMPTY)
            if was is now is EMPTY:
                if self._is_other_member(type(owner), node.attr):
                    return False
            elif EMPTY in (was, now) or not self._is_as_it_was(was, now):
                return False
        return True

    def _is_as_it_was(self, was: Any, now: Any) -> bool:
        return not self._adopter.is_changed(was) and self._adopter.alike(was, now)

    def _is_other_member(self, kind: type, name: str) -> bool:
        changes = [self._adopter.changes.get(id(cls), ()) for cls in kind.__mro__]
        return any(name in names or "*" in names for names in changes)

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
        return self._runs_the_same(record, parts, local)

    def _runs_the_same(
        self, record: Record, parts: Iterable[ast.AST], local: Iterable[str]
    ) -> bool:
        """Return whether functions that texts may call are as they were, and classes likewise."""
        if self._live is None:
            return True
        edited = {id(s) for change in self._world.changes.values() for s in change.bodies}
        ran = _by_name(s for s in self._world.ran(self._live) if not self._is_within(s))
        said: set[str] = set()
        classes: list[type] = []
        names, passed = _said(parts)
        waiting = [(record, names, passed.difference(local))]
        while waiting:
            home, names, passed = waiting.pop()
            found = [home.namespace.get(name) for name in names]
            called = [cls for value in found for cls in _line(value)]
            if any(self._adopter.changes.get(id(home.namespace.get(name))) for name in passed):
                return False
            classes += called
            names |= {cls.__name__ for cls in called}
            for scope in [scope for name in names - said for scope in ran.pop(name, ())]:
                if id(scope) in edited:
                    return False
                if not all(
                    self._is_same_name(scope.live.record, name) for name in scope.uses.reads
                ):
                    return False
                node = scope.live.node_of(scope)
                waiting.append((scope.live.record, *_said([] if node is None else [node])))
            said |= names
        return not any(self._is_class_changed(cls, said) for cls in classes)

    def _is_within(self, scope: LiveScope) -> bool:
        return self._within == (scope.live.record, scope.name)

    def _is_class_changed(self, cls: type, said: set[str]) -> bool:
        """Return whether what is got from a class by calling it may be another thing now."""
        owner = self._whole[0]
        if derives_from(type(owner), cls) or owner is cls:
            return False  # what is made is made for its own instance
        return any(
            name == "*" or name in said or name[:2] == "__"
            for name in self._adopter.changes.get(id(cls), ())
        )

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


def _line(value: Any) -> tuple[type, ...]:
    """Return a class with all from which it derives, nothing for another value."""
    return value.__mro__ if is_a(value, type) else ()


def _attributes(parts: Iterable[ast.AST]) -> Iterator[ast.Attribute]:
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield node


def _by_name(scopes: Iterable[LiveScope]) -> dict[str, list[LiveScope]]:
    """Return scopes by their names, and methods that Python calls by those of their classes."""
    found: dict[str, list[LiveScope]] = {}
    for scope in scopes:
        name = scope.path[-1][0]
        found.setdefault(name, []).append(scope)
        if name[:2] == "__" and len(scope.path) > 1:
            found.setdefault(scope.path[-2][0], []).append(scope)
    return found


def _said(parts: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Return all names and attributes that texts say, and the names whose objects they hand on.

    Example:
        >>> said, passed = _said([ast.parse("Queue(Cart, Conf().size, Other.limit)")])
        >>> sorted(said), passed
        (['Cart', 'Conf', 'Other', 'Queue', 'limit', 'size'], {'Cart'})
    """
    said: set[str] = set()
    passed: set[str] = set()
    used: set[int] = set()
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute):
                said.add(node.attr)
                used.add(id(node.value))
            elif isinstance(node, ast.Call):
                used.add(id(node.func))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                said.add(node.id)
                if id(node) not in used:  # what is around it is met first
                    passed.add(node.id)
    return said, passed
