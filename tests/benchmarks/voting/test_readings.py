"""What is read of a piece in its frames, and within a cost."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.voting.readings import BUDGETS, COSTS, FRAMES, MEDIAN_COST, Costs, voted
from benchmarks.voting.shots import Shots
from device_runtime.clock import Clock, OutOfTime
from device_runtime.reader import Reader
from tests.device_runtime.reader.test_pieces import ADDRESS, SENDER, sheet


def test_steps_cost_what_their_kind_does() -> None:
    costs = Costs()
    clock = Clock(COSTS["locate"] + 1.5, costs)
    with clock.step("locate", "to look"):
        pass
    with clock.step("line", "to read"):
        pass
    assert costs.spent == COSTS["locate"] + COSTS["line"]
    with pytest.raises(OutOfTime), clock.step("line", "to read"):
        raise AssertionError("there is no time for it")
    assert costs.spent == COSTS["locate"] + COSTS["line"]


def test_a_piece_is_read_in_its_frames_and_within_costs() -> None:
    page = np.repeat(sheet(SENDER, ADDRESS)[..., None], 3, axis=2)
    frames = tuple(np.asarray(np.roll(page, 3 * n, axis=1), np.uint8) for n in range(FRAMES[-1]))
    found = voted(Shots("a", "DE", "80331", frames), Reader(country="DE"), budgets=True)
    assert all(one.right and one.accepted and not one.cut and not one.wrong for one in found.by_frames)
    assert found.looked_at == 1 and found.until_accepted == found.by_frames[0]
    assert 0 < found.cpu_s[0] < found.cpu_s[1] < found.cpu_s[2]
    assert COSTS["locate"] < found.cost < MEDIAN_COST
    for share, one in zip(BUDGETS, found.by_budget, strict=True):
        assert one.cut == (share * MEDIAN_COST < found.cost) and one.accepted != one.cut


def test_a_code_on_a_piece_that_has_none_is_wrong() -> None:
    frames = (np.repeat(sheet(SENDER, ADDRESS)[..., None], 3, axis=2),) * FRAMES[-1]
    found = voted(Shots("a", "DE", "", frames), Reader(country="DE"), budgets=False)
    assert found.by_budget == [] and all(one.wrong and not one.right for one in found.by_frames)
