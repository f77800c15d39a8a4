"""What statements did to modules that are not managed, and do no more: taken back, or refused.

``json.dumps = traced`` is gone from a text: a restart has Python's own ``json.dumps`` again. What
an import or a reload has found there, before such a statement ran for the first time, is noted
and put back: see ``originals.py``, and ``about_to_run`` below. Where nobody has noted it, the
reload is refused. Of a call that may have done anything only a note is left.
"""

from __future__ import annotations

import ast
import itertools
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from entrepot.source.nodes import chain_of, walk

from .attributes import NOTHING, is_a
from .code_run import code_of
from .deeds import EXIT, METHOD, SET, UNKNOWN, Deed, Doing, Reader, doings
from .exits import unregister
from .foreign import Place
from .outcomes import Refused
from .outside_places import at, held_at, home_of, is_key, is_there, put
from .ownership import namespace_of
from .passing import passed_by
from .readers import ran_that_mention
from .values import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType

    from entrepot.source.nodes import Chain
    from entrepot.source.scopes import Path

    from .code_run import Code
    from .journal import Journal
    from .merging import Merger
    from .report import Report
    from .revision import LiveStatement
    from .world import World

_UNKNOWN_BEFORE = "what was there before is not known"
#: What a session has found at a place before the program changed it, by the identity of the owner
#: and the key: ``{(140…, "dumps"): (json's names, <function dumps>)}``.
Found = dict[tuple[int, Any], tuple[Any, Any]]


