"""Small random lattices and decoding graphs over the alphabet 012, small enough to try every code."""

from __future__ import annotations

import numpy as np

from device_runtime.decoding.decoding_graph import Plan, make_plan
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.scan_lattice import ScanLattice, scan_lattice
from device_runtime.types import Penalties

ALPHABET = "012"


def random_lattice(seed: int, columns: int) -> ScanLattice:
    """A lattice of normalised columns with random penalties."""
    logits = np.random.default_rng(seed).normal(0.0, 2.0, (columns, 5))
    values = (np.logaddexp.reduce(logits, axis=1)[:, None] - logits).astype(np.float32)
    return scan_lattice(Penalties(values, np.arange(columns, dtype=np.float32), ALPHABET))


def plan_of(pattern: str) -> Plan:
    """The decoding graph of a pattern."""
    return make_plan(Grammar.from_pattern(pattern, ALPHABET).automaton, ALPHABET)
