"""What a running program answers when it is asked from outside.

    status        what is kept live, what is not and why, the error that is outstanding
    plan FILE     what saving FILE as it is now would do
    retry         bring the program up to what is saved, though it failed before
    verify        is the program what a restart would give?
    restart       start the program anew

Each answer is plain data, for ``--json``, with ``lines`` for a person and ``code``, the exit code.
"""

from __future__ import annotations

import os
import sys
import time

from .facts import Fact, error_in_words, relative, short
from .scope import unwatched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .keeper import Keeper

Answer = dict[str, object]


class Answers:
    """Answers for a keeper."""

    def __init__(self, keeper: Keeper, restart: Callable[[], object]) -> None:
        self._keeper = keeper
        self._restart = restart
        self._started = time.time()

    def __call__(self, verb: str, words: list[str]) -> str:
        """Return the answer to a question as JSON."""
        from entrepot.standard import json

        answer = self._answered(verb, words)
        return json.dumps({"pid": os.getpid(), "verb": verb, **answer}, default=Fact.row)

    def _answered(self, verb: str, words: list[str]) -> Answer:
        known: Mapping[str, Callable[[list[str]], Answer]] = {
            "hello": self._hello,
            "status": self._status,
            "plan": self._plan,
            "retry": self._retry,
            "verify": self._verify,
            "restart": self._begin_restart,
        }
        if verb not in known:
            return _refused(f"there is no question {verb!r}")
        try:
            return known[verb](words)
        except Exception as error:  # noqa: BLE001  # the program goes on; the asker is told
            place, text = error_in_words(error)
            return _refused(f"cannot {verb}: {text}" + (f" at {place}" if place else ""))

    def _hello(self, _words: list[str]) -> Answer:
        try:
            folder = os.getcwd()
        except OSError:
            folder = ""
        return {"code": 0, "folder": folder, "command": sys.orig_argv, "lines": []}

    def _status(self, _words: list[str]) -> Answer:
        keeper = self._keeper
        modules: dict[str, dict[str, Any]] = {
            record.name: {"file": record.file, "revision": record.revision}
            for record in sorted(keeper.program.records.values(), key=lambda r: r.name)
        }
        left_out = unwatched(keeper.program.scope)
        answer: Answer = {
            "code": 0 if keeper.error is None else 1,
            "command": sys.orig_argv,
            "folder": self._hello([])["folder"],
            "started": round(self._started, 3),
            "watched_by": keeper.how,
            "edits": keeper.edits,
            "modules": modules,
            "not_watched": left_out,
            "waiting": sorted(keeper.outstanding),
            "error": None,
        }
        taken = "1 edit taken" if keeper.edits == 1 else f"{keeper.edits} edits taken"
        lines = [Fact("run", " ".join(sys.orig_argv[1:]), taken)]
        lines += [
            Fact("watch", name, f"{short(m['file'])}, revision {m['revision']}")
            for name, m in modules.items()
        ]
        lines += [
            Fact("leave", f"{len(names)} modules", reason) for reason, names in left_out.items()
        ]
        if keeper.error is not None:
            answer["error"], facts = _outstanding(keeper)
            lines += facts
        else:
            lines.append(Fact("done", "the program runs what is saved", f"by {keeper.how}"))
        answer["lines"] = lines
        return answer

    def _plan(self, words: list[str]) -> Answer:
        if not words:
            return _refused("cannot plan: no file is named")
        file = os.path.realpath(words[0])
        if file not in self._keeper.program.files():
            return _refused(f"cannot plan: {short(file)!r} is not kept live by this program")
        self._keeper.program.manage_main()
        plan = self._keeper.program.plan(file)
        return {"code": 0, "plan": str(plan), "lines": [Fact("plan", "", relative(str(plan)))]}

    def _retry(self, _words: list[str]) -> Answer:
        keeper = self._keeper
        before = keeper.edits
        keeper.bring_up(set(keeper.program.files()), time.monotonic(), is_asked=True)
        if keeper.error is not None:
            error, lines = _outstanding(keeper)
            return {"code": 1, "error": error, "lines": lines}
        took = "nothing was to be done" if keeper.edits == before else "the edit was taken"
        return {"code": 0, "error": None, "lines": [Fact("done", took)]}

    def _verify(self, _words: list[str]) -> Answer:
        verdict = self._keeper.program.verify()
        return {
            "code": 0 if verdict.is_equal else 1,
            "verdict": verdict.as_dict(),
            "lines": [Fact("verify", "", line) for line in str(verdict).splitlines()],
        }

    def _begin_restart(self, _words: list[str]) -> Answer:
        self._restart()
        return {"code": 0, "lines": [Fact("restart", "the program starts anew")]}


def _refused(text: str) -> Answer:
    return {"code": 2, "error": text, "lines": [Fact("fail", text)]}


def _outstanding(keeper: Keeper) -> tuple[Answer, list[Fact]]:
    report = keeper.error
    assert report is not None
    files = [
        Fact("wait", short(file), "saved, and not run") for file in sorted(keeper.outstanding)
    ]
    if report.error is not None:
        place, text = error_in_words(report.error)
        return {"place": place, "text": text}, [*files, Fact("fail", place, text)]
    reasons = [Fact("restart", relative(reason)) for reason in report.reasons]
    return {"place": "", "text": "; ".join(report.reasons)}, [*files, *reasons]
