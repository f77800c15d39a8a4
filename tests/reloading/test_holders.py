"""Who holds what was made just now: the whole heap is walked for it no more often than needed."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.reloading import holders, relink
from entrepot.reloading.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator


class Plugin:
    """What is made anew."""


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many objects each walk of the heap was for."""
    found: list[int] = []
    walk = holders.holders_of

    def holders_of(sources: list[Any]) -> list[Any]:
        found.append(len(sources))
        return walk(sources)

    monkeypatch.setattr(holders, "holders_of", holders_of)
    return found


@pytest.fixture
def statement() -> Iterator[None]:
    """As while statements run: the collector is off, and older objects are not the youngest."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def relinked(registry: list[Any], old: Plugin, before: dict[int, Any]) -> None:
    """Lead from what stands last in a registry, which no variable holds besides, to an old one."""
    pairs = [(registry[-1], old)]
    relink.relink(Journal(), pairs, lambda _: False, adopted=[old], before=before)


@pytest.mark.usefixtures("statement")
def test_a_registry_that_nobody_names_is_found_in_the_heap_once(walks: list[int]) -> None:
    registry: list[Any] = []
    gc.collect()  # it is old
    before: dict[int, Any] = {}
    olds = [Plugin(), Plugin(), Plugin()]

    for old in olds:
        gc.collect(0)
        registry.append(Plugin())
        relinked(registry, old, before)

    assert all(a is b for a, b in zip(registry, olds, strict=True))
    assert walks == [1]
    assert any(held is registry for held in before.values())


@pytest.mark.usefixtures("statement")
def test_another_holder_is_still_looked_for(walks: list[int]) -> None:
    registry: list[Any] = []
    other: dict[str, Any] = {"kept": []}  # an empty one would be as young as what is put there
    gc.collect()
    before: dict[int, Any] = {id(registry): registry}
    old = Plugin()
    registry.append(Plugin())
    other["new"] = registry[0]

    relinked(registry, old, before)

    assert registry[0] is old
    assert other["new"] is old
    assert walks == [1]


@pytest.mark.usefixtures("statement")
def test_what_an_earlier_statement_made_is_asked_before_the_heap(walks: list[int]) -> None:
    registry: list[Any] = []
    gc.collect(0)  # a bit older
    old = Plugin()
    registry.append(Plugin())

    relinked(registry, old, {})

    assert registry[0] is old
    assert walks == []
