"""``entrepot``: which command is meant, and ``--version`` and ``--help``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

HELP = """\
usage: entrepot COMMAND ...

A complete Python import system: isolate it, see into it, keep it live.

  entrepot run app.py      run a program in place of python, its imports through entrepot
  entrepot demo            write a small program, run it, and edit it before your eyes
  entrepot status          what a running program runs, what is not live and why
  entrepot plan FILE       what it would do with a file as it is saved now
  entrepot retry           have it take what is saved, though that failed before
  entrepot verify          is it what a restart would give?
  entrepot restart         start it anew
  entrepot trace app.py    show the imports of a program as a timed tree
  entrepot why NAME app.py show who imported a module, by which chain, and what it costs
  entrepot doctor app.py   tell what is wrong with a program's modules, and what to do
  entrepot cycles src      find the modules that import each other, and what to change
  entrepot explain         tell a pasted traceback of a failed import as a story

  entrepot COMMAND --help  tells about one command
  entrepot --version       shows the version and exits

Exit codes: 0 clean, 1 findings, 2 wrong usage or an error of entrepot's own.
run passes on the exit code of the program.
"""


def main(argv: list[str] | None = None) -> int:
    """Follow a command line, by default the process's own.

    ``run``, ``trace`` and ``why`` do not return when they start a program: the process ends with
    it.

    Returns:
        The exit code.
    """
    words = sys.argv[1:] if argv is None else argv
    command = words[0] if words else "--help"
    if command == "run":
        from .run import run

        return run(words[1:], sys._getframe(1))  # noqa: SLF001
    if command == "trace":
        from .tracing import trace

        return trace(words[1:], sys._getframe(1))  # noqa: SLF001
    if command in ("status", "plan", "retry", "verify", "restart"):
        from .asking import ask

        return ask(command, words[1:])
    if command == "demo":
        from .demo import demo

        return demo(words[1:])
    if command == "why":
        from .reasons import why

        return why(words[1:], sys._getframe(1))  # noqa: SLF001
    if command in ("doctor", "explain", "cycles"):
        return _examine(command, words[1:], sys._getframe(1))  # noqa: SLF001
    if command in ("-h", "--help"):
        print(HELP, end="")
        return 0 if words else 2
    if command in ("-V", "--version"):
        from entrepot import __version__

        print(f"entrepot {__version__}")
        return 0
    print(
        f"entrepot: there is no command {command!r}\n"
        f"  nothing was run\n"
        f"  entrepot --help lists the commands; to run a program: entrepot run {command}",
        file=sys.stderr,
    )
    return 2


def _examine(command: str, words: list[str], caller: FrameType) -> int:
    """Follow a command that tells what is wrong."""
    if command == "doctor":
        from .doctoring import doctor

        return doctor(words, caller)
    if command == "explain":
        from .explaining import explain

        return explain(words)
    from .cycling import cycles

    return cycles(words)
