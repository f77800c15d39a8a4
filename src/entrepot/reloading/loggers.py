"""What statements do to a logger is taken back with them.

A logger is the process's: ``logging.getLogger("shop")`` gives the same one to all who ask, and to
run the statement again makes nothing anew. So what a statement had done to it is undone before it
runs again, and when it goes: a handler or a filter that it added is taken out, and what it adds
now stands in that place; a level, ``propagate`` or ``disabled`` that nothing sets any more is that
of a new logger. Where it cannot be told which handler a statement had added, it is refused.

Which handler is whose: one that a global name leads to is told by that name. Those without a name
stand in their list in the order in which statements have added them.
"""

from __future__ import annotations

import ast
import sys
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from entrepot.source.by_name import said_chain
from entrepot.source.nodes import immediate

from .attributes import NOTHING, attribute, is_a
from .code_run import code_of
from .outcomes import Refused
from .readers import ran_that_mention
from .values import is_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .adopt import Adopter
    from .journal import Journal
    from .merging import Merger
    from .revision import LiveStatement, Record

#: What adds to a list of a logger, and the list.
_ADDING = MappingProxyType({"addHandler": "handlers", "addFilter": "filters"})
#: What sets an attribute of a logger, and what a new logger has there.
_DEFAULTS = MappingProxyType({"level": 0, "propagate": True, "disabled": False})
_LOOPS = ast.For | ast.AsyncFor | ast.While | ast.comprehension | ast.ListComp
_CONFIGURING = "basicConfig"
_WORDS = frozenset({*_ADDING, *_DEFAULTS, "setLevel", _CONFIGURING})


class Doing:
    """Something that a statement does to a logger.

    Attributes:
        live: The statement.
        logger: The logger.
        what: The list that it adds to, or the attribute that it sets.
        given: What it adds, where a global name says so, else ``None``.
        kinds: The classes that this may be of, as far as the text says so; else ``()``.
        may_not: Whether it adds nothing where there is something: ``logging.basicConfig()``.
        is_many: Whether it stands in a loop, and may add any number.
    """

    __slots__ = ("given", "is_many", "kinds", "live", "logger", "may_not", "what")

    def __init__(
        self, live: LiveStatement, logger: Any, what: str, given: Any = None, kinds: Any = ()
    ) -> None:
        self.live = live
        self.logger = logger
        self.what = what
        self.given = given
        self.kinds: tuple[type, ...] = kinds
        self.may_not = False
        self.is_many = False


