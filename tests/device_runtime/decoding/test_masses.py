"""Masses of codes against all ways to stand in the line, and against each other."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from device_runtime.decoding.decoding_graph import DecodingGraph
from device_runtime.decoding.masses import mass_of_all, masses
from device_runtime.recognition.costs import COSTS
from tests.small_lattices import all_codes, graph_of, logs, random_lattice, score


def arcs_of(graph: DecodingGraph, code: str) -> tuple[int, ...]:
    arcs = graph.arcs_of(code)
    assert arcs is not None
    return arcs


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pattern", [r"\d-\d", r"\d-?\d", r"\d[- ]\d", r"\d\d|\d-\d"])
def test_blanks_in_the_place_of_a_separator_part_digits_as_in_a_plain_code(seed: int, pattern: str) -> None:
    lattice, graph, plain = random_lattice(seed, 7), graph_of(pattern), graph_of(r"\d\d")
    for digits in ("01", "22", "10"):
        with_separator = arcs_of(graph, f"{digits[0]}-{digits[1]}")
        found = masses(graph, lattice, [with_separator], blanks_only=True)
        expected = masses(plain, lattice, [arcs_of(plain, digits)])
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        assert masses(graph, lattice, [with_separator])[0] != pytest.approx(found[0], rel=1e-3)  # marks count else


@pytest.mark.parametrize("seed", range(8))
def test_masses_sum_over_all_ways_to_stand_in_the_line(seed: int) -> None:
    lattice = random_lattice(seed, 7)
    graph = graph_of(r"\d{1,4}")
    codes = ["0", "11", "012", "2202", "1111"]
    found = masses(graph, lattice, [graph.arcs_of(code) or () for code in codes])
    expected = [score(code, lattice, np.logaddexp, True) for code in codes]
    np.testing.assert_allclose(logs(found, lattice), expected, atol=1e-6)


def numbers_of(path: tuple[int, ...]) -> list[str]:
    """The numbers that a path of classes writes: pieces between rubbish, repeated classes once, blanks left out."""
    signs = "".join("012_ "[kind] for kind, _ in itertools.groupby(path))
    return [number for piece in signs.split(" ") if (number := piece.replace("_", ""))]


@pytest.mark.parametrize("seed", range(3))
def test_masses_are_those_of_all_paths_written_out(seed: int) -> None:
    lattice, graph = random_lattice(seed, 6), graph_of(r"\d{1,3}")
    prior = math.exp(-COSTS.foreign_number)
    mass: Counter[str] = Counter()
    free = 0.0
    for path in itertools.product(range(5), repeat=6):
        weight = math.prod(lattice.penalties.weights[column, kind] for column, kind in enumerate(path))
        numbers = numbers_of(path)
        free += weight * prior ** max(0, len(numbers) - 1)
        for number in numbers:
            mass[number] += weight * prior ** (len(numbers) - 1)
    codes = ["0", "21", "11", "012", "202"]
    found = masses(graph, lattice, [arcs_of(graph, code) for code in codes]) / lattice.free_mass
    np.testing.assert_allclose(found, [mass[code] / free for code in codes], rtol=1e-10)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("pattern", "longest"), [(r"\d{3}", 3), (r"[01]\d?2?", 3), (r"\d-\d", 3), (r"\d-?\d", 3)])
def test_the_mass_of_all_codes_is_their_sum(seed: int, pattern: str, longest: int) -> None:
    lattice, graph = random_lattice(seed, 6), graph_of(pattern)
    assert graph.exact
    codes = [graph.arcs_of(code) for code in all_codes(pattern, longest)]
    every = masses(graph, lattice, [arcs for arcs in codes if arcs])
    assert mass_of_all(graph, lattice) == pytest.approx(every.sum(), rel=1e-12)
