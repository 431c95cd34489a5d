"""The page of whole pieces shows what failed with the fields drawn in, stays small, and is safe to open."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from device_runtime.errors import ImageError, PosteyeError
from device_runtime.piece.whole import ReadField
from device_runtime.types import Candidate, Field, Status
from tests.train.report.parsed import Page
from train.commands.evaluate import evaluate
from train.data.piece_labels import Number, Truth
from train.evaluation.pieces import Judged, Look
from train.report import piece_gallery as module
from train.report.piece_gallery import Shown, load_upright, piece_gallery

NASTY = '<script>alert("1")</script>&.jpg'
PICTURE = np.full((600, 1600, 3), (200, 180, 160), np.uint8)


def box(x: float, y: float) -> Field:
    return Field(((x, y), (x + 200, y), (x + 200, y + 40), (x, y + 40)))


def shown(truth: str, code: str | None, status: Status, confidence: float = 0.9, name: str = "a.jpg") -> Shown:
    mistake = "sender" if code not in (None, truth) else None
    judged = Judged(name, truth, status, code, confidence, "why not", 2, mistake, {"writing": "hand"})
    fields = (
        ReadField(box(100, 80), "sender", 1.25, code, 0.9, status),
        ReadField(box(800, 400), "destination", 2.5, truth, 0.4, "rejected"),
    )
    numbers = (Number("50667", "sender", "code", box(100, 80)),)
    candidates = (Candidate(code or "", confidence), Candidate("70173", 0.07))
    return Shown(Look(judged, fields, candidates), Truth(truth, box(805, 402), numbers), lambda: PICTURE)


def test_each_failure_stands_where_it_belongs_and_successes_nowhere() -> None:
    rows = [
        shown("11111", "11111", "accepted"),
        shown("22222", "50667", "accepted"),
        shown("33333", "33338", "rejected"),
        shown("44444", "44444", "rejected"),
        shown("", "55555", "accepted"),
        shown("", "66666", "rejected"),
    ]
    page = Page(piece_gallery("mail", rows, ["writing"], {"grammar": "<any>"}))
    page.assert_safe()
    headings = page.inside("h2")
    assert {"Wrong and accepted (2)", "Wrong and rejected (1)", "Right but rejected (1)"} <= set(headings)
    assert "By writing" in headings
    cards = " ".join(page.inside("article")).replace(" ", "")
    for code in ("22222", "33333", "44444", "55555"):
        assert code in cards
    assert "11111" not in cards and "66666" not in cards


def test_fields_are_drawn_in_with_their_role_and_penalty_beside_the_truth() -> None:
    page = Page(piece_gallery("mail", [shown("70173", "50667", "accepted")], [], {}))
    drawn = {polygon["class"]: polygon["points"] for polygon in page.all("polygon")}
    assert set(drawn) == {"seen", "chosen", "wanted", "number"}
    # The picture is 640 of 1600 px wide.
    assert drawn["chosen"] == "40.0,32.0 120.0,32.0 120.0,48.0 40.0,48.0"
    words = page.inside("svg")
    assert "1 sender 1.2" in words and "2 destination 2.5" in words
    assert "50667: code, sender" in words and "70173: wanted" in words
    assert any("next: 70173 0.070" in text and "read: sender" in text for text in page.inside("article"))


def test_pictures_are_reduced_and_kept_in_the_page() -> None:
    page = Page(piece_gallery("mail", [shown("70173", "50667", "accepted")], [], {}))
    (image,) = page.all("image")
    assert (image["width"], image["height"]) == ("640", "240")
    data = base64.b64decode(image["href"].removeprefix("data:image/jpeg;base64,"))
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert pixels is not None and pixels.shape == (240, 640, 3)
    assert np.abs(pixels[100, 100].astype(int) - (200, 180, 160)).max() < 6  # red and blue are not exchanged
    assert all(address.startswith(("#", "data:")) for address in page.addresses())


def test_no_more_than_so_many_of_a_kind_are_shown_and_the_surest_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHOWN", 2)
    rows = [shown("70173", "50667", "accepted", sure, f"{sure}.jpg") for sure in (0.5, 0.9, 0.7)]
    text = piece_gallery("mail", rows, [], {})
    page = Page(text)
    assert len(page.all("article")) == 2 and "The 1 least sure are left out." in text
    assert text.index("0.9.jpg") < text.index("0.7.jpg") and "0.5.jpg" not in text


def test_names_are_text() -> None:
    page = Page(piece_gallery(NASTY, [shown("70173", "50667", "accepted", name=NASTY)], [], {}))
    page.assert_safe()
    assert any(NASTY in text for text in page.inside("article"))


def test_there_must_be_something_to_show(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="no pieces"):
        piece_gallery("mail", [], [], {})
    with pytest.raises(ImageError, match=r"gone\.jpg"):
        load_upright(tmp_path / "gone.jpg")


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    picture = np.full((300, 700), 225, np.uint8)
    cv2.putText(picture, "81100 JOHOR", (60, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 40, 4, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    (tmp_path / "labels.csv").write_text("file,code\na.png,99999\n")
    words = [str(tmp_path), "--country", "MY", "--gallery", str(tmp_path / "page.html")]
    done = CliRunner().invoke(evaluate, words)
    assert done.exit_code == 0, done.output
    page = Page((tmp_path / "page.html").read_text())
    page.assert_safe()
    assert len(page.all("image")) == 1 and "a.png" in " ".join(page.inside("article"))
