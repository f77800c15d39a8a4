"""The live part of ``entrepot run``: from options to a keeper, around a program."""

from __future__ import annotations

import os

from entrepot.errors import EntrepotError
from entrepot.standard import load_all

from . import attendants

#: Bytes; the name of a socket follows, and the least that a system takes is 104 with its end.
LONGEST_FOLDER = 88

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from entrepot.running.facts import Outcome
    from entrepot.running.keeper import Keeper
    from entrepot.running.restart import Restart

    from .console import Console
    from .options import Options


class Keeping(attendants.Attendant):
    """Keeps a program live."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._keeper: Keeper | None = None
        self._restart: Restart | None = None

    def prepare(self) -> None:
        """Take over, and start to watch; if that cannot be done, say so and go on without."""
        from entrepot.engine.takeover import current, take_over

        try:
            take_over()
            system = current()
            if system is not None:
                self._keep(system)
        except EntrepotError as error:
            attendants.say_that_it_runs_without(error)
        except OSError as error:
            attendants.say_that_it_runs_without(f"cannot watch the program's files: {error}")

    def _keep(self, system: Any) -> None:
        from entrepot.running.adapters import Adapters
        from entrepot.running.facts import Fact
        from entrepot.running.keeper import Keeper
        from entrepot.running.program import LiveProgram
        from entrepot.running.restart import Restart
        from entrepot.running.safepoint import SafePoints
        from entrepot.running.scope import Scope
        from entrepot.running.settings import Settings

        from .console import Console

        options = self._options
        console = Console(options.log, is_quiet=options.is_quiet)
        points = SafePoints()
        scope = Scope(options.watched, options.ignored)
        program = LiveProgram(
            scope,
            system,
            lambda: keeper.tell_files(),
            allow_partial=options.is_partial_allowed,
        )
        settings = Settings(options.settle, options.poll)
        keeper = Keeper(program, points, settings, console.tell, socket_of(os.getpid()))
        adapters = Adapters(
            program.gate, points, lambda fault: console.tell([Fact("fault", fault)])
        )
        system.add_execution_hook(adapters)
        restart = Restart(lambda fault: console.tell([Fact("fault", fault)]))
        speaker = _Speaker(console, keeper, restart, options.on_restart)
        keeper.on_outcome, keeper.on_idle = speaker.tell_outcome, speaker.tell_what_is_watched
        keeper.answer = speaker.answer
        keeper.start()
        self._keeper, self._restart = keeper, restart

    def load_rest(self) -> None:
        """Load what an edit, a question and the end of the program take."""
        super().load_rest()
        load_all(
            (
                "entrepot.reloading",
                "entrepot.running",
                "entrepot.running.adapters",
                "entrepot.verifying",
            )
        )

    def before(self) -> None:
        """Note what the program begins with."""
        if self._keeper is not None:
            self._keeper.program.is_about_to_start()

    def after(self, error: BaseException | None) -> BaseException | None:
        """Return what the process ends by: that it is to start anew is no error."""
        return error if self._restart is None else self._restart.after(error)


class _Speaker:
    """Says what a keeper has to say, and loads what that takes only then."""

    def __init__(
        self, console: Console, keeper: Keeper, restart: Restart, on_restart: str
    ) -> None:
        self._console = console
        self._keeper = keeper
        self._restart = restart
        self._on_restart = on_restart
        self._answers: Any = None

    def tell_outcome(self, outcome: Outcome) -> None:
        """Tell what became of an edit, and begin the restart that it needs, if that is wanted."""
        from entrepot.running.facts import Fact, facts_of

        facts = list(facts_of(outcome))
        if outcome.report.status == "needs_restart":
            if self._on_restart == "restart":
                facts.append(Fact("still", "the program is started anew"))
            else:
                how = "; `entrepot restart` starts it anew" if self._on_restart == "ask" else ""
                facts.append(Fact("still", f"nothing changed: the program runs on as before{how}"))
        self._console.tell(facts)
        if outcome.report.status == "needs_restart" and self._on_restart == "restart":
            self._restart.begin()

    def tell_what_is_watched(self) -> None:
        """Tell a person at a terminal that the program is live, once it runs for a moment.

        A forked process tells it only if it has modules that its parent had not told of.
        """
        if not self._console.is_terminal:
            return
        from entrepot.running.facts import Fact, short

        files = self._keeper.program.files()
        if files and files != self._keeper.program.files_at_fork:
            folder = os.path.commonpath([os.path.dirname(file) for file in files])
            counted = "1 module" if len(files) == 1 else f"{len(files)} modules"
            where = short(folder + os.sep) or "."
            self._console.tell([Fact("watch", f"{counted} under {where}", "(Ctrl-C to stop)")])

    def answer(self, verb: str, words: list[str]) -> str:
        """Answer a question from outside."""
        if self._answers is None:
            from entrepot.running.answers import Answers

            self._answers = Answers(self._keeper, self._restart.begin)
        answer: str = self._answers(verb, words)
        return answer


def socket_of(pid: int) -> str:
    """Return where the hub of a program listens."""
    return os.path.join(folder_of_sockets(), f"{pid}.sock")


def folder_of_sockets() -> str:
    """Return the folder of this user's sockets.

    The system takes no socket whose path is longer than about a hundred bytes. Where the folder
    for temporary files lies so deep, one in its place is found by both sides.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isabs(runtime):
        folder = os.path.join(runtime, "entrepot")
    else:
        folder = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"entrepot-{os.getuid()}")  # noqa: S108
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    from zlib import crc32

    return f"/tmp/entrepot-{os.getuid()}-{crc32(os.fsencode(folder)):08x}"  # noqa: S108
