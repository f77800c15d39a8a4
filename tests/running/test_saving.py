"""A file that is being saved right now: missing or empty for a moment, or half written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.reloading.edit import Edit
from entrepot.running import program

if TYPE_CHECKING:
    from collections.abc import Iterator


class Saving:
    """A program whose file is read several times while an editor saves it."""

    def __init__(self, *contents: bytes | None) -> None:
        self._contents: Iterator[bytes | None] = iter(contents)

    def edit_of(self, _files: set[str], _outstanding: set[str]) -> Edit:
        return Edit({"/app/shop.py": next(self._contents)})


@pytest.mark.parametrize(
    ("contents", "taken", "waits"),
    [
        pytest.param([b"x = 1\n"], b"x = 1\n", 0, id="a-whole-file-is-taken-at-once"),
        pytest.param([None, b"x = 1\n"], b"x = 1\n", 1, id="removed-and-written-anew"),
        pytest.param([b"", b"x = 1\n"], b"x = 1\n", 1, id="emptied-and-written"),
        pytest.param([None, None], None, 1, id="removed-for-good"),
    ],
)
def test_a_file_that_is_missing_for_a_moment_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, contents: list[bytes | None], taken: bytes | None, waits: int
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)

    edit = program.settled(Saving(*contents), {"/app/shop.py"}, set())  # type: ignore[arg-type]

    assert edit.contents == {"/app/shop.py": taken}
    assert len(waited) == waits
