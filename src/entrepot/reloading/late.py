"""Late start: modules that were imported before anybody recorded (a notebook's usual case).

Two things are not known of such a module, and are made up for:

* *which text was executed*. It is taken to be the file's, if that is sure: the file is older than
  the process, or the bytecode file was made from exactly it, or every statement can be checked
  against what the module holds. Then the live functions get the code objects of a fresh compile,
  which are equal to theirs, so that code and function lead to each other as after a recorded
  import. In doubt the module is managed, but an edit of it needs a restart.
* *what ran during its import*. That is told by the syntax, as far as it goes (``static.py``).
"""

from __future__ import annotations

import gc
import os
import sys
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from entrepot.source.text import Text

from .recorder import Ran
from .revision import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    from .managed import Managed
    from .recorder import Recorder

MARGIN = 2.0  # seconds: clocks of files and of processes are read from different places


def attach(session: Managed, modules: Iterable[tuple[str, ModuleType, str]]) -> None:
    """Manage modules that are loaded already, given as name, module and file."""
    for name, module, file in modules:
        try:
            with open(file, "rb") as stream:  # noqa: PTH123 (pathlib is slow to import)
                content = stream.read()
            code = compile(content, file, "exec", dont_inherit=True)
        except (OSError, SyntaxError, ValueError):
            continue
        record = Record(module, name, Text(file, content), code, 0)
        session.take_late(record)
        if not (_is_older_than_process(file) or _is_bytecode_of(record) or _is_checked(record)):
            record.doubt = (
                f"{file}:1 {name} was imported before entrepot was attached, and may have been "
                f"saved since: the text that runs is not known"
            )


def learn(session: Managed) -> None:
    """Find out, before the first reload, what is not known of the modules that came late."""
    from . import static

    late = [
        record
        for record in session.to_learn
        if not (record.is_recorded or record.is_learned)
        and session.records.get(record.name) is record
    ]
    session.to_learn.clear()
    if not late:
        return
    late.sort(key=lambda record: record.order)
    functions = _functions_by_file({record.file for record in late})
    for record in late:
        record.is_learned = True
        _settle_codes(record, functions.get(record.file, []))
    _settle_runners(late, session.recorder)
    static.link(session.records.values(), late, session.recorder)


def _settle_codes(record: Record, functions: list[FunctionType]) -> None:
    """Give the live functions of a module our code objects, which must be equal to theirs."""
    wanted: dict[tuple[str, int], list[CodeType]] = {}
    for code in _all(record.code):
        wanted.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
    for function in functions:
        code = function.__code__
        if code.co_name == "<module>":
            continue  # what executes a module that is not at its end: no definition of it
        equal = [c for c in wanted.get((code.co_qualname, code.co_firstlineno), ()) if c == code]
        if not equal:
            record.doubt = (
                f"{record.file}:{code.co_firstlineno} {function.__qualname__} runs another text "
                f"than the file held when entrepot was attached"
            )
        elif equal[0] is not code:
            function.__code__ = equal[0]


def _settle_runners(late: list[Record], recorder: Recorder) -> None:
    """Let what later imports ran of the modules' code have run of our equal code objects."""
    ours: dict[tuple[str, str, int], list[CodeType]] = {}
    for record in late:
        for code in _all(record.code):
            place = (record.file, code.co_qualname, code.co_firstlineno)
            ours.setdefault(place, []).append(code)
    files = {name: _real(name) for name in {r.code.co_filename for r in recorder.runners.values()}}
    for key, ran in list(recorder.runners.items()):
        code = ran.code
        place = (files[code.co_filename], code.co_qualname, code.co_firstlineno)
        equal = [own for own in ours.get(place, ()) if own == code]
        if equal and not any(own is code for own in equal):
            del recorder.runners[key]
            for own in equal:
                known = recorder.runners.setdefault(id(own), Ran(own, {}))
                for site in ran.each():
                    known.add(site)


def _all(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _all(const)


def _functions_by_file(files: set[str]) -> dict[str, list[FunctionType]]:
    found: dict[str, list[FunctionType]] = {}
    real: dict[str, str] = {}
    for value in gc.get_objects():
        if type(value) is FunctionType:
            name = value.__code__.co_filename
            if name not in real:
                real[name] = _real(name)
            if real[name] in files:
                found.setdefault(real[name], []).append(value)
    return found


def _real(file: str) -> str:
    return os.path.realpath(file) if file[:1] != "<" else file


def _is_older_than_process(file: str) -> bool:
    """Return whether a file was last saved before this process began."""
    try:
        with open("/proc/self/stat", "rb") as stream:  # noqa: PTH123
            ticks = int(stream.read().rpartition(b")")[2].split()[19])
        with open("/proc/stat", "rb") as stream:  # noqa: PTH123
            booted = next(int(row.split()[1]) for row in stream if row.startswith(b"btime"))
        began = booted + ticks / os.sysconf("SC_CLK_TCK")
        return os.stat(file).st_mtime < began - MARGIN  # noqa: PTH116
    except (OSError, ValueError, IndexError, StopIteration):
        return False


def _is_bytecode_of(record: Record) -> bool:
    """Return whether the module's bytecode file was made from the text that the file has.

    The code itself is compared: two saves within a second of texts of one size look alike to the
    file's head.
    """
    import marshal

    from entrepot.standard import util

    cached = getattr(getattr(record.module, "__spec__", None), "cached", None)
    try:
        with open(str(cached), "rb") as stream:  # noqa: PTH123
            head, code = stream.read(16), stream.read()
        found = os.stat(record.file)  # noqa: PTH116
    except (OSError, TypeError):
        return False
    if head[:4] != util.MAGIC_NUMBER or not _is_code(marshal.loads, code, record.code):
        return False
    flags, time, size = (int.from_bytes(head[n : n + 4], "little") for n in (4, 8, 12))
    if flags:
        return bool(head[8:16] == util.source_hash(record.text.content))
    return time == int(found.st_mtime) & 0xFFFFFFFF and size == found.st_size & 0xFFFFFFFF


def _is_code(loads: Callable[[bytes], object], data: bytes, code: CodeType) -> bool:
    try:
        return bool(loads(data) == code)
    except (EOFError, ValueError, TypeError):  # it is cut off
        return False


def _is_checked(record: Record) -> bool:
    """Return whether each statement of a module can be seen to have been executed as it stands.

    That is so of definitions, whose code objects were compared, of imports, and of names that
    hold the literal that is assigned to them.
    """
    from entrepot.standard import ast

    from .values import same

    for live in record.lives:
        node = live.statement.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.decorator_list or node.name not in record.namespace:
                return False
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            try:
                value: Any = ast.literal_eval(node.value)
            except ValueError:
                return False
            if not isinstance(target, ast.Name) or not same(
                record.namespace.get(target.id, record), value
            ):
                return False
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) and not (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            return False
    return True


def loaded(session: Managed) -> Iterator[tuple[str, ModuleType, str]]:
    """Yield the managed modules that are loaded and not recorded, in the order of the cache."""
    modules: dict[str, Any] = getattr(session.system, "modules", sys.modules)
    for name, module in list(modules.items()):
        known = session.records.get(name)
        if known is not None and known.module is module:
            continue
        if getattr(module, "__dict__", None) is None or name == "__main__":
            continue
        file = session.paths.file_of(module)
        if session.is_managed_file(file) and not session.is_importing(module):
            yield name, module, file
