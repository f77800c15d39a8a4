"""Running a plan: patch, run, adopt, each through the journal.

    patch     functions get their new code, wherever they are held
    delete    names that nothing binds any more go
    run       due statements run in import order; after each, old objects adopt what it made
    relink    what took hold of a twin is led to the old object

A statement that becomes due although its turn has passed sends the run back to its start, with
the larger set; the set only grows, so this ends.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import gc
import sys
from types import CellType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from entrepot.source.scopes import docstring, is_function, nested, same_interface

from .adopt import EVERYTHING, Adopter
from .annotations import Annotations
from .base import EMPTY
from .changes import compile_nodes
from .classes import stand_in
from .functions import forward, set_closure, set_code
from .index import functions_of
from .journal import content_of, fill, same_items
from .marks import ALWAYS, mark_of
from .recorder import Listener
from .relink import held, relink
from .stores import put_back, stores_of
from .surroundings import Guard, note
from .values import same
from .world import is_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .base import Base
    from .journal import Journal
    from .plan import Plan
    from .recorder import Recorder
    from .report import Report
    from .revision import LiveStatement, Record
    from .world import World

MAX_PASSES = 25
MARK = "<entrepot adopts here>"
_MISSING: Any = type("MISSING", (), {})()


class Refused(Exception):
    """The edit cannot be taken without a restart.

    Attributes:
        reasons: Each with file and line.
    """

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)


class ProgramError(Exception):
    """What a statement of the program raised.

    Attributes:
        error: The exception, as a restart would show it.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


class Again(Exception):
    """A statement became due after its turn."""


