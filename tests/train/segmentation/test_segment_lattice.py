"""The over-segmented lattice: against all segmentations and all labels, and read on real strips."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.engines import pick
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.costs import FOREIGN_NUMBER_PENALTY
from device_runtime.recognition.lattice import MARKED, OPEN, PLAIN
from device_runtime.recognition.scanner import Scanner
from device_runtime.recognition.semiring import MAX_PLUS, SUM_PRODUCT, Semiring
from device_runtime.samples import load_samples
from device_runtime.types import Strip
from train.segmentation.segment_lattice import SegmentLattice, SegmentRecognizer, SegmentWalk, segment_lattice
from train.segmentation.segmentation_graph import MEASURES, SegmentationGraph

ALPHABET = "01"
SPECK, RUBBISH = 2, 3
Arc = tuple[int, int, int]  # source, destination, class
SEMIRINGS = [MAX_PLUS, SUM_PRODUCT]
ADDS: dict[Semiring, np.ufunc] = {MAX_PLUS: np.maximum, SUM_PRODUCT: np.logaddexp}  # of log-probabilities


def small_graph(nodes: int = 5) -> SegmentationGraph:
    """A graph of blank pieces 10 px wide, with single pieces and pairs."""
    arcs = [(i, j) for i in range(nodes - 1) for j in (i + 1, i + 2) if j < nodes]
    source, destination = np.array(arcs).T
    cuts = np.repeat(10 * np.arange(nodes)[:, None], 32, axis=1)
    piece = np.repeat(np.arange(10 * (nodes - 1)) // 10, 32).reshape(-1, 32).T
    measures = np.zeros((len(arcs), len(MEASURES)), np.intp)
    measures[:, 0] = 1
    return SegmentationGraph(cuts, piece, source, destination, 10 * source, 10 * destination, measures)


def random_lattice(seed: int) -> tuple[SegmentLattice, dict[Arc, float]]:
    """A lattice with random scores, and the score of each arc and class that it should have."""
    graph = small_graph()
    scores = np.random.default_rng(seed).normal(-2, 2, (len(graph.source), 4))
    arcs = {
        (int(source), int(destination), kind): float(scores[arc, kind])
        for arc, (source, destination) in enumerate(zip(graph.source, graph.destination, strict=True))
        for kind in range(4)
        if kind != SPECK or destination == source + 1
    }
    return segment_lattice(graph, scores, ALPHABET), arcs


def paths(arcs: dict[Arc, float], begin: int, end: int) -> Iterator[tuple[str, float]]:
    """Every labelled path between two cuts: its signs (01, _ for a speck, # for rubbish) and its score."""
    if begin == end:
        yield "", 0.0
    for (source, destination, kind), score in arcs.items():
        if source == begin and destination <= end:
            for signs, rest in paths(arcs, destination, end):
                yield "01_#"[kind] + signs, score + rest


def end_of(cut: int) -> int:
    """The node of a cut at which characters have ended."""
    return 2 * cut


def begin_of(cut: int) -> int:
    """The node of a cut at which characters begin."""
    return 2 * cut + 1


def numbers(signs: str) -> list[bool]:
    """For each stretch between rubbish, whether it holds a number."""
    return [bool(stretch.strip("_")) for stretch in signs.split("#")]


def walk_in(lattice: SegmentLattice, semiring: Semiring) -> SegmentWalk:
    return lattice.best if semiring is MAX_PLUS else lattice.sums


def logs_of(lattice: SegmentLattice, scores: np.ndarray, semiring: Semiring) -> np.ndarray:
    """Scores at the nodes as log-probabilities."""
    if semiring is MAX_PLUS:
        return scores
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(scores) + lattice.units.repeat(2))


def total(add: np.ufunc, ways: list[float]) -> float:
    return float(add.reduce(ways)) if ways else -np.inf


@pytest.mark.parametrize("seed", range(3))
def test_what_stands_around_a_code_is_the_sum_over_all_readings(seed: int) -> None:
    lattice, arcs = random_lattice(seed)
    last = lattice.cuts - 1
    for cut in range(lattice.cuts):
        before = [
            score - FOREIGN_NUMBER_PENALTY * sum(found)
            for signs, score in paths(arcs, 0, cut)
            if not (found := numbers(signs))[-1]
        ]
        after = [
            score - FOREIGN_NUMBER_PENALTY * sum(found)
            for signs, score in paths(arcs, cut, last)
            if not (found := numbers(signs))[0]
        ]
        assert lattice.best.before[begin_of(cut)] == pytest.approx(total(np.logaddexp, before), abs=1e-9)
        assert lattice.best.after[end_of(cut)] == pytest.approx(total(np.logaddexp, after), abs=1e-9)
        assert np.log(lattice.sums.before[begin_of(cut)]) + lattice.units[cut] == pytest.approx(
            total(np.logaddexp, before), abs=1e-9
        )
        assert np.log(lattice.sums.after[end_of(cut)]) + lattice.free - lattice.units[cut] == pytest.approx(
            total(np.logaddexp, after), abs=1e-9
        )
        for walk in (lattice.best, lattice.sums):
            assert walk.before[end_of(cut)] == walk.after[begin_of(cut)] == walk.semiring.zero
    free = [score - FOREIGN_NUMBER_PENALTY * max(0, sum(numbers(signs)) - 1) for signs, score in paths(arcs, 0, last)]
    assert lattice.free == pytest.approx(total(np.logaddexp, free), abs=1e-9)


