"""Every exception of entrepot's own, with its wording.

What the import system itself reports are the standard exceptions with the standard texts
(``ModuleNotFoundError`` with ``name``, ``ImportError`` with ``name`` and ``path``): programs catch
those. The classes here are for what only entrepot can refuse. A message says, in this order,
what could not be done, where, what the process runs now, and what to do next; the same facts are
attributes.
"""

from __future__ import annotations


class EntrepotError(Exception):
    """The base of entrepot's own exceptions."""


RUNS_ON = "the process runs what it ran before"


def worded(what: str, now: str, remedy: str) -> str:
    """Return a message: what could not be done, what the process runs now, what to do next.

    Example:
        >>> print(worded("cannot reload", RUNS_ON, "save again"))
        cannot reload
          the process runs what it ran before
          save again
    """
    return f"{what}\n  {now}\n  {remedy}"


class TakeOverError(EntrepotError):
    """The process could not be taken over or given back.

    Attributes:
        reason: What stood in the way, as a sentence without a final stop.
    """

    def __init__(self, reason: str, now: str, remedy: str) -> None:
        self.reason = reason
        super().__init__(worded(f"cannot {reason}", f"now: {now}", remedy))


class TraceError(EntrepotError):
    """A trace was asked for what it cannot do.

    Attributes:
        reason: What could not be done, as a sentence without a final stop.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason = reason
        super().__init__(worded(f"cannot {reason}", "nothing was recorded", remedy))


class SystemClosedError(EntrepotError):
    """A private import system was used after ``close()``.

    Attributes:
        system_name: The name that the system was made with.
    """

    def __init__(self, system_name: str, name: str) -> None:
        self.system_name = system_name
        self.name = name
        what = f"cannot import {name!r}: the import system {system_name!r} is closed"
        now = "its modules go on working, but import nothing more through it"
        remedy = f"make a new ImportSystem({system_name!r}, path=[...]) to import again"
        super().__init__(worded(what, now, remedy))


class SystemNameError(EntrepotError, ValueError):
    """A name for a private import system cannot be used.

    Attributes:
        system_name: The name that was asked for.
    """

    def __init__(self, system_name: object, reason: str) -> None:
        self.system_name = system_name
        what = f"cannot make an import system named {system_name!r}: {reason}"
        remedy = "use a short identifier that no open system has, such as 'plugins_a'"
        super().__init__(worded(what, "nothing was registered", remedy))


class SystemPathError(EntrepotError, TypeError):
    """The ``path`` of a private import system is no list of strings.

    Attributes:
        system_name: The name that the system was to have.
        path: What was given.
    """

    def __init__(self, system_name: str, path: object) -> None:
        self.system_name = system_name
        self.path = path
        what = f"cannot make the import system {system_name!r}: path must be a list of folder "
        what += f"names (str), not {path!r}"
        remedy = f"write ImportSystem({system_name!r}, path=['some/folder'])"
        super().__init__(worded(what, "nothing was registered", remedy))


class ExtensionNotIsolatedError(EntrepotError, ImportError):
    """A private system was asked for an extension module, of which a process has only one.

    Attributes:
        system_name: The private system.
        name: The module, as the system knows it.
        path: The extension's file.
    """

    def __init__(self, system_name: str, name: str, path: str | None) -> None:
        ImportError.__init__(
            self,
            f"cannot import the extension module {name!r} in the import system {system_name!r}\n"
            f"  at {path}\n"
            f"  nothing was loaded: an extension belongs to the whole process\n"
            f"  import it in the process, and hand it over: "
            f"system.modules[{name!r}] = the module",
            name=name,
            path=path,
        )
        self.system_name = system_name


class ReloadBusyError(EntrepotError, RuntimeError):
    """A reload cannot begin now.

    Attributes:
        reason: What is going on, as a sentence without a final stop.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            worded(f"cannot reload now: {reason}", RUNS_ON, "reload again when that is over")
        )


class FaultError(EntrepotError, RuntimeError):
    """A reload failed by a fault of entrepot's own.

    Attributes:
        error: What was raised.
        place: Where, such as ``"reloading/execute.py:88"``.
        is_undone: Whether everything is as it was.
    """

    def __init__(self, error: BaseException, place: str, *, is_undone: bool = True) -> None:
        self.error = error
        self.place = place
        self.is_undone = is_undone
        now = (
            "nothing was changed: the process runs what it ran before, and live is off"
            if is_undone
            else "undoing it failed too: the process may be half-changed, and live is off"
        )
        what = f"cannot reload: entrepot itself failed with {type(error).__name__}: {error}"
        remedy = "restart the program to run the new text, and report this error"
        super().__init__(worded(f"{what}, at {place}", now, remedy))


class VerifyError(EntrepotError, RuntimeError):
    """The running program could not be compared with a restart.

    Attributes:
        reason: What became of the fresh process, as a sentence without a final stop.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        remedy = "import the program's modules in a new Python to see what is wrong"
        super().__init__(
            worded(f"cannot compare the program with a restart: {reason}", RUNS_ON, remedy)
        )


class ReloadOrderError(EntrepotError, RuntimeError):
    """A reload cannot be undone, since another one came after it.

    Attributes:
        files: The files of the reload.
    """

    def __init__(self, files: list[str]) -> None:
        self.files = files
        what = f"cannot roll back the reload of {', '.join(map(repr, files))}: another one was "
        now, remedy = "the process runs the later text", "save the text that you want, and reload"
        super().__init__(worded(f"{what}taken since", now, remedy))


class LostTextError(EntrepotError, OSError):
    """The text that a module was executed from cannot be had any more.

    Attributes:
        file: The module's file.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        what = (
            f"cannot read the text that runs of {file!r}: the program has closed the descriptor "
        )
        what += "of the file that held it"
        super().__init__(worded(what, RUNS_ON, "restart the program to run the new text"))
