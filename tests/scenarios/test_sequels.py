"""Some scenarios played on: undone and done again, saved file by file, touched.

``./dev long sequels`` plays them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.scenarios import sequels
from tests.scenarios.playing import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.scenario import Scenario

SAMPLE = SCENARIOS[5::10]


@pytest.mark.parametrize("way", sequels.WAYS)
@pytest.mark.parametrize("scenario", SAMPLE, ids=lambda s: f"{s.place}-{s.title}")
def test_a_scenario_played_on_ends_as_it_says(
    way: str, scenario: Scenario, tmp_path: Path
) -> None:
    found = sequels.verdict(scenario, way, tmp_path)

    if found is None:
        pytest.skip("it has no such way")
    assert found.kind == "right", found.why
