"""One process that runs a program, stock or live: forked by ``server``, told by ``judge``."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import signal
import sys
import traceback
import types
import weakref
from typing import TYPE_CHECKING, Any

from tests.properties.imprint import Imprint
from tests.properties.messages import Gone, receive, send

if TYPE_CHECKING:
    from collections.abc import Iterator

#: After so long a process is ended; its code is interrupted before, by the processor's time.
SECONDS = 40
MOST_WORK, MOST_ASKED = 8.0, 1.0
#: Whether what is held is that of the name it was got by: no, but that of another one it had.
BY_ANOTHER_NAME = "by another of its names"
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def told(error: BaseException) -> str:
    """Return an exception in words."""
    return f"{type(error).__name__}: {ADDRESS.sub('0x', str(error))[:300]}"


class EndlessError(BaseException):
    """What a loop without end is ended by, live and fresh alike: an edit may make one."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt code that takes more of the processor's time, again and again if it goes on."""

    def interrupt(*_: object) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGVTALRM, interrupt)
    left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, left, 0.5 if left else 0)
        signal.signal(signal.SIGVTALRM, before)


class Child:
    """The program in this process, and the client that uses it."""

    def __init__(self, root: str, *, is_live: bool) -> None:
        self.root = root
        self.held: list[Any] = []
        self.names: list[list[tuple[str, str]]] = []  # that led to each when it was taken
        self.session: Any = None
        sys.path.insert(0, root)
        weakref.finalize(self, int)  # the first one registers an exit function of the library's
        if is_live:
            from entrepot.reloading.session import live

            self.session = live([root])

    def module(self, name: str) -> types.ModuleType:
        """Return a module, imported if need be: the client's ``M``."""
        return importlib.import_module(name)

    def start(self, order: dict[str, Any]) -> dict[str, Any]:
        """Import the program; take references; change run-time state."""
        answer: dict[str, Any] = {"error": None, "holds": [], "states": []}
        try:
            with at_most(MOST_WORK):
                for name in order["names"]:
                    self.module(name)
        except BaseException as error:  # noqa: BLE001 (SystemExit is one of the things to compare)
            answer["error"] = told(error)
            return answer
        kept = order["kept"]
        for number, (make, _probe, transplant) in enumerate(order["holds"]):
            value: Any = Missing
            try:
                if number in order["but"]:
                    raise LookupError(f"the client does not take {make}")
                value = eval(make, {"M": self.module})
            except Exception as error:  # noqa: BLE001
                answer["holds"].append(["error", told(error)])
            else:
                answer["holds"].append(_left(value, transplant))
                if kept is not None and not _transplant(value, transplant, kept[number]):
                    value = Missing
            self.held.append(value)
            self.names.append(_names_of(value, self.root))
        for module, statement, _location in order["states"]:
            try:
                exec(statement, vars(self.module(module)))
                answer["states"].append(True)
            except Exception:  # noqa: BLE001 (what it changes is gone in this version)
                answer["states"].append(False)
        return answer

    def look(self, order: dict[str, Any]) -> dict[str, Any]:
        """Tell everything that the process has now, and what the client gets."""
        from entrepot.verifying.snapshot import Snapshot

        for name in order["names"]:
            self.module(name)
        gc.collect()  # a class whose name another one has got is a subclass until then
        ours = {
            name: module
            for name, module in sorted(sys.modules.items())
            if (getattr(module, "__file__", None) or "").startswith(self.root + os.sep)
        }
        snapshot = Snapshot(ours)
        answers = [
            [probe, self._answer(probe, Missing if number in order["but"] else held)]
            for number, ((_make, probe, _), held) in enumerate(
                zip(order["holds"], self.held, strict=True)
            )
        ]
        for number, held in enumerate(self.held):
            probe, answer = answers[number]
            is_asked = probe.startswith("h is ") and answer == "False"
            if is_asked and self._has_other_name(number, held):
                answers[number][1] = BY_ANOTHER_NAME
        answers += [[probe, self._answer(probe, None)] for probe in order["probes"]]
        return {"facts": snapshot.facts, "parents": snapshot.parents, "answers": answers}

    def _has_other_name(self, number: int, held: Any) -> bool:
        """Return whether a name leads to what is held that did so when it was taken."""
        found = (vars(sys.modules[m]).get(n) for m, n in self.names[number] if m in sys.modules)
        return any(value is held for value in found)

    def _answer(self, probe: str, held: Any) -> str:
        if held is Missing:
            return "not held"
        try:
            with at_most(MOST_ASKED):
                return ADDRESS.sub("0x", repr(eval(probe, {"M": self.module, "h": held})))[:500]
        except (Exception, EndlessError) as error:  # noqa: BLE001
            return f"raised {told(error)}"

    def look_aside(self, order: dict[str, Any]) -> dict[str, Any]:
        """Look in a forked process, so that looking changes nothing.

        The fresh process does so too: a fork marks threads that were never started as stopped.
        """
        reader, writer = os.pipe()
        process = os.fork()
        if not process:
            signal.alarm(SECONDS)
            try:
                send(writer, self.look(order))
            except BaseException as error:  # noqa: BLE001
                send(writer, {"crashed": told(error)})
            finally:
                os._exit(0)
        os.close(writer)
        try:
            answer: dict[str, Any] = receive(reader)
        except Gone:
            answer = {"crashed": "the process died"}
        os.close(reader)
        os.waitpid(process, 0)
        return answer

    def apply(self, _order: dict[str, Any]) -> dict[str, Any]:
        """Bring the edit in; compare with before if that did not work."""
        if sys.version_info >= (3, 14):
            gc.collect()  # a class that a decorator made anew: its functions keep the dict
        before = Imprint(self.root, self.held)
        with at_most(MOST_WORK):
            report = self.session.apply()
        changes = [] if report.status == "ok" else before.changes()
        del before
        gc.collect()  # what it held alone is gone, as it would be without it
        return {
            "status": report.status,
            "error": None if report.error is None else told(report.error),
            "reasons": report.reasons,
            "dropped": report.state_dropped,
            "replaced": report.replaced,
            "ran": len(report.ran),
            "changes": changes[:10],
        }


