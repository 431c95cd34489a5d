"""The picture is well-formed, has a curve an engine and a panel a kind, and holds nothing from outside as markup."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from device_runtime.bench.plot import plot
from tests.device_runtime.bench.made_report import made_readings, made_report, made_run

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_each_engine_has_its_curve_in_each_panel() -> None:
    times = [float(time) for time in range(1, 101)]
    kinds = {"fields": made_readings(times), "pieces": made_readings([10 * time for time in times])}
    picture = plot(made_report([made_run(kinds), made_run(kinds, "numpy")]))
    said = texts(picture)
    assert (
        said.count("litert") == said.count("numpy") == 2 and "fields, 2 images" in said and "pieces, 2 images" in said
    )
    marks = list(ElementTree.fromstring(picture).iter(f"{SVG}circle"))
    assert len(marks) == 2 * 2 * 4  # p50, p90, p95, p99
    curves = [e for e in ElementTree.fromstring(picture).iter(f"{SVG}path") if e.get("stroke-width") == "2"]
    assert len(curves) == 4


def test_marks_lie_within_the_panel_and_from_left_to_right() -> None:
    picture = plot(made_report([made_run({"fields": made_readings([1.0] * 90 + [5.0] * 9 + [400.0])})]))
    x = [float(mark.get("cx", "")) for mark in ElementTree.fromstring(picture).iter(f"{SVG}circle")]
    assert x == sorted(x) and 58 <= x[0] < x[-1] <= 876


@pytest.mark.parametrize("times", [[3.0], [0.0, 0.0], [3.0, 3.1], [2.0, 40.0], [0.5, 90000.0]])
def test_the_scale_has_ticks_for_few_and_for_far_times(times: list[float]) -> None:
    said = texts(plot(made_report([made_run({"fields": made_readings([time + 1e-9 for time in times])})])))
    assert "0 %" in said and "fields, 2 images" in said


def test_a_folder_with_an_odd_name_stays_text() -> None:
    said = texts(plot(made_report([made_run({"fields": made_readings([1.0])})], "<b>&mail")))
    assert any(text.startswith("<b>&mail, ") for text in said)
