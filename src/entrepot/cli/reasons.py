"""``entrepot why``: run a program, and tell why a module was loaded."""

from __future__ import annotations

import sys

from . import run, timing
from .options import UsageError
from .options import parse as parse_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from entrepot.views.tree import Tree

HELP = """\
usage: entrepot why [--format text|json] NAME app.py [arguments...]
       entrepot why [--format text|json] NAME -m name [arguments...]
       entrepot why [--format text|json] NAME name:function [arguments...]

Run a program as `entrepot run` does, and tell why the module NAME was loaded: the chain of
imports that first brought it in, everybody else who imports it, what it cost, and what would no
longer load without it. Told on standard error, when the program has ended.

options:
  --format json  one object of JSON; times in nanoseconds (text, for a person, is usual)
  -h, --help     show this and exit

The exit code is the program's own; 1 when it went well but NAME was not imported, 2 when there
was nothing to run.
"""


class Asking(timing.Recorded):
    """Records every import, and tells about one module at the end."""

    command = "why"

    def __init__(self, name: str, *, is_json: bool) -> None:
        super().__init__(every=True)
        self._name = name
        self._is_json = is_json

    def report(self, tree: Tree) -> int:
        """Tell why the module was loaded; return 1 if it was not."""
        from entrepot.views.tree_json import as_json
        from entrepot.views.why import why_in

        why = why_in(tree, self._name)
        if self._is_json:
            self.say(as_json(why.as_dict()) + "\n")
        elif self._stderr is not None:
            self.say(why.text(timing.look_of(self._stderr)))
        return 0 if why.status in ("imported", "before") else 1


def why(words: list[str], caller: FrameType | None) -> int:
    """Run the program and tell about the module that the words after ``entrepot why`` name.

    Returns:
        An exit code, when there was nothing to run. Otherwise the process ends with the program.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    try:
        name, is_json, rest = _parse(words)
        target = parse_target(rest, f"why {name}")
        return run.run_target(target, caller, Asking(name, is_json=is_json))
    except UsageError as error:
        print(f"entrepot why: {error}", file=sys.stderr)
        return 2


def _parse(words: list[str]) -> tuple[str, bool, list[str]]:
    """Return the module's name, whether JSON is wanted, and the words that begin with the target.

    Raises:
        UsageError: The words cannot be understood.
    """
    rest, shape = list(words), "text"
    while rest and rest[0].partition("=")[0] == "--format":
        _, equals, shape = rest.pop(0).partition("=")
        if not equals:
            shape = rest.pop(0) if rest else ""
        if shape not in ("text", "json"):
            raise UsageError(
                f"there is no format {shape!r}", "write: --format text, or --format json"
            )
    if not rest:
        raise UsageError("the name of a module is missing", "write: entrepot why NAME app.py")
    name = rest.pop(0)
    if name.startswith("-"):
        raise UsageError(f"there is no option {name!r}", "entrepot why --help lists the options")
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} is no name of a module", "write: entrepot why NAME app.py")
    return name, shape == "json", rest
