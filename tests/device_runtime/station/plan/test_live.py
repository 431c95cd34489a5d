"""A broken plan changes nothing when it is reloaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.errors import PlanError
from device_runtime.grammar.grammar import Grammar
from device_runtime.station.plan.live import LivePlan

HEAD = "codes,bin\noverflow,other\nreject,hand\n"


def test_the_old_plan_stays_until_a_new_one_sorts(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(f"{HEAD}8*,a\n")
    live = LivePlan(path, Grammar.from_country("DE"))
    old = live.now
    assert old.findings.gap_codes == 90_000
    for broken in ("", f"{HEAD}8*,a\n80..90,b", f"{HEAD}80*,a\n80500..81000,b\n"):
        path.write_text(broken)
        trouble = live.reload()
        assert trouble is not None and trouble.endswith("the old plan stays") and live.now is old
    path.unlink()
    assert "No such file" in str(live.reload()) and live.now is old
    path.write_text(f"{HEAD}*,b\n")
    assert live.reload() is None and live.now.plan.which("80331").bin == "b" and live.now.findings.fine
    assert old.plan.which("80331").bin == "a"  # who sorts by it still does


def test_a_station_does_not_begin_without_a_plan(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"plan\.csv cannot be read"):
        LivePlan(tmp_path / "plan.csv")
