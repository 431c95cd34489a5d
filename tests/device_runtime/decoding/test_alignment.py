"""Laying a code on the columns: the path that a picture shows."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.decoding.alignment import align
from device_runtime.recognition.scanner import penalties_of_values
from device_runtime.types import Penalties

SIGNS = "0123456789.R"


def line(signs: str) -> Penalties:
    values = np.full((len(signs), 12), 5.0, np.float32)
    for column, sign in enumerate(signs):
        values[column, SIGNS.index(sign)] = 0.01
    return penalties_of_values(values, np.arange(len(signs), dtype=np.float32), SIGNS[:10])


@pytest.mark.parametrize(
    ("code", "signs"),
    [
        ("12345-6789", "R.9R.12345R6.7.89R"),
        ("47500", "..44.77..5.0.00.."),
        ("11", "1.1"),
        ("7", "7"),
        ("10115", "R.101.15RR"),
    ],
)
def test_the_path_is_what_is_drawn(code: str, signs: str) -> None:
    assert "".join(SIGNS[c] for c in align(code, line(signs))) == signs


def test_a_path_writes_its_code_though_the_columns_say_otherwise() -> None:
    path = align("55", line("..777.."))
    written = [c for i, c in enumerate(path) if c != 10 and (i == 0 or path[i - 1] != c)]
    assert written.count(5) == 2


def test_too_few_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        align("555", line("5.55"))
