"""The mass of codes whose separators may be nothing but blanks is that of the same digits without separators."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.decoding.decoding_graph import DecodingGraph
from device_runtime.decoding.masses import masses
from tests.device_runtime.decoding.test_search import graph_of, random_lattice


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
        np.testing.assert_allclose(found, expected, atol=1e-9)
        assert masses(graph, lattice, [with_separator])[0] != pytest.approx(found[0], abs=1e-3)  # marks count else
