"""What statements did to modules that are not managed, and do no more: taken back, or refused.

``json.dumps = traced`` is gone from a text: a restart has Python's own ``json.dumps`` again. What
was there before the program began nobody has noted, so the reload is refused. But what a reload
has found there, when it ran such a statement for the first time, is noted, and put back: a line
that is tried out goes as it came. Of a call that may have done anything only a note is left.
"""

from __future__ import annotations

import logging
import sys
from _collections_abc import MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any

from .attributes import NOTHING, attribute, derives_from, is_a
from .code_run import code_of
from .deeds import EXIT, METHOD, SET, UNKNOWN, Deed, Doing, Reader, doings
from .exits import unregister
from .foreign import Place
from .ownership import namespace_of
from .readers import ran_that_mention
from .values import is_atom, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .code_run import Code
    from .journal import Journal
    from .merging import Merger
    from .report import Report
    from .revision import LiveStatement
    from .world import World

_UNKNOWN_BEFORE = "what was there before is not known"
#: What a session has found at a place before one of its reloads changed it, by the identity of
#: the owner and the key: ``{(140…, "dumps"): (json's names, <function dumps>)}``.
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
        self._back: set[tuple[int, Any]] = set()
        self._doings: dict[int, tuple[Any, list[Doing]]] = {}  # by what has the text
        self._before: dict[int, list[Deed]] = {}  # by that, too

    def are_gone(self) -> bool:
        """Return whether a statement is gone of which something can be put back."""
        return bool(self._found) and any(
            self._known(deed) for live in self._removed() for deed in self._old(live)
        )

    def begin(self) -> None:
        """A pass begins: what statements that are gone have set is as it was before."""
        self._back.clear()
        self._before.clear()
        for live in self._removed() if self._found else ():
            self._put_back(live)

    def about_to_run(self, live: LiveStatement) -> None:
        """What a statement had set is as it was before; what it may set now is noted."""
        old = self._world.before(live)
        if old is not None and self._found:
            self._put_back(old)
        new = [deed for deed in self._new(live) if deed.kind == SET and _is_key(deed.key)]
        before = list(self._old(old)) if new and old is not None else []
        for deed in new:
            place = (id(deed.owner), deed.key)
            is_first = not any(other.is_undone_by(deed) for other in before)
            if is_first and place not in self._found:
                self._journal.set_item(self._found, place, (deed.owner, _at(deed)))

    def ran(self, live: LiveStatement, before: dict[str, Any]) -> None:
        """A statement has run: note what it has bound to what its names were bound to before."""
        if self._world.before(live) is not None:
            namespace = live.record.namespace
            same_again = (v for n in live.uses.binds if (v := namespace.get(n)) is before.get(n))
            self.given_back.update(map(id, same_again))

    def finish(
        self, executed: Iterable[LiveStatement], report: Report, orphan: Callable[[str], None]
    ) -> None:
        """All statements have run: tell what is left of what is not done any more."""
        ran = list(executed)
        now = [deed for live in ran for deed in self._new(live)]
        olds = [old for live in ran if (old := self._world.before(live)) is not None]
        for live in (*self._removed(), *olds):
            for deed in self._old(live):
                if any(deed.is_undone_by(other) for other in now) or self._is_taken_back(deed):
                    continue
                if self._is_done_later(live, deed):
                    continue
                what = f"{live.where} {deed.words}, and does not any more"
                if deed.kind == EXIT and unregister(self._journal, deed.value):
                    continue
                if deed.kind == METHOD and id(deed.owner) not in self.given_back:
                    continue  # it was made anew, without that
                if deed.kind in {UNKNOWN, METHOD}:
                    report.notes.append(f"{what}: what that did stays until a restart")
                else:
                    is_exit = deed.kind == EXIT
                    why = "it cannot be told from others" if is_exit else _UNKNOWN_BEFORE
                    orphan(f"{what}: {why}: restart")

    def _put_back(self, old: LiveStatement) -> None:
        for deed in self._old(old):
            if not self._known(deed) or not _is_there(deed):
                continue
            owner, key = deed.owner, deed.key
            _, value = self._found[id(owner), key]
            self._journal.delete_item(self._found, (id(owner), key))
            self._back.add((id(owner), key))
            place = Place(_home_of(owner), owner)
            _set(self._journal, owner, key, value)
            if is_a(owner, type):
                self._merger.adopter.change(owner, key)
                self._merger.tell_of(old, owner)
            else:
                self._merger.foreign.tell(place, old)

    def _known(self, deed: Deed) -> bool:
        """Return whether what was at a place before is known."""
        if deed.kind != SET or not _is_key(deed.key):
            return False
        found = self._found.get((id(deed.owner), deed.key))
        return found is not None and found[0] is deed.owner

    def _is_taken_back(self, deed: Deed) -> bool:
        if deed.kind != SET:
            return False
        is_back = _is_key(deed.key) and (id(deed.owner), deed.key) in self._back
        return is_back or not _is_there(deed)

    def _is_done_later(self, old: LiveStatement, deed: Deed) -> bool:
        """Return whether a statement that comes later does what this one did."""
        here = self._world.old_order.position(old)
        for record in self._world.mentioning((deed.word,)):
            lives = {id(x): x for x in self._world.view(record).naming((deed.word,))}
            for scope in ran_that_mention(self._world, record, {deed.word}):
                self._world.add_runners(scope, lives)
            for live in lives.values():
                before = self._world.before(live)
                is_later = before is not None and self._world.old_order.position(before) > here
                if is_later and any(deed.is_undone_by(other) for other in self._new(live)):
                    return True
        return False

    def _removed(self) -> list[LiveStatement]:
        world = self._world
        files = [world.records[name].lives for name in world.gone if name in world.records]
        edits = [change.removed for change in world.changes.values()]
        return [live for lives in (*edits, *files) for live in lives]

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

    def _deeds(self, code: Code, names: dict[str, Any]) -> list[Deed]:
        known = self._doings.get(id(code.owner))
        if known is None:
            known = self._doings[id(code.owner)] = (code.owner, doings(code))
        if not known[1]:
            return []
        found = Reader(self._world, code, names).deeds(known[1])
        return [deed for deed in found if not _is_others(deed)]