@pytest.mark.parametrize("semiring", SEMIRINGS)
@pytest.mark.parametrize("code", ["0", "11", "01", "010"])
def test_a_code_scores_as_its_best_or_all_its_segmentations(semiring: Semiring, code: str) -> None:
    lattice, arcs = random_lattice(5)
    walk = walk_in(lattice, semiring)
    begins = np.full((1, lattice.nodes), walk.semiring.zero)
    begins[0, begin_of(0)] = semiring.times.identity
    for char in code:
        ended = walk.character(begins, np.array([int(char)]))
        begins = walk.gap(ended, PLAIN)
    ended = logs_of(lattice, ended, semiring)
    for cut in range(lattice.cuts):
        ways = [
            score
            for signs, score in paths(arcs, 0, cut)
            if signs.replace("_", "") == code and not signs.startswith("_") and not signs.endswith("_")
        ]
        assert ended[0, begin_of(cut)] == -np.inf
        assert ended[0, end_of(cut)] == pytest.approx(total(ADDS[semiring], ways), abs=1e-9)


@pytest.mark.parametrize("semiring", SEMIRINGS)
@pytest.mark.parametrize("junction", [PLAIN, OPEN, MARKED])
def test_what_stands_between_two_characters_is_single_pieces(semiring: Semiring, junction: int) -> None:
    lattice, arcs = random_lattice(6)
    single = {arc: score for arc, score in arcs.items() if arc[1] == arc[0] + 1 and arc[2] in (SPECK, RUBBISH)}
    given = np.random.default_rng(1).exponential(1, (2, lattice.nodes))
    found = logs_of(lattice, walk_in(lattice, semiring).gap(given, junction), semiring)
    start = logs_of(lattice, given, semiring)
    for row, end in itertools.product(range(2), range(lattice.cuts)):
        ways = [
            start[row, end_of(begin)] + score
            for begin in range(end + 1)
            for signs, score in paths(single, begin, end)
            if junction == OPEN or ("#" in signs) == (junction == MARKED)
        ]
        assert found[row, begin_of(end)] == pytest.approx(total(ADDS[semiring], ways), abs=1e-9)


@pytest.mark.parametrize("semiring", SEMIRINGS)
@pytest.mark.parametrize("seed", range(3))
def test_backwards_is_the_transpose_of_forwards(semiring: Semiring, seed: int) -> None:
    lattice, _ = random_lattice(seed)
    walk, add, times = walk_in(lattice, semiring), semiring.add, semiring.times
    here, there = np.random.default_rng(seed + 50).exponential(1, (2, 2, lattice.nodes))
    chars = np.array([0, 1])
    pairs = [(walk.character(here, chars), walk.character_back(there, chars))]
    pairs += [(walk.gap(here, kind), walk.gap_back(there, kind)) for kind in (PLAIN, OPEN, MARKED)]
    for forwards, backwards in pairs:
        np.testing.assert_allclose(
            add.reduce(times(forwards, there), axis=1), add.reduce(times(here, backwards), axis=1)
        )


@pytest.mark.parametrize("seed", range(6))
def test_the_number_is_the_longest_on_the_best_path(seed: int) -> None:
    lattice, arcs = random_lattice(seed)
    signs, _ = max(paths(arcs, 0, lattice.cuts - 1), key=lambda path: path[1])
    assert lattice.number == max(signs.replace("_", "").split("#"), key=len)


def test_evidence_is_that_of_the_best_segment_that_ends_there() -> None:
    graph = small_graph()
    scores = np.full((len(graph.source), 4), -9.0)
    pair = (graph.source == 1) & (graph.destination == 3)
    scores[pair, 1] = 0.0
    lattice = segment_lattice(graph, scores, ALPHABET)
    x_px, probability = lattice.evidence(end_of(0), end_of(3), 1)
    assert x_px == 20 and 0.99 < probability < 1
    assert lattice.evidence(end_of(2), end_of(3), 1)[0] == 25
    assert lattice.evidence(end_of(3), end_of(3), 1)[0] == 25


@pytest.fixture(scope="module")
def recognize() -> SegmentRecognizer:
    bundle = load_bundle()
    return SegmentRecognizer(Scanner(bundle, pick("numpy", bundle.model)))


def test_printed_and_written_samples_are_read(recognize: SegmentRecognizer) -> None:
    read = {}
    for sample in load_samples():
        if sample.expected and "-" not in sample.expected:
            decoder = Decoder(Grammar.from_pattern(rf"\d{{{len(sample.expected)}}}", "0123456789"), "0123456789")
            candidates = decoder.decode(recognize(normalize(load_gray(sample.path)))).candidates
            read[sample.file] = bool(candidates) and candidates[0].code == sample.expected
    assert sum(read.values()) >= 0.7 * len(read), read


@pytest.mark.parametrize("width", [1, 40])
def test_a_strip_without_ink_holds_no_code(recognize: SegmentRecognizer, width: int) -> None:
    lattice = recognize(Strip(np.zeros((32, width), np.uint8), np.eye(2, 3), False))
    assert lattice.cuts == 2 and lattice.number == ""
    decoder = Decoder(Grammar.from_pattern(r"\d{5}", "0123456789"), "0123456789")
    assert decoder.decode(lattice).candidates == ()


def test_a_strip_too_wide_for_the_model_is_refused(recognize: SegmentRecognizer) -> None:
    with pytest.raises(PosteyeError, match="too long"):
        recognize(Strip(np.zeros((32, 2000), np.uint8), np.eye(2, 3), False))
