"""What ``python`` would do with a target, and the ``__main__`` module that it would make for it.

A *target* is what ``entrepot run`` is asked to run. There are five kinds, as for ``python``:

    app.py, app          a script: source, or bytecode when it is called ``.pyc``
    -                    a script, read from standard input
    folder, app.zip      anything that a path hook knows, with a ``__main__.py`` inside
    -m name              a module, or a package with a ``__main__``
    name:function        a function of a module, called without arguments; its result is the exit
                         code, as for an entry point (``python`` has no such kind)

``prepare`` makes the process look as ``python`` would have it before the program's first line
(``sys.argv``, ``sys.path[0]``, a fresh ``__main__``) and returns a ``Program``: what to call.
"""

from __future__ import annotations

import os
import sys
from _functools import partial  # type: ignore[import-not-found]  # functools loads five more

from . import handover, reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Target:
    """What to run: ``kind`` is ``"script"``, ``"module"``, ``"function"`` or ``"loop"``."""

    __slots__ = ("arguments", "kind", "text")

    def __init__(self, kind: str, text: str, arguments: list[str]) -> None:
        self.kind = kind
        self.text = text
        self.arguments = arguments


class Program:
    """A program that is ready to start.

    Attributes:
        start: Starts it; written in C, so that it has no frame of its own.
        namespace: That of its ``__main__`` module.
        is_script: Whether ``python`` runs it as a file, which ends a little differently.
        fault: What is wrong with its text, so that it cannot even start.
    """

    __slots__ = ("fault", "is_script", "namespace", "start")

    def __init__(
        self, start: Callable[[], object], namespace: dict[str, object], *, is_script: bool
    ) -> None:
        self.start = start
        self.namespace = namespace
        self.is_script = is_script
        self.fault: BaseException | None = None

    def after(self, error: BaseException | None) -> BaseException | None:
        """Do what C does when the program has ended; return what it ended by."""
        if self.is_script:
            handover.flush_standard_streams()
            self.namespace.pop("__file__", None)
            self.namespace.pop("__cached__", None)
        return self.fault or error


class CannotRun(Exception):
    """The target cannot be run; ``python`` would not get to a first line either."""


def prepare(target: Target, make_room: Callable[[str | None], object]) -> Program:
    """Make the process look as ``python`` would have it, and return what to call.

    Args:
        target: What to run.
        make_room: Called with what is about to become the first entry of ``sys.path``, or None.

    Raises:
        CannotRun: There is no such file.
    """

    def put_first(entry: str) -> None:
        make_room(entry)
        sys.path.insert(0, entry)

    if sys.flags.safe_path:
        make_room(None)
    if target.kind == "module":
        return _prepare_module(target, put_first)
    if target.kind in ("function", "loop"):
        return _prepare_function(target, put_first)
    return _prepare_script(target, put_first)


def _prepare_module(target: Target, put_first: Callable[[str], object]) -> Program:
    sys.argv[:] = ["-m", *target.arguments]
    _put_working_folder_first(put_first)
    main = _new_main()
    return Program(_runpy_start(target.text, alter_argv=True), main.__dict__, is_script=False)


def _runpy_start(name: str, *, alter_argv: bool) -> Callable[[], object]:
    import runpy  # ``python`` has it loaded for such a target too

    run: Callable[..., object] = runpy._run_module_as_main  # type: ignore[attr-defined]  # noqa: SLF001
    start: Callable[[], object] = partial(run, name, alter_argv)
    return start


def _prepare_function(target: Target, put_first: Callable[[str], object]) -> Program:
    sys.argv[:] = [target.text, *target.arguments]
    _put_working_folder_first(put_first)
    main = _new_main()
    name, _, function = target.text.partition(":")
    top = function.partition(".")[0]
    if target.kind == "loop":
        text = f"from entrepot.running.looping import again; again({name!r}, {function!r})"
    else:
        text = f"import sys; from {name} import {top}; sys.exit({function}())"
    # As under `python -c`: a file name that tells a person that there is no file.
    code = compile(text, "<string>", "exec", dont_inherit=True)
    return Program(partial(exec, code, main.__dict__), main.__dict__, is_script=False)


