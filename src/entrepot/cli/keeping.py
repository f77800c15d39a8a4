"""The live part of ``entrepot run``: from options to a keeper, around a program."""

from __future__ import annotations

import os

from entrepot.errors import EntrepotError

from . import attendants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from entrepot.running.facts import Outcome
    from entrepot.running.keeper import Keeper

    from .console import Console
    from .options import Options


class Keeping(attendants.Attendant):
    """Keeps a program live."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._keeper: Keeper | None = None

    def prepare(self) -> None:
        """Take over, and start to watch; if that cannot be done, say so and go on without."""
        from entrepot.engine.takeover import current, take_over

        from .console import Console

        console = Console(self._options.log, is_quiet=self._options.is_quiet)
        try:
            take_over()
            system = current()
            if system is not None:
                self._keep(system, console)
        except EntrepotError as error:
            attendants.say_that_it_runs_without(error)
        except OSError as error:
            attendants.say_that_it_runs_without(f"cannot watch the program's files: {error}")

    def _keep(self, system: object, console: Console) -> None:
        from entrepot.running.facts import facts_of
        from entrepot.running.keeper import Keeper, Settings
        from entrepot.running.program import LiveProgram
        from entrepot.running.safepoint import SafePoints
        from entrepot.running.scope import Scope

        options = self._options
        points = SafePoints()
        system.add_execution_hook(points)  # type: ignore[attr-defined]
        scope = Scope(options.watched, options.ignored)
        program = LiveProgram(scope, system, lambda: keeper.tell_files())
        settings = Settings(
            options.settle, options.poll, is_partial_allowed=options.is_partial_allowed
        )
        keeper = Keeper(program, points, settings, console.tell, socket_of(os.getpid()))

        def told(outcome: Outcome) -> None:
            console.tell(list(facts_of(outcome)))

        keeper.on_outcome = told
        keeper.start()
        self._keeper = keeper


def socket_of(pid: int) -> str:
    """Return where the hub of a program listens."""
    return os.path.join(folder_of_sockets(), f"{pid}.sock")


def folder_of_sockets() -> str:
    """Return the folder of this user's sockets."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isabs(runtime):
        return os.path.join(runtime, "entrepot")
    return os.path.join(os.environ.get("TMPDIR") or "/tmp", f"entrepot-{os.getuid()}")  # noqa: S108
