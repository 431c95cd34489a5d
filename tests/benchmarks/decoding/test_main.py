"""Decoding is measured on the strings that were meant, and its figures are computed rightly."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import ImageFont

from benchmarks.decoding import __main__ as command
from benchmarks.decoding.rows import (
    GRAMMAR,
    GRAMMAR_AUGMENTED,
    GREEDY,
    LEXICON,
    LEXICON_AUGMENTED,
    Kept,
    Origin,
    Read,
    find,
    keep,
    read,
)
from benchmarks.decoding.sets import Task
from benchmarks.decoding.speed import Loaded, Timed, Timing, decoding_table, loading_table, thinned
from benchmarks.decoding.strings import drawn_codes, load_strings, write_codes
from benchmarks.decoding.tables import (
    SetReadings,
    calibration_table,
    chance_error,
    methods_table,
    numbers,
    rates_table,
    swap_counts,
    swaps_table,
)
from device_runtime.calibration import Scale
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Candidate, Character, Decoding, Reading, Status, Strip
from tests.calibrations import made_calibration
from train.data.labelled import Labeled
from train.data.writers import Writer
from train.synthesis.generator import FieldGenerator
from train.synthesis.shards import Shard, save_shard

DIGITS = "0123456789"
AS_IT_IS = made_calibration((0.01, 0.9, 0.5))
ORIGIN = Origin("us", "scan", "abc", 2, "code")


def lattice_of(code: str, second: str, certainty: float) -> Lattice:
    """A blank, then a column a digit with a blank after each; `second` is the rival of each digit."""
    values = np.full((2 * len(code) + 1, 12), 1e-4)
    values[::2, 10] = 1.0
    for place, (char, rival) in enumerate(zip(code, second, strict=True)):
        values[2 * place + 1, int(rival)] += 1 - certainty
        values[2 * place + 1, int(char)] += certainty
    values /= values.sum(axis=1, keepdims=True)
    x_px = np.arange(len(values), dtype=np.float32)
    return scan_lattice(penalties_of_values(-np.log(values).astype(np.float32), x_px, DIGITS))


def strips(*widths: int) -> list[Strip]:
    return [Strip(np.full((32, width), 255, np.uint8), np.eye(2, 3), True) for width in widths]


def task(data: Labeled, listed: list[str] | None = None) -> Task:
    def lexicon() -> Grammar:
        return Grammar.from_pattern("|".join(listed or []))

    return Task("made up", lambda: data, lambda _: Grammar.from_pattern(r"\d{3}"), lexicon if listed else None)


def test_every_way_is_read_and_the_lexicon_mends_what_it_can() -> None:
    doubtful = lattice_of("123", "723", 0.6)
    data = Labeled(strips(40, 41), ["723", "123"], ["a", "b"])

    kept = read(task(data, ["723", "555"]), ORIGIN, lambda _: doubtful, DIGITS, "made up")

    best = {way: [d.candidates[0].code for d in found.decodings] for way, found in kept.reads.items()}
    assert best[GREEDY] == best[GRAMMAR] == best[GRAMMAR_AUGMENTED] == ["123", "123"]
    assert best[LEXICON] == best[LEXICON_AUGMENTED] == ["723", "723"]
    assert kept.truths == data.codes


def test_a_strip_is_recognised_once_for_all_ways_and_counts_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    # So high that the strip is read at other widths too.
    monkeypatch.setattr("device_runtime.decoding.ensemble.CONFIDENCE_THRESHOLD", 0.97)
    seen: list[int] = []

    def recognize(strip: Strip) -> Lattice:
        seen.append(strip.pixels.shape[1])
        time.sleep(0.01)
        return lattice_of("123", "723", 0.6)

    kept = read(task(Labeled(strips(40), ["123"], ["a"])), ORIGIN, recognize, DIGITS, "made up")

    assert seen == [40, 52, 35]  # as it is, stretched and compressed
    spent = {way: found.spent_ms[0] for way, found in kept.reads.items()}
    assert spent[GRAMMAR] >= 10
    assert spent[GRAMMAR_AUGMENTED] >= spent[GRAMMAR] + 10
    assert LEXICON not in spent


def test_no_ink_and_too_long_a_strip_are_no_reading() -> None:
    blank = Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), False)
    long = strips(5000)[0]

    def recognize(_: Strip) -> Lattice:
        raise PosteyeError("the field is too long")

    kept = read(task(Labeled([blank, long], ["123", "123"], ["a", "b"])), ORIGIN, recognize, DIGITS, "made up")

    assert all(not decoding.candidates for found in kept.reads.values() for decoding in found.decodings)


def decoded(code: str, confidence: float) -> Decoding:
    characters = tuple(Character(char, confidence, float(x)) for x, char in enumerate(code))
    return Decoding((Candidate(code, confidence),), characters, None)


def kept_of(**reads: list[Decoding]) -> Kept:
    ways = {name: Read(found, [1.0] * len(found)) for name, found in reads.items()}
    return Kept(ORIGIN, "made up 1", ["111", "222"], ways)


def test_readings_are_found_again_for_the_same_model_alone(tmp_path: Path) -> None:
    kept = kept_of(grammar=[decoded("111", 0.99), decoded("221", 0.5)])
    path = tmp_path / "us-scan.json"
    keep(kept, path)

    assert find(path, ORIGIN) == kept
    assert find(path, msgspec.structs.replace(ORIGIN, model="other")) is None
    assert find(path, msgspec.structs.replace(ORIGIN, code="of another reader")) is None
    assert find(tmp_path / "none.json", ORIGIN) is None
    path.write_text("{")
    with pytest.raises(PosteyeError, match="delete it"):
        find(path, ORIGIN)


def test_rates_show_what_is_accepted_and_what_of_it_is_wrong() -> None:
    kept = kept_of(**{GRAMMAR: [decoded("111", 0.99), decoded("221", 0.95)], GREEDY: [Decoding((), (), None)] * 2})
    table = rates_table(
        [SetReadings("made up", kept, GRAMMAR, AS_IT_IS), SetReadings("made up", kept, GREEDY, AS_IT_IS)]
    )

    grammar, greedy = table.lines
    assert grammar[3:] == ["50.0%"] * 4 + ["100.0%", "1 of 2"]
    assert greedy[3:] == ["0.0%"] * 4 + ["-", "-"]


def test_single_figures_are_those_of_the_tables() -> None:
    kept = kept_of(
        **{GRAMMAR_AUGMENTED: [decoded("111", 0.99), decoded("221", 0.95)], GREEDY: [decoded("111", 0.5)] * 2}
    )
    found = numbers([SetReadings("made up", kept, way, AS_IT_IS) for way in (GRAMMAR_AUGMENTED, GREEDY)])

    assert found["us"]["strings"] == 2
    assert found["us"]["scan"]["grammar-twice"] == {"exact": 0.5, "at-1": 0.5, "accepted": 2, "wrong": 1}
    assert found["us"]["scan"]["greedy"] == {"exact": 0.5, "at-1": 0.0}


def test_calibration_error_before_and_after() -> None:
    half = [decoded("111", 0.5), decoded("221", 0.5)]
    sure = made_calibration((0.01, 0.9, 0.5), code=Scale(1.0, 20.0), character=Scale(1.0, 20.0))
    kept = kept_of(**{GRAMMAR_AUGMENTED: half})

    found = calibration_table(
        [SetReadings("made up", kept, GRAMMAR_AUGMENTED, sure), SetReadings("left out", kept, GRAMMAR_AUGMENTED, None)]
    )

    assert [(line[0], *line[3:5]) for line in found.lines] == [("made up", "0.0000", "0.5000")]


def test_true_confidences_err_by_chance_and_less_so_in_many_strings() -> None:
    few, many = (chance_error(np.random.default_rng(0).random(count)) for count in (100, 10_000))
    assert 0.05 < few < 0.15
    assert 0.005 < many < few / 5


def reading(status: Status, code: str | None) -> Reading:
    return Reading(status, code, None, 0.5, (), ())


def test_swaps_are_counted_by_what_becomes_of_a_wrong_reading() -> None:
    truths = ["1"] * 6
    before = [*(reading("rejected", code) for code in ("2", "2", "2", "2", None)), reading("accepted", "1")]
    after = [
        reading("accepted", "1"),
        reading("rejected", "3"),
        reading("accepted", "2"),
        reading("accepted", "3"),
        reading("no_code", None),
        reading("accepted", "3"),
    ]
    assert swap_counts(truths, before, after) == ["5 (0)", "1 (1)", "2", "1", "1", "1 (1)"]


def test_tables_of_methods_and_lexicons_pair_the_right_rows() -> None:
    found = {GRAMMAR_AUGMENTED: [decoded("111", 0.99), decoded("221", 0.5)]}
    found[LEXICON_AUGMENTED] = [decoded("111", 0.99), decoded("222", 0.95)]
    rows = [SetReadings("made up", kept_of(**found), way, AS_IT_IS) for way in found]

    assert [line[3] for line in methods_table(rows).lines] == ["50.0%", "100.0%"]
    assert swaps_table(rows).lines[0][2:4] == ["1 (0)", "1 (1)"]


def test_thinning_keeps_the_digits() -> None:
    values = np.full((40, 12), 9.0, np.float32)
    values[:, 10] = 0.1
    values[7, [3, 10]] = 0.1, 9.0
    whole = penalties_of_values(values, np.arange(40, dtype=np.float32), DIGITS)
    few = thinned(whole, 10)

    assert few.values.shape == (10, 12)
    assert few.values[:, 3].min() == whole.values[7, 3] and few.weights[:, 3].max() == 1
    assert 7.0 in few.x_px


def test_times_are_told_as_medians_and_ratios() -> None:
    timed = Timed("five", 1, "33", [1.0, 2.0, 9.0], [2.0, 2.0, 3.0])
    timing = Timing("a machine", [timed], [Loaded("us.grammar", 13_000, 1.5, 2.5, 400.0)])

    assert timed.line() == ["five", "1", "33", "2.000", "7.600", "1.00"]
    assert timing.scan_ms == 2.0 and decoding_table(timing).lines == [timed.line()]
    assert loading_table(timing).lines[0][:2] == ["us.grammar", "13.0"]


def generator(folder: Path) -> FieldGenerator:
    """A hand whose digits are OpenCV's Hershey figures, and Pillow's own font, so that none need be installed."""
    glyphs = []
    for digit in DIGITS:
        canvas = np.zeros((28, 22), np.uint8)
        cv2.putText(canvas, digit, (2, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.85, 255, 2, cv2.LINE_AA)
        glyphs.append((canvas,))
    font = ImageFont.load_default(40)
    assert isinstance(font, ImageFont.FreeTypeFont)
    path = folder / "default.ttf"
    path.write_bytes(font.font_bytes)
    return FieldGenerator([Writer(tuple(glyphs))], 11, ([path], [path]))


def test_strings_are_the_same_for_a_seed_and_of_the_codes_given(tmp_path: Path) -> None:
    codes = ["407", "12345"]
    once, again = (write_codes(generator(tmp_path), codes, 1024) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert all(len(pixels) == 32 and pixels.max() > 200 for pixels in once)

    save_shard(Shard(once, codes), tmp_path / "made.npz")
    data = load_strings(tmp_path / "made.npz")
    assert data.codes == codes
    assert all(np.array_equal(a, s.pixels) and s.has_ink for a, s in zip(once, data.strips, strict=True))


def test_codes_are_drawn_from_a_list_or_are_any_five_digits(tmp_path: Path) -> None:
    listed = tmp_path / "codes.txt"
    listed.write_text("10115\t3\n80331\n")
    assert set(drawn_codes(listed, 50, 1)) == {"10115", "80331"}
    assert drawn_codes(None, 9, 1) == drawn_codes(None, 9, 1)
    assert all(len(code) == 5 and code.isdigit() for code in drawn_codes(None, 200, 1))
    for text in ("", "no code\n"):
        listed.write_text(text)
        with pytest.raises(PosteyeError, match="one a line"):
            drawn_codes(listed, 1, 1)


def test_a_file_that_holds_no_strings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"benchmarks\.decoding\.strings makes one"):
        load_strings(tmp_path / "none.npz")


def test_an_unknown_row_is_refused_with_the_rows_there_are(tmp_path: Path) -> None:
    result = CliRunner().invoke(command.decoding, [str(tmp_path), "--only", "uk/scan"])
    assert isinstance(result.exception, PosteyeError)
    assert "us/scan, us/hos, de/scan, de/hos, timing" in str(result.exception)


def test_generated_strings_need_writers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(command.decoding, [str(tmp_path), "--only", "us/scan"])
    assert isinstance(result.exception, PosteyeError)
    assert "give --writers" in str(result.exception)
