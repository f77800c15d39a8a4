"""Classes that have no hash, and whose comparison fails: nothing of ours asks for either."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.reloading.project import Project, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIELDS = """\
class Kind(type):
    asked = []
    def __eq__(cls, other):
        Kind.asked.append(other)
        raise LookupError("not comparable")
class Field(metaclass=Kind):
    rate = 1
    def __init__(self):
        self.notes = []
    def total(self):
        return 2 * self.rate
class Sub(Field):
    size = 1
    def more(self):
        return super().total() + 1
FIELD, SUB = Field(), Sub()
TABLE = {"field": FIELD, "others": [SUB, Field]}
def use(field=FIELD):
    return field.total()
"""
SHOP = """\
from fields import FIELD, Field
class Mine(Field):
    total_of_field = FIELD.total()
MINE = Mine()
HELD = [Field, MINE]
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield from projects(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("return 2 *", "return 3 *", (3, 3, 4, 3)),
        ("rate = 1", "rate = 5", (10, 10, 11, 10)),
        ("size = 1", "size = 2", (2, 2, 3, 2)),
        ("total() + 1", "total() + 9", (2, 2, 11, 2)),
        ("self.notes = []", "self.notes = [0]", (2, 2, 3, 2)),
        ("class Sub(Field)", "class Sub(Field, object)", (2, 2, 3, 2)),
    ],
)
def test_a_class_without_a_hash_is_edited_as_others_are(
    old: str, new: str, expected: tuple[int, ...], project: Project
) -> None:
    project.write(fields=FIELDS, shop=SHOP)
    shop, fields = project.load("shop"), project.load("fields")
    shop.MINE.notes.append(7)
    held = shop.MINE, fields.SUB, fields.use

    report = project.edit(fields=textwrap.dedent(FIELDS).replace(old, new))

    assert report.is_ok, str(report)
    assert (shop.MINE.total(), held[2](), held[1].more(), shop.Mine.total_of_field) == expected
    assert held[0] is shop.MINE
    assert shop.MINE.notes[-1] == 7
    assert fields.Kind.asked == []
    assert project.live.verify().is_equal
