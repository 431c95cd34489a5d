"""The plan over the wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.device_runtime.station.web.serving import Served
from tests.device_runtime.station.web.stub_station import PLAN


@pytest.fixture(autouse=True)
def as_before(page: Served) -> Iterator[None]:
    plan = page.station.plan
    yield
    page.station.plan_path.write_text(PLAN)
    page.station.plan = plan
    assert plan and plan.reload() is None


def test_the_plan_is_shown_with_what_was_found_in_it(page: Served) -> None:
    state = page.ask("/api/plan").json
    assert (state["name"], state["row_count"], state["overflow"], state["reject"]) == ("plan.csv", 5, "other", "hand")
    assert state["rows"][0] == {"codes": "80331", "bin": "counter", "line": 4}
    assert {"bin": "munich", "rows": 2} in state["bins"]
    assert not state["fine"] and (state["gap_count"], state["gap_codes"]) == (4, 90_000)
    assert {"codes": "15000..19999", "count": 5000} in state["gaps"]


def test_a_code_is_looked_up(page: Served) -> None:
    assert page.ask("/api/plan/which?code=80-331").json["bin"] == "counter"
    assert page.ask("/api/plan/which?code=99999").json == {"code": "99999", "bin": "other", "row": None}
    for wrong in ("", "%20", "1" * 41, "%00"):
        assert page.ask(f"/api/plan/which?code={wrong}").status == 400


def test_a_new_plan_sorts_from_now_on(page: Served) -> None:
    page.station.plan_path.write_text(PLAN + "*,rest\n")
    found = page.post("/api/plan/reload", None).json
    assert found["trouble"] is None and found["fine"] and found["row_count"] == 6
    assert page.ask("/api/plan/which?code=99999").json["bin"] == "rest"


@pytest.mark.parametrize("text", ["codes,bin\n", "no plan", PLAN + "80331,berlin\n", PLAN + "8", "\x00\xff"])
def test_a_broken_plan_is_told_and_the_old_one_stays(page: Served, text: str) -> None:
    page.station.plan_path.write_text(text)
    found = page.post("/api/plan/reload", None)
    assert found.status == 200 and found.json["trouble"].startswith("plan.csv")
    assert found.json["trouble"].endswith("; the old plan stays") and found.json["row_count"] == 5
    assert page.ask("/api/plan/which?code=80331").json["bin"] == "counter"


def test_a_station_without_a_plan_says_so(page: Served) -> None:
    page.station.plan = None
    assert page.ask("/api/plan").status == page.post("/api/plan/reload", None).status == 404
    assert "this station has no sort plan" in page.ask("/api/plan/which?code=1").json["error"]
