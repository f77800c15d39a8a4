"""Workers: a job sees either the old program or the new one."""

from __future__ import annotations

from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from entrepot.reloading.gate import Gate, Passage
    from entrepot.running.safepoint import SafePoints


def adapt(module: ModuleType, gate: Gate, points: SafePoints) -> None:
    """Guard the jobs of a worker."""
    del points
    if module.__name__ == "rq.job":
        _guard_jobs_of_rq(module, gate)
    else:
        _guard_tasks_of_celery(module, gate)


def _guard_jobs_of_rq(module: Any, gate: Gate) -> None:
    original = module.Job.perform

    @wraps(original)
    def perform(self: Any) -> Any:
        with gate.pass_through(f"job {self.func_name}"):
            return original(self)

    module.Job.perform = perform


def _guard_tasks_of_celery(signals: Any, gate: Gate) -> None:
    passages: dict[str, Passage] = {}

    def begins(task_id: str, task: Any, **_others: Any) -> None:
        passages[task_id] = gate.pass_through(f"task {task.name}").__enter__()

    def ends(task_id: str, **_others: Any) -> None:
        passage = passages.pop(task_id, None)
        if passage is not None:
            passage.__exit__()

    signals.task_prerun.connect(begins, weak=False)
    signals.task_postrun.connect(ends, weak=False)
