"""Who sets names of modules though no text says so: which names, or of which modules.

The names may be computed (``setattr(settings, name, value)`` in a loop), and the modules may be
handed to a function (``for plugin in gzip, lzma: enable(plugin)``). What a name held when the
imports were over may tell that its own statement has bound it: a plain function of that text, a
constant that is written there. All others of a module that such code can get at may have been set
by it.
"""

from __future__ import annotations

import ast
import types
from typing import TYPE_CHECKING, Any

from .attributes import is_a, module_of
from .lookers import modules_got
from .readers import ran_that_mention
from .roots import root_value
from .values import is_atom

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from entrepot.source.uses import Touch, Uses

    from .revision import LiveStatement, Record
    from .world import World

_SETTING = frozenset({"setattr", "delattr"})
_OWN = frozenset({"self", "cls"})


class Setters:
    """Such statements of one world, found when they are asked for first."""

    __slots__ = ("_found", "_got", "_handed", "_named", "_sure", "_unsure", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[bool, list[tuple[LiveStatement, dict[int, Record]]]] = {}
        self._got: dict[tuple[int, bool], tuple[LiveStatement, dict[int, Record]]] = {}
        self._handed: dict[tuple[int, bool], tuple[LiveStatement, int, frozenset[str]]] = {}
        self._named: dict[str, bool] = {}
        self._sure: dict[tuple[str, str], bool] = {}
        self._unsure: dict[str, frozenset[str]] = {}

    def of(self, record: Record, name: str, *, old: bool) -> Iterator[LiveStatement]:
        """Yield the statements that may have set a name of a module; before the edit if old."""
        for live, modules in self._all(old=old):
            if id(record.namespace) in modules and name in self._unsure_in(record):
                yield live

    def set_by(self, live: LiveStatement, *, old: bool) -> Iterator[tuple[Record, str]]:
        """Yield the names of modules that a statement may have set."""
        for other, modules in self._all(old=old):
            if other is live or other is live.old:
                for record in modules.values():
                    yield from ((record, name) for name in self._unsure_in(record))

    def may_hand(self, live: LiveStatement, record: Record, name: str, *, old: bool) -> bool:
        """Return whether a statement may have had a name set by handing on its module."""
        is_unsure = name in record.base and not self._is_sure(record, name)
        return is_unsure and id(record.namespace) in self._modules_got(live, old=old)

    def handed(
        self, live: LiveStatement, ran: list[Uses], *, old: bool
    ) -> Iterator[tuple[Record, str]]:
        """Yield the names of modules that a statement may have had set by handing these on.

        Args:
            live: The statement.
            ran: What the functions do that ran with it.
            old: Whether it is asked what was done before the edit.
        """
        _, count, words = self._handed.get((id(live), old)) or (live, -1, frozenset())
        if count != len(ran):
            said = words_handed(live.uses, live.uses.binds).union(*map(words_handed, ran))
            words = frozenset(filter(self._is_named, said))
            self._handed[id(live), old] = live, len(ran), words
        for record in self._modules_got(live, old=old).values() if words else ():
            for name in words & record.base.keys():
                if not self._is_sure(record, name):
                    yield record, name

    def _is_named(self, word: str) -> bool:
        """Return whether any module has such a name: most are of instances alone."""
        found = self._named.get(word)
        if found is None:
            records = list(self._world.records.values())
            found = self._named[word] = any(word in record.namespace for record in records)
        return found

    def _modules_got(self, live: LiveStatement, *, old: bool) -> dict[int, Record]:
        found = self._got.get((id(live), old))
        if found is None:
            records = _records(self._world, modules_got(self._world, live, old=old))
            found = self._got[id(live), old] = live, records
        return found[1]

    def _all(self, *, old: bool) -> list[tuple[LiveStatement, dict[int, Record]]]:
        found = self._found.get(old)
        if found is None:
            found = self._found[old] = []
            for live in _setting(self._world, old=old).values():
                modules = _modules_set(self._world, live, old=old)
                if modules:
                    found.append((live, modules))
        return found

    def _unsure_in(self, record: Record) -> frozenset[str]:
        """Return the names of a module that others than their own statements may have bound."""
        found = self._unsure.get(record.name)
        if found is None:
            found = self._unsure[record.name] = frozenset(
                name for name in record.base if not self._is_sure(record, name)
            )
        return found

    def _is_sure(self, record: Record, name: str) -> bool:
        """Return whether nobody but its own statement can have bound a name during the imports."""
        found = self._sure.get((record.name, name))
        if found is None:
            value = record.base[name]
            is_told = name[:2] == "__" or is_a(value, types.ModuleType)  # as ``__doc__``
            binders = [] if is_told else self._world.own_binders(record, name, old=True)
            found = self._sure[record.name, name] = is_told or (
                bool(binders) and _has_bound(binders[-1], name, value)
            )
        return found


def words_handed(uses: Uses, own: Container[str] = ()) -> set[str]:
    """Return which attributes code sets of what it is handed, or of what a loop gives it.

    Args:
        uses: What a function does, or a statement.
        own: The names that the statement binds itself.
    """
    local = (touch for touch in uses.local_touches if touch.chain[0] not in _OWN)
    looped = (touch for touch in uses.touches if touch.chain[0] in own)
    return {
        touch.word
        for touch in (*local, *looped)
        if touch.word[:2] != "__"  # ``f.__doc__ = text`` is said of functions
        if (touch.how == "store" and len(touch.chain) == 1) or (touch.word and _is_set_by(touch))
    }


def _has_bound(live: LiveStatement, name: str, value: Any) -> bool:
    """Return whether a value can only be that which a statement has bound a name to."""
    node = live.statement.node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return is_a(value, types.FunctionType) and (
            value.__code__.co_filename == live.record.file and value.__code__.co_qualname == name
        )
    if isinstance(node, ast.ClassDef):
        return is_a(value, type) and (
            module_of(value) == live.record.name
            and type.__getattribute__(value, "__qualname__") == name
        )
    written = getattr(node, "value", None)
    if isinstance(written, ast.Constant):
        return type(written.value) is type(value) and bool(written.value == value)
    return isinstance(node, ast.Import | ast.ImportFrom) and not is_atom(value)


def _setting(world: World, *, old: bool) -> dict[int, LiveStatement]:
    """Return the statements that set a computed name of something, or what runs with them does."""
    found: dict[int, LiveStatement] = {}
    for record in world.mentioning(_SETTING):
        for live in world.view(record, old=old).naming(_SETTING):
            if any(_sets(live.uses)):
                found[id(live)] = live
        for scope in ran_that_mention(world, record, _SETTING):
            if any(_sets(scope.uses if old else world.current_uses(scope))):
                if old:
                    found.update((id(live), live) for live in world.runners(scope))
                else:
                    world.add_runners(scope, found)
    return found


def _sets(uses: Uses) -> Iterator[Touch]:
    """Yield how code hands something to ``setattr`` with a name that is computed."""
    for touch in (*uses.touches, *uses.local_touches):
        if _is_set_by(touch) and not touch.word and touch.chain[0] not in _OWN:
            yield touch


def _is_set_by(touch: Touch) -> bool:
    """Return whether something is handed to ``setattr`` or ``delattr``."""
    is_first = touch.how == "argument" and touch.position == 0
    return is_first and touch.callee[-1:] != () and touch.callee[-1] in _SETTING


def _modules_set(world: World, live: LiveStatement, *, old: bool) -> dict[int, Record]:
    """Return the managed modules of which a statement may set names, by their namespaces."""
    found: list[types.ModuleType] = []
    for home, uses in world.parts(live, old=old):
        for touch in _sets(uses):
            value = root_value(home, touch.chain[0])
            is_loop = touch in uses.local_touches or touch.chain[0] in live.uses.binds
            if len(touch.chain) == 1 and is_a(value, types.ModuleType) and not is_loop:
                found.append(value)
            elif is_loop or len(touch.chain) > 1:
                return _records(world, modules_got(world, live, old=old))
    return _records(world, found)


def _records(world: World, modules: Iterable[types.ModuleType]) -> dict[int, Record]:
    records = map(world.home_of, modules)
    return {id(record.namespace): record for record in records if record is not None}
