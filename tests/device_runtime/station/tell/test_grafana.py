"""The dashboard for Grafana asks for metrics that there are, and is a dashboard as Grafana loads it."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.device_runtime.station.tell.decisions import decision

prometheus_client = pytest.importorskip("prometheus_client", reason="pip install 'posteye[metrics]' to test metrics")

from prometheus_client.parser import text_string_to_metric_families  # noqa: E402

from device_runtime.station.health.health import Health  # noqa: E402
from device_runtime.station.tell.metrics import Metrics, Sources  # noqa: E402

FILE = Path(__file__).parents[4] / "docs/grafana/posteye.json"
DASHBOARD: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
KINDS = {"stat", "timeseries", "state-timeline"}
ADDED = {"job", "instance"}  # labels that Prometheus adds itself
_SERIES = re.compile(r"\b((?:posteye|process)_\w+)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r"(\w+)=~?\"")
_BY = re.compile(r"\bby \(([\w, ]+)\)|\{\{(\w+)\}\}")


@pytest.fixture(scope="module")
def series() -> dict[str, set[str]]:
    """The names of all series with their labels."""
    metrics = Metrics(Sources(Health(), Path("/"), {"journal": lambda: 0}, lambda: 20.0), "numpy", "0" * 64)
    metrics.tell(decision(status="rejected", reason="rival"))
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(prometheus_client.generate_latest(metrics.registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def questions() -> list[tuple[str, str]]:
    """Every expression, with the legend of its series."""
    return [(target["expr"], target["legendFormat"]) for panel in PANELS for target in panel["targets"]]


def test_every_metric_and_label_that_is_asked_for_exists(series: dict[str, set[str]]) -> None:
    for expression, legend in questions():
        asked = _SERIES.findall(expression)
        assert asked, expression
        labels = set[str]()
        for name, matchers in asked:
            assert name in series, name
            labels |= series[name]
            assert set(_LABEL.findall(matchers)) <= series[name] | ADDED, expression
            assert {"job", "instance"} <= set(_LABEL.findall(matchers)), f"one station can be chosen: {expression}"
        for grouped, shown in _BY.findall(f"{expression} {legend}"):
            assert {word.strip() for word in (grouped or shown).split(",")} <= labels | ADDED, expression
        assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")
        counters = [name for name, _ in asked if name.endswith(("_total", "_bucket"))]
        assert len(re.findall(r"\b(?:rate|increase)\(", expression)) == len(counters), (
            f"counters only rise: {expression}"
        )


def test_every_metric_of_ours_is_shown(series: dict[str, set[str]]) -> None:
    shown = {name for expression, _ in questions() for name, _ in _SERIES.findall(expression)}
    ours = {re.sub(r"_(sum|count)$", "_bucket", name) for name in series if name.startswith("posteye_")}
    assert ours - shown == {"posteye_frames_read_total"}


def test_it_is_a_dashboard_that_grafana_loads() -> None:
    assert DASHBOARD["uid"] == "posteye-station" and DASHBOARD["title"] and DASHBOARD["schemaVersion"] >= 36
    assert "id" not in DASHBOARD, "Grafana gives it"
    variables = {one["name"]: one["type"] for one in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource": "datasource", "job": "query", "instance": "query"}
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["type"] in KINDS and panel["title"] and panel["description"].endswith(".")
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_panels_lie_side_by_side() -> None:
    places = []
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] >= 0 and place["x"] + place["w"] <= 24 and place["h"] > 0
        places.append(
            {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
        )
    assert not any(one & other for one, other in combinations(places, 2))
