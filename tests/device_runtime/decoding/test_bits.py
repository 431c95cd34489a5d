"""A decoding has the same bits on every machine, and long lines keep their posteriors."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.decoding_graph import make_decoding_graph
from device_runtime.decoding.masses import masses
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.costs import COSTS
from device_runtime.recognition.gaps import Gaps
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import exponentials, penalties, penalties_of_values
from device_runtime.types import Penalties

COLUMNS, SCALE = 60, 0.25


def written_line() -> tuple[Penalties, Gaps]:
    """Scores worked out by whole numbers alone: digits with doubt, blanks, rubbish, a mark, a space and letters."""
    scores = np.array([[(37 * c * c + 11 * k * k + 5 * c * k) % 41 - 100 for k in range(12)] for c in range(COLUMNS)])
    for column in range(COLUMNS):
        scores[column, 11 if column < 8 or column > 52 else 10 if column % 5 else column // 5 * 3 % 10] += 60
    values, weights = penalties(scores.astype(np.int8), SCALE, exponentials(SCALE))
    space, tall = np.zeros((2, 2 * COLUMNS), np.bool_)
    space[12:18] = tall[106:114] = True
    x_px = (2 * np.arange(COLUMNS) + 1).astype(np.float32)
    return Penalties(values, x_px, DIGITS, weights), Gaps(space, tall, np.array([46]), np.array([], np.intp))


@pytest.mark.parametrize(
    ("pattern", "code", "bits"),
    [
        (r"\d{9}", "692581470", "1c3eca730abbd8db"),
        (r"\d{3}-?\d{6}", "692581470", "66a5dd01f5df4c7f"),
        (r"\d{4} \d{5}|\d{6}", "692581", "5db7422124d2ee9f"),
        (r"\d{4,8}", "69258147", "7a4a6ae6948bcd6e"),
        (r"692-581|692581[34]70", "692581470", "d5a70e9476f2044f"),
    ],
)
def test_the_bits_are_these(pattern: str, code: str, bits: str) -> None:
    found = Decoder(Grammar.from_pattern(pattern), DIGITS).decode(scan_lattice(*written_line()))
    assert found.candidates[0].code == code
    assert found.free is not None
    numbers = [c.confidence for c in found.candidates] + [c.confidence for c in found.characters] + [found.free]
    numbers += [found.outside.confidence] if found.outside else []
    assert hashlib.sha256(np.array(numbers, "<f8").tobytes()).hexdigest()[:16] == bits


def log_posterior(code: str, scores: np.ndarray) -> float:
    """How likely a code stands in a line, column by column in logarithms: float64 [columns, classes] -> log share."""
    add, prior = np.logaddexp, -COSTS.foreign_number
    digit = np.logaddexp.reduce(scores[:, :10], axis=1)
    # Before the code: outside of numbers and inside one. Then each character and the blanks behind it; then blanks,
    # outside of numbers, inside one.
    outside, inside, blanks, after, number = 0.0, -np.inf, -np.inf, -np.inf, -np.inf
    written, gaps = [-np.inf] * len(code), [-np.inf] * len(code)
    # All lines: before, inside and after the first number, inside another one.
    ahead, first, later, another = 0.0, -np.inf, -np.inf, -np.inf
    for row, any_digit in zip(scores, digit, strict=True):
        blank, rubbish = row[10], row[11]
        neither = add(blank, rubbish)
        ends = add(written[-1], blanks)
        after, number = (
            add.reduce([neither + after, rubbish + number, rubbish + ends]),
            add(add(any_digit, blank) + number, prior + any_digit + after),
        )
        blanks = blank + ends
        touching = [w if a != b else -np.inf for w, a, b in zip(written[:-1], code[:-1], code[1:], strict=True)]
        begins = [outside, *[add(g, t) for g, t in zip(gaps[:-1], touching, strict=True)]]
        gaps = [blank + add(g, w) for g, w in zip(gaps, written, strict=True)]
        written = [row[int(char)] + add(w, b) for char, w, b in zip(code, written, begins, strict=True)]
        outside, inside = (
            add(neither + outside, rubbish + inside),
            add(add(any_digit, blank) + inside, prior + any_digit + outside),
        )
        ahead, first, another, later = (
            neither + ahead,
            add(add(any_digit, blank) + first, any_digit + ahead),
            add(add(any_digit, blank) + another, prior + any_digit + later),
            add(neither + later, rubbish + add(first, another)),
        )
    return float(add.reduce([written[-1], blanks, after, number]) - add.reduce([ahead, first, another, later]))


@pytest.mark.parametrize("sharpness", [0.1, 3.0, 40.0])
def test_in_a_long_line_nothing_under_or_overflows(sharpness: float) -> None:
    random = np.random.default_rng(5)
    logits = random.normal(0, sharpness, (4000, 12))
    logits[:, 10:] += 2 * sharpness
    for place, char in enumerate("47501"):
        logits[2000 + 4 * place, int(char)] += 8 * sharpness
    penalties = penalties_of_values(-logits.astype(np.float32), np.arange(4000, dtype=np.float32), DIGITS)
    lattice = scan_lattice(penalties)
    graph = make_decoding_graph(Grammar.from_pattern("47501").automaton, DIGITS)
    found = masses(graph, lattice, [tuple(range(5))])[0] / lattice.free_mass
    assert 0.5 <= lattice.free_mass < 1
    assert np.isfinite(lattice.sums.before).all() and np.isfinite(lattice.sums.after).all()
    with pytest.MonkeyPatch.context() as patch:  # the reference takes no columns together
        patch.setattr("device_runtime.recognition.scan_lattice.DOUBT", 0.0)
        single = scan_lattice(penalties)
    apart = masses(graph, single, [tuple(range(5))])[0] / single.free_mass
    expected = log_posterior("47501", np.log(np.maximum(penalties.weights, 1e-300)))
    assert np.log(apart) == pytest.approx(expected, abs=1e-9)
    assert found == pytest.approx(apart, rel=0.05)
