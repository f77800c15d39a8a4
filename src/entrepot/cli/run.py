"""``entrepot run``: a program in place of ``python``, its imports through our import system.

Its words are read by hand: everything after the target is the program's, and argparse would be
in the program's ``sys.modules``.
"""

from __future__ import annotations

import os
import sys

from . import aside, handover, options, targets
from .attendants import Attendant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

HELP = """\
usage: entrepot run [options] app.py [arguments...]
       entrepot run [options] -m name [arguments...]
       entrepot run [options] name:function [arguments...]

Run a program as python does, with every import going through entrepot.

app.py         a script; also a folder or zip file with a __main__.py, or - for standard input
-m name        a module, or a package with a __main__
name:function  a function of a module, called without arguments; its result is the exit code

The program is live: save one of its files, and it runs the new text, its state kept; or nothing
changes, and you are told why.

options:
  --no-watch          run the program without keeping it live
  --watch DIR         keep the modules below DIR live though they are installed
  --ignore WHAT       leave a folder, a file or a pattern ("*_pb2.py") out
  --poll[=SECONDS]    look at the files again and again: for mounts without file events
  --settle TIME       how long a reload waits for requests in flight (250ms)
  --on-restart WHAT   when an edit needs a restart: ask (say so, and wait), restart, or keep
  --allow-partial     apply such an edit as far as it goes
  --loop NAME:FUNC    in place of app.py: run a function, and again after each edit
  --log WHERE         json, logging, or a file, in place of text on standard error
  --quiet             tell only what went wrong
  -h, --help          show this and exit

They can stand in [tool.entrepot] of pyproject.toml and in ENTREPOT_SETTLE and the like as well.
Options of python itself go before: python -u -m entrepot run app.py
The exit code is the program's own; 2 when there was nothing to run.
ENTREPOT=0 in the environment leaves imports to python.
"""


def run(words: list[str], caller: FrameType | None) -> int:
    """Run the program that the words after ``entrepot run`` name.

    Returns:
        An exit code, when there was nothing to run. Otherwise the process ends with the program.
    """
    if words[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    wanted = options.Options()
    try:
        options.from_surroundings(wanted)
        target = options.parse(words, "run", wanted)
    except options.UsageError as error:
        print(f"entrepot run: {error}", file=sys.stderr)
        return 2
    if not wanted.is_live or os.environ.get("ENTREPOT") == "0":
        return run_target(target, caller, Attendant())
    from .keeping import Keeping

    return run_target(target, caller, Keeping(wanted))


def run_target(target: targets.Target, caller: FrameType | None, attendant: Attendant) -> int:
    """Run a target in this process, and end the process as ``python`` would.

    Args:
        target: What to run.
        caller: The frame that called the command line.
        attendant: What else is to be done before and after.

    Returns:
        An exit code, when there was nothing to run.
    """
    is_alone = handover.is_at_the_bottom(caller)
    targets.take_out_own_path_entry()
    room = aside.Aside(attendant.load_rest, is_alone=is_alone)
    with aside.StandardFirst():
        attendant.prepare()
    try:
        program = targets.prepare(target, room.make_room)
    except targets.CannotRun as error:
        print(f"entrepot: {error}", file=sys.stderr)
        return 2

    def after(error: BaseException | None) -> BaseException | None:
        return program.after(attendant.after(error))

    if is_alone:
        handover.hand_over(program.start, attendant.before, after)
    return handover.call(program.start, attendant.before, after)
