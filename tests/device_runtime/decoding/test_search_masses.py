"""The mass of codes whose separators may be nothing but blanks is that of the same digits without separators."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.decoding.decoding_graph import Plan
from device_runtime.decoding.search import masses
from tests.device_runtime.random_lattices import plan_of, random_lattice


def arcs_of(plan: Plan, code: str) -> tuple[int, ...]:
    arcs = plan.arcs_of(code)
    assert arcs is not None
    return arcs


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pattern", [r"\d-\d", r"\d-?\d", r"\d[- ]\d", r"\d\d|\d-\d"])
def test_blanks_in_the_place_of_a_separator_part_digits_as_in_a_plain_code(seed: int, pattern: str) -> None:
    lattice, plan, plain = random_lattice(seed, 7), plan_of(pattern), plan_of(r"\d\d")
    for digits in ("01", "22", "10"):
        with_separator = arcs_of(plan, f"{digits[0]}-{digits[1]}")
        found = masses(plan, lattice, [with_separator], blanks_only=True)
        expected = masses(plain, lattice, [arcs_of(plain, digits)])
        np.testing.assert_allclose(found, expected, atol=1e-9)
        assert masses(plan, lattice, [with_separator])[0] != pytest.approx(found[0], abs=1e-3)  # marks count else
