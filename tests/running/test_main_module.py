"""Of ``__main__``, the text before the statement that runs is live."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

import pytest

from entrepot.running import main_module
from entrepot.running.main_module import MainModule, StartEdited

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"""import time
RATE = 2
def price(n):
    return n * RATE
if __name__ == "__main__":
    print(price(1))
"""


def at_line(line: int | None, monkeypatch: pytest.MonkeyPatch, folder: Path) -> MainModule:
    file = str(folder / "main.py")
    code = compile(TEXT, file, "exec", dont_inherit=True)
    frame = None if line is None else types.SimpleNamespace(f_code=code, f_lineno=line)
    monkeypatch.setattr(main_module, "frame_of", lambda _module: frame)
    return MainModule(types.ModuleType("__main__"), file, TEXT)


@pytest.mark.parametrize(
    ("line", "live"),
    [
        pytest.param(1, 0, id="in-its-first-import"),
        pytest.param(2, 1, id="before-the-begin-of-the-program"),
        pytest.param(6, 4, id="in-the-begin-of-the-program"),
        pytest.param(None, 4, id="at-its-end"),
    ],
)
def test_what_was_executed_is_live(
    line: int | None, live: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = at_line(line, monkeypatch, tmp_path)

    record = main.record()

    assert record is not None
    assert record.text.content == b"".join(TEXT.splitlines(keepends=True)[:live])


def test_an_edit_before_the_start_is_cut_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = at_line(6, monkeypatch, tmp_path)
    main.record()

    assert main.cut(b"RATE = 3\n" + TEXT[TEXT.index(b"if ") :]) == b"RATE = 3\n"


def test_an_edit_of_the_start_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = at_line(6, monkeypatch, tmp_path)
    main.record()

    with pytest.raises(StartEdited) as caught:
        main.cut(TEXT.replace(b"price(1)", b"price(2)"))

    assert caught.value.reason == (
        f"{main.file}:5 the start of the program was edited, and it is running"
    )


def test_of_a_text_that_was_not_executed_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = at_line(6, monkeypatch, tmp_path)
    main.content = TEXT.replace(b"2", b"3")

    assert main.record() is None
