"""Patching: live functions get their new code, wherever they are held."""

from __future__ import annotations

import gc
from types import CellType, CodeType
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import docstring, is_function, same_interface

from .attributes import OF_CLASS, cached_by, is_a
from .caches import edited_bodies
from .defaults import has_other_defaults, is_made_by_a_function, redefault
from .functions import move_code, set_closure, set_code
from .holders import holders_of
from .index import Inside, functions_of, is_missing, marked_like
from .instances import in_use
from .journal import content_of, names_of
from .local_classes import add_methods, local_classes
from .references import references

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType

    from .adopt import Adopter
    from .journal import Journal
    from .recorder import Recorder
    from .report import Report
    from .revision import LiveScope, LiveStatement, Record
    from .world import World


class Patcher:
    """Gives live functions their new code.

    Attributes:
        caches: Of edited functions, to be cleared: what ``functools.lru_cache`` made of them.
        functions: The live functions of scopes, by the identity of their code.
        without: Those that have no value for a default, with its name, and where they are.
        unshaped: Closures that have not what their new code needs, with that, and where it is.
    """

    def __init__(
        self, world: World, journal: Journal, adopter: Adopter, recorder: Recorder, report: Report
    ) -> None:
        self.world = world
        self.journal = journal
        self.adopter = adopter
        self.recorder = recorder
        self.report = report
        self.caches: list[Any] = []
        self.functions: dict[int, list[FunctionType]] = {}
        self.unshaped: list[tuple[FunctionType, CodeType, str]] = []
        self.without: list[tuple[FunctionType, list[str], str]] = []

    def patch(self) -> None:
        """Give every live function of an edited or moved scope its new code."""
        patches = [
            (scope, code)
            for change in self.world.changes.values()
            for scope, code in change.patches
            if is_function(scope.code)
        ]
        records = [change.record for change in self.world.changes.values()]
        self.functions, caches = functions_of(
            [scope for scope, _ in patches], records, self.recorder
        )
        stale = {id(scope.code) for scope in edited_bodies(self.world)}
        self.caches.extend(c for c in caches if id(cached_by(c).__code__) in stale)
        inside = Inside()
        held = [
            (scope.code, code, scope.live.codes)
            for scope, code in patches
            if is_missing(scope, self.functions[id(scope.code)], self.recorder, inside)
        ]
        del inside
        made = local_classes(self.world, self.report)
        bodies = {scope for change in self.world.changes.values() for scope in change.bodies}
        edited = {scope for change in self.world.changes.values() for scope, _ in change.edited}
        for scope, code in patches:
            functions = self.functions[id(scope.code)]
            if scope not in edited:
                for function in functions:
                    move_code(self.journal, function, marked_like(function, code))
                continue
            has_defaults = bool(functions) and self._has_other_defaults(scope)
            for function in functions:
                marked = marked_like(function, code)
                self._patch_one(function, marked, f"{scope.live.where} {scope.name}")
                if has_defaults:
                    self._redefault(function, scope)
            if functions and scope in bodies:
                self.report.patched.append(f"{scope.live.record.name}:{scope.name}")
        if held:
            self._lead_code(held)
        add_methods(self.journal, made)

    def _lead_code(self, held: list[tuple[CodeType, CodeType, list[CodeType]]]) -> None:
        """Lead what the program keeps of the code of functions to the new code."""
        leads = {id(old): new for old, new, _ in held}
        ours = {id(codes) for _, _, codes in held} | {id(held)}
        for holder in holders_of([old for old, _, _ in held]):
            if not is_a(holder, list | set | dict) or id(holder) in ours:
                continue
            content = content_of(holder)
            if isinstance(content, dict):
                made: Any = {leads.get(id(k), k): leads.get(id(v), v) for k, v in content.items()}
            else:
                if isinstance(content, set):  # their hashes have moved: it is filled once more
                    content = sorted(content, key=self._place)
                made = [leads.get(id(item), item) for item in content]
            self.journal.refill(holder, made)

    def _place(self, value: Any) -> tuple[Any, ...]:
        """Return what sorts code objects as an import comes by the functions that they are of."""
        scope = self.world.scope_of(value) if is_a(value, CodeType) else None
        live = None if scope is None else self.world.now(scope.live)
        return (1,) if live is None else (0, self.world.position(live), value.co_firstlineno)

    def _patch_one(self, function: FunctionType, code: CodeType, where: str) -> None:
        old = function.__code__
        if old.co_freevars == code.co_freevars:
            set_code(self.journal, function, code)
        elif not self._reshape(function, code):
            self.unshaped.append((function, code, where))
            return
        if not same_interface(old, code):
            self.adopter.change(function)
        elif docstring(old) != docstring(code):
            self.adopter.change(function, "__doc__")

    def _has_other_defaults(self, scope: LiveScope) -> bool:
        """Return whether live closures of a scope have other defaults by their new text."""
        now = self.world.now(scope.live)
        after = None if now is None else now.after(scope)
        if now is None or after is None or not is_made_by_a_function(scope):
            return False
        is_only_moved = now.statement.text == scope.live.statement.text
        return not is_only_moved and has_other_defaults(scope, after)

    def _redefault(self, function: FunctionType, scope: LiveScope) -> None:
        """Give a live closure the defaults of its new text."""
        now: Any = self.world.now(scope.live)
        missing = redefault(self.journal, function, scope, now.after(scope))
        self.adopter.change(function)
        if missing:
            self.without.append((function, missing, f"{scope.live.where} {scope.name}"))

    def _reshape(self, function: FunctionType, code: CodeType) -> bool:
        """Give a function code with other free variables, if their cells can be told."""
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        wanted: list[CellType] = []
        for name in code.co_freevars:
            if name not in cells:
                owner = self._class_of(function) if name in OF_CLASS else None
                if owner is None:
                    return False
                cells[name] = CellType(owner if name == "__class__" else names_of(owner))
            wanted.append(cells[name])
        return set_closure(self.journal, function, code, tuple(wanted))

    def _class_of(self, function: FunctionType) -> type | None:
        """Return the class that a method was defined in, by its qualified name."""
        value: Any = None
        for position, name in enumerate(function.__code__.co_qualname.split(".")[:-1]):
            if name == "<locals>":
                return None
            if position == 0:
                value = function.__globals__.get(name)
            else:
                value = getattr(value, "__dict__", {}).get(name)
        return value if is_a(value, type) else None

    def made_by(self, live: LiveStatement) -> FunctionType | None:
        """Return the one live function that the statement's old version made."""
        old = self.world.before(live)
        if old is None or not live.statement.is_function or not old.statement.is_function:
            return None
        if not (_is_decorated(live) and _is_decorated(old)):
            return None
        scopes = [scope for scope in old.scopes.values() if len(scope.path) == 1
                  and scope.path[0][0] == live.statement.name]  # fmt: skip
        if len(scopes) != 1:
            return None
        functions = self.functions.get(id(scopes[0].code))
        if functions is None:
            self._find_decorated(live.record, scopes)
            functions = self.functions[id(scopes[0].code)]
        return functions[0] if len(functions) == 1 else None

    def _find_decorated(self, record: Record, scopes: list[LiveScope]) -> None:
        """Find the functions of all decorated statements of a module: more are asked for soon."""
        others = [
            scope
            for live in record.lives
            if live.statement.text[:1] == "@"
            for scope in live.scopes.values()
            if len(scope.path) == 1 and is_function(scope.code)
            and id(scope.code) not in self.functions
        ]  # fmt: skip
        found, _ = functions_of([*scopes, *others], [record], self.recorder)
        self.functions.update(found)

    def left_old(self, is_own: Callable[[Any], bool]) -> list[str]:
        """Return what is left old: closures in use whose new code needs what they do not have.

        Args:
            is_own: Returns whether an object holds others for our bookkeeping only.
        """
        found = self._left(is_own)
        if found:  # the class that an earlier edit took over refers to itself, and may be garbage
            gc.collect()
            found = self._left(is_own)
        return found

    def _left(self, is_own: Callable[[Any], bool]) -> list[str]:
        found = []
        for function, code, where in self.unshaped:
            if function.__code__ is not code and function.__code__ != code:
                adopted = function.__code__.co_freevars == code.co_freevars
                if not adopted and references([function]) > 3 and self._is_held(function, is_own):
                    missing = sorted(set(code.co_freevars) - set(function.__code__.co_freevars))
                    found.append(f"{where}: a live closure has no value for {', '.join(missing)}")
        for function, missing, where in self.without:
            if id(function) not in self.adopter.taken and references([function]) > 3:
                found.append(f"{where}: a live closure has no default for {', '.join(missing)}")
        return found

    def _is_held(self, function: FunctionType, is_own: Callable[[Any], bool]) -> bool:
        """Return whether somebody holds a function who is not one of us: it may be gone.

        Nor what another object takes the place of, such as ``type Pair[T] = tuple[T, T]``.
        """
        ours = {*map(id, self.unshaped), *map(id, self.functions.values())} | self.journal.own
        ours.update(id(old) for old, _ in self.adopter.replaced)
        holders = [h for h in gc.get_referrers(function) if id(h) not in ours and not is_own(h)]
        return bool(holders) or id(function) in in_use()


def _is_decorated(live: LiveStatement) -> bool:
    return bool(getattr(live.statement.node, "decorator_list", None))