class Execution:
    """One plan being carried out."""

    def __init__(
        self, plan: Plan, journal: Journal, base: Base, recorder: Recorder, report: Report
    ) -> None:
        self.plan = plan
        self.world: World = plan.world
        self.journal = journal
        self.base = base
        self.recorder = recorder
        self.report = report
        self.functions: dict[int, list[FunctionType]] = {}
        self.caches: list[Any] = []
        self.unshaped: list[tuple[FunctionType, CodeType, str]] = []
        self.start: dict[str, dict[str, Any]] = {}
        self.ran: dict[int, set[int]] = {}
        self.ran_codes: dict[int, CodeType] = {}
        self.executed: list[LiveStatement] = []
        self.allow_partial = False
        self._fresh: set[int] = set()
        self._linked: set[int] = set()
        self.adopter = Adopter(journal, base, self.is_new)
        self.annotations = Annotations(journal, plan.world)

    # patching

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
        bodies = {id(scope.code) for scope in self._bodies()}
        self.caches.extend(c for c in caches if id(c.__wrapped__.__code__) in bodies)
        for scope, code in patches:
            functions = self.functions[id(scope.code)]
            for function in functions:
                self._patch_one(function, code, f"{scope.live.where} {scope.name}")
            if functions and scope in self._bodies():
                self.report.patched.append(f"{scope.live.record.name}:{scope.name}")

    def _bodies(self) -> set[Any]:
        return {scope for change in self.world.changes.values() for scope in change.bodies}

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

    def _reshape(self, function: FunctionType, code: CodeType) -> bool:
        """Give a function code with other free variables, if their cells can be told."""
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        wanted: list[CellType] = []
        for name in code.co_freevars:
            if name not in cells:
                owner = self._class_of(function) if name == "__class__" else None
                if owner is None:
                    return False
                cells[name] = CellType(owner)
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
        return value if isinstance(value, type) else None

    # running

    def run(self) -> None:
        """Run what is due, again from the start when the set grows backwards."""
        for record in self.world.records.values():
            self.start[record.name] = dict(record.namespace)
        if self.plan.dirty or self.plan.deletions:
            note(self.journal)
        was_enabled = gc.isenabled()
        gc.collect(0)
        gc.disable()
        mark = len(self.journal)
        state = (dict(self.adopter.changes), len(self.adopter.forwards))
        try:
            for _ in range(MAX_PASSES):
                try:
                    self._pass()
                except Again:
                    self.journal.roll_back_to(mark)
                    self._forget(state)
                    continue
                return
            raise Refused(*(f"{live.where} keeps changing what it depends on" for live in
                            self.plan.in_order()[:3]))  # fmt: skip
        finally:
            if was_enabled:
                gc.enable()

    def _forget(self, state: tuple[dict[int, set[str]], int]) -> None:
        self.adopter.changes = dict(state[0])
        self.adopter.twins.clear()
        self.adopter.taken.clear()
        del self.adopter.forwards[state[1] :]
        self.adopter.replaced.clear()
        self.adopter.before.clear()
        self.adopter.dropped.clear()
        self.executed.clear()
        self.ran.clear()

    def _pass(self) -> None:
        self._delete_names()
        self._snapshot_touched()
        done: set[int] = set()
        while True:
            waiting = [live for live in self.plan.in_order() if id(live) not in done]
            if not waiting:
                return
            live = waiting[0]
            if self.executed and self.world.position(live) < self.world.position(
                self.executed[-1]
            ):
                raise Again
            done.add(id(live))
            self.executed.append(live)
            self._run_one(live)

    def _delete_names(self) -> None:
        for module, name in self.plan.deletions:
            record = self.world.records[module]
            value = record.namespace.get(name, _MISSING)
            base = record.base.get(name, EMPTY)
            if value is _MISSING:
                continue
            if base is not EMPTY and value is not base and not callable(base):
                self.report.state_dropped.append(f"{module}.{name}")
            self.journal.delete_item(record.namespace, name)

    def _snapshot_touched(self) -> None:
        """Note the content of all known objects of the modules in play, to restore on failure."""
        names = {live.record.name for live in self.plan.in_order()}
        for live in self.plan.in_order():
            names |= {scope.live.record.name for scope in self.world.ran(live)}
        if not names:
            return
        saved = []
        for content in list(self.base.contents.values()):
            owner = content.owner
            if isinstance(owner, dict | list | set | bytearray) or hasattr(owner, "rotate"):
                saved.append((owner, content_of(owner)))

        def restore() -> None:
            for owner, before in saved:
                now = content_of(owner)
                if not same_items(now, before):
                    fill(owner, before)

        backups = [part for pair in saved for part in (pair, pair[1])]
        self.journal.note(restore, saved, *backups)

    def _run_one(self, live: LiveStatement) -> None:
        record = live.record
        namespace = record.namespace
        hidden = self._hide(live)
        before = dict(namespace)
        self._clear_uncertain(live)
        self._drop_starred(live)
        self.annotations.before(live)
        code = self._runnable(live)
        ran: dict[int, CodeType] = {}
        files = {other.file for other in self.world.records.values()}

        def tell(code: CodeType) -> None:
            if code.co_filename in files:
                ran[id(code)] = code

        self._fresh = set()
        stores = stores_of(self.world, self.adopter, live)
        guard = Guard()
        may_start = self.world.before(live) is None or mark_of(live) == ALWAYS
        try:
            with Listener(tell), contextlib.nullcontext() if may_start else guard:
                exec(code, namespace)
        except BaseException as error:
            if not guard.seen:  # else it is told below, swallowed by the program or not
                raise ProgramError(error) from error
        finally:
            self.annotations.after(live)
            self._note_namespace(namespace, before)
            self._fresh = set()
            for name, value in hidden.items():
                if name not in namespace:
                    self.journal.set_item(namespace, name, value)
        if guard.seen:
            raise Refused(
                f"{live.where} runs again and {guard.seen[0]}, which it did before: restart, or "
                f"mark it `# reload: always`"
            )
        ran.pop(id(code), None)
        self.ran[id(live)] = set(ran)
        self.ran_codes.update(ran)
        self._merge_names(live, before)
        put_back(self.journal, self.adopter, stores, live.where)
        self._relink_twins()

    def _note_namespace(self, namespace: dict[str, Any], before: dict[str, Any]) -> None:
        """Journal what a statement did to its module's namespace."""
        for name in before.keys() | namespace.keys():
            old, new = before.get(name, _MISSING), namespace.get(name, _MISSING)
            if old is not new:
                self.journal.note(_restorer(namespace, name, old))

    def _hide(self, live: LiveStatement) -> dict[str, Any]:
        """Take away names that the module has only later: reading them must fail as at import."""
        record = live.record
        here = self.world.position(live)
        hidden = {}
        for name in live.uses.reads:
            binders = self.world.binders(record, name)
            if (
                binders
                and name in record.namespace
                and all(self.world.position(other) > here for other in binders)
            ):
                hidden[name] = record.namespace[name]
                self.journal.delete_item(record.namespace, name)
        return hidden

    def _clear_uncertain(self, live: LiveStatement) -> None:
        """What a statement may bind, or not, is unbound before it, as when it ran first."""
        record = live.record
        names = [name for name in self.world.binds(live) if self.world.may_bind(live, name)]
        if self.world.binds_by_text(live):
            names += self.world.unexplained(record)
        for name in names:
            binders = self.world.binders(record, name)
            if name in record.namespace and (not binders or binders[0] is live):
                self.journal.delete_item(record.namespace, name)

    def _drop_starred(self, live: LiveStatement) -> None:
        """Names that a star import copied go before it runs again: it may copy fewer now."""
        record = live.record
        for module, level in live.uses.stars:
            source = self.world.module_named(record, module, level)
            start = self.start.get(getattr(source, "__name__", ""))
            if start is None or source.__dict__ is not self._namespace_of(source.__name__):
                continue
            for name, value in list(record.namespace.items()):
                if name.startswith("__") or start.get(name, _MISSING) is not value:
                    continue
                if all(other is live for other in self.world.binders(record, name)):
                    self.journal.delete_item(record.namespace, name)

    def _namespace_of(self, name: str) -> Any:
        record = self.world.records.get(name)
        return None if record is None else record.namespace

    def _runnable(self, live: LiveStatement) -> CodeType:
        """Return the statement's code; a function is adopted before its decorators see it."""
        change = self.world.changes.get(live.record.name)
        flags = live.record.flags if change is None else change.flags
        node: ast.stmt = live.statement.node
        old = self._made_by(live)
        if live.statement.shift or old is not None:
            node = copy.deepcopy(node)
        if live.statement.shift:
            ast.increment_lineno(node, live.statement.shift)
        if old is not None and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            mark = ast.copy_location(ast.Constant(MARK), node)
            mark.end_lineno, mark.end_col_offset = node.lineno, node.col_offset
            node.decorator_list.append(mark)
        code = compile_nodes([node], live.record.file, flags & FUTURE_MASK)
        if nested(code) == live.codes:
            code = _with_codes(code, live.codes)
        else:
            self._take_codes(live, nested(code))
        if old is not None:

            def adopt(new: Any) -> Any:
                self._fresh = {id(new)}  # it was made just now
                return self.adopter.adopt(old, new)

            code = _with_adoption(code, adopt)
        return code

    def _take_codes(self, live: LiveStatement, codes: list[CodeType]) -> None:
        """Let a statement's scopes be those of the code that is run."""
        was = (live.codes, live._scopes)  # noqa: SLF001
        live.codes, live._scopes = codes, None  # noqa: SLF001

        def undo() -> None:
            live.codes, live._scopes = was  # noqa: SLF001

        self.journal.note(undo)

    def _made_by(self, live: LiveStatement) -> FunctionType | None:
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
            found, _ = functions_of(scopes, [live.record], self.recorder)
            functions = found[id(scopes[0].code)]
            self.functions[id(scopes[0].code)] = functions
        return functions[0] if len(functions) == 1 else None

    # adopting

    def is_new(self, value: Any) -> bool:
        """Return whether an object was made by the statements that run now."""
        if id(value) in self.base.contents and self.base.contents[id(value)].owner is value:
            return False
        if not gc.is_tracked(value):
            return not isinstance(value, type)  # a class of C's own
        if not self._fresh:
            self._fresh = {id(item) for item in gc.get_objects(generation=0)}
        return id(value) in self._fresh

    def _merge_names(self, live: LiveStatement, before: dict[str, Any]) -> None:
        record = live.record
        namespace = record.namespace
        changed = {
            name for name, value in namespace.items() if before.get(name, _MISSING) is not value
        }
        static = self.world.binds(live)
        extra = changed - static
        if extra:
            self.world.extra_binds.setdefault(id(live), set()).update(extra)
        for name in sorted((static | changed) & namespace.keys()):
            if name == "__builtins__":
                continue
            self._merge_name(live, name)
        for name in before.keys() - namespace.keys():
            self._moved_on(record, name, live)

    def _merge_name(self, live: LiveStatement, name: str) -> None:
        record = live.record
        namespace = record.namespace
        binders = self.world.binders(record, name)
        if binders and binders[-1] is not live and live in binders:
            return
        new = namespace[name]
        start = self.start[record.name].get(name, _MISSING)
        base = record.base.get(name, EMPTY)
        self.adopter.place = f"{record.name}.{name}"
        final = new
        if start is not _MISSING:
            final = self._merged(live, name, start, base, new)
        if final is not namespace[name]:
            self.journal.set_item(namespace, name, final)
        known = base if base is not EMPTY else start
        if start is not _MISSING and final is start and base is not EMPTY and start is not base:
            self.report.kept.append(f"{record.name}.{name}")
            return
        if self.adopter.is_changed(final) or not (final is known or same(final, known)):
            self._moved_on(record, name, live, final if final is known else None)

    def _merged(self, live: LiveStatement, name: str, start: Any, base: Any, new: Any) -> Any:
        """Return what a name is to be bound to."""
        owners = self.world.old_binders(live.record, name)
        old = self.world.before(live)
        owns = old is not None and bool(owners) and owners[-1] is old
        if owns and not is_reference(live) and not (old is not None and is_reference(old)):
            self.adopter.edited = start if self._is_edited(live) else None
            final = self.adopter.merge(base, start, new, f"{live.record.name}.{name}")
            if start is base and final is not start:
                self._succeed(start, final, owners, live)
            return final
        if base is not EMPTY and start is not base and owns:
            return start if self.adopter.alike(base, new) else new
        if start is not new:
            self._succeed(start, new, owners, live)
        return new

    def _is_edited(self, live: LiveStatement) -> bool:
        change = self.world.changes.get(live.record.name)
        return change is not None and live in change.signed

    def _succeed(
        self, start: Any, new: Any, owners: list[LiveStatement], live: LiveStatement
    ) -> None:
        """What another statement binds now takes the place of what an old one made."""
        if not owners or is_reference(owners[-1]):
            return
        if owners[-1] in self._going() or owners[-1] is self.world.before(live):
            if type(start) is FunctionType and callable(new):
                if id(start) not in self.adopter.taken:
                    self.adopter.taken[id(start)] = start
                    self.adopter.forwards.append((start, new))
            elif isinstance(start, type) and isinstance(new, type):
                self.adopter.replace(start, new)

    def _going(self) -> list[LiveStatement]:
        return [live for change in self.world.changes.values() for live in change.removed]

    def _moved_on(
        self,
        record: Record,
        name: str,
        live: LiveStatement,
        adopted: Any = None,
        seen: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        """A location has changed: who reads it is due.

        An object that changed in place has changed under its other names too: an import or an
        alias of it need not run, but who reads that name is due.
        """
        what = f"{record.name}.{name} changed"
        names = self.adopter.changes.get(id(adopted)) if adopted is not None else None
        for reader in self.world.readers(record, name):
            if reader is live:
                continue
            if names is None or self._depends(reader, record, name, names):
                self.plan.add([(reader, "read", what)], live)
            elif is_reference(reader):
                seen |= {(record.name, name)}
                home = reader.record
                for other in self.world.binds(reader):
                    if (home.name, other) not in seen and home.namespace.get(other) is adopted:
                        self._moved_on(home, other, live, adopted, seen)

    def _depends(self, reader: LiveStatement, record: Record, name: str, names: set[str]) -> bool:
        """Return whether a reader can see the difference in an adopted object."""
        if EVERYTHING in names:
            return not is_reference(reader) or any(
                uses.stars for _, uses in self.world.parts(reader)
            )
        if is_reference(reader):
            return False
        attributes: set[str] = set()
        is_whole = False
        for _, uses in self.world.parts(reader):
            attributes |= uses.attributes
            is_whole = is_whole or name in uses.whole
        if attributes & names:
            return True
        structural = {item for item in names if _is_structural(item)}
        return bool(structural if is_whole else structural - _SEEN_BY_NAME)

    def _relink_twins(self) -> None:
        """Lead to the old objects what took hold of their twins."""
        pairs = [
            (new, old)
            for new, old in self.adopter.twins.values()
            if id(new) not in self._linked and not isinstance(new, CellType)
        ]
        for new, _ in pairs:
            self._linked.add(id(new))
        if pairs:
            pairs = held(pairs, self.is_new)
        if pairs:
            relink(self.journal, pairs, self._own())

    def _own(self) -> set[int]:
        own = {id(self.adopter.twins), id(self.adopter.taken), id(self.base.contents)}
        own |= {id(pair) for pair in self.adopter.twins.values()}
        own |= {id(pair) for pair in (*self.adopter.forwards, *self.adopter.replaced)}
        own |= {id(self.adopter.forwards), id(self.adopter.replaced)}
        own |= {id(self.__dict__), id(self.adopter.__dict__)}
        own |= {id(start) for start in self.start.values()}
        own |= {id(content) for content in self.base.contents.values()}
        return own

    # the end

    def finish(self) -> None:
        """Lead on what was replaced; refuse what would be left old."""
        for old, new in self.adopter.forwards:
            forward(self.journal, old, new)
        stuck = relink(self.journal, list(self.adopter.replaced), self._own())
        for old, new in self.adopter.replaced:
            if isinstance(old, type):
                self.report.replaced.append(f"{old.__module__}.{old.__qualname__}")
                if stuck.get(id(old)):
                    stand_in(self.journal, old, new)
            elif stuck.get(id(old)):
                self._orphan(
                    f"a {type(old).__qualname__} was made anew, and "
                    f"{stuck[id(old)][0]} holds the old one"
                )
        self.annotations.finish()
        for function, code, where in self.unshaped:
            if function.__code__ is not code and function.__code__ != code:
                adopted = function.__code__.co_freevars == code.co_freevars
                if not adopted and sys.getrefcount(function) > 4:
                    missing = sorted(set(code.co_freevars) - set(function.__code__.co_freevars))
                    self._orphan(f"{where}: a live closure has no value for {', '.join(missing)}")
        self.report.state_dropped.extend(self.adopter.dropped)

    def _orphan(self, what: str) -> None:
        """Something would be left old: refuse, or note it where the user has allowed that."""
        if not self.allow_partial:
            raise Refused(what)
        self.report.notes.append(f"left old: {what}")


def _is_decorated(live: LiveStatement) -> bool:
    return bool(getattr(live.statement.node, "decorator_list", None))


#: Facts of a class that only those see who ask for them, not those who call it or derive from it.
_SEEN_BY_NAME = frozenset({"__doc__", "__annotations__"})


def _is_structural(name: str) -> bool:
    return name.startswith("_") or name == EVERYTHING


def _restorer(namespace: dict[str, Any], name: str, old: Any) -> Callable[[], object]:
    if old is _MISSING:
        return lambda: namespace.pop(name, None)
    return lambda: namespace.__setitem__(name, old)


def _with_codes(code: CodeType, codes: list[CodeType]) -> CodeType:
    """Return a statement's code with the code objects that its scopes have.

    Those compiled now are equal, but functions are found by the identity of their code: with
    others the next edit would not reach what this one made.
    """
    own = dict(zip(map(id, nested(code)), codes, strict=True))
    return code.replace(co_consts=tuple(own.get(id(const), const) for const in code.co_consts))


def _with_adoption(code: CodeType, adopt: Callable[[Any], Any]) -> CodeType:
    """Put the adopting call in the place of its mark."""
    consts: list[Any] = []
    for const in code.co_consts:
        if isinstance(const, str) and const == MARK:
            consts.append(adopt)
        else:
            consts.append(const)
    return code.replace(co_consts=tuple(consts))


def _future_mask() -> int:
    from .changes import FUTURES

    return FUTURES


FUTURE_MASK = _future_mask()


def importers(records: Iterable[Record]) -> list[str]:
    """Return the names of modules, sorted."""
    return sorted(record.name for record in records)
