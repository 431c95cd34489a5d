"""The core finds the same codes with the same posteriors, characters and reasons as NumPy, bit for bit."""

from __future__ import annotations

from functools import cache
from threading import Barrier, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.core.library import library, trouble
from device_runtime.decoding.decoder import REASONS, ZEROS_ONLY, Decoder
from device_runtime.grammar.countries import countries
from device_runtime.grammar.grammar import DIGITS, SEPARATORS, Grammar
from device_runtime.grammar.lexicon import compile_lexicon
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import load_samples
from device_runtime.types import Decoding, Strip
from tests.device_runtime.core.scored import SCORES, STRIPS, by_numpy, draw_scores, draw_strip, in_c

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

LETTERS = "ABCDEFGHIJ0123456789K"
PATTERNS = (
    *(r"\d{5}", r"\d{3,9}", r"\d{1,8}", r"\d+", r"0{3,6}"),  # one node a layer
    *(r"\d{5}(-\d{4})?", r"\d{3}[ -]?\d{2}", r"\d{3} \d{2}", r"\d\d(-\d\d)*", r"\d(-?\d){3,7}"),  # separators
    *(r"12345|9\d{4}|5\d{2}-\d{3}", r"\d\d|999"),  # what the relaxed grammar only bounds
)
OF_LETTERS = (r"[A-F]\d[A-F] ?\d[A-F]\d", r"[AB]?\d\d(-\d)?")
LISTS = ("plain", "weighted", "separated")


@cache
def decoder_of(grammar: str, n_best: int) -> Decoder:
    """A decoder of a pattern, or of a list of codes by its name."""
    if grammar in LISTS:
        return Decoder(lexicon(grammar), DIGITS, n_best)
    alphabet = LETTERS if grammar in OF_LETTERS else DIGITS
    return Decoder(Grammar.from_pattern(grammar, alphabet), alphabet, n_best)


@cache
def lexicon(name: str) -> Grammar:
    random = np.random.default_rng(5)
    codes = [f"{code:05d}" for code in sorted(random.choice(100_000, 1000, replace=False).tolist())]
    if name == "weighted":
        codes = [f"{code}\t{count}" for code, count in zip(codes, random.integers(1, 99_999, 1000), strict=True)]
    elif name == "separated":
        codes = [f"{code[:2]}-{code[2:]}" if code < "5" else code for code in codes]
    return Grammar(name, compile_lexicon("\n".join(codes).encode(), name, DIGITS, SEPARATORS))


@settings(max_examples=250)
@given(
    seed=st.integers(0, 2**32 - 1),
    grammar=st.sampled_from(PATTERNS + OF_LETTERS + LISTS),
    n_best=st.sampled_from([1, 3, 3, 20]) | st.integers(1, 20),
    kinds=st.tuples(st.sampled_from(SCORES), st.sampled_from(STRIPS)),
    columns=st.sampled_from([1, 2]) | st.integers(1, 60) | st.integers(1, 160),
    aspect=st.sampled_from([1.0, 1.3, 0.87]) | st.floats(0.2, 3.0),
    scale=st.sampled_from([0.25, 0.25, 0.05, 0.5]),
)
def test_any_scores_and_strip_give_the_same_bits(
    seed: int, grammar: str, n_best: int, kinds: tuple[str, str], columns: int, aspect: float, scale: float
) -> None:
    random = np.random.default_rng(seed)
    decoder = decoder_of(grammar, n_best)
    scores = draw_scores(kinds[0], random, columns, len(decoder.graph.alphabet) + 2)
    strip = draw_strip(kinds[1], random, int(random.integers(1, 2 * columns + 20)), aspect)
    assert in_c(decoder, scale).decode(strip, scores) == by_numpy(decoder, strip, scores, scale)


@pytest.mark.parametrize("grammar", [r"\d{3,9}", r"\d{5}(-\d{4})?", "weighted"])
def test_a_wide_strip_gives_the_same_bits(grammar: str) -> None:
    decoder = decoder_of(grammar, 3)
    for kind in ("line", "flat", "alternating"):
        random = np.random.default_rng(2)
        scores, strip = draw_scores(kind, random, 400, 12), draw_strip("boxes", random, 800, 1.0)
        assert in_c(decoder).decode(strip, scores) == by_numpy(decoder, strip, scores)


@cache
def scanned() -> tuple[tuple[Strip, np.ndarray], ...]:
    """The samples' strips and what the shipped model says of them."""
    bundle = load_bundle()
    scanner = Scanner(bundle, engines.pick(None, bundle.model))
    strips = [normalize(load_gray(sample.path)) for sample in load_samples()]
    return tuple((strip, scanner.scores(strip.pixels)) for strip in strips)


def test_every_country_gives_the_same_bits_on_the_samples() -> None:
    found: list[Decoding] = []
    # One country of each form: many have the same.
    for pattern, code in {country.pattern: code for code, country in countries().items() if country.pattern}.items():
        decoder = Decoder(Grammar.from_country(code), DIGITS)
        core = in_c(decoder)
        for strip, scores in scanned()[::2]:
            found.append(core.decode(strip, scores))
            assert found[-1] == by_numpy(decoder, strip, scores), (code, pattern)
    assert len(found) > 100
    assert any(decoding.outside for decoding in found)


def test_every_reason_is_given_as_numpy_gives_it() -> None:
    reasons = set()
    for seed in range(400):
        random = np.random.default_rng(seed)
        decoder = decoder_of(r"\d{3}" if seed % 8 else r"0{3,6}|\d{4}", 3)
        scores = draw_scores("line", random, 40, 12)
        if seed % 8 == 0:
            scores[:, 1:10] = -128
        decoding = in_c(decoder).decode(strip := draw_strip("boxes", random, 80, 1.0), scores)
        if decoding.doubt not in reasons:
            reasons.add(decoding.doubt)
            assert decoding == by_numpy(decoder, strip, scores)
    assert reasons == {None, ZEROS_ONLY, *REASONS.values()}


def test_one_decoder_gives_the_same_in_many_threads() -> None:
    decoder, random = in_c(decoder_of("weighted", 20)), np.random.default_rng(3)
    tasks = [(draw_strip("boxes", random, 2 * n, 1.0), draw_scores("line", random, n, 12)) for n in range(20, 120, 4)]
    alone = [decoder.decode(*task) for task in tasks]
    barrier, wrong = Barrier(4), list[int]()

    def run(thread: int) -> None:
        barrier.wait()
        for _ in range(3):
            order = np.random.default_rng(thread).permutation(len(tasks))
            wrong.extend(n for n in order.tolist() if decoder.decode(*tasks[n]) != alone[n])

    threads = [Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
