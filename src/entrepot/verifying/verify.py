"""Whether the running program equals a restart, and where it does not.

    verdict = live.verify()
    print(verdict)                  # equal to a restart; 12 modules, 843 facts compared

The modules are imported in *two* fresh processes and this one is compared with them. What differs
between those two (a random token, a time, an order that hashes decide) cannot be compared, and is
listed. What the program itself has changed since its import is state, and is listed as kept: that
is so where the value at import, which the session has noted, equals the one that a restart has.
Everything else that differs is a difference, with its reason.
"""

from __future__ import annotations

import os
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from . import fresh
from .compare import Difference, differ, differences, owners_of
from .snapshot import Snapshot, modules_below

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from .fresh import Fresh

LONGEST_IMPORT = 300.0
MAIN = "__main__"  # a fresh process does not execute it


class Verdict(NamedTuple):
    """What a comparison with a restart found.

    Attributes:
        differences: Where the program is not what a restart would give.
        kept: Where it is not because the program changed it since the import: state.
        not_compared: Paths at which two restarts differ, and modules that cannot be compared.
        modules: How many modules were compared.
        facts: How many facts.
        used: Of differences, the object of an installed class that they lie in, and its class:
            ``{"api:app.debug": ("api:app", "flask.app.Flask")}``. What such an object held when
            the import was over is not noted: the program may have changed it itself.
    """

    differences: list[Difference]
    kept: list[Difference]
    not_compared: list[str]
    modules: int
    facts: int
    used: Mapping[str, tuple[str, str]] = MappingProxyType({})

    @property
    def is_equal(self) -> bool:
        """Whether the program equals a restart, apart from its own state."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data for JSON."""
        return {
            "equal": self.is_equal,
            "differences": [difference._asdict() for difference in self.differences],
            "kept": [difference._asdict() for difference in self.kept],
            "not_compared": self.not_compared,
            "modules": self.modules,
            "facts": self.facts,
        }

    def __str__(self) -> str:
        known = [difference for difference in self.differences if difference.path not in self.used]
        owners = Counter(self.used.values())
        lines = [f"differs   {difference}" for difference in known]
        lines += [
            f"open      {path}: {_counted(number, 'fact')} in an object of {cls}, "
            "which the program may have changed since its import"
            for (path, cls), number in owners.items()
        ]
        lines += [f"state     {difference.path}: {difference.live}" for difference in self.kept]
        lines += [f"left out  {path}" for path in self.not_compared]
        found = f"{_counted(len(known), 'difference')} from a restart"
        if self.is_equal:
            found = "equal to a restart" if self.modules else "nothing to compare with a restart"
        if owners:
            found += f", {_counted(len(owners), 'object')} open"
        count = f"{_counted(self.modules, 'module')}, {_counted(self.facts, 'fact')} compared"
        return "\n".join([*lines, f"{found}; {count}"])


def _counted(number: int, what: str) -> str:
    """Return how many there are, in words."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def verify(
    roots: Sequence[str],
    imported: Mapping[str, Mapping[str, Any]],
    held_at_import: Callable[[object], Any],
    *,
    seconds: float = LONGEST_IMPORT,
) -> Verdict:
    """Compare the modules below some folders with two fresh processes.

    Args:
        roots: The folders, absolute.
        imported: The modules in the order of their import, each with its names and their values
            as they were when the import was over.
        held_at_import: Returns what a container, class or instance held then, or an object that
            is no list, dict or set if that was not noted.
        seconds: How long a fresh process may take.

    Raises:
        VerifyError: A fresh process died or took too long.
    """
    loaded = modules_below(roots)
    names = [name for name in imported if name in loaded]
    names += [name for name in loaded if name not in imported]
    one, two = _restarted(names, roots, seconds)
    live, before = Snapshot(loaded), Snapshot(loaded, imported, held_at_import)
    left_out, failed = _failures(loaded, one)
    left_out |= {MAIN} & imported.keys()
    uncertain = {path for path in {*one.facts, *two.facts} if _differ(path, one.facts, two.facts)}
    ignored = {path for path in uncertain if not _is_below(path, uncertain, one.parents)}
    parents = {**one.parents, **live.parents}
    found = list(differences(live.facts, one.facts, parents, {*ignored, *left_out, *failed}))
    kept = [
        d
        for d in found
        if _differ(d.path, live.facts, before.facts)
        and not _differ(d.path, before.facts, one.facts)
    ]
    return Verdict(
        [*_told(failed), *(d for d in found if d not in kept)],
        kept,
        sorted([*ignored, *left_out]),
        len(live.modules),
        len(live.facts),
        owners_of([d for d in found if d not in kept], live.facts, parents),
    )


def _restarted(names: list[str], roots: Sequence[str], seconds: float) -> list[Fresh]:
    """Return what two fresh processes have, which run at the same time."""
    processes = [fresh.begin(names, roots) for _ in range(2)]
    try:
        return [fresh.end(process, seconds) for process in processes]
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


def _differ(path: str, one: Mapping[str, str], two: Mapping[str, str]) -> bool:
    return differ(one.get(path), two.get(path))


def _is_below(path: str, paths: set[str], parents: Mapping[str, str]) -> bool:
    parent = parents.get(path)
    while parent:
        if parent in paths:
            return True
        parent = parents.get(parent)
    return False


def _failures(loaded: Mapping[str, ModuleType], one: Fresh) -> tuple[set[str], dict[str, str]]:
    """Return modules that have no import name of their own, and those that a restart lacks."""
    left_out: set[str] = set()
    failed: dict[str, str] = {}
    for name, error in one.failed.items():
        file = getattr(loaded.get(name), "__file__", None)
        is_unknown = error.startswith("ModuleNotFoundError") and repr(name) in error
        if is_unknown and isinstance(file, str) and os.path.exists(file):  # noqa: PTH110
            left_out.add(name)  # loaded by its path, under a name that no finder knows
        else:
            failed[name] = error
    return left_out, failed


def _told(failed: Mapping[str, str]) -> list[Difference]:
    return [Difference(name, "a module", f"an error: {error}") for name, error in failed.items()]
