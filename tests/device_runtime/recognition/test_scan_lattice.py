"""The scanned lattice: its steps against all ways to stay, and its two directions against each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN
from device_runtime.recognition.scan_lattice import ScanLattice, condense, scan_lattice
from device_runtime.types import Penalties

DIGITS = "0123456789"
BLANK, RUBBISH = 10, 11


def random_penalties(seed: int, columns: int = 7) -> Penalties:
    values = np.random.default_rng(seed).exponential(2.0, (columns, 12)).astype(np.float32)
    return Penalties(values, np.arange(columns, dtype=np.float32), DIGITS)


def ways(lattice: ScanLattice, values: np.ndarray, begin: int, end: int, junction: int) -> list[float]:
    """Log-probability of every run of classes that may stand between two characters."""
    classes = (BLANK,) if junction == PLAIN else (BLANK, RUBBISH)
    runs = itertools.product(classes, repeat=end - begin)
    return [
        -sum(values[begin + i, c] for i, c in enumerate(run)) for run in runs if junction != MARKED or RUBBISH in run
    ]


@pytest.mark.parametrize("add", [np.maximum, np.logaddexp])
@pytest.mark.parametrize("seed", range(4))
def test_a_character_stays_and_junctions_are_crossed(add: np.ufunc, seed: int) -> None:
    penalties = random_penalties(seed)
    values = penalties.values.astype(np.float64)
    lattice = scan_lattice(penalties)
    entered = np.random.default_rng(seed + 100).normal(0, 3, (2, lattice.nodes))
    chars = np.array([4, 7])
    ended = lattice.character(add, entered, chars)
    crossed = {junction: lattice.gap(add, entered, junction) for junction in (PLAIN, OPEN, MARKED)}
    for row, end in itertools.product(range(2), range(lattice.nodes)):
        stays = [entered[row, begin] - values[begin:end, chars[row]].sum() for begin in range(end)]
        assert ended[row, end] == pytest.approx(add.reduce(stays) if stays else -np.inf, abs=1e-6)
        for junction, found in crossed.items():
            paths = [
                entered[row, begin] + way for begin in range(end) for way in ways(lattice, values, begin, end, junction)
            ]
            assert found[row, end] == pytest.approx(add.reduce(paths) if paths else -np.inf, abs=1e-6)


@pytest.mark.parametrize("add", [np.maximum, np.logaddexp])
@pytest.mark.parametrize("seed", range(4))
def test_backwards_is_the_transpose_of_forwards(add: np.ufunc, seed: int) -> None:
    lattice = scan_lattice(random_penalties(seed))
    random = np.random.default_rng(seed + 200)
    here, there = random.normal(0, 3, (2, 3, lattice.nodes))
    chars = np.array([0, 5, 9])

    def total(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.asarray(add.reduce(one + other, axis=1))

    forwards = total(lattice.character(add, here, chars), there)
    np.testing.assert_allclose(forwards, total(here, lattice.character_back(add, there, chars)), atol=1e-9)
    for junction in (PLAIN, OPEN, MARKED):
        forwards = total(lattice.gap(add, here, junction), there)
        np.testing.assert_allclose(forwards, total(here, lattice.gap_back(add, there, junction)), atol=1e-9)


def drawn(signs: str) -> Penalties:
    values = np.full((len(signs), 12), 9.0, np.float32)
    for column, sign in enumerate(signs):
        values[column, (DIGITS + ".R").index(sign)] = 0.001
    return Penalties(values, 2 * np.arange(len(signs), dtype=np.float32), DIGITS)


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
    assert probability == pytest.approx(np.exp(-0.001), abs=1e-6)


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_sure_runs_are_taken_as_one_column_each(offset: float) -> None:
    values = np.full((9, 12), 12.0, np.float32)
    values[:, 10] = [0, 0, 12, 0, 0, 0, 12, 12, 12]
    values[2, 4] = 0.01
    values[6:8, 11] = 0
    values += np.float32(offset)
    condensed, first = condense(values, 10)
    assert first.tolist() == [0, 2, 3, 6, 8, 9]
    np.testing.assert_allclose(condensed[0], 2 * values[0])
    np.testing.assert_allclose(condensed[2], values[3:6].sum(axis=0))


def test_a_lattice_is_built_again_only_at_other_costs() -> None:
    lattice = scan_lattice(random_penalties(1), costs=Costs(foreign_number=1.0))
    assert lattice.at(Costs(foreign_number=1.0)) is lattice
    other = lattice.at(COSTS)
    assert other.costs == COSTS and not np.array_equal(other.before, lattice.before)
    np.testing.assert_array_equal(other.before, scan_lattice(random_penalties(1)).before)
