"""Plots show the curves that the readings come to, and refuse in one line what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.figure import Figure

from device_runtime.calibration import Scale
from device_runtime.errors import PosteyeError
from device_runtime.types import Candidate, Character, Decoding
from tests.calibrations import made_calibration
from train.evaluation.evaluate import Outcome, calibrated, decided
from train.evaluation.plots import Believed, draw, draw_rejection, plots

STRINGS = 300
SHARPER = made_calibration((0.01, 0.9, 0.5), (0.1, 0.6, 0.9), code=Scale(0.5, 0.0))


def read(count: int = STRINGS) -> tuple[Outcome, list[str]]:
    """Readings of two digits whose posteriors are drawn evenly and are right as often as they say."""
    random = np.random.default_rng(3)
    confidences = random.random(count)
    right = random.random(count) < confidences
    found = [
        Decoding((Candidate("12", c),), (Character("1", (1 + c) / 2, 0.0), Character("2", c, 9.0)), None)
        for c in confidences.tolist()
    ]
    return Outcome(found, confidences, right), ["12" if good else "13" for good in right]


def test_reliability_lies_on_the_diagonal_for_true_confidences() -> None:
    random = np.random.default_rng(1)
    confidences = random.random(20_000)
    mean, right = Believed(confidences, random.random(20_000) < confidences).reliability()

    assert len(mean) == 10
    assert right == pytest.approx(mean, abs=0.03)


def test_bins_with_few_readings_are_left_out() -> None:
    confidences = np.array([0.05] * 9 + [0.95] * 10)
    mean, right = Believed(confidences, np.ones(19, bool)).reliability()

    assert mean == pytest.approx([0.95])
    assert right == pytest.approx([1.0])


def test_error_falls_with_what_is_rejected_and_equal_confidences_go_together() -> None:
    believed = Believed(np.array([0.9, 0.8, 0.8, 0.3]), np.array([True, True, False, False]))
    rejected, wrong = believed.error_against_reject()

    assert rejected == pytest.approx([0.0, 0.25, 0.75])
    assert wrong == pytest.approx([0.5, 1 / 3, 0.0])


def test_calibrated_outcome_has_the_confidences_that_are_reported() -> None:
    outcome, truths = read()
    reported = calibrated(outcome.decodings, truths, SHARPER)

    assert reported.correct.tolist() == outcome.correct.tolist()
    assert reported.confidences == pytest.approx(SHARPER.code.all(outcome.confidences))
    # A character is never less sure than its code.
    assert all(c.confidence >= d.candidates[0].confidence for d in reported.decodings for c in d.characters)


def test_a_code_that_is_not_reported_is_no_reading() -> None:
    hopeless = Decoding((Candidate("12", 1e-6),), (Character("1", 0.1, 0.0),), None)
    reported = calibrated([hopeless, Decoding((), (), None)], ["12", "12"], SHARPER)

    assert reported.confidences.tolist() == [0.0, 0.0]
    assert reported.correct.tolist() == [False, False]
    assert reported.codes == [None, None]


def test_judging_uses_the_threshold_asked_for() -> None:
    sure = Decoding((Candidate("12", 0.7),), (Character("1", 0.9, 0.0), Character("2", 0.9, 9.0)), None)

    assert [decided([sure], SHARPER, error)[0].status for error in (0.01, 0.1)] == ["rejected", "accepted"]


def test_plot_is_one_png_with_ink_in_all_four_parts(tmp_path: Path) -> None:
    path = tmp_path / "trust.png"
    outcome, truths = read()

    draw(outcome, truths, SHARPER, "two digits", path)

    picture = cv2.imread(str(path))
    assert path.read_bytes().startswith(b"\x89PNG")
    height, width = picture.shape[:2]
    for rows in (slice(0, height // 2), slice(height // 2, height)):
        for columns in (slice(0, width // 2), slice(width // 2, width)):
            colors = picture[rows, columns].astype(int)
            blue = (colors[..., 0] - colors[..., 2]) > 80  # the curve of what is reported
            assert blue.sum() > 200


def test_few_strings_are_said_instead_of_an_empty_panel() -> None:
    code, *_ = plots(*read(20), SHARPER, "").axes
    assert any("too few strings" in text.get_text() for text in code.texts) and code.get_legend() is None
    code, *_ = plots(*read(), SHARPER, "").axes
    assert not code.texts and code.get_legend() is not None


def test_one_string_is_a_point_and_no_tick_lies_outside() -> None:
    axes = Figure().subplots()
    draw_rejection(axes, Believed(np.array([0.7]), np.array([False])))
    assert axes.lines[0].get_marker() == "o" and axes.lines[0].get_ydata() == pytest.approx([100.0])
    assert axes.get_yticks().tolist() == [0, 100]


def test_what_cannot_be_drawn_is_said_in_one_line(tmp_path: Path) -> None:
    nothing = Outcome([Decoding((), (), None)] * 20, np.zeros(20), np.zeros(20, bool))
    with pytest.raises(PosteyeError, match="no code was read"):
        plots(nothing, ["12"] * 20, SHARPER, "")
    with pytest.raises(PosteyeError, match="cannot be written"):
        draw(*read(20), SHARPER, "", tmp_path / "no folder" / "x.png")
