"""The decoder on hand-made lines: what is spotted, how sure, and where."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.decoding.decoder import OUTSIDE_ODDS, Decoder
from device_runtime.errors import GrammarError
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.costs import FOREIGN_NUMBER_PENALTY
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Decoding, Penalties

SYMBOLS = DIGITS + ".R"


def line(picture: str, doubts: dict[int, dict[str, float]] | None = None, sure: float = 0.999) -> Penalties:
    """Penalties of a line drawn with one sign a column: a digit, '.' for blank, 'R' for rubbish.

    doubts: by column, the probabilities of other signs; they are taken from the drawn one. Column t is at x = 2 t + 1.
    """
    probability = np.full((len(picture), len(SYMBOLS)), (1 - sure) / (len(SYMBOLS) - 1))
    for column, sign in enumerate(picture):
        others = (doubts or {}).get(column, {})
        for other, share in others.items():
            probability[column, SYMBOLS.index(other)] = share
        probability[column, SYMBOLS.index(sign)] = 0.0
        probability[column, SYMBOLS.index(sign)] = 1.0 - probability[column].sum()
    x_px = 2 * np.arange(len(picture), dtype=np.float32) + 1
    return penalties_of_values(-np.log(probability).astype(np.float32), x_px, DIGITS)


def decode(grammar: str, penalties: Penalties, n_best: int = 3) -> Decoding:
    known = len(grammar) == 2 and grammar.isalpha()
    compiled = Grammar.from_country(grammar) if known else Grammar.from_pattern(grammar)
    return Decoder(compiled, DIGITS, n_best).decode(scan_lattice(penalties))


def code_of(grammar: str, picture: str) -> str:
    return decode(grammar, line(picture)).candidates[0].code


@pytest.mark.parametrize(
    ("grammar", "picture", "code"),
    [
        ("MY", "..44.77..5.0.00..", "47500"),
        ("MY", "4750.0", "47500"),
        ("MY", "RR.R12RR44.77.5.0.0RRR.R", "47500"),
        ("MY", "RR12R4750.0R", "47500"),
        ("MY", "R.101.15RRRR", "10115"),
        ("US", "..1234567.8.9..", "12345-6789"),
        ("US", "..12345RR6789..", "12345-6789"),
        ("US", "..12345.R.6789..", "12345-6789"),
        ("US", "..12345RRRR12RR", "12345"),
        ("US", "..12R12345-R6789..".replace("-", "."), "12345-6789"),
        ("US", "..12345..R..", "12345"),
        ("US", "12345.5.678", "12345-5678"),
        (r"\d{3} \d{2}", "R123RR45R", "123 45"),
        (r"\d{1,8}", "RR4.7.5.0.0.R", "47500"),
        (r"\d{1,8}", "1.2.3.4.5.6.7.8", "12345678"),
        (r"\d{1,8}", "RRR7RR", "7"),
        (r"\d+", "12.3.4", "1234"),
        (r"\d", "7", "7"),
        ("55", "5.5", "55"),
        # Codes that nothing continues crowd out all longer ones.
        (r"\d\d|999", "1.5", "15"),
        (r"[0-4]\d|99\d9", "R.0.7.R", "07"),
    ],
)
def test_the_code_is_found_in_its_surroundings(grammar: str, picture: str, code: str) -> None:
    found = decode(grammar, line(picture))
    assert found.candidates[0].code == code
    assert found.candidates[0].confidence > 0.9


@pytest.mark.parametrize("picture", ["4.7.7.5.0.0", "..47.750.0..R", "R4.750.0123R", "1.4750.0"])
def test_a_piece_of_a_longer_number_is_not_the_code(picture: str) -> None:
    found = decode("MY", line(picture))
    assert not found.candidates or found.candidates[0].confidence < 0.05


def test_a_number_is_read_whole_though_a_speck_of_rubbish_would_part_it() -> None:
    speck = {3: {"R": 0.45}}
    best, *others = decode(r"\d{1,8}", line("47.5.0.1", {2: {"R": 0.45}} | speck), n_best=5).candidates
    assert best.code == "47501"
    assert best.confidence > 2 * max(other.confidence for other in others)


def test_a_code_of_several_pieces_is_read_whole() -> None:
    best, *others = decode(r"\d\d(-\d\d)*", line("12R34.R.56")).candidates
    assert best.code == "12-34-56"
    assert best.confidence > 4 * max(other.confidence for other in others)


def test_of_two_codes_in_one_line_neither_is_sure() -> None:
    first, second, *_ = decode("MY", line("12345RR54321")).candidates
    assert {first.code, second.code} == {"12345", "54321"}
    assert first.confidence == pytest.approx(0.5, abs=0.02)
    assert second.confidence == pytest.approx(0.5, abs=0.02)


def test_the_same_code_twice_in_a_line_is_one_sure_code() -> None:
    best, *_ = decode("MY", line("12345RR12345")).candidates
    assert best.code == "12345"
    assert 0.95 < best.confidence <= 1.0


def test_confidence_is_the_share_of_the_doubtful_digit() -> None:
    found = decode("MY", line("..4.7.5.0.1..", {6: {"6": 0.3}}, sure=0.9999))
    assert [candidate.code for candidate in found.candidates[:2]] == ["47501", "47601"]
    assert found.candidates[0].confidence == pytest.approx(0.7, abs=0.01)
    assert found.candidates[1].confidence == pytest.approx(0.3, abs=0.01)
    confidences = [character.confidence for character in found.characters]
    assert confidences[2] == pytest.approx(0.7, abs=0.01)
    assert min(confidences[:2] + confidences[3:]) > 0.99


def test_doubt_that_no_rival_explains_falls_on_the_weak_character() -> None:
    # The third digit may be rubbish: then there is no code of five digits at all.
    found = decode("MY", line("..4.7.5.0.1..", {6: {"R": 0.8}}, sure=0.9999))
    assert found.candidates[0].code == "47501"
    # With rubbish in the middle there are two numbers, and no code: the priors are against both.
    expected = 0.2 / (0.2 + OUTSIDE_ODDS * 0.8 * np.exp(-FOREIGN_NUMBER_PENALTY))
    assert found.candidates[0].confidence == pytest.approx(expected, abs=0.01)
    confidences = [character.confidence for character in found.characters]
    assert confidences[2] == pytest.approx(expected, abs=0.02)
    assert min(confidences[:2] + confidences[3:]) > 0.99


def test_confidence_with_a_mark_for_a_separator_is_not_inflated() -> None:
    found = decode("US", line("12345R6789", {8: {"3": 0.25}}, sure=0.9999))
    assert found.candidates[0].confidence == pytest.approx(0.75, abs=0.01)
    assert found.candidates[1].code == "12345-6739"
    assert found.candidates[1].confidence == pytest.approx(0.25, abs=0.01)


def test_a_piece_of_a_code_is_a_rival_only_where_it_stands_alone() -> None:
    # Half of the belief is in three digits after the mark: "12345-678" is no code, so the ZIP code stands alone.
    found = decode("US", line("12345R6789..", {9: {".": 0.5}}, sure=0.9999))
    assert [candidate.code for candidate in found.candidates[:2]] == ["12345-6789", "12345"]
    alone = 0.5 * np.exp(-FOREIGN_NUMBER_PENALTY)
    assert found.candidates[0].confidence == pytest.approx(0.5 / (0.5 + alone), abs=0.01)
    assert found.candidates[1].confidence == pytest.approx(alone / (0.5 + alone), abs=0.01)


@pytest.mark.parametrize(
    ("grammar", "picture", "number", "too_short"),
    [(r"\d{6}", "..1.0.1.1.5..", "10115", True), (r"1\d{4}", "..2.0.1.1.5..", "20115", False)],
)
def test_a_number_that_is_no_code_is_named(grammar: str, picture: str, number: str, too_short: bool) -> None:
    outside = decode(grammar, line(picture)).outside
    assert outside is not None
    assert (outside.number, outside.too_short) == (number, too_short)
    assert outside.confidence > 0.5


def test_nothing_outside_is_named_where_a_code_stands() -> None:
    assert decode(r"1\d{4}", line("..1.0.1.1.5..")).outside is None
    assert decode("US", line("..123456789..")).outside is None


def test_where_the_characters_stand() -> None:
    found = decode("US", line("R.9R.12345R6.7.89R", {6: {"7": 0.3}}))
    assert found.candidates[0].code == "12345-6789"
    assert [character.char for character in found.characters] == list("12345-6789")
    x_px = [character.x_px for character in found.characters]
    assert x_px == [11, 13, 15, 17, 19, (19 + 23) / 2, 23, 27, 31, 33]
    assert found.characters[5].confidence == min(found.characters[4].confidence, found.characters[6].confidence)


def test_a_wide_character_stands_at_its_strongest_column() -> None:
    penalties = line("..777..", {2: {".": 0.4}, 3: {".": 0.01}, 4: {".": 0.3}})
    assert decode(r"\d", penalties).characters[0].x_px == 7.0


@pytest.mark.parametrize("picture", ["4", "47", "475", "4750", "5555", "55.55"])
def test_no_candidates_when_no_code_fits_into_the_columns(picture: str) -> None:
    grammar = "55555" if "5" in picture and "4" not in picture else "MY"
    found = decode(grammar, line(picture))
    assert found.candidates == found.characters == ()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.integers(1, 30),
    sharpness=st.sampled_from([0.0, 0.5, 2.0, 8.0, 200.0]),
    grammar=st.sampled_from(["US", "MY", r"\d{1,8}", r"\d+", r"(\d{2}[- ])*\d", "1(-?2)*", r"12|34|567"]),
    n_best=st.integers(1, 6),
)
def test_what_holds_for_any_penalties(seed: int, columns: int, sharpness: float, grammar: str, n_best: int) -> None:
    logits = np.random.default_rng(seed).normal(0.0, 1.0, (columns, 12)) * sharpness
    values = (np.logaddexp.reduce(logits, axis=1)[:, None] - logits).astype(np.float32)
    compiled = Grammar.from_country(grammar) if grammar.isalpha() else Grammar.from_pattern(grammar)
    found = decode(grammar, penalties_of_values(values, np.arange(columns, dtype=np.float32), DIGITS), n_best)
    confidences = [candidate.confidence for candidate in found.candidates]
    codes = [candidate.code for candidate in found.candidates]
    assert len(codes) == len(set(codes)) <= n_best
    assert all(compiled.accepts(code) for code in codes)
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
    assert all(after <= before * (1 + 1e-5) for before, after in itertools.pairwise(confidences))
    assert sum(confidences) <= 1.0 + 1e-9
    if not codes:
        return
    assert "".join(character.char for character in found.characters) == codes[0]
    assert all(confidences[0] - 1e-9 <= character.confidence <= 1.0 for character in found.characters)
    x_px = [character.x_px for character in found.characters]
    assert x_px == sorted(x_px)


def test_decoding_does_not_depend_on_what_was_decoded_before() -> None:
    decoder = Decoder(Grammar.from_country("US"), DIGITS)
    first = decoder.decode(scan_lattice(line("R12345R")))
    decoder.decode(scan_lattice(line("R9.9.9.9.9R1.1.1.1R")))
    again = decoder.decode(scan_lattice(line("R12345R")))
    assert again.candidates == first.candidates
    assert again.characters == first.characters


def test_penalties_of_another_model_are_refused() -> None:
    decoder = Decoder(Grammar.from_country("DE"), DIGITS)
    good = line("..10115..")
    with pytest.raises(ValueError, match="do not fit"):
        scan_lattice(penalties_of_values(good.values[:, :11], good.x_px, DIGITS))
    with pytest.raises(ValueError, match="do not fit"):
        scan_lattice(penalties_of_values(good.values, good.x_px[1:], DIGITS))
    with pytest.raises(ValueError, match="do not fit"):
        scan_lattice(penalties_of_values(good.values[:0], good.x_px[:0], DIGITS))
    with pytest.raises(ValueError, match="do not fit"):
        decoder.decode(scan_lattice(penalties_of_values(good.values, good.x_px, "ABCDEFGHIJ")))


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_penalties_that_are_no_numbers_are_refused(broken: float) -> None:
    good = line("..10115..")
    values = good.values.copy()
    values[3, 4] = broken
    with pytest.raises(ValueError, match="NaN or infinity"):
        scan_lattice(penalties_of_values(values, good.x_px, DIGITS))


def test_a_grammar_beyond_the_model_is_refused() -> None:
    with pytest.raises(GrammarError, match="DE needs '56789'; this model reads only '01234'"):
        Decoder(Grammar.from_country("DE"), "01234")


def test_at_least_one_candidate_must_be_asked_for() -> None:
    with pytest.raises(ValueError, match="n_best is 0"):
        Decoder(Grammar.from_country("DE"), DIGITS, 0)


def test_condensing_changes_neither_codes_nor_places(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    decoder = Decoder(Grammar.from_pattern(r"\d{1,4}", DIGITS), DIGITS)
    for _ in range(30):
        logits = rng.normal(0, 1, (40, 12))
        logits[:, 10] += 14
        for column in rng.choice(np.arange(2, 38, 4), 3, replace=False):
            logits[column, 10] -= 14
            logits[column, rng.integers(10)] += 4
        log_sum = np.log(np.exp(logits).sum(axis=1, keepdims=True))
        penalties = penalties_of_values((log_sum - logits).astype(np.float32), np.arange(40, dtype=np.float32), DIGITS)
        quick = decoder.decode(scan_lattice(penalties))
        with monkeypatch.context() as patch:
            patch.setattr("device_runtime.recognition.scan_lattice.DOUBT", 0.0)
            slow = decoder.decode(scan_lattice(penalties))
        assert [c.code for c in quick.candidates] == [c.code for c in slow.candidates]
        assert [c.x_px for c in quick.characters] == [c.x_px for c in slow.characters]
        for a, b in zip(quick.candidates, slow.candidates, strict=True):
            assert abs(a.confidence - b.confidence) < 5e-3
