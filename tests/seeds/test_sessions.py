"""The documents' transcripts, typed into real interactive interpreters on every ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.seeds.grounds import PRIVATE, STOCK, TAKEN_OVER
from tests.seeds.sessions import SESSIONS, Session, played

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

_each_session = pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.key)


@_each_session
@pytest.mark.parametrize("ground", [STOCK, TAKEN_OVER])
def test_the_interpreter_shows_this_transcript(
    session: Session, ground: str, tmp_path: Path
) -> None:
    assert played(session, ground, tmp_path / "session", console=False) == session.lines


@_each_session
@pytest.mark.parametrize("ground", [STOCK, TAKEN_OVER, PRIVATE])
def test_a_console_in_a_program_shows_this_transcript(
    session: Session, ground: str, tmp_path: Path
) -> None:
    assert played(session, ground, tmp_path / "session", console=True) == session.lines
