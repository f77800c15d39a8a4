"""What ``entrepot run`` was asked for: options, then the environment, then ``pyproject.toml``.

Read by hand: everything after the target is the program's, and argparse would be in the
program's ``sys.modules``.
"""

from __future__ import annotations

import os

from . import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

_PYTHONS = "bBdEiIOPqRsSuvWxX"
SETTLE = 0.25
LOOK = 0.3
ON_RESTART = ("ask", "restart", "keep")


class UsageError(Exception):
    """The command line cannot be understood. ``str()`` is the whole message."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  nothing was run\n  {remedy}")


class Options:
    """What was asked for.

    Attributes:
        is_live: Whether the program is kept live.
        watched: Folders whose modules are kept live though they are installed.
        ignored: Folders, files and patterns that are left out.
        poll: Seconds between two looks at the files; None for file events.
        settle: Seconds that a reload waits for requests in flight.
        on_restart: ``"ask"``, ``"restart"`` or ``"keep"``.
        is_partial_allowed: Whether an edit that needs a restart is applied as far as it goes.
        loop: A function to run again after each edit, as ``"name:function"``.
        log: Where facts go instead of standard error: ``"json"``, ``"logging"``, or a file.
        is_quiet: Whether only what went wrong is told.
    """

    def __init__(self) -> None:
        self.is_live = True
        self.watched: list[str] = []
        self.ignored: list[str] = []
        self.poll: float | None = None
        self.settle = SETTLE
        self.on_restart = "ask"
        self.is_partial_allowed = False
        self.loop = ""
        self.log = ""
        self.is_quiet = False

    def set(self, name: str, value: str, *, source: str) -> None:
        """Follow one setting, given in words.

        Raises:
            UsageError: There is no such setting, or the value is none for it.
        """
        if name in _TAKES_SEVERAL:
            getattr(self, _TAKES_SEVERAL[name]).append(value)
        elif name in ("poll", "settle"):
            setattr(self, name, _seconds(name, value, source))
        elif name == "on-restart":
            if value not in ON_RESTART:
                raise UsageError(
                    f"cannot follow {source}: there is no {value!r} to do",
                    f"choose one of {', '.join(ON_RESTART)}",
                )
            self.on_restart = value
        elif name == "loop":
            if not _names_a_function(value):
                raise UsageError(
                    f"cannot follow {source}: {value!r} names no function",
                    "write: --loop package.module:function",
                )
            self.loop = value
        elif name == "log":
            self.log = value
        else:
            raise UsageError(
                f"there is no setting {name!r} in {source}",
                f"known are {', '.join(sorted({*_WITH_VALUE, *_FLAGS}))}",
            )

    def switch(self, name: str) -> None:
        """Follow an option that takes no value."""
        _FLAGS[name](self)


#: Options with a value, and the attribute of those that may come several times.
_WITH_VALUE = ("watch", "ignore", "poll", "settle", "on-restart", "loop", "log")
_TAKES_SEVERAL: Mapping[str, str] = {"watch": "watched", "ignore": "ignored"}
_FLAGS: Mapping[str, Callable[[Options], object]] = {
    "no-watch": lambda options: setattr(options, "is_live", False),
    "allow-partial": lambda options: setattr(options, "is_partial_allowed", True),
    "quiet": lambda options: setattr(options, "is_quiet", True),
}


def _seconds(name: str, value: str, source: str) -> float:
    """Return a time given as ``250ms``, ``0.25s`` or ``0.25``.

    Example:
        >>> _seconds("settle", "250ms", "--settle"), _seconds("poll", "2", "--poll")
        (0.25, 2.0)
    """
    number, factor = (value[:-2], 0.001) if value.endswith("ms") else (value.rstrip("s"), 1.0)
    try:
        seconds = float(number) * factor
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf") or (name == "poll" and seconds == 0):
        raise UsageError(
            f"cannot follow {source}: {value!r} is no time", f"write: --{name} 250ms, or 0.25s"
        )
    return seconds


def parse(words: Sequence[str], command: str, options: Options | None = None) -> targets.Target:
    """Return the target that words name, after the options that may stand before it.

    Args:
        words: What stands on the command line after the command.
        command: The command, for messages.
        options: Filled with what is asked for; None when the command has no such options.

    Raises:
        UsageError: The words name no target, or an option that cannot be followed.
    """
    rest = list(words)
    while rest and rest[0].startswith("--") and rest[0] != "--":
        _take_option(rest, command, options)
    if rest and rest[0] == "--":
        del rest[0]
    elif rest and rest[0].startswith("-") and rest[0] not in ("-", "-m"):
        _refuse(rest[0], command)
    if options is not None and options.loop and not rest:
        return targets.Target("loop", options.loop, [])
    if options is not None and options.loop:
        raise UsageError(
            f"cannot run {rest[0]!r} beside --loop {options.loop}",
            "leave one of them out: the function's module is imported first",
        )
    if not rest:
        raise UsageError("what to run is missing", f"name it: entrepot {command} app.py")
    if rest[0] == "-m":
        if len(rest) == 1:
            raise UsageError(
                "the name after -m is missing", f"name it: entrepot {command} -m name"
            )
        return targets.Target("module", rest[1], rest[2:])
    kind = "function" if _names_a_function(rest[0]) else "script"
    return targets.Target(kind, rest[0], rest[1:])


def _take_option(rest: list[str], command: str, options: Options | None) -> None:
    """Follow the first of some words, and take it out with its value."""
    name, equals, value = rest[0][2:].partition("=")
    if options is None and name != "no-watch":
        _refuse(rest[0], command)
    option = rest.pop(0)
    options = options or Options()
    if name in _FLAGS and not equals:
        options.switch(name)
    elif name == "poll" and not equals:
        options.poll = LOOK
    elif name in _WITH_VALUE:
        if not equals:
            if not rest:
                raise UsageError(f"a value is missing after {option!r}", f"write: {option}=VALUE")
            value = rest.pop(0)
        options.set(name, value, source=option)
    else:
        _refuse(option, command)


def _refuse(option: str, command: str) -> None:
    if option.startswith("-m"):  # `python -mname`, in one word
        raise UsageError(f"cannot take {option!r}", f"write: entrepot {command} -m {option[2:]}")
    if option[1:2] and option[1] in _PYTHONS:
        raise UsageError(
            f"cannot follow {option!r}: it is an option of python itself",
            f"write: python {option} -m entrepot {command} ...",
        )
    raise UsageError(
        f"there is no option {option!r}", f"entrepot {command} --help lists the options"
    )


def _names_a_function(text: str) -> bool:
    name, colon, function = text.partition(":")
    if not colon or os.path.exists(text):
        return False
    return all(part.isidentifier() for part in (*name.split("."), *function.split(".")))


def from_surroundings(options: Options) -> None:
    """Follow the settings of the environment and of ``[tool.entrepot]``, weakest first.

    Raises:
        UsageError: One of them cannot be followed.
    """
    for name, values in _in_project():
        for value in values:
            if name in _FLAGS:
                if value:
                    options.switch(name)
            elif name == "poll" and value is True:
                options.poll = LOOK
            else:
                options.set(name, str(value), source="[tool.entrepot] of pyproject.toml")
    for name in (*_WITH_VALUE, *_FLAGS):
        variable = f"ENTREPOT_{name.upper().replace('-', '_')}"
        value = os.environ.get(variable, "")
        if not value:
            continue
        if name in _FLAGS:
            if value != "0":
                options.switch(name)
        else:
            for part in value.split(os.pathsep) if name in _TAKES_SEVERAL else [value]:
                options.set(name, part, source=variable)


def _in_project() -> list[tuple[str, list[Any]]]:
    """Return the settings of the nearest ``pyproject.toml`` upwards, folders made absolute."""
    try:
        folder = os.getcwd()
    except OSError:
        return []
    while True:
        try:
            with open(os.path.join(folder, "pyproject.toml"), "rb") as stream:
                content = stream.read()
        except OSError:
            folder, below = os.path.dirname(folder), folder
            if folder == below:
                return []
        else:
            # The parser is not even loaded for nothing.
            return _parsed(content, folder) if b"tool.entrepot" in content else []


def _parsed(content: bytes, folder: str) -> list[tuple[str, list[Any]]]:
    import tomllib

    try:
        table = tomllib.loads(content.decode()).get("tool", {}).get("entrepot", {})
    except ValueError as error:
        raise UsageError(
            f"cannot read {folder}/pyproject.toml: {error}", "mend it, or move [tool.entrepot] out"
        ) from None
    found: list[tuple[str, list[Any]]] = []
    for name, value in table.items():
        values = value if isinstance(value, list) else [value]
        if name in _TAKES_SEVERAL:
            values = [v if "*" in v else os.path.join(folder, v) for v in values]
        found.append((name, values))
    return found
