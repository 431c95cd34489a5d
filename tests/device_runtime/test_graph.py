"""The passes over a trellis against the enumeration of all its paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.graph import (
    UNREACHABLE,
    FloatArray,
    Trellis,
    build_trellis,
    emit,
    entries,
    exits,
    forward_scores,
    join,
    settle,
    step_back,
    step_on,
    viterbi_backward,
    viterbi_forward,
)

CLASSES = 3
ONE_PART = np.array([0])


def random_case(seed: int) -> tuple[Trellis, FloatArray]:
    """A trellis of 2 to 4 states with random arcs, and 1 to 5 columns."""
    rng = np.random.default_rng(seed)
    states = int(rng.integers(2, 5))
    pairs = [(a, b) for a in range(states) for b in range(states) if a != b and rng.random() < 0.5]
    trellis = build_trellis(
        rng.integers(0, CLASSES, states).tolist(),
        {int(s): float(rng.random()) for s in rng.choice(states, 2, replace=False)},
        {int(s): float(rng.random()) for s in rng.choice(states, 2, replace=False)},
        [(a, b, float(rng.random())) for a, b in pairs],
    )
    return trellis, settle(rng.exponential(2.0, (int(rng.integers(1, 6)), CLASSES)))


def all_paths(trellis: Trellis, columns: FloatArray) -> dict[tuple[int, ...], float]:
    """Every path, as its states, with its penalty."""
    arcs = {
        (int(a), int(b)): float(p) for a, b, p in zip(trellis.source, trellis.destination, trellis.penalty, strict=True)
    }
    found = {}
    for path in itertools.product(range(len(trellis.emission)), repeat=len(columns)):
        steps = list(itertools.pairwise(path))
        if not all(step in arcs for step in steps):
            continue
        penalty = trellis.start[path[0]] + trellis.final[path[-1]] + sum(arcs[step] for step in steps)
        penalty += sum(columns[t, trellis.emission[s]] for t, s in enumerate(path))
        if penalty < UNREACHABLE:
            found[path] = float(penalty)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_viterbi_scores_are_those_of_the_best_paths(seed: int) -> None:
    trellis, columns = random_case(seed)
    emitted = emit(trellis, columns)
    through = viterbi_forward(trellis, emitted) + viterbi_backward(trellis, emitted)
    paths = all_paths(trellis, columns)
    for column, state in np.ndindex(through.shape):
        best = min((p for path, p in paths.items() if path[column] == state), default=UNREACHABLE)
        assert min(through[column, state], UNREACHABLE) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_steps_back_and_on_follow_a_best_path(seed: int) -> None:
    trellis, columns = random_case(seed)
    emitted = emit(trellis, columns)
    ahead, behind = viterbi_forward(trellis, emitted), viterbi_backward(trellis, emitted)
    entered, left = entries(emitted, ahead), exits(emitted, behind)
    paths = all_paths(trellis, columns)
    for place in np.ndindex(ahead.shape):
        if ahead[place] + behind[place] >= UNREACHABLE:
            continue
        path = np.full(len(columns), -1)
        column, state = place
        source: int | None = state
        while source is not None:
            first = int(entered[column, source])
            previous = step_back(trellis, ahead, first, source) if first else None
            path[first : column + 1] = source
            column, source = first - 1, previous
        column, target = place[0], state
        following: int | None = target
        while following is not None:
            last = int(left[column, following])
            after = step_on(trellis, emitted, behind, last, following) if last < len(columns) - 1 else None
            path[column : last + 1] = following
            column, following = last + 1, after
        assert paths[tuple(path.tolist())] == ahead[place] + behind[place]


@pytest.mark.parametrize("seed", range(40))
def test_forward_score_sums_all_paths(seed: int) -> None:
    trellis, columns = random_case(seed)
    (score,) = forward_scores(trellis, emit(trellis, columns), ONE_PART)
    penalties = list(all_paths(trellis, columns).values())
    if penalties:
        assert score == pytest.approx(-np.logaddexp.reduce([-p for p in penalties]), abs=1e-9)
    else:
        assert score > UNREACHABLE / 2


def test_joined_trellises_score_as_each_alone() -> None:
    rng = np.random.default_rng(5)
    columns = settle(rng.exponential(2.0, (7, CLASSES)))
    parts = [random_case(seed)[0] for seed in range(6)]
    trellis, first_state = join(parts)
    scores = forward_scores(trellis, emit(trellis, columns), first_state)
    alone = [forward_scores(part, emit(part, columns), ONE_PART)[0] for part in parts]
    assert scores.tolist() == alone


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_forward_score_is_at_most_viterbi_and_tends_to_it(seed: int) -> None:
    trellis, columns = random_case(seed)
    emitted = emit(trellis, columns)
    best = float((viterbi_forward(trellis, emitted)[-1] + trellis.final).min())
    (score,) = forward_scores(trellis, emitted, ONE_PART)
    assert score <= best + 1e-9
    if best < UNREACHABLE:
        # Multiplying all penalties by a factor leaves at most log(number of paths) / factor between the two.
        factor = 1e5
        sharp = build_trellis(
            trellis.emission.tolist(),
            {s: float(p) * factor for s, p in enumerate(trellis.start) if p < UNREACHABLE},
            {s: float(p) * factor for s, p in enumerate(trellis.final) if p < UNREACHABLE},
            [
                (int(a), int(b), float(p) * factor)
                for a, b, p in zip(trellis.source, trellis.destination, trellis.penalty, strict=True)
                if a != b
            ],
        )
        (sharp_score,) = forward_scores(sharp, emitted * factor, ONE_PART)
        assert sharp_score / factor == pytest.approx(best, abs=1e-3)


def test_forward_score_of_a_long_unlikely_line_does_not_underflow() -> None:
    # Two states that emit the same: 2^3000 paths of 3000 * 50 nats each.
    trellis = build_trellis([0, 0], {0: 0.0, 1: 0.0}, {0: 0.0, 1: 0.0}, [(0, 1, 0.0), (1, 0, 0.0)])
    columns = np.full((3000, 1), 50.0)
    (score,) = forward_scores(trellis, emit(trellis, columns), ONE_PART)
    assert score == pytest.approx(3000 * (50.0 - np.log(2.0)), rel=1e-9)


def test_settled_penalties_add_up_exactly_in_any_order() -> None:
    rng = np.random.default_rng(1)
    penalties = settle(rng.exponential(5.0, 2000))
    assert penalties[::-1].cumsum()[-1] == penalties.cumsum()[-1] == np.sort(penalties).cumsum()[-1]
    assert np.abs(settle(np.float32(1e-3)) - np.float32(1e-3)) < 2**-30
