"""What ran while a statement was executed: at its import, and in the reload that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

    from entrepot.source.uses import Uses

    from .recorder import Ran, Recorder
    from .revision import LiveScope, LiveStatement, Record, Site


class Runs:
    """Answers about what ran, for a world.

    What ran before the reload is looked up once for each statement: rules ask for it often.

    Attributes:
        extra_binds: Names of their own module that statements were seen to bind, though no text
            says so, by the statement's identity.
        bind_elsewhere: Who was seen to bind a name of another module, though no text says so.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._ran: dict[int, list[Ran]] | None = None
        self._ran_before: dict[int, tuple[LiveStatement, list[LiveScope]]] = {}
        self._ran_now: dict[int, tuple[LiveStatement, list[LiveScope]]] = {}
        self._by_calls: dict[tuple[int, bool], tuple[LiveStatement, int, set[str]]] = {}
        self._parts: dict[int, tuple[LiveStatement, int, list[tuple[Record, Uses]]]] = {}
        self.extra_binds: dict[int, set[str]] = {}
        self.bind_elsewhere: dict[tuple[str, str], dict[int, LiveStatement]] = {}
        self._extra: list[LiveStatement] = []

    def scope_of(self, code: CodeType) -> LiveScope | None:
        """Return the live scope that runs a code object."""
        raise NotImplementedError

    def now(self, live: LiveStatement) -> LiveStatement | None:
        """Return the statement that takes a live one's place, ``None`` if it is removed."""
        raise NotImplementedError

    def saw_binding(self, live: LiveStatement, record: Record, names: Iterable[str]) -> None:
        """Note what a statement was seen to bind in a module."""
        if record is not live.record:
            for name in names:
                self.bind_elsewhere.setdefault((record.name, name), {})[id(live)] = live
            return
        if id(live) not in self.extra_binds:
            self._extra.append(live)
        self.extra_binds.setdefault(id(live), set()).update(names)

    def codes_at(self, site: Site) -> list[CodeType]:
        """Return the code that ran at a site, before the edit."""
        if self._ran is None:
            self._ran = {}
            for entry in list(self.recorder.runners.values()):
                for ran_at in entry.each():
                    self._ran.setdefault(id(ran_at), []).append(entry)  # not one more of the code
        return [entry.code for entry in self._ran.get(id(site), ())]

    def ran(self, live: LiveStatement) -> list[LiveScope]:
        """Return the scopes that ran when a statement was executed last (its old version)."""
        old = live if live.old is None else live.old
        known = self._ran_before.get(id(old))
        if known is None:
            codes = [code for site in old.sites for code in self.codes_at(site)]
            scopes = [scope for scope in map(self.scope_of, codes) if scope is not None]
            known = self._ran_before[id(old)] = (old, scopes)
        found, now = known[1], self.ran_now(live)
        if not now:
            return found
        there = set(map(id, found))
        return [*found, *(scope for scope in now if id(scope) not in there)]

    def ran_now(self, live: LiveStatement) -> list[LiveScope]:
        """Return the scopes that ran when a statement was executed in this reload."""
        return self._ran_now.get(id(live), (live, []))[1]

    def note_ran(self, live: LiveStatement, codes: Iterable[CodeType]) -> bool:
        """Note what ran during a statement; return whether more did than was known."""
        known = {(scope.live.record.name, scope.path) for scope in self.ran(live)}
        scopes = [scope for scope in map(self.scope_of, codes) if scope is not None]
        new = [scope for scope in scopes if (scope.live.record.name, scope.path) not in known]
        if new:
            self._ran_now[id(live)] = (live, [*self.ran_now(live), *new])
        return bool(new)

    def lives_run(self) -> list[LiveStatement]:
        """Return the statements that were executed in this reload and ran more than before."""
        return [live for live, _ in self._ran_now.values()]

    def parts(self, live: LiveStatement, *, old: bool = False) -> list[tuple[Record, Uses]]:
        """Return the uses of a statement and of what ran during it, each with its module."""
        ran = self.ran(live)
        if old:
            return [(live.record, live.uses), *((s.live.record, s.uses) for s in ran)]
        known = self._parts.get(id(live))
        if known is None or known[1] != len(ran):
            found = [(live.record, live.uses)]
            found += [
                (scope.live.record, self.current_uses(scope))
                for scope in ran
                if scope.live.record is not live.record or not is_immediate(scope, live)
            ]
            known = self._parts[id(live)] = (live, len(ran), found)
        return known[2]

    def bound_by_calls(self, live: LiveStatement, *, old: bool) -> set[str]:
        """Return the names of its module that functions bind which ran during a statement."""
        ran = self.ran(live)
        known = self._by_calls.get((id(live), old))
        if known is not None and known[1] == len(ran):
            return known[2]
        names: set[str] = set()
        for scope in ran:
            if scope.live.record is not live.record:
                continue
            now = None if old else self.now(scope.live)
            text = (now or scope.live).statement
            is_binder = text.mentions("global") or text.mentions("modules")
            if is_binder and not is_immediate(scope, live):
                names |= (scope.uses if old else self.current_uses(scope)).binds
        self._by_calls[id(live), old] = (live, len(ran), names)
        return names

    def current_uses(self, scope: LiveScope) -> Uses:
        """Return the uses that a scope will have after the edit."""
        now = self.now(scope.live)
        if now is None or now is scope.live:
            return scope.uses
        current = now.after(scope)
        return scope.uses if current is None else current.uses


def is_immediate(scope: LiveScope, live: LiveStatement) -> bool:
    """Return whether a scope's uses are in the statement's own already: a class body."""
    from entrepot.source.scopes import is_function

    old = live if live.old is None else live.old
    return scope.live is old and (
        not is_function(scope.code)
        or scope.path[-1][0] in {"<listcomp>", "<setcomp>", "<dictcomp>"}
    )