def _is_others(deed: Deed) -> bool:
    """Return whether others take a deed back: of loggers, and of the path of modules."""
    module = getattr(deed.owner, "__module__", None) or type(deed.owner).__module__
    return deed.owner is sys.path or module == logging.__name__


def _home_of(owner: Any) -> dict[str, Any]:
    """Return the namespace of the module that an object belongs to."""
    if type(owner) is dict and "__name__" in owner:
        return owner
    kind = owner if is_a(owner, type) else type(owner)
    return namespace_of(sys.modules.get(kind.__module__)) or {}


def _is_key(key: Any) -> bool:
    """Return whether something can be looked for without running code of the program."""
    return is_atom(key)


def _at(deed: Deed) -> Any:
    """Return what is at the place that a deed sets."""
    owner = deed.owner
    if is_a(owner, dict):
        return dict.get(owner, deed.key, NOTHING) if _is_key(deed.key) else NOTHING
    if derives_from(type(owner), MutableMapping):
        return owner.get(deed.key, NOTHING)
    return attribute(owner, deed.key) if type(deed.key) is str else NOTHING


def _is_there(deed: Deed) -> bool:
    """Return whether what a deed has set is what is there now."""
    now = _at(deed)
    return now is not NOTHING and (deed.value is NOTHING or same(now, deed.value))


def _set(journal: Journal, owner: Any, key: Any, value: Any) -> None:
    """Let something be at a place, or nothing."""
    if is_a(owner, dict):
        if value is NOTHING:
            journal.delete_item(owner, key)
        else:
            journal.set_item(owner, key, value)
    elif derives_from(type(owner), MutableMapping):
        journal.note(partial(_set_key, owner, key, owner.get(key, NOTHING)))
        _set_key(owner, key, value)
    elif value is NOTHING:
        journal.delete_attribute(owner, key)
    else:
        journal.set_attribute(owner, key, value)


def _set_key(owner: Any, key: Any, value: Any) -> None:
    if value is NOTHING:
        owner.pop(key, None)
    else:
        owner[key] = value
