"""The generator makes what it says: programs that start, edits that change, seeds that repeat."""

from __future__ import annotations

import ast

import pytest

from tests.properties.constructs import HARD, constructs_of
from tests.properties.edits import EASY_EDITS, HARD_EDITS
from tests.properties.generate import program


def test_a_seed_always_makes_the_same_program() -> None:
    one, two = program("hard 3", hard=True), program("hard 3", hard=True)

    assert [v.files for v in one.versions] == [v.files for v in two.versions]
    assert (one.holds, one.states, one.probes) == (two.holds, two.states, two.probes)


@pytest.mark.parametrize("name", ["easy", "hard"])
def test_first_versions_parse_and_edits_change_files(name: str) -> None:
    changed = 0
    for number in range(40):
        made = program(f"{name} {number}", hard=name == "hard")
        for text in made.versions[0].files.values():
            ast.parse(text)
        for before, after in zip(made.versions, made.versions[1:], strict=False):
            changed += before.files != after.files

    assert changed > 100  # of 120; the rest writes the same again, or moves to where it was


def test_every_construct_and_every_edit_is_drawn() -> None:
    drawn: set[str] = set()
    done: set[str] = set()
    for number in range(250):
        made = program(f"hard {number}", hard=True)
        drawn |= {f.construct for v in made.versions for m in v.modules for f in m.fragments}
        done |= {words.partition(" in ")[0] for text in made.edits for words in text.split(", ")}

    assert set(constructs_of(HARD)) <= drawn
    assert len(done - {""}) >= len(HARD_EDITS) >= len(EASY_EDITS)