class Loggers:
    """Takes back what statements did to loggers, for one reload."""

    def __init__(self, journal: Journal, adopter: Adopter, merger: Merger) -> None:
        self.world = merger.world
        self.journal = journal
        self.adopter = adopter
        self.merger = merger
        self._undone: list[tuple[Any, str, list[Any], list[Any]]] = []
        self._set: list[tuple[Any, str]] = []
        self._new: list[tuple[Any, str, list[Any]]] = []

    def are_gone(self) -> bool:
        """Return whether a statement that did something to a logger is gone."""
        return any(self._doings(live) for live in self._removed())

    def begin(self) -> None:
        """A pass begins: what statements that are gone have done is undone."""
        for live in self._removed():
            self._undo(live)
            for logger, what in self._set:
                self._reset(live, logger, what)

    def about_to_run(self, live: LiveStatement) -> None:
        """Undo what a statement did when it ran last."""
        self._undone, self._set, self._new = [], [], []
        old = self.world.before(live)
        if "logging" not in sys.modules:
            return
        if old is not None:
            self._undo(old)
        elif any(map(live.statement.mentions, _ADDING)):
            known = {(id(done.logger), done.what): done for done in self._doings(live, now=True)}
            lists = [done for done in known.values() if done.what not in _DEFAULTS]
            self._new = [(d.logger, d.what, list(getattr(d.logger, d.what))) for d in lists]

    def ran(self, live: LiveStatement) -> None:
        """A statement has run: what it has added stands where that stood before."""
        for logger, what, before, mine in self._undone:
            there = getattr(logger, what)
            kept = [item for item in before if not _is_in(item, mine)]
            added = [item for item in there if not _is_in(item, kept)]
            spare = [item for item in added if not _is_in(item, mine)]
            result = []
            for item in before:
                if not _is_in(item, mine):
                    result += [item] if _is_in(item, there) else []
                elif _is_in(item, added):
                    result.append(item)
                elif spare:
                    result.append(self.adopter.adopt(item, spare.pop(0)))
            self.journal.refill(there, [*result, *spare])
        for logger, what, before in self._new:
            self._move_up(live, logger, what, before)
        doings = self._doings(live, now=True) if self._set else []
        now = {(id(done.logger), done.what) for done in doings}
        for logger, what in self._set:
            if (id(logger), what) not in now:
                self._reset(live, logger, what)

    def _move_up(self, live: LiveStatement, logger: Any, what: str, before: list[Any]) -> None:
        """What a new statement has added stands before what later ones and the program have."""
        there = getattr(logger, what)
        added = [item for item in there if not _is_in(item, before)]
        earlier: list[Any] = []
        for other in {id(done.live): done.live for done in self._all(logger, what)}.values():
            now = self.world.now(other)
            if now is not None and self.world.position(now) < self.world.position(live):
                earlier += self._added_by(other, logger, what, before)
        last = max((at for at, item in enumerate(before, 1) if _is_in(item, earlier)), default=0)
        if added and last:
            self.journal.refill(there, [*before[:last], *added, *before[last:]])

    def _removed(self) -> list[LiveStatement]:
        if "logging" not in sys.modules:
            return []
        return self.merger.going()

    def _undo(self, old: LiveStatement) -> None:
        self._undone, self._set = [], []
        lists: dict[tuple[int, str], Any] = {}
        for done in self._doings(old):
            if done.what in _DEFAULTS:
                self._set.append((done.logger, done.what))
            else:
                lists[id(done.logger), done.what] = done.logger
        for (_, what), logger in lists.items():
            there = getattr(logger, what)
            before, mine = list(there), self._added_by(old, logger, what, there)
            self._undone.append((logger, what, before, mine))
            self.journal.refill(there, [item for item in before if not _is_in(item, mine)])

    def _reset(self, live: LiveStatement, logger: Any, what: str) -> None:
        """Nothing of a statement sets an attribute any more: who else does runs, or it is new."""
        others = [done.live for done in self._all(logger, what, now=True) if done.live is not live]
        if others:
            why = f"{live.where} set the {what} of the logger after it"
            self.merger.plan.add([(others[-1], "6f", why)])
        elif getattr(logger, what) != _DEFAULTS[what]:
            self.journal.set_attribute(logger, what, _DEFAULTS[what])
            logger.manager._clear_cache()  # noqa: SLF001 (which levels are on)

    def _added_by(self, old: LiveStatement, logger: Any, what: str, there: list[Any]) -> list[Any]:
        """Return what a statement has added to a list of a logger, of what is there."""
        doings = self._all(logger, what)
        named = {id(done.given): done.live for done in doings if done.given is not None}
        mine = [item for item in there if named.get(id(item)) is old]
        others = [item for item in there if id(item) not in named]
        nameless = [done for done in doings if done.given is None]
        is_mine = any(done.live is old for done in nameless)
        is_unclear = is_mine and any(done.is_many for done in nameless)
        for done in nameless:
            found = [item for item in others if not done.kinds or type(item) in done.kinds]
            if found:
                others = others[[item is found[0] for item in others].index(True) + 1 :]
                mine += found[:1] if done.live is old else []
            elif done.live is old and not done.may_not:
                is_unclear = True
        if is_unclear:
            raise Refused(
                f"{old.where} has added to the {what} of the logger {logger.name!r} what "
                f"cannot be told from the others: restart"
            )
        return mine

    def _all(self, logger: Any, what: str, *, now: bool = False) -> list[Doing]:
        """Return what statements do to a list or attribute of a logger, in order."""
        words = {word for word, name in _ADDING.items() if name == what} or {what}
        words |= {"setLevel"} if what == "level" else set()
        words |= {_CONFIGURING} if logger.name == "root" else set()
        found: dict[int, LiveStatement] = {}
        for record in self.world.mentioning(words):  # in the old text, or in the new one
            named = self.world.view(record, old=not now).naming(words)
            found.update((id(live), live) for live in named)
            scopes = [scope for live in self.world.view(record, old=True).naming(words)
                      for scope in live.scopes.values()
                      if id(scope.code) in self.world.recorder.runners]  # fmt: skip
            for scope in scopes if not now else ran_that_mention(self.world, record, words):
                runners: dict[int, LiveStatement] = {}
                self.world.add_runners(scope, runners)
                for live in runners.values():
                    other = live if now or live.old is None else live.old
                    found[id(other)] = other
        order = self.world.order if now else self.world.old_order
        return [
            done
            for live in sorted(found.values(), key=order.position)
            for done in self._doings(live, now=now)
            if done.logger is logger and done.what == what
        ]

    def _doings(self, live: LiveStatement, *, now: bool = False) -> list[Doing]:
        """Return what a statement does to loggers, by its text and that of what ran during it."""
        return [
            done
            for code in code_of(self.world, live, _WORDS, now=now)
            for done in self._said(live, code.home, code.node(), code.reads)
        ]

    def _said(
        self, live: LiveStatement, home: Record, node: ast.AST | None, names: set[str]
    ) -> Iterator[Doing]:
        parts = [] if node is None else list(immediate(node))
        looped = _looped(parts)
        local = {
            part.targets[0].id: part.value
            for part in parts
            if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name)
        }
        value = partial(self._value, home, names)
        for part in parts:
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
                word, owner = part.func.attr, part.func.value
                what = _ADDING.get(word, "level" if word == "setLevel" else "")
                if word == _CONFIGURING:
                    yield from _configured(live, part, value(part.func))
            elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                what, owner = part.attr, part.value
                what = what if what in _DEFAULTS else ""
            else:
                continue
            for logger in self._loggers(live, home, owner, names, local) if what else ():
                done = Doing(live, logger, what)
                done.is_many = id(part) in looped
                if isinstance(part, ast.Call) and part.args and what not in _DEFAULTS:
                    given = part.args[0]
                    found = value(given)
                    made: Any = value(given.func) if isinstance(given, ast.Call) else None
                    done.given = None if found is NOTHING else found
                    done.kinds = (made,) if is_a(made, type) else ()
                yield done

    def _loggers(
        self, live: LiveStatement, home: Record, node: ast.expr, names: set[str], local: Any
    ) -> list[Any]:
        """Return the loggers that an expression may be.

        A local variable is what was assigned to it, or else the logger that the statement binds.
        """
        if isinstance(node, ast.Name) and node.id not in names and node.id in local:
            node = local[node.id]
        found = self._value(home, names, node)
        if isinstance(node, ast.Call):
            found = self._got(home, node, names)
        if found is NOTHING and not (said_chain(node) and said_chain(node)[0] in names):
            start = self.merger.start.get(live.record.name, live.record.namespace)
            bound = [start.get(name) for name in self.world.binds(live, old=True)]
            return [value for value in bound if is_shared(value)]
        return [found] if is_shared(found) else []

    def _got(self, home: Record, node: ast.Call, names: set[str]) -> Any:
        """Return the logger of ``logging.getLogger("shop")``, ``NOTHING`` if that is not known."""
        logging: Any = sys.modules["logging"]
        if self._value(home, names, node.func) is not logging.getLogger:
            return NOTHING
        if not node.args:
            return logging.root
        given = node.args[0]
        name = given.value if isinstance(given, ast.Constant) else self._value(home, names, given)
        found = logging.Logger.manager.loggerDict.get(name) if type(name) is str else None
        return found if is_shared(found) else NOTHING

    def _value(self, home: Record, names: set[str], node: ast.expr) -> Any:
        """Return what an expression was before the reload, ``NOTHING`` if no global name says."""
        chain = said_chain(node)
        if not chain or chain[0] not in names:
            return NOTHING
        value = self.merger.start.get(home.name, home.namespace).get(chain[0], NOTHING)
        for tail in chain[1:]:
            value = NOTHING if value is NOTHING else attribute(value, tail)
        return value


def _configured(live: LiveStatement, node: ast.Call, called: Any) -> Iterator[Doing]:
    """Yield what ``logging.basicConfig()`` does to the root logger."""
    logging: Any = sys.modules["logging"]
    if called is not logging.basicConfig:
        return
    done = Doing(live, logging.root, "handlers")
    done.kinds, done.may_not = (logging.StreamHandler, logging.FileHandler), True
    yield done
    if any(keyword.arg == "level" for keyword in node.keywords):
        yield Doing(live, logging.root, "level")


def _looped(parts: list[ast.AST]) -> set[int]:
    """Return the identities of the parts that stand in loops, and may run any number of times."""
    loops = [part for part in parts if isinstance(part, _LOOPS)]
    return {id(part) for loop in loops for part in ast.walk(loop)}


def _is_in(item: Any, items: list[Any]) -> bool:
    return any(item is other for other in items)
