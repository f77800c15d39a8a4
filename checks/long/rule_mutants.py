"""Each rule of a reload, switched off: a scenario has to notice.

A rule that no scenario needs is a rule that nobody knows to be right. One process for each mutant
replaces the rule by a function that says nothing, and runs the scenarios until one fails.

    ./dev long rule_mutants
    ./dev long rule_mutants -k touch          only rules whose name holds this
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PACKAGE = "entrepot.reloading"
#: What the mutant returns in place of the rule, by where the rule is looked up.
OTHERS: Mapping[str, Any] = {
    "plan:definition_reached_elsewhere": (),
    "plan:read_in_another_order": (),
    "plan:changers_of_made_module": (),
    "world:binders_by_text": [],
    "plan:imported_in_another_order": (),
    "plan:bound_by_text_before": (),
    "plan:changed_in_another_order_elsewhere": (),
    "plan:asked_in_another_order": (),
    "plan:kept_by_closures": (),
    "execute:called_no_more": (),
    "order:_affected": None,
    "plan:deleted": (),
    "plan:readers_of_deleted": (),
    "reload:readers_of_module": (),
    "reload:readers_of_moved": (),
    "reload:importers_of_appeared": (),
    "listings:Listings.due": (),
    "execute:retire": None,
    "execute:led_methods": [],
    "execute:weak_pairs": [],
    "execute:put_in_order": None,
    "execute:decide": None,
    "execute:Execution._tell_readers": False,
    "execute:relink": {},
    "execute:forward": None,
    "effects:Effects.carry_over": None,
    "later:LaterImports.begins": None,
    "unbinding:Unbinder.hide": [],
    "unbinding:Unbinder.clear_uncertain": None,
    "unbinding:Unbinder.drop_starred": None,
    "world:foreign_binders": [],
    "merging:Merger.merge_elsewhere": None,
    "execute:merge_items": None,
    "merging:same": False,
    "caches:Caches.clear_stale": [],
    "ownership:Ownership.made": True,
    "ownership:Ownership.is_anothers": False,
    "ownership:Ownership.heir_of": None,
    "execute:Execution.is_new": True,
    "adopt:Adopter.alike": False,
    "adopt:Adopter.is_changed": False,
}
TESTS_FAILED = 40  # the exit code of a mutant that tests noticed; nothing else ends with it
#: Without it the same runs, one pass later: a name that was cleared makes its readers due.
SPARES_A_PASS = frozenset({"binders_by_text"})


def closure_rules() -> Iterator[tuple[str, str]]:
    """Yield the rules that stand in the tables of ``rules.py``, each with its table."""
    rules = importlib.import_module(f"{PACKAGE}.rules")
    for table in ("INITIAL", "CLOSURE"):
        for rule in getattr(rules, table):
            if rule.__name__ not in SPARES_A_PASS:
                yield rule.__name__, table


def silent(value: Any) -> Callable[..., Any]:
    """Return a function that returns a value, whatever it is given."""

    def mutant(*_args: Any, **_keywords: Any) -> Any:
        return value

    return mutant


def switch_off(name: str) -> None:
    """Put a mutant in the place of a rule."""
    if name not in OTHERS:
        rules: Any = importlib.import_module(f"{PACKAGE}.rules")
        for table in ("INITIAL", "CLOSURE"):
            kept = tuple(rule for rule in getattr(rules, table) if rule.__name__ != name)
            setattr(rules, table, kept)
        return
    module, _, path = name.partition(":")
    owner: Any = importlib.import_module(f"{PACKAGE}.{module}")
    *classes, attribute = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    getattr(owner, attribute)  # it is there
    setattr(owner, attribute, silent(OTHERS[name]))


def run(name: str) -> None:
    """Run the scenarios without a rule; end with pytest's status."""
    import pytest

    try:
        switch_off(name)
    except AttributeError as error:
        sys.exit(f"{name}: {error}")  # it has another name now: that proves nothing
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    status = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "tests/scenarios"])
    sys.exit(TESTS_FAILED if status == pytest.ExitCode.TESTS_FAILED else int(status) and 1)


def main() -> int:
    """Try every mutant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", dest="word", default="", help="only rules whose name holds this")
    options = parser.parse_args()
    names = [*(name for name, _ in closure_rules()), *OTHERS]
    alive = []
    for name in names:
        if options.word not in name:
            continue
        process = multiprocessing.get_context("spawn").Process(target=run, args=(name,))
        process.start()
        process.join()
        is_noticed = process.exitcode == TESTS_FAILED
        print(f"{'noticed' if is_noticed else 'ALIVE':8} {name}", flush=True)
        if not is_noticed:
            alive.append(name)
    print(f"{len(names)} rules, {len(alive)} that no scenario needs")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
