"""Record every import statement of a program, the cached ones included, as the five steps.

Imports of modules that are executed come as records from the import system. Imports of modules
that stand in the cache never reach it (C answers them), so while the recorder is at work it also
replaces ``builtins.__import__``, which every import statement then calls.

What is under way on a thread is a stack: a statement (``_Statement``), above it the import that
it started (``_Execution``), above that a statement in the code of that module, and so on.
"""

from __future__ import annotations

import builtins
import sys
from _thread import _local, get_ident
from time import perf_counter_ns

from entrepot import events
from entrepot.engine import frames

from .bindings import bindings_after, is_import_statement
from .telling import Fact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType
    from typing import Any

    from entrepot.engine.system import ImportSystem

    from .bindings import Binding

#: Files of code that imports for the import system's own needs: ``io``, to read a module's file.
_IMPORT_SYSTEM = ("<frozen importlib._bootstrap", frames.__file__.removesuffix("frames.py"))

_CACHED = "found in the cache: bound, not executed"
_CACHED_FOR_CALL = "found in the cache: not executed"


class _Statement:
    """An import statement under way, or a call that imports."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.has_executed = False


class _Execution:
    """The import of one module that was not in the cache."""

    def __init__(self, name: str, depth: int) -> None:
        self.name = name
        self.depth = depth
        self.origin: str | None = None
        self.is_cached = False
        self.declined: list[str] = []


class Recorder:
    """Makes facts of imports and hands them on.

    Args:
        system: The import system of the process.
        tell: Called with each fact, in order.
    """

    def __init__(self, system: ImportSystem, tell: Callable[[Fact], object]) -> None:
        self._system = system
        self._tell = tell
        self._thread = _local()
        self._original: Any = None
        self._unsubscribe: Callable[[], object] | None = None
        self._began = 0
        self._loaded_before: frozenset[str] = frozenset()
        self._counts = {"imports": 0, "executed": 0, "cached": 0, "failed": 0}
        self._recording: Any = self._recording_import()

    def start(self) -> None:
        """Begin to record."""
        self._loaded_before = frozenset(sys.modules)
        self._began = perf_counter_ns()
        self._unsubscribe = self._system.subscribe(self._hear)
        self._original = builtins.__import__
        builtins.__import__ = self._recording

    def stop(self) -> None:
        """End it, and tell how much there was."""
        if builtins.__import__ is self._recording:
            builtins.__import__ = self._original
        if self._unsubscribe is not None:
            self._unsubscribe()
        took = perf_counter_ns() - self._began
        self._tell(Fact(0, 0, "done", get_ident(), took=took, **self._counts))

    def take_frames_out(self, error: BaseException) -> None:
        """Take the recorder's own frames out of the tracebacks of an error and its causes."""
        frames.take_out(error, self._recording.__code__)

    # Statements

    def _recording_import(self) -> Any:
        """Return the ``__import__`` of the run. C and ``warnings`` take it for importlib's."""

        def __import__(  # noqa: A001, N807
            name: str,
            globals: Mapping[str, Any] | None = None,  # noqa: A002
            locals: Mapping[str, Any] | None = None,  # noqa: A002
            fromlist: Sequence[str] | None = (),
            level: int = 0,
        ) -> Any:
            frame = sys._getframe(1)  # noqa: SLF001
            if name in sys.modules and frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):
                return self._original(name, globals, locals, fromlist, level)
            statement = self._begin(frame, name, fromlist, level)
            try:
                module = self._original(name, globals, locals, fromlist, level)
            except BaseException as error:
                self._fail(statement, name, error)
                raise
            self._bind(statement, frame, name, fromlist)
            return module

        return frames.masked(__import__)

    def _begin(
        self, frame: FrameType, name: str, fromlist: Sequence[str] | None, level: int
    ) -> _Statement:
        self._counts["imports"] += 1
        stack = self._stack()
        statement = _Statement(stack[-1].depth + 1 if stack else 0)
        where: dict[str, object] = {"file": frame.f_code.co_filename, "line": frame.f_lineno}
        importer = frame.f_globals.get("__name__")
        if frame.f_code.co_filename.startswith(_IMPORT_SYSTEM):  # an extension that it executes
            executing = stack[-1] if stack else None
            if isinstance(executing, _Execution):
                where, importer = {"file": executing.origin, "line": 0}, executing.name
        if is_import_statement(frame.f_code, frame.f_lasti):
            found = bindings_after(frame.f_code, frame.f_lasti, name, fromlist)
            names_by_value = {binding.value: binding.name for binding in found}
            text = _statement_text(name, fromlist, level, names_by_value)
            self._say(statement, 0, "statement", **where, importer=importer, text=text)
        else:
            self._say(statement, 0, "call", **where, importer=importer, name=name)
        full = _absolute(name, level, frame)
        module = sys.modules.get(full) if full else None
        if module is not None:
            is_partial = getattr(getattr(module, "__spec__", None), "_initializing", False)
            self._say(
                statement, 1, "look", name=full, found=True,
                since_start=full in self._loaded_before, partially_initialized=bool(is_partial),
            )  # fmt: skip
        stack.append(statement)
        return statement

    def _bind(
        self, statement: _Statement, frame: FrameType, name: str, fromlist: Sequence[str] | None
    ) -> None:
        self._drop(statement)
        is_statement = is_import_statement(frame.f_code, frame.f_lasti)
        found = bindings_after(frame.f_code, frame.f_lasti, name, fromlist) if is_statement else []
        bindings = _bindings_as_fields(found, frame)
        if not statement.has_executed:
            self._counts["cached"] += 1
        note = "" if is_statement else "the caller takes the module"
        if not statement.has_executed:
            note = _CACHED if is_statement else f"{_CACHED_FOR_CALL}, {note}"
        self._say(
            statement, 5, "bind", bindings=bindings, derived=bool(bindings),
            executed=statement.has_executed, note=note, by_call=not is_statement,
        )  # fmt: skip

    def _fail(self, statement: _Statement, name: str, error: BaseException) -> None:
        self._drop(statement)
        self._counts["failed"] += 1
        if not statement.has_executed:
            text = f"{type(error).__name__}: {error}"
            self._say(statement, 1, "fail", name=name, error=text)
        self._say(statement, 5, "bind", bindings=[], note="the import failed")

    # Executions

    def _hear(self, record: events.Record) -> None:
        stack = self._stack()
        if isinstance(record, events.ImportStarted):
            stack.append(self._started(record, stack))
            return
        executions = [item for item in stack if isinstance(item, _Execution)]
        if executions:
            step = _TELLERS_BY_RECORD.get(type(record))
            if step is not None:
                step(self, executions[-1], record)

    def _started(
        self, record: events.ImportStarted, stack: list[_Statement | _Execution]
    ) -> _Execution:
        above = stack[-1] if stack else None
        if isinstance(above, _Statement):
            above.has_executed = True
            depth = above.depth
        else:  # importlib.import_module, or the like
            depth = above.depth + 1 if above else 0
            asker = record.importer or events.Importer(None, "<python>", 0)
            fields = {"file": asker.file, "line": asker.line, "importer": asker.name}
            self._counts["imports"] += 1
            self._tell(Fact(depth, 0, "call", get_ident(), **fields, name=record.name))
        execution = _Execution(record.name, depth)
        self._say(execution, 1, "look", name=record.name, found=False)
        return execution

    def _asked(self, execution: _Execution, record: events.FinderAsked) -> None:
        if not record.found:
            execution.declined.append(record.finder)

    def _found(self, execution: _Execution, record: events.SpecFound) -> None:
        execution.origin = record.origin or record.loader or "several folders"
        self._say(
            execution, 2, "find", name=execution.name, finder=record.finder,
            declined=execution.declined, loader=record.loader, is_package=record.is_package,
        )  # fmt: skip

    def _created(self, execution: _Execution, record: events.ModuleCreated) -> None:
        self._say(
            execution, 2, "create", name=execution.name, kind=record.kind, origin=execution.origin
        )

    def _cached(self, execution: _Execution, _record: events.ModuleCached) -> None:
        execution.is_cached = True
        self._say(execution, 3, "cache", name=execution.name)

    def _obtained(self, execution: _Execution, record: events.CodeObtained) -> None:
        if record.kind == "other":
            return
        verb = "read" if record.kind == "bytecode" else "compile"
        self._say(execution, 4, verb, path=record.path, took=record.read + record.made)

    def _executed(self, execution: _Execution, record: events.ModuleExecuted) -> None:
        self._say(execution, 4, "execute", name=execution.name, took=record.took)

    def _bound(self, execution: _Execution, record: events.NameBound) -> None:
        self._say(execution, 5, "attach", parent=record.parent, tail=record.tail)

    def _finished(self, execution: _Execution, record: events.ImportFinished) -> None:
        self._drop(execution)
        stack = self._stack()
        if record.outcome == "loaded":
            self._counts["executed"] += 1
            return
        if not (stack and isinstance(stack[-1], _Statement)):
            self._counts["failed"] += 1
        if execution.origin is None:
            self._say(
                execution, 2, "find", name=execution.name, finder=None,
                declined=execution.declined,
            )  # fmt: skip
        note = "it is taken out of the cache again" if execution.is_cached else ""
        step = 4 if execution.is_cached else 2
        self._say(execution, step, "fail", name=execution.name, error=record.error, note=note)

    # The stack of this thread

    def _stack(self) -> list[_Statement | _Execution]:
        stack: list[_Statement | _Execution] | None = getattr(self._thread, "stack", None)
        if stack is None:
            stack = self._thread.stack = []
        return stack

    def _drop(self, item: _Statement | _Execution) -> None:
        stack = self._stack()
        if item in stack:
            del stack[stack.index(item) :]

    def _say(self, item: _Statement | _Execution, step: int, verb: str, **fields: object) -> None:
        self._tell(Fact(item.depth, step, verb, get_ident(), **fields))


