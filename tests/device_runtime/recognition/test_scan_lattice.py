"""The scanned lattice: its steps against all ways to stay, and its two directions against each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from device_runtime.exact import to_fixed_point
from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN
from device_runtime.recognition.scan_lattice import condense, scan_lattice
from device_runtime.recognition.scan_walk import ScanWalk, scan_walk
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.recognition.semiring import MAX_PLUS, SUM_PRODUCT, Semiring
from device_runtime.types import Penalties

DIGITS = "0123456789"
BLANK, RUBBISH = 10, 11
NODES = 8


def random_penalties(seed: int, columns: int = 7) -> Penalties:
    values = np.random.default_rng(seed).exponential(2.0, (columns, 12)).astype(np.float32)
    return penalties_of_values(values, np.arange(columns, dtype=np.float32), DIGITS)


def scores_of(random: np.random.Generator, semiring: Semiring, shape: tuple[int, ...]) -> np.ndarray:
    """Random log-probabilities in fixed point, or weights."""
    return to_fixed_point(-random.exponential(3, shape)) if semiring is MAX_PLUS else random.exponential(1, shape)


def walk_of(seed: int, semiring: Semiring) -> tuple[ScanWalk, np.ndarray]:
    """A walk over random scores [classes, frames], and these."""
    scores = scores_of(np.random.default_rng(seed), semiring, (12, NODES - 1))
    nothing = np.full(NODES, semiring.zero)
    return scan_walk(semiring, nothing, nothing, scores, np.zeros(NODES - 1, np.bool_), COSTS), scores


def total(semiring: Semiring, paths: list[list[float]]) -> float:
    scores = [semiring.times.reduce(path) for path in paths]
    return float(semiring.add.reduce(scores)) if scores else semiring.zero


def ways(scores: np.ndarray, begin: int, end: int, junction: int) -> list[list[float]]:
    """Scores of every run of classes that may stand between two characters."""
    classes = (BLANK,) if junction == PLAIN else (BLANK, RUBBISH)
    runs = itertools.product(classes, repeat=end - begin)
    return [[scores[c, begin + i] for i, c in enumerate(run)] for run in runs if junction != MARKED or RUBBISH in run]


@pytest.mark.parametrize("semiring", [MAX_PLUS, SUM_PRODUCT])
@pytest.mark.parametrize("seed", range(4))
def test_a_character_stays_and_junctions_are_crossed(semiring: Semiring, seed: int) -> None:
    walk, scores = walk_of(seed, semiring)
    entered = scores_of(np.random.default_rng(seed + 100), semiring, (2, NODES))
    chars = np.array([4, 7])
    ended = walk.character(entered, chars)
    crossed = {junction: walk.gap(entered, junction) for junction in (PLAIN, OPEN, MARKED)}
    for row, end in itertools.product(range(2), range(NODES)):
        stays = [[entered[row, begin], *scores[chars[row], begin:end]] for begin in range(end)]
        assert ended[row, end] == pytest.approx(total(semiring, stays), rel=1e-12)
        for junction, found in crossed.items():
            paths = [[entered[row, begin], *way] for begin in range(end) for way in ways(scores, begin, end, junction)]
            assert found[row, end] == pytest.approx(total(semiring, paths), rel=1e-12)


@pytest.mark.parametrize("semiring", [MAX_PLUS, SUM_PRODUCT])
@pytest.mark.parametrize("seed", range(4))
def test_backwards_is_the_transpose_of_forwards(semiring: Semiring, seed: int) -> None:
    walk, _ = walk_of(seed, semiring)
    here, there = scores_of(np.random.default_rng(seed + 200), semiring, (2, 3, NODES))
    chars = np.array([0, 5, 9])

    def joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.asarray(semiring.add.reduce(semiring.times(one, other), axis=1))

    forwards = joined(walk.character(here, chars), there)
    np.testing.assert_allclose(forwards, joined(here, walk.character_back(there, chars)), rtol=1e-12)
    for junction in (PLAIN, OPEN, MARKED):
        forwards = joined(walk.gap(here, junction), there)
        np.testing.assert_allclose(forwards, joined(here, walk.gap_back(there, junction)), rtol=1e-12)


def test_a_mark_that_is_seen_costs_what_goes_through_it_within_a_code() -> None:
    seen, nothing = np.array([False, True, False]), np.zeros(4)
    for semiring, cost in ((MAX_PLUS, -2.0), (SUM_PRODUCT, np.exp(-2.0))):
        scores = scores_of(np.random.default_rng(3), semiring, (12, 3))
        plain, marked = (
            scan_walk(semiring, nothing, nothing, scores, flags, Costs(mark=2.0)) for flags in (seen & False, seen)
        )
        begins = np.full((1, 4), semiring.zero)
        begins[0, 0] = semiring.times.identity
        for found, expected in (
            (marked.character(begins, np.array([5])), plain.character(begins, np.array([5]))),
            (marked.gap(begins, PLAIN), plain.gap(begins, PLAIN)),
        ):
            expected[0, 2:] = semiring.times(expected[0, 2:], cost)
            np.testing.assert_allclose(found, expected, rtol=1e-12)
        for junction in (OPEN, MARKED):
            np.testing.assert_array_equal(marked.gap(begins, junction), plain.gap(begins, junction))


def drawn(signs: str) -> Penalties:
    values = np.full((len(signs), 12), 9.0, np.float32)
    for column, sign in enumerate(signs):
        values[column, (DIGITS + ".R").index(sign)] = 0.001
    return penalties_of_values(values, 2 * np.arange(len(signs), dtype=np.float32), DIGITS)


@pytest.mark.parametrize(
    ("signs", "number"),
    [("..4.77.7R12", "477"), ("R12R345", "345"), ("12R34", "12"), ("..RR", ""), ("4.4", "44"), ("44", "4")],
)
def test_the_longest_number_of_the_best_path(signs: str, number: str) -> None:
    assert scan_lattice(drawn(signs)).number == number


def test_evidence_is_the_strongest_column() -> None:
    penalties = drawn("..477..")
    penalties.values[3, 7] = 0.5
    x_px, probability = scan_lattice(penalties).evidence(2, 5, 7)
    assert x_px == 8
    assert probability == pytest.approx(np.exp(-0.001) / (np.exp(-0.001) + 11 * np.exp(-9)), abs=1e-6)


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_sure_runs_are_taken_as_one_column_each(offset: float) -> None:
    values = np.full((9, 12), 12.0, np.float32)
    values[:, 10] = [0, 0, 12, 0, 0, 0, 12, 12, 12]
    values[2, 4] = 0.01
    values[6:8, 11] = 0
    values += np.float32(offset)
    penalties = penalties_of_values(values, np.arange(9, dtype=np.float32), DIGITS)
    assert condense(penalties).tolist() == [0, 2, 3, 6, 8, 9]
    assert condense(penalties, doubt=0.0).tolist() == [*range(10)]
    # Log-probabilities of a run are the sums of its columns', weights their products.
    lattice = scan_lattice(penalties)
    np.testing.assert_allclose(lattice.best.inner[:, 1], -2.0 * penalties.values[0], atol=1e-8)
    np.testing.assert_allclose(np.diff(lattice.best.inner, axis=1)[:, 2], -penalties.values[3:6].sum(axis=0), atol=1e-5)
    np.testing.assert_allclose(lattice.sums.inner[:, 2] / lattice.sums.inner[10, 2], penalties.weights[3] ** 3)


def test_weights_of_a_run_are_multiplied_in_the_order_of_its_columns() -> None:
    values = np.random.default_rng(4).uniform(12, 14, (23, 12)).astype(np.float32)
    values[:, 10] = 0
    penalties = penalties_of_values(values, np.arange(23, dtype=np.float32), DIGITS)
    lattice = scan_lattice(penalties)
    assert lattice.nodes == 2
    expected = penalties.weights[0].copy()
    for column in range(1, 23):
        expected *= penalties.weights[column]
    scale = lattice.sums.inner[10, 0] / expected[10]
    assert np.frexp(scale)[0] == 0.5
    np.testing.assert_array_equal(lattice.sums.inner[:, 0], expected * scale)


def test_a_lattice_is_built_again_only_at_other_costs() -> None:
    lattice = scan_lattice(random_penalties(1), costs=Costs(foreign_number=1.0))
    assert lattice.at(Costs(foreign_number=1.0)) is lattice
    other = lattice.at(COSTS)
    assert other.costs == COSTS and not np.array_equal(other.best.before, lattice.best.before)
    np.testing.assert_array_equal(other.best.before, scan_lattice(random_penalties(1)).best.before)
