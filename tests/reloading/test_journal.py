"""The journal puts back what was, in its order, whatever happens in between."""

from __future__ import annotations

from abc import ABCMeta
from types import CellType, SimpleNamespace
from typing import Any

import pytest

from entrepot.reloading import effects
from entrepot.reloading.base import Base
from entrepot.reloading.journal import Journal
from entrepot.reloading.outcomes import HalfUndone


def test_a_deleted_item_comes_back_to_its_place() -> None:
    names = {"a": 1, "b": 2, "c": 3}
    journal = Journal()

    journal.delete_item(names, "b")
    journal.set_item(names, "d", 4)
    journal.delete_item(names, "a")
    assert names == {"c": 3, "d": 4}
    journal.roll_back()

    assert list(names.items()) == [("a", 1), ("b", 2), ("c", 3)]


def test_a_deleted_attribute_of_a_class_comes_back_to_its_place() -> None:
    class Cart:
        limit = 1

        def total(self) -> int:
            return self.limit

    before = list(vars(Cart))
    journal = Journal()

    journal.delete_attribute(Cart, "limit")
    journal.set_attribute(Cart, "more", 2)
    journal.roll_back()

    assert list(vars(Cart)) == before
    assert Cart().total() == 1


def test_a_deleted_attribute_comes_back_where_others_have_gone_since() -> None:
    class Cart:
        limit = 1
        rate = 2

    journal = Journal()
    journal.delete_attribute(Cart, "limit")
    del Cart.rate
    journal.roll_back()

    assert Cart.limit == 1


def test_type_parameters_that_a_class_got_go_again() -> None:
    class Cart:
        limit = 1

    before = dict(vars(Cart))
    journal = Journal()

    journal.set_attribute(Cart, "__type_params__", ("T",))
    assert vars(Cart)["__type_params__"] == ("T",)
    journal.roll_back()

    assert dict(vars(Cart)) == before


def test_an_undo_that_raises_does_not_stop_the_others() -> None:
    spot = SimpleNamespace(x=1, y=1)
    journal = Journal()

    def broken() -> None:
        raise RuntimeError("no")

    journal.set_attribute(spot, "x", 2)
    journal.note(broken)
    journal.set_attribute(spot, "y", 2)
    with pytest.raises(HalfUndone, match="no"):
        journal.roll_back()

    assert (spot.x, spot.y) == (1, 1)
    assert len(journal) == 0


def test_a_change_that_was_not_made_is_undone_without_harm() -> None:
    class Fixed:
        __slots__ = ("x",)

    fixed = Fixed()
    cell = CellType()
    journal = Journal()

    with pytest.raises(AttributeError):
        journal.set_attribute(fixed, "y", 1)
    with pytest.raises(AttributeError):
        journal.delete_attribute(fixed, "x")
    with pytest.raises(TypeError):
        journal.set_item({}, [], 1)
    journal.set_cell(cell, 1)
    del cell.cell_contents
    journal.roll_back()

    assert not hasattr(fixed, "x")
    assert cell == CellType()


def test_an_object_that_cannot_be_put_back_keeps_no_other_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = [1], [2]
    record: Any = SimpleNamespace(name="m", namespace={"first": first, "second": second})
    notes = effects.Effects(Base(lambda _cls: False))
    journal = Journal()
    notes.watch([record], journal)
    first.append(0)
    second.append(0)
    assert len(notes.changed([record])) == 2
    notes.look([record])
    put_back = effects._set_held

    def refuses(owner: Any, held: Any, now: Any) -> None:
        if owner is first:
            raise RuntimeError("no")
        put_back(owner, held, now)

    monkeypatch.setattr(effects, "_set_held", refuses)
    with pytest.raises(HalfUndone, match="no"):
        journal.roll_back()

    assert (first, second) == ([1, 0], [2])


def test_what_an_import_told_of_abstract_classes_goes_with_it() -> None:
    base = Base(lambda _cls: True)
    base.journal = Journal()
    shape: Any = ABCMeta("Shape", (), {})
    shape.register(int)

    base.take_imported([shape])
    assert base.registered[id(shape)] == (shape, frozenset({int}))
    base.journal.roll_back()

    assert not base.contents
    assert not base.registered  # another class can have this identity, later