class Outside:
    """Takes such deeds back, for one reload.

    Attributes:
        given_back: Identities of objects that the text that made them gave back when it ran
            again: a signal that is got by its name.
    """

    def __init__(self, journal: Journal, merger: Merger, found: Found) -> None:
        self._journal = journal
        self._merger = merger
        self._world: World = merger.world
        self._found = found
        self.given_back: set[int] = set()
        self._called: dict[int, set[tuple[str, Path]]] = {}  # by statements that ran
        self._back: set[tuple[int, Any]] = set()
        self._before: dict[int, list[Deed]] = {}  # by that, too
        self._covered: list[tuple[Any, Any, Any]] = []
        self._ran: set[int] = set()

    def are_gone(self) -> bool:
        """Return whether a statement is gone of which something can be put back."""
        return bool(self._found) and any(
            self._known(deed) for live in self._merger.going() for deed in self._old(live)
        )

    def begin(self) -> None:
        """A pass begins: what statements that are gone have set is as it was before."""
        self.given_back.clear()
        self._called.clear()
        self._back.clear()
        self._before.clear()
        self._ran.clear()
        for live in self._merger.going() if self._found else ():
            self._put_back(live)

    def about_to_run(self, live: LiveStatement) -> None:
        """What a statement had set is as it was before; what it may set now is noted.

        So is what later statements have set, until it has run.
        """
        old = self._world.before(live)
        if old is not None and self._found:
            self._put_back(old, live)
        new = [deed for deed in self._new(live) if deed.kind == SET and is_key(deed.key)]
        before = list(self._old(old)) if new and old is not None else []
        for deed in new:
            place = (id(deed.owner), deed.key)
            is_first = place in self._back or not any(o.is_undone_by(deed) for o in before)
            if is_first and place not in self._found:
                self._journal.set_item(self._found, place, (deed.owner, at(deed)))
            if place in self._found:
                self._run_after(live, deed)
        self._refuse_unknown(live, old)
        self._uncover(live)
        self._ran.add(id(live))

    def cover(self) -> None:
        """A statement has run: what later ones have set is there again, unless it set that."""
        for owner, key, value in self._covered:
            if held_at(owner, key) is self._found[id(owner), key][1]:
                put(self._journal, owner, key, value)
        self._covered.clear()

    def _uncover(self, live: LiveStatement) -> None:
        """Let a statement find what an import finds: not what later statements have set."""
        self._covered.clear()
        for (_, key), (owner, value) in list(self._found.items()):
            now = held_at(owner, key)
            setters = self._setters(live, owner, key) if now is not value else []
            if setters and all(self._comes_after(other, live) for other in setters):
                self._covered.append((owner, key, now))
                put(self._journal, owner, key, value)

    def _setters(self, live: LiveStatement, owner: Any, key: Any) -> list[LiveStatement]:
        """Return the other statements that set a place."""
        return [
            other
            for other in (self._naming(key) if type(key) is str else ())
            if other is not live
            and any(deed.owner is owner and same(key, deed.key) for deed in self._new(other))
        ]

    def _comes_after(self, other: LiveStatement, live: LiveStatement) -> bool:
        return self._world.position(other) > self._world.position(live)

    def _run_after(self, live: LiveStatement, deed: Deed) -> None:
        """What sets a place after a statement that does is due, too: it may wrap what is there."""
        for other in self._setters(live, deed.owner, deed.key):
            if self._comes_after(other, live):
                self._merger.plan.add([(other, "read", f"{live.where} {deed.words} again")], live)

    def _run_before(self, live: LiveStatement, deed: Deed) -> bool:
        """Return whether others set a place before a statement does: then they are due as well."""
        others = self._setters(live, deed.owner, deed.key)
        earlier = [other for other in others if not self._comes_after(other, live)]
        for other in earlier:
            if id(other) not in self._ran and _looks_at(self._world, live, deed.owner, deed.key):
                self._merger.plan.add([(other, "read", f"{live.where} wraps what it set")], live)
        return bool(earlier)

    def _refuse_unknown(self, live: LiveStatement, old: LiveStatement | None) -> None:
        """Refuse to run what looks at a place that was set, where nobody knows how it was.

        Raises:
            Refused: A wrapper would be wrapped again.
        """
        for owner, key, value, is_given in self._looked_at(live):
            place = id(owner), key
            if place in self._found or place in self._back:
                continue
            is_ours = is_a(value, type | FunctionType) and self._world.home_of(value) is not None
            is_set = (is_ours and is_given) or any(
                deed.kind == SET and deed.owner is owner and same(deed.key, key)
                for deed in (self._old(old) if old is not None else ())
            )
            setters = self._setters(live, owner, key) if is_ours and not is_given else []
            is_later = all(self._comes_after(other, live) for other in setters)
            if is_set or (setters and is_later):
                name = owner["__name__"] if is_a(owner, dict) else owner.__qualname__
                raise Refused(
                    f"{live.where} looks at {name}.{key}, which the program has set: "
                    f"{_UNKNOWN_BEFORE}: restart"
                )

    def _looked_at(self, live: LiveStatement) -> Iterator[tuple[Any, str, Any, bool]]:
        """Yield the places that the text of a statement leads to, with what is there.

        And whether it gives the place to a function of the program: ``patch(json, "dumps")``.
        """
        for home, uses in self._world.parts(live):
            for chain in uses.chains:
                passed = list(passed_by(home, chain))
                if len(passed) > 1 and len(passed) == len(chain):
                    yield from self._place(passed[-2], chain[-1], is_given=False)
        if self._world.before(live) is None:
            return
        known = live.uses.asked.get("places")
        if known is None:
            known = live.uses.asked["places"] = list(_places_given(live.statement.node))
        for called, chain, key in known:
            *_, function = (None, *passed_by(live.record, called))
            if self._world.home_of(function) is not None:
                *_, owner = (None, *passed_by(live.record, chain))
                yield from self._place(owner, key, is_given=True)

    def _place(
        self, value: Any, key: str, *, is_given: bool
    ) -> Iterator[tuple[Any, str, Any, bool]]:
        names = namespace_of(value)
        owner = value if names is None else names
        is_theirs = is_a(value, type | ModuleType) and self._world.home_of(value) is None
        if is_theirs and (held := held_at(owner, key)) is not NOTHING:
            yield owner, key, held, is_given

    def ran(self, live: LiveStatement, before: dict[str, Any], codes: Iterable[CodeType]) -> None:
        """A statement has run: note what it has bound to what its names were bound to before."""
        scopes = [scope for scope in map(self._world.scope_of, codes) if scope is not None]
        self._called[id(live)] = {(scope.live.record.name, scope.path) for scope in scopes}
        if self._world.before(live) is not None:
            namespace = live.record.namespace
            same_again = (v for n in live.uses.binds if (v := namespace.get(n)) is before.get(n))
            self.given_back.update(map(id, same_again))

    def finish(
        self, executed: Iterable[LiveStatement], report: Report, orphan: Callable[[str], None]
    ) -> None:
        """All statements have run: tell what is left of what is not done any more."""
        ran = list(executed)
        now = [deed for live in ran for deed in self._done(live)]
        olds = [old for live in ran if (old := self._world.before(live)) is not None]
        for live in (*self._merger.going(), *olds):
            for deed in self._old(live):
                if any(deed.is_undone_by(other) for other in now) or self._is_taken_back(deed):
                    continue
                if self._is_done_later(live, deed):
                    continue
                what = f"{live.where} {deed.words}, and does not any more"
                if deed.kind == EXIT and unregister(self._journal, deed.value):
                    continue
                if deed.kind == METHOD and self._is_made_anew(deed.owner):
                    continue  # without that
                if deed.kind in {UNKNOWN, METHOD}:
                    report.notes.append(f"{what}: what that did stays until a restart")
                else:
                    is_exit = deed.kind == EXIT
                    why = "it cannot be told from others" if is_exit else _UNKNOWN_BEFORE
                    orphan(f"{what}: {why}: restart")

    def _is_made_anew(self, owner: Any) -> bool:
        """Return whether statements made an object anew: a name may be given the same again."""
        return id(owner) not in self.given_back or id(owner) in self._merger.adopter.taken

    def _put_back(self, old: LiveStatement, live: LiveStatement | None = None) -> None:
        for deed in self._old(old):
            if not self._known(deed) or not is_there(deed):
                continue
            if live is not None and self._run_before(live, deed):
                continue
            owner, key = deed.owner, deed.key
            _, value = self._found[id(owner), key]
            self._journal.delete_item(self._found, (id(owner), key))
            self._back.add((id(owner), key))
            place = Place(home_of(owner), owner)
            put(self._journal, owner, key, value)
            if is_a(owner, type):
                self._merger.adopter.change(owner, key)
                self._merger.tell_of(old, owner)
            else:
                self._merger.foreign.tell(place, old)

    def _known(self, deed: Deed) -> bool:
        """Return whether what was at a place before is known."""
        if deed.kind != SET or not is_key(deed.key):
            return False
        found = self._found.get((id(deed.owner), deed.key))
        return found is not None and found[0] is deed.owner

    def _is_taken_back(self, deed: Deed) -> bool:
        if deed.kind != SET:
            return False
        is_back = is_key(deed.key) and (id(deed.owner), deed.key) in self._back
        return is_back or not is_there(deed)

    def _is_done_later(self, old: LiveStatement, deed: Deed) -> bool:
        """Return whether a statement that comes later does what this one did."""
        here = self._world.old_order.position(old)
        for live in self._naming(deed.word):
            before = self._world.before(live)
            is_later = before is not None and self._world.old_order.position(before) > here
            if is_later and any(deed.is_undone_by(other) for other in self._new(live)):
                return True
        return False

    def _naming(self, word: str) -> Iterator[LiveStatement]:
        """Yield the statements whose text has a word, or of which code ran that has it."""
        for record in self._world.mentioning((word,)):
            lives = {id(x): x for x in self._world.view(record).naming((word,))}
            for scope in ran_that_mention(self._world, record, {word}):
                self._world.add_runners(scope, lives)
            yield from lives.values()

    def _old(self, live: LiveStatement) -> Iterator[Deed]:
        """Yield what a statement did, as it was before the reload."""
        for code in code_of(self._world, live, now=False):
            known = self._before.get(id(code.owner))
            if known is None:
                names = self._merger.start.get(code.home.name, code.home.namespace)
                known = self._before[id(code.owner)] = self._deeds(code, names)
            yield from known

    def _new(self, live: LiveStatement) -> Iterator[Deed]:
        """Yield what a statement does now."""
        for code in code_of(self._world, live):
            yield from self._deeds(code, code.home.namespace)

    def _done(self, live: LiveStatement) -> Iterator[Deed]:
        """Yield what a statement has done now: what it called before, it may call no more."""
        called = self._called.get(id(live), set())
        for code in code_of(self._world, live):
            if code.scope is None or (code.home.name, code.scope.path) in called:
                yield from self._deeds(code, code.home.namespace)

    def _deeds(self, code: Code, names: dict[str, Any]) -> list[Deed]:
        known: list[Doing] = code.once("doings", doings)
        if not known:
            return []
        found = Reader(self._world, code, names).deeds(known)
        return [deed for deed in found if not _is_others(deed)]


def _places_given(node: ast.stmt) -> Iterator[tuple[Chain, Chain, str]]:
    """Yield what is called with an object and a name that is said after it, with these."""
    for call in walk(node):
        called = chain_of(call.func) if isinstance(call, ast.Call) else ()
        for first, second in itertools.pairwise(getattr(call, "args", ()) if called else ()):
            chain = chain_of(first)
            if chain and isinstance(second, ast.Constant) and type(second.value) is str:
                yield called, chain, second.value


def _is_others(deed: Deed) -> bool:
    """Return whether others take a deed back: of loggers, and of the path of modules."""
    module = getattr(deed.owner, "__module__", None) or type(deed.owner).__module__
    return deed.owner is sys.path or module == "logging"


def _looks_at(world: World, live: LiveStatement, owner: Any, key: Any) -> bool:
    """Return whether the text of a statement leads through a place."""
    for home, uses in world.parts(live):
        for chain in uses.chains:
            for value, name in zip(passed_by(home, chain), chain[1:], strict=False):
                names = namespace_of(value)
                if name == key and (value if names is None else names) is owner:
                    return True
    return False