_TELLERS_BY_RECORD: Mapping[type[events.Record], Callable[[Recorder, _Execution, Any], None]] = {
    events.FinderAsked: Recorder._asked,  # noqa: SLF001
    events.SpecFound: Recorder._found,  # noqa: SLF001
    events.ModuleCreated: Recorder._created,  # noqa: SLF001
    events.ModuleCached: Recorder._cached,  # noqa: SLF001
    events.CodeObtained: Recorder._obtained,  # noqa: SLF001
    events.ModuleExecuted: Recorder._executed,  # noqa: SLF001
    events.NameBound: Recorder._bound,  # noqa: SLF001
    events.ImportFinished: Recorder._finished,  # noqa: SLF001
}


def _statement_text(
    name: str, fromlist: Sequence[str] | None, level: int, names_by_value: Mapping[str, str]
) -> str:
    """Return the statement as it was written, as far as ``__import__`` is told."""
    if not fromlist:
        bound = names_by_value.get(name, "")
        return f"import {name} as {bound}" if bound not in ("", name) else f"import {name}"
    parts = []
    for value in fromlist:
        bound = names_by_value.get(value, value)
        parts.append(value if bound == value else f"{value} as {bound}")
    return f"from {'.' * level}{name} import {', '.join(parts)}"


def _absolute(name: str, level: int, frame: FrameType) -> str:
    """Return the name that is looked up, "" if the importer is in no package."""
    if level == 0:
        return name
    package = frame.f_globals.get("__package__")
    if package is None:
        package = str(frame.f_globals.get("__name__", "")).rpartition(".")[0]
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{name}" if name else str(base)


def _bindings_as_fields(found: list[Binding], frame: FrameType) -> list[dict[str, str]]:
    return [
        {"name": binding.name, "value": binding.value, "where": _place(binding.scope, frame)}
        for binding in found
    ]


def _place(scope: str, frame: FrameType) -> str:
    """Return the namespace that a name is bound in, in words."""
    if scope == "globals":
        return f"the globals of {frame.f_globals.get('__name__')}"
    kind = "class" if scope == "class" else "function"
    return f"the {kind} {frame.f_code.co_name}"