def _names_of(value: Any, root: str) -> list[tuple[str, str]]:
    """Return the names by which the program's modules have an object."""
    return [
        (module, name)
        for module, found in list(sys.modules.items())
        if (getattr(found, "__file__", None) or "").startswith(root + os.sep)
        for name, bound in vars(found).items()
        if bound is value
    ]


class Missing:
    """What a client could not take."""


def _left(value: Any, transplant: str) -> list[Any]:
    """Return what old code has left in a reference: it stays through every edit."""
    if value is None or isinstance(value, int | str | float) or _is_nothing(value):
        return ["atom", None]  # nobody can be led from an object to a number
    if transplant == "instance":
        owner = value.__self__ if isinstance(value, types.MethodType) else value
        if isinstance(owner, tuple):
            return ["instance", None]  # what old code has put into it cannot be put elsewhere
        if not isinstance(getattr(owner, "__dict__", None), dict):
            return ["instance", None]
        return ["instance", _atoms(_state(owner))]
    if transplant == "class":
        quiet = {"__module__", "__qualname__", "__doc__", "__firstlineno__"}
        plain = {n: v for n, v in vars(value).items() if type(v) in (int, str) and n not in quiet}
        return ["class", plain]
    if transplant == "cells" and isinstance(value, types.FunctionType):
        names = value.__code__.co_freevars
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return ["cells", _atoms(dict(zip(names, cells, strict=True)))]
    return ["nothing", None]


def _is_nothing(value: Any) -> bool:
    return type(value) is list and value == [None]


def _state(instance: Any) -> dict[str, Any]:
    """Return the attributes of an instance, those in slots too."""
    slots = {name for cls in type(instance).__mro__ if "__slots__" in vars(cls)  # not C's own
             for name, member in vars(cls).items()
             if isinstance(member, types.MemberDescriptorType)}  # fmt: skip
    held: dict[str, Any] = {n: getattr(instance, n) for n in slots if hasattr(instance, n)}
    return {**held, **vars(instance)}


def _atoms(values: Any) -> dict[str, Any] | None:
    if not isinstance(values, dict):
        return None
    plain = all(type(v) in (int, str, bool, type(None)) for v in values.values())
    return dict(values) if plain else None


def _transplant(value: Any, transplant: str, kept: list[Any]) -> bool:
    """Put what old code had left into a fresh reference; False if that cannot be compared."""
    kind, values = kept
    if kind == "error":
        return False
    if not transplant:
        return True
    if values is None:
        return False
    if kind == "class":
        for name, held in values.items():
            setattr(value, name, held)
        return True
    if kind == "instance":
        owner = value.__self__ if isinstance(value, types.MethodType) else value
        if not isinstance(getattr(owner, "__dict__", None), dict):
            return False
        for name in _state(owner):
            object.__delattr__(owner, name)
        try:
            for name, held in values.items():
                object.__setattr__(owner, name, held)
        except AttributeError:  # its class has a property by that name now
            return False
        return True
    if not isinstance(value, types.FunctionType) or set(value.__code__.co_freevars) != set(values):
        return False
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        cell.cell_contents = values[name]
    return True


def serve(descriptor_in: int, descriptor_out: int, order: dict[str, Any]) -> None:
    """Do what the judge says until it says ``end``."""
    child = Child(order["root"], is_live=order["live"])
    actions = {"start": child.start, "look": child.look_aside, "apply": child.apply}
    while True:
        order = receive(descriptor_in)
        if order["do"] == "end":
            return
        signal.alarm(SECONDS)
        try:
            answer = actions[order["do"]](order)
        except BaseException as error:  # noqa: BLE001
            answer = {"crashed": "\n".join(traceback.format_exception(error)[-5:])}
        signal.alarm(0)
        send(descriptor_out, answer)
