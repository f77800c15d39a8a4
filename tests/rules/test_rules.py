"""The rules that CPython's own suites leave unpinned, after take-over and in a private system.

A mutation of the interpreter's import system showed which rules those are: 17 up to Python 3.13,
and five that came with 3.14 and 3.15. They are behaviour too, and users rely on several of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules import algorithm_rules, bytecode_rules, newer_rules, reload_rules
from tests.rules.rule import Rule, on_its_grounds
from tests.seeds.grounds import printed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


@on_its_grounds(algorithm_rules.RULES)
def test_modules_are_found_and_loaded_by_the_rules(
    rule: Rule, ground: str, tmp_path: Path
) -> None:
    assert printed(ground, tmp_path / "program", rule.program) == rule.output


@on_its_grounds(bytecode_rules.RULES)
def test_bytecode_is_read_and_written_by_the_rules(
    rule: Rule, ground: str, tmp_path: Path
) -> None:
    assert printed(ground, tmp_path / "program", rule.program) == rule.output


@on_its_grounds(reload_rules.RULES)
def test_modules_are_reloaded_by_the_rules(rule: Rule, ground: str, tmp_path: Path) -> None:
    assert printed(ground, tmp_path / "program", rule.program) == rule.output


@on_its_grounds(newer_rules.RULES)
def test_newer_pythons_rules_hold(rule: Rule, ground: str, tmp_path: Path) -> None:
    assert printed(ground, tmp_path / "program", rule.program) == rule.output
