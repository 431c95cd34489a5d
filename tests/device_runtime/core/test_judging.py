"""The core says of given codes what NumPy says of them, bit for bit, and refuses what is no code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.core import structs
from device_runtime.core.library import library, trouble
from device_runtime.decoding.decoder import ZEROS_ONLY, Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from tests.device_runtime.core.scored import SCORES, STRIPS, draw_scores, draw_strip, in_c, lattice_of
from tests.device_runtime.core.test_decoding import LISTS, OF_LETTERS, PATTERNS, decoder_of

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")


@settings(max_examples=200)
@given(
    seed=st.integers(0, 2**32 - 1),
    grammar=st.sampled_from(PATTERNS + OF_LETTERS + LISTS),
    n_best=st.sampled_from([1, 3, 20]),
    kinds=st.tuples(st.sampled_from(SCORES), st.sampled_from(STRIPS)),
    columns=st.tuples(st.integers(1, 60), st.integers(1, 160)),
    scale=st.sampled_from([0.25, 0.05]),
)
def test_codes_of_one_strip_are_judged_alike_in_another(
    seed: int, grammar: str, n_best: int, kinds: tuple[str, str], columns: tuple[int, int], scale: float
) -> None:
    random = np.random.default_rng(seed)
    decoder = decoder_of(grammar, n_best)
    core, classes = in_c(decoder, scale), len(decoder.graph.alphabet) + 2
    seen = []
    for count in columns:
        scores = draw_scores(kinds[0], random, count, classes)
        seen.append((draw_strip(kinds[1], random, int(random.integers(1, 2 * count + 20)), 1.0), scores))
    codes = [candidate.code for strip, scores in seen for candidate in core.decode(strip, scores).candidates]
    random.shuffle(codes := list(dict.fromkeys(codes))[: structs.MOST_CANDIDATES])
    for strip, scores in seen if codes else ():
        judged = core.judge(strip, scores, codes)
        assert judged == decoder.judge(lattice_of(decoder, strip, scores, scale), codes)
        assert [candidate.code for candidate in judged.candidates] == codes


def test_what_was_found_is_judged_as_it_was_found() -> None:
    # All codes that there are, so that nothing but them is held against them.
    core, random = in_c(decoder_of(r"\d\d|999", 20)), np.random.default_rng(4)
    strip, scores = draw_strip("boxes", random, 80, 1.0), draw_scores("line", random, 40, 12)
    found = core.decode(strip, scores)
    codes = [candidate.code for candidate in found.candidates]
    judged = core.judge(strip, scores, codes)
    assert len(codes) == 20 and judged.free == found.free
    assert [c.confidence for c in judged.candidates] == pytest.approx(
        [c.confidence for c in found.candidates], rel=0.05
    )
    assert [c.x_px for c in judged.characters] == [c.x_px for c in found.characters]


def test_doubt_and_characters_are_those_of_the_first_code() -> None:
    core, random = in_c(decoder_of(r"\d{3}", 3)), np.random.default_rng(6)
    strip, scores = draw_strip("paper", random, 80, 1.0), draw_scores("line", random, 40, 12)
    best = core.decode(strip, scores).candidates[0].code
    other = "000" if best != "000" else "111"
    assert [c.char for c in core.judge(strip, scores, [best, other]).characters] == list(best)
    judged = core.judge(strip, scores, ["000", "111"])
    assert [c.char for c in judged.characters] == ["0", "0", "0"] and judged.doubt == ZEROS_ONLY


def test_a_code_that_has_no_place_is_not_placed() -> None:
    core = in_c(decoder_of(r"\d{3,9}", 3))
    strip, scores = draw_strip("paper", np.random.default_rng(0), 8, 1.0), np.zeros((4, 12), np.int8)
    judged = core.judge(strip, scores, ["12345678", "123"])
    assert judged.candidates[0].confidence == 0 < judged.candidates[1].confidence
    assert judged.characters == ()
    assert len(core.judge(strip, scores, ["123", "12345678"]).characters) == 3


@pytest.mark.parametrize("code", ["", "-", "12", "1234", "123-", "-123", "1--23", "123-45-", "12A", "9" * 70, "\0" * 3])
def test_what_is_no_code_is_refused(code: str) -> None:
    decoder = Decoder(Grammar.from_pattern(r"\d{3}(-\d{2})?"), DIGITS)
    strip, scores = draw_strip("paper", np.random.default_rng(0), 80, 1.0), np.zeros((40, 12), np.int8)
    in_c(decoder).judge(strip, scores, ["123", "123-45"])
    with pytest.raises(ValueError, match="out of its range"):
        in_c(decoder).judge(strip, scores, ["123", code])
    with pytest.raises(ValueError, match="no code of the grammar"):
        decoder.judge(lattice_of(decoder, strip, scores), ["123", code])


@pytest.mark.parametrize("count", [0, structs.MOST_CANDIDATES + 1])
def test_too_few_or_too_many_codes_are_refused(count: int) -> None:
    core = in_c(decoder_of(r"\d{5}", 3))
    strip, scores = draw_strip("paper", np.random.default_rng(0), 80, 1.0), np.zeros((40, 12), np.int8)
    with pytest.raises(ValueError, match="cannot be judged"):
        core.judge(strip, scores, [f"{number:05d}" for number in range(count)])
