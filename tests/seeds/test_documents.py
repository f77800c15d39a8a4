"""Every statement of the five documents, on the stock interpreter, taken over, and private."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.seeds import (
    document_000_and_001,
    document_002,
    document_003,
    document_003_practice,
    document_004,
)
from tests.seeds.claims import Claim, on_every_ground
from tests.seeds.grounds import printed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


@on_every_ground(document_000_and_001.CLAIMS)
def test_documents_000_and_001_hold(claim: Claim, ground: str, tmp_path: Path) -> None:
    assert printed(ground, tmp_path / "program", claim.program) == claim.output


@on_every_ground(document_002.CLAIMS)
def test_document_002_holds(claim: Claim, ground: str, tmp_path: Path) -> None:
    assert printed(ground, tmp_path / "program", claim.program) == claim.output


@on_every_ground(document_003.CLAIMS + document_003_practice.CLAIMS)
def test_document_003_holds(claim: Claim, ground: str, tmp_path: Path) -> None:
    assert printed(ground, tmp_path / "program", claim.program) == claim.output


@on_every_ground(document_004.CLAIMS)
def test_document_004_holds(claim: Claim, ground: str, tmp_path: Path) -> None:
    assert printed(ground, tmp_path / "program", claim.program) == claim.output
