"""How fast the demo's mail comes."""

from __future__ import annotations

import pytest

from device_runtime.commands.played.film import FPS
from device_runtime.commands.played.pace import Pace, pace_for


@pytest.mark.parametrize("slowest_ms", [1.0, 90.0, 260.0, 1000.0, 9000.0])
def test_the_next_piece_is_filmed_twice_between_an_answer_and_its_trigger(slowest_ms: float) -> None:
    pace = pace_for(slowest_ms)
    shortest_gap_ms = pace.every_ms / 2  # as `firmware_bridge.Belt` draws gaps
    assert shortest_gap_ms - pace.deadline_ms >= 2 * 1000 / FPS
    assert pace.deadline_ms >= max(500, min(30_000, 2 * slowest_ms))


def test_a_quick_machine_gets_many_pieces_and_a_slow_one_few() -> None:
    assert pace_for(100) == Pace(every_ms=1400, deadline_ms=500) and pace_for(100).pieces == 39
    assert pace_for(4000).pieces == pace_for(60_000).pieces == 5
    assert pace_for(60_000).deadline_ms == 30_000
    assert Pace(every_ms=10, deadline_ms=5).pieces == 60
