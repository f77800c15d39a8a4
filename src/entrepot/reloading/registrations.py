"""Registrations with abstract classes are taken back with the statement that made them.

CPython registers for good. But a registry can be emptied, and filled anew with the rest: so what a
statement registered goes when the statement goes, and before it runs again. Who reads a class that
is registered otherwise than before is due. Abstract classes of managed modules are made anew
themselves when a statement that changed them is edited (see ``classes.py``): who asks one is due
when all has run, if others are registered with it than before.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from entrepot.source.nodes import chain_of

from .answers import forget_answers_of_hooks
from .attributes import is_a
from .base import is_abstract, registered_with
from .below import Below
from .classes import forget_answers, set_registered
from .depending import depends
from .fetched import Fetched
from .loggers import Loggers
from .outside import Outside
from .passing import passed_by
from .readers import readers
from .registered import Registration, registering
from .searched import SearchPath
from .substitutes import Substitutes

if TYPE_CHECKING:
    from abc import ABCMeta
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from entrepot.source.nodes import Chain

    from .adopt import Adopter
    from .journal import Journal
    from .merging import Merger
    from .recorder import Recorder
    from .revision import LiveStatement, Site
    from .world import World

Pair: TypeAlias = tuple[Any, Any]
_ASKING = frozenset({"isinstance", "issubclass"})


class Registrations:
    """Takes registrations back for one reload.

    Attributes:
        made: What statements have registered now, by their identity: ``{140…: [(Sized, Shelf)]}``.
    """

    def __init__(
        self, journal: Journal, adopter: Adopter, merger: Merger, recorder: Recorder
    ) -> None:
        self.world: World = merger.world
        self.journal = journal
        self.adopter = adopter
        self.merger = merger
        self.recorder = recorder
        self.made: dict[int, list[Pair]] = {}
        self.loggers = Loggers(journal, adopter, merger)
        self.searched = SearchPath(journal, merger)
        self.fetched = Fetched(merger, journal)
        self.outside = Outside(journal, merger, adopter.base.outside)
        self.below = Below(journal, adopter, merger)
        self._substitutes = Substitutes(journal, adopter, merger)
        self._withdrawn: dict[int, Registration] = {}
        self._before: list[Pair] = []
        self._now: list[Pair] = []

    def are_gone(self) -> bool:
        """Return whether a statement that registered something is gone."""
        known = bool(self.recorder.registered)
        return (known and any(map(self._made_by, self.merger.going()))) or any(
            other.are_gone() for other in (self.loggers, self.searched, self.outside)
        )

    def begin(self) -> None:
        """A pass begins: what statements that are gone have registered goes."""
        self._withdrawn.clear()
        self.made.clear()
        self.loggers.begin()
        self.searched.begin()
        self.outside.begin()
        self.fetched.begin()
        forget_answers_of_hooks(self.merger)
        if self.are_gone():
            for live in self.merger.going():
                self._withdrawn.update((id(found), found) for found in self._made_by(live))
            for live in self.merger.going():
                self._take_back(live)
                self._tell(live, self._before)

    def about_to_run(self, live: LiveStatement) -> None:
        """What a statement registered when it ran last goes, unless another one did so too."""
        self._now = []
        self._take_back(self.world.before(live))
        self.loggers.about_to_run(live)
        self.searched.about_to_run(live)
        self.outside.about_to_run(live)
        self._substitutes.about_to_run(live)
        self.below.about_to_run(live)

    def saw(self, frame: FrameType) -> None:
        """Code that runs now is about to register something."""
        found = registering(frame, self.world.records_of)
        if found is None:
            return
        before = registered_with(found[0])
        if not self._is_foreign(found[0]):
            self.adopter.registries.setdefault(id(found[0]), (found[0], before))
        self.journal.note(partial(_put_back, found[0], before), before)
        if not self.recorder.is_importing():  # else it notes that itself
            self._now.append(found)

    def ran(self, live: LiveStatement) -> None:
        """A statement has run: what adopted its class is registered; who sees it is due."""
        self.below.ran(live)
        self._substitutes.ran(live)
        self.loggers.ran(live)
        self.searched.ran(live)
        self.outside.cover()
        made = []
        for abstract, cls in self._now:
            (old,) = self.adopter.mapped([cls])
            known = registered_with(abstract)
            if self._is_foreign(abstract):
                if old is not cls and cls in known:
                    self._set(abstract, known - {cls} | {old})
                made.append((abstract, old))
            else:
                self._note_made(abstract, old)
        self._now = []
        self.made[id(live)] = made
        self._tell(live, [pair for pair in made if pair not in self._before])
        self._tell(live, [pair for pair in self._before if pair not in made])

    def _note_made(self, abstract: Any, cls: type) -> None:
        """What a statement registers with a class of the program is no state of it."""
        registered = self.adopter.base.registered
        _, known = registered.get(id(abstract), (abstract, frozenset[type]()))
        self.journal.set_item(registered, id(abstract), (abstract, known | {cls}))

    def forget_stale(self) -> None:
        """What was fetched or answered before the edit is so again, where it may differ now."""
        self.fetched.drop()
        forget_answers_of_hooks(self.merger)

    def tell(self) -> None:
        """(6e) Who asks an abstract class of the program that has others registered now is due."""
        self.searched.finish()
        self.forget_stale()
        self.below.tell()
        for abstract, before in list(self.adopter.registries.values()):
            if id(abstract) in self.adopter.twins or registered_with(abstract) == before:
                continue
            what = f"what is registered with {abstract.__qualname__} changed"
            for module, name in self.world.homes(abstract):
                for live in readers(self.world, self.world.records[module], name):
                    is_asking = depends(self.world, live, abstract, name, ("__subclasshook__",))
                    if is_asking and not _only_derives(self.world, live):
                        self.merger.plan.add([(live, "read", what)])

    def settle(self, lives: Iterable[LiveStatement]) -> None:
        """Note who has registered what, with the sites that the statements have now."""
        before = self.recorder.registered
        now = [found for found in before if id(found) not in self._withdrawn]
        for live in lives:
            now += [Registration(*pair, live.sites[0]) for pair in self.made.get(id(live), ())]
        self.journal.set_attribute(self.recorder, "registered", now)

    def _made_by(self, old: LiveStatement | None) -> list[Registration]:
        sites = () if old is None else old.sites
        return [found for found in self.recorder.registered if found.site in sites]

    def _take_back(self, old: LiveStatement | None) -> None:
        found = self._made_by(old)
        self._withdrawn.update((id(made), made) for made in found)
        self._before = []
        for made in found:
            abstract, cls = made.pair
            if cls is not None and self._is_foreign(abstract):
                self._before.append(made.pair)
                if not self._is_made_by_others(made.pair):
                    self._set(abstract, registered_with(abstract) - {cls})

    def _is_foreign(self, abstract: Any) -> bool:
        return abstract is not None and not self.adopter.base.is_managed_class(abstract)

    def _is_made_by_others(self, pair: Pair) -> bool:
        others = [r for r in self.recorder.registered if id(r) not in self._withdrawn]
        return any(pair == other.pair for other in others) or any(
            pair in made for made in self.made.values()
        )

    def _set(self, abstract: ABCMeta, wanted: frozenset[type]) -> None:
        before = registered_with(abstract)
        self.journal.note(partial(_put_back, abstract, before), before)
        _put_back(abstract, wanted)

    def _tell(self, live: LiveStatement, pairs: list[Pair]) -> None:
        """Who reads a class that is registered otherwise than before is due."""
        for _, cls in pairs:
            # by a name of its own, or as an attribute: ``fractions.Fraction``
            self.adopter.change(cls, "__subclasshook__", cls.__name__)
            self.merger.tell_of(live, cls)


def _only_derives(world: World, live: LiveStatement) -> bool:
    """Return whether a statement derives from classes or registers some, and asks none of them."""
    node = live.statement.node
    if isinstance(node, ast.ClassDef):
        return all(_ASKING.isdisjoint(uses.reads) for _, uses in world.parts(live))
    return isinstance(node, ast.Expr) and any(_calls(node.value))


def _put_back(abstract: ABCMeta, wanted: frozenset[type]) -> None:
    others = registered_with(abstract) ^ wanted
    set_registered(abstract, wanted)
    for cls in others:
        forget_answers(cls)


def told(live: LiveStatement, site: Site) -> Iterator[Registration]:
    """Yield what a statement has registered by what its text says, where nothing was recorded."""
    waiting: list[ast.AST] = [live.statement.node] if live.statement.mentions("register") else []
    for node in waiting:
        for called, given in _calls(node):
            *_, abstract = (None, *passed_by(live.record, called))
            *_, cls = (None, *passed_by(live.record, given))
            is_one = is_abstract(abstract) and is_a(cls, type)
            if is_one and cls in registered_with(abstract):
                yield Registration(abstract, cls, site)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _calls(node: ast.AST) -> Iterator[tuple[Chain, Chain]]:
    """Yield the chains of what is called ``register`` by an expression or a decorator."""
    calls: list[tuple[ast.expr, Chain]] = []
    if isinstance(node, ast.Call) and len(node.args) == 1:
        calls = [(node.func, chain_of(node.args[0]))]
    elif isinstance(node, ast.ClassDef):
        calls = [(decorator, (node.name,)) for decorator in node.decorator_list]
    for function, given in calls:
        chain = chain_of(function)
        if len(chain) > 1 and chain[-1] == "register" and given:
            yield chain[:-1], given
