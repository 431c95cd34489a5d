"""The table of the garbage model says what the device's sums and every machine that is built from it say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from device_runtime.recognition.costs import COSTS, Costs
from device_runtime.recognition.garbage_model import garbage_masses
from device_runtime.recognition.seen import Seen
from train.gtn.garbage import AFTER, BEFORE, LINE, RULES, Machine, Reads, Shows, State
from train.gtn.graph import NULL, Graph, build, compose
from train.gtn.paths import forward_score

COLUMNS = 9
READS, SHOWS = list(Reads), list(Shows)


def label(shows: Shows, reads: Reads) -> int:
    return SHOWS.index(shows) * len(READS) + READS.index(reads)


def table_graph(start: State, costs: Costs) -> Graph:
    """The whole table as an acceptor that begins in a state and may end in any."""
    arcs = [
        (rule.source, rule.destination, label(shows, reads), NULL, sum(getattr(costs, name) for name in rule.costs))
        for rule in RULES
        for shows in rule.shows
        for reads in rule.reads
    ]
    return build(arcs, {start: 0.0}, dict.fromkeys(State, 0.0))


def machine_graph(machine: Machine) -> Graph:
    arcs = [(t.source, t.destination, label(Shows.SPACE, t.reads), NULL, t.cost) for t in machine.transitions]
    return build(arcs, dict.fromkeys(machine.start, 0.0), dict.fromkeys(machine.final, 0.0))


def line_graph(columns: np.ndarray, shown: list[Shows]) -> Graph:
    """A line of columns, weights [columns, 3] of digit, blank and rubbish, and what the pixels show."""
    arcs = [
        (at, at + 1, label(shows, reads), label(shows, reads), -math.log(columns[at, READS.index(reads)]))
        for at, shows in enumerate(shown)
        for reads in READS
    ]
    return build(arcs, {0: 0.0}, {len(shown): 0.0})


def mass(columns: np.ndarray, shown: list[Shows], graph: Graph) -> float:
    return math.exp(-forward_score(compose(line_graph(columns, shown), graph)))


def shown_in(seen: Seen, *, left: bool) -> list[Shows]:
    """What each column shows; a comma is a space for what stands left of a code."""
    space = seen.space | seen.comma if left else seen.space
    flags = zip(space.tolist(), seen.mark.tolist(), seen.tall.tolist(), strict=True)
    return [next((s for s, holds in zip(SHOWS, column, strict=False) if holds), Shows.NOTHING) for column in flags]


def random_columns(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.asarray(random.dirichlet((0.5, 0.5, 0.5), COLUMNS) * random.uniform(0.1, 3, (COLUMNS, 1)))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("costs", [COSTS, Costs(foreign_number=1.1, continued=0.7, letters=0.9, mark=0.3)])
def test_the_devices_masses_are_forward_scores_over_the_table(seed: int, costs: Costs) -> None:
    columns = random_columns(seed)
    seen = Seen(*(np.random.default_rng(seed + 100).random((4, COLUMNS)) < [[0.2], [0.5], [0.3], [0.1]]))
    found = garbage_masses(columns[:, 0], columns[:, 1], columns[:, 2], seen, costs)
    columns = np.ldexp(columns, -found.exponents[:, None])  # in the unit of the masses
    beside = table_graph(State.TOUCHING, costs)
    left, right = shown_in(seen, left=True), shown_in(seen, left=False)
    assert len({*left, *right}) > 2
    for node in range(COLUMNS + 1):
        # Rules are read outwards from the code, on the left from right to left.
        before = mass(columns[:node][::-1], left[:node][::-1], beside)
        assert found.before[node] == pytest.approx(before, rel=1e-9)
        assert found.after[node] == pytest.approx(mass(columns[node:], right[node:], beside), rel=1e-9)
    assert found.free == pytest.approx(mass(columns, right, table_graph(State.AHEAD, costs)), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_machines_are_the_table_where_every_column_shows_a_space(seed: int) -> None:
    columns, spaces = random_columns(seed), [Shows.SPACE] * COLUMNS
    found = garbage_masses(*columns.T)
    columns = np.ldexp(columns, -found.exponents[:, None])  # in the unit of the masses
    for node in range(COLUMNS + 1):
        before = mass(columns[:node], spaces[:node], machine_graph(BEFORE))
        after = mass(columns[node:], spaces[node:], machine_graph(AFTER))
        turned = mass(columns[node:][::-1], spaces[node:], machine_graph(AFTER.reversed()))
        assert found.before[node] == pytest.approx(before, rel=1e-9)
        assert found.after[node] == pytest.approx(after, rel=1e-9) == pytest.approx(turned, rel=1e-9)
    assert found.free == pytest.approx(mass(columns, spaces, machine_graph(LINE)), rel=1e-9)


def test_a_state_reads_each_thing_in_one_way() -> None:
    """So that every line has one path, and its mass counts once."""
    ways = [(rule.source, reads, shows) for rule in RULES for reads in rule.reads for shows in rule.shows]
    assert len(ways) == len(set(ways))