def _prepare_script(target: Target, put_first: Callable[[str], object]) -> Program:
    sys.argv[:] = [target.text, *target.arguments]
    if target.text == "-":
        if not sys.flags.safe_path:
            put_first("")
        content = sys.stdin.buffer.read() if sys.stdin is not None else b""
        return _script(_new_main(), "<stdin>", content)
    file = absolute(target.text)
    if _is_known_to_a_path_hook(file):
        put_first(file)
        main = _new_main()
        return Program(_runpy_start("__main__", alter_argv=False), main.__dict__, is_script=False)
    content = _read(file)
    if not sys.flags.safe_path:
        put_first(os.path.dirname(os.path.realpath(target.text)))
    return _script(_new_main(), file, content)


def _script(main: ModuleType, file: str, content: bytes) -> Program:
    """Return the program that a script is; if its text is faulty, with that as its ``fault``."""
    namespace = main.__dict__
    namespace["__file__"] = file
    if sys.version_info < (3, 15):
        namespace["__cached__"] = None
    is_bytecode = reading.is_bytecode(file, content)
    if file != "<stdin>":
        external = sys.modules["_frozen_importlib_external"]
        kind = "SourcelessFileLoader" if is_bytecode else "SourceFileLoader"
        main.__loader__ = getattr(external, kind)("__main__", file)
    program = Program(bool, namespace, is_script=True)
    try:
        read = reading.code_of_bytecode if is_bytecode else reading.compiled
        program.start = partial(exec, read(content, file), namespace)
    except (Exception, KeyboardInterrupt) as fault:  # noqa: BLE001  # shown where C shows it
        program.fault = fault.with_traceback(None)
    return program


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        raise CannotRun(f"can't open file {file!r}: {reason}") from None


def absolute(file: str) -> str:
    """Return a file name as ``__file__`` has it: from the root, but otherwise as it was given."""
    if file.startswith("/"):
        return file
    try:
        here = os.getcwd()
    except OSError:
        return file
    return here if file in ("", ".") else f"{here}/{file}"


def _is_known_to_a_path_hook(file: str) -> bool:
    """Tell whether a file can stand on ``sys.path``, so that a ``__main__`` is looked for in it.

    The answer goes where the import system will look it up (``sys.path_importer_cache``).
    """
    if file in sys.path_importer_cache:
        return sys.path_importer_cache[file] is not None
    for hook in sys.path_hooks:
        try:
            sys.path_importer_cache[file] = hook(file)
            return True
        except ImportError:
            pass
    sys.path_importer_cache[file] = None
    return False


def _put_working_folder_first(put_first: Callable[[str], object]) -> None:
    if sys.flags.safe_path:
        return
    try:
        folder = os.getcwd()
    except OSError:
        return  # a working folder that is gone: ``python`` puts nothing there
    put_first(folder)


def take_out_own_path_entry() -> None:
    """Remove what ``python`` put first on ``sys.path`` for the command ``entrepot`` itself."""
    if sys.flags.safe_path or not sys.path:
        return
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    try:
        own = os.getcwd() if spec is not None else os.path.dirname(os.path.realpath(sys.argv[0]))
    except OSError:
        return
    if sys.path[0] == own:
        del sys.path[0]


def _new_main() -> ModuleType:
    """Put a ``__main__`` in the module cache as C makes it, attributes in its order."""
    main = type(sys)("__main__")
    namespace = main.__dict__
    namespace["__loader__"] = sys.modules["_frozen_importlib"].BuiltinImporter
    if sys.version_info < (3, 14):
        namespace["__annotations__"] = {}
    namespace["__builtins__"] = sys.modules["builtins"]
    handover.keep_to_the_end(getattr(sys.modules.get("__main__"), "__dict__", None))
    sys.modules["__main__"] = main
    return main
