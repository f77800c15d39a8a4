"""What the base notes of an object is packed until it is asked for, and the same afterwards."""

from __future__ import annotations

import gc
from typing import Any

from entrepot.reloading.base import Base
from entrepot.reloading.content import Content, Packed


class Key:
    """Counts how often its hash is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __hash__(self) -> int:
        self.asked += 1
        return 1


class Spot:
    size = 1

    def __init__(self) -> None:
        self.x: list[int] = []


def base_of(*values: Any) -> Base:
    base = Base(lambda cls: cls is Spot)
    base.take(values)
    return base


def test_what_an_instance_a_dict_and_a_class_held_is_packed_until_asked_for() -> None:
    spot, table = Spot(), {"a": [1]}
    base = base_of(spot, table, Spot)
    of_each = [base.contents[id(value)] for value in (spot, table, Spot)]
    assert [type(content) for content in of_each] == [Packed, Packed, Packed]
    expected = dict(vars(Spot))
    del expected["__dict__"], expected["__weakref__"]
    spot.x = [5]
    table["b"] = [2]
    assert base.of(spot) == {"x": []}
    assert base.of(table) == {"a": [1]}
    assert base.of(Spot) == expected
    assert [type(content) for content in of_each] == [Content, Content, Content]
    assert base.of(spot) is base.of(spot)


def test_what_is_below_a_packed_content_is_noted() -> None:
    spot, table = Spot(), {"a": [1]}
    base = base_of(spot, table)
    assert base.of(spot.x) == []
    assert base.of(table["a"]) == [1]


def test_keys_of_the_programs_own_kind_are_not_asked_for_their_hash() -> None:
    key = Key()
    table = {"name": 1, key: 2}
    before = key.asked
    assert base_of(table).of(table) == {"name": 1, key: 2}
    assert key.asked == before + 1  # by this comparison


def test_what_is_packed_can_be_led_on_where_it_stands() -> None:
    """A list can be changed, as a dict can; a tuple would have to be made anew."""
    inner: list[int] = []
    table = {"a": inner}
    content = base_of(table).contents[id(table)]
    holders = [held for held in gc.get_referrers(inner) if type(held) is list and "a" in held]
    assert len(holders) == 1
    assert content.holds(holders[0])


def test_another_content_takes_the_place_of_a_packed_one() -> None:
    content: Content = Packed("owner", ["a", 1])
    content.held = {"b": 2}
    assert content.held == {"b": 2}
    assert type(content) is Content
