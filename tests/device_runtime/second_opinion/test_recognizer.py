"""The real recogniser, where its extra is installed; and what is said where it is not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from device_runtime.cli import main
from device_runtime.errors import PosteyeError
from device_runtime.reader import Reader
from device_runtime.samples import load_samples
from device_runtime.second_opinion import recognizer
from device_runtime.second_opinion.recognizer import load_recognizer, network_input
from tests.device_runtime.lettering import write
from tests.device_runtime.second_opinion.made import NUMBERS, doubtful_field

INSTALLED = all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))
needs_extra = pytest.mark.skipif(not INSTALLED, reason="PP-OCRv6 is not tested: pip install 'posteye[second-opinion]'")
SAMPLE = load_samples()[0]


def called(*options: str) -> int:
    """The exit status of `posteye read` with a sample and options."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["posteye", "read", str(SAMPLE.path), *options])
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def without_rapidocr(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(recognizer, "find_spec", lambda name: None if name == "rapidocr" else find(name))


def test_without_the_extra_one_line_says_how_to_get_it(
    without_rapidocr: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PosteyeError, match=r"pip install 'posteye\[second-opinion\]'"):
        Reader(pattern=r"\d{5}", second_opinion=True)
    assert called("--field", "--pattern", r"\d{5}", "--second-opinion") == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "posteye[second-opinion]" in err


def test_without_onnxruntime_the_same_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PosteyeError, match=r"posteye\[second-opinion\]"):
        load_recognizer()


def test_weights_that_were_not_calibrated_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    (tmp_path / "models").mkdir()
    spec = importlib.util.spec_from_file_location("rapidocr", tmp_path / "__init__.py")
    monkeypatch.setattr(recognizer, "find_spec", lambda name: spec)
    with pytest.raises(PosteyeError, match="cannot be read"):
        load_recognizer()
    (tmp_path / "models" / "PP-OCRv6_rec_small.onnx").write_bytes(b"other weights")
    with pytest.raises(PosteyeError, match="not those that were calibrated"):
        load_recognizer()


def test_whole_pieces_are_refused_before_anything_is_loaded(
    without_rapidocr: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("--country", "DE", "--second-opinion") == 2
    assert "add --field" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("shape", "width_px", "columns"),
    [((40, 60), 320, 9), ((24, 240), 480, 60), ((50, 1), 320, 1), ((3, 900), 3200, 400)],
)
def test_its_input_is_48_px_high_and_padded_with_grey(shape: tuple[int, int], width_px: int, columns: int) -> None:
    pixels, shown = network_input(np.full(shape, 255, np.uint8))
    assert pixels.shape == (1, 3, 48, width_px) and shown == columns and pixels.dtype == np.float32
    wide = min(3200, -(-48 * shape[1] // shape[0]))
    assert (pixels[..., :wide] == 1).all() and (pixels[..., wide:] == 0).all()


@needs_extra
def test_it_makes_the_input_that_rapidocr_makes() -> None:
    main_of = pytest.importorskip("rapidocr.ch_ppocr_rec.main", exc_type=ImportError)
    gray = np.random.default_rng(3).integers(0, 256, (37, 150), np.uint8)

    class Shape:
        rec_image_shape = (3, 48, 320)

    theirs = main_of.TextRecognizer.resize_norm_img(Shape(), np.repeat(gray[..., None], 3, axis=2), 320 / 48)
    assert np.abs(network_input(gray)[0][0] - theirs).max() < 1e-6


@needs_extra
def test_it_reads_digits_as_digits_and_letters_as_rubbish() -> None:
    field = np.full((48, 300), 230, np.uint8)
    write(field, "KL 50450", 20, 36)
    scores = load_recognizer()(field)
    assert scores.shape == (38, 12) and scores.sum(axis=1) == pytest.approx(1, abs=1e-3)
    best = scores.argmax(axis=1).tolist()
    signs = [c for c, before in zip(best, [-1, *best[:-1]], strict=True) if c != before and c != 10]
    assert signs[-5:] == [5, 0, 4, 5, 0] and set(signs[:-5]) == {11}


@needs_extra
def test_a_reader_that_asks_takes_back_no_code_and_accepts_no_wrong_one() -> None:
    for sample in load_samples()[:12]:
        plain, second = Reader(**sample.grammar), Reader(**sample.grammar, second_opinion=True)
        before = plain.read(sample.path, field=True, upright=True).reading
        after = second.read(sample.path, field=True, upright=True).reading
        assert after == before if before.status == "accepted" else after.code in (before.code, sample.expected)
        assert after.status != "accepted" or after.code == sample.expected


@needs_extra
def test_a_field_in_doubt_is_asked_about() -> None:
    field, code = doubtful_field()
    opinion = Reader(pattern=NUMBERS, second_opinion=True).read(field, field=True, upright=True).reading.opinion
    assert opinion is not None and opinion.code is not None and set(opinion.code) & set(code)
