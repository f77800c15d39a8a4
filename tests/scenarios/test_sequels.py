"""Some scenarios played on: undone and done again, saved file by file, touched.

``./dev long sequels`` plays them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from tests.scenarios import sequels
from tests.scenarios.playing import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.scenario import Scenario

#: Told by the titles: a new scenario changes nothing for the others.
CHOSEN = [scenario for scenario in SCENARIOS if crc32(scenario.title.encode()) % 10 == 2]
SAMPLE = [(way, scenario) for scenario in CHOSEN for way in sequels.WAYS]
ONCE_WRONG = [(way, scenario) for scenario in SCENARIOS for way in scenario.also]


@pytest.mark.parametrize(("way", "scenario"), [*SAMPLE, *ONCE_WRONG], ids=str)
def test_a_scenario_played_on_ends_as_it_says(
    way: str, scenario: Scenario, tmp_path: Path
) -> None:
    found = sequels.verdict(scenario, way, tmp_path)

    if found is None:
        pytest.skip("it has no such way")
    assert found.kind == "right", found.why
