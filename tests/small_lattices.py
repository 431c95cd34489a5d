"""Small lattices and grammars over three characters, and every code laid on the columns in every way."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np

from device_runtime.decoding.decoding_graph import DecodingGraph, make_decoding_graph
from device_runtime.grammar.grammar import Grammar
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.scan_lattice import ScanLattice, scan_lattice
from device_runtime.recognition.scanner import penalties_of_values

ALPHABET = "012"


def random_lattice(seed: int, columns: int) -> ScanLattice:
    logits = np.random.default_rng(seed).normal(0.0, 2.0, (columns, 5))
    values = (np.logaddexp.reduce(logits, axis=1)[:, None] - logits).astype(np.float32)
    return scan_lattice(penalties_of_values(values, np.arange(columns, dtype=np.float32), ALPHABET))


def logs(mass: np.ndarray | float, lattice: Lattice) -> np.ndarray:
    """Log masses of masses in a lattice's own unit."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(mass) - np.log(lattice.free_mass) + lattice.free)


def graph_of(pattern: str) -> DecodingGraph:
    return make_decoding_graph(Grammar.from_pattern(pattern, ALPHABET).automaton, ALPHABET)


def score(code: str, lattice: ScanLattice, add: np.ufunc, demanded: bool) -> float:
    """Sum, or maximum, over all ways to lay a code on the columns, written as a recursion over single steps.

    demanded: whether a separator may be nothing or a gap on the strip, or must be a mark.
    """
    scores = -lattice.penalties.values.astype(np.float64)
    blank, rubbish = 3, 4

    @cache
    def after(index: int, column: int, state: str) -> float:
        # What follows when code[:index] is written and column - 1 was in a state: in the character, or in a gap.
        ways = [lattice.best.after[column]] if index == len(code) and state == "in" else []
        if column < len(scores):
            here = scores[column]
            if state == "in":
                ways.append(here[ALPHABET.index(code[index - 1])] + after(index, column + 1, "in"))
            if index < len(code):
                separated = code[index] in "- "
                following = code[index + separated]
                repeats = state == "in" and following == code[index - 1]
                if not repeats and (not separated or demanded or state == "marked"):
                    at = index + separated + 1
                    ways.append(here[ALPHABET.index(following)] + after(at, column + 1, "in"))
                ways.append(here[blank] + after(index, column + 1, "marked" if state == "marked" else "gap"))
                if separated:
                    ways.append(here[rubbish] + after(index, column + 1, "marked"))
        return float(add.reduce(ways)) if ways else -np.inf

    begins = [
        lattice.best.before[column] + scores[column, ALPHABET.index(code[0])] + after(1, column + 1, "in")
        for column in range(len(scores))
    ]
    return float(add.reduce(begins))


def all_codes(pattern: str, longest: int) -> list[str]:
    grammar = Grammar.from_pattern(pattern, ALPHABET)
    texts = ("".join(c) for n in range(1, longest + 1) for c in itertools.product(ALPHABET + "- ", repeat=n))
    return [text for text in texts if grammar.accepts(text)]
